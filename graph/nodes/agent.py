"""One model call: checks the run's bounds, streams the answer, keeps it under our own call ids."""

from functools import cache
from typing import Literal

import orjson
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import Send

from graph.citing import MarkReader
from graph.identity import tenant_of
from graph.nodes import Node
from graph.parts import Bounds, GraphParts
from graph.prompts import load_prompt
from graph.reading import ModelAnswer, read_answer
from graph.remembered import remembered_section
from graph.state import PlannedCall, TurnState
from leadhand.context import Permission, TenantContext
from leadhand.errors import (
    EmptyAnswer,
    InvalidToolInput,
    LeadhandError,
    ModelRejected,
    StepLimit,
    TokenLimit,
    ToolCallLimit,
)
from leadhand.events import StatusChanged, StepStarted, UsageReported, sink
from leadhand.shop_places import place_lent
from leadhand.spans import Facts
from models.counted import count_tokens_of, counted_call
from models.pieces import AnswerSource
from models.tokens import count_message_tokens, count_tokens
from storage.working_memory import WorkingMemory
from tools.rendering import render_error

_NOTHING = WorkingMemory()


def agent_node(
    parts: GraphParts,
) -> Node[TurnState]:
    @cache
    def model_for(permissions: frozenset[Permission]) -> AnswerSource:
        """The model with the tools that these permissions allow; schemas are converted once, not a call."""
        return parts.model.with_tools(parts.registry.openai_tools(permissions))

    needed = frozenset(spec.permission for spec in parts.registry.specs())

    async def agent(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Read one answer of the model."""
        # Only permissions that some tool needs tell two callers apart.
        tenant = tenant_of(state, runtime)
        model = model_for(tenant.permissions & needed)
        check_bounds(state, parts.bounds)
        events = sink()
        # Read anew for each call, so that it never stands in a checkpoint.
        memory = await parts.memory.read(tenant)
        prompt = parts.process(prompt_of(state, memory))
        events.emit(StepStarted(prompt_tokens=count_message_tokens(prompt)))
        events.emit(StatusChanged(node="agent", label="Thinking…"))
        async with place_lent():
            with counted_call(parts.model.name) as call:
                marks = MarkReader(state.get("passages") or [], state.get("cited", []))
                answer = await read_answer(model.stream(prompt), events, marks)
                call.note(**_facts(answer, memory))
        spent = _tokens(answer, prompt)
        count_tokens_of(parts.model.name, answer.tokens)
        events.emit(
            UsageReported(
                parts.model.name,
                answer.tokens.input,
                answer.tokens.output,
                answer.finish_reason,
                cached_input_tokens=answer.tokens.cached_input,
                reasoning_tokens=answer.tokens.reasoning,
            )
        )
        if not answer.text.strip() and not answer.calls:
            raise _nothing_said(answer)
        calls = state.get("tool_calls", 0) + len(answer.calls)
        if calls > parts.bounds.max_tool_calls:
            raise ToolCallLimit(
                f"This question needed more than {parts.bounds.max_tool_calls} tool calls, so it was stopped."
            )
        return TurnState(
            messages=messages_of(answer),
            steps=state.get("steps", 0) + 1,
            tool_calls=calls,
            tokens=state.get("tokens", 0) + spent,
            cited=marks.cited,
        )

    return agent


def check_bounds(state: TurnState, bounds: Bounds) -> None:
    """Raise StepLimit or TokenLimit when the run has spent what it may."""
    if state.get("steps", 0) >= bounds.max_steps:
        raise StepLimit(f"This question needed more than {bounds.max_steps} steps, so it was stopped.")
    if state.get("tokens", 0) >= bounds.max_run_tokens:
        raise TokenLimit(f"This question used more than {bounds.max_run_tokens} tokens, so it was stopped.")


def prompt_of(state: TurnState, memory: WorkingMemory = _NOTHING) -> list[BaseMessage]:
    """The messages sent to the model: instructions first (stable, so that providers can cache them)."""
    sections = [load_prompt("agent").text]
    if remembered := remembered_section(memory):
        sections.append(remembered)
    summary, since = state.get("summary", ""), [turn["line"] for turn in state.get("folded_turns", [])]
    if summary or since:
        # In JSON nothing of it can look like a line of ours.
        record = orjson.dumps({"summary": summary, "since": since}).decode()
        sections.append(f"{load_prompt('earlier').text}\n\n{record}")
    return [SystemMessage("\n\n".join(sections)), *state.get("messages", [])]


def messages_of(answer: ModelAnswer) -> list[BaseMessage]:
    """The answer as state: calls under our ids; a call whose input is no JSON is answered with the error."""
    message = AIMessage(
        content=answer.text,
        tool_calls=[
            {
                "name": call.tool,
                "args": call.input if call.problem is None and isinstance(call.input, dict) else {},
                "id": call.call_id,
            }
            for call in answer.calls
        ],
    )
    refusals = [
        ToolMessage(
            content=render_error(InvalidToolInput(call.problem)),
            tool_call_id=call.call_id,
            name=call.tool,
            status="error",
        )
        for call in answer.calls
        if call.problem is not None
    ]
    return [message, *refusals]


def next_after_agent(state: TurnState) -> list[Send] | Literal["agent", "__end__"]:
    """One task for each unanswered call; back to the model if all were refused; else the end."""
    messages = state.get("messages", [])
    last = next((message for message in reversed(messages) if isinstance(message, AIMessage)), None)
    if last is None or not last.tool_calls:
        return "__end__"
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    open_calls = [call for call in last.tool_calls if call["id"] not in answered]
    if not open_calls:
        return "agent"
    return [
        Send(
            "call_tools",
            PlannedCall(
                call_id=str(call["id"]),
                tool=call["name"],
                input=call["args"],
                thread_id=state.get("thread_id", ""),
                run_id=state.get("run_id", ""),
                tenant_id=state.get("tenant_id", ""),
                user_id=state.get("user_id", ""),
            ),
        )
        for call in open_calls
    ]


def _nothing_said(answer: ModelAnswer) -> LeadhandError:
    if answer.finish_reason == "content_filter":
        return ModelRejected("The language model declines to answer this.")
    return EmptyAnswer("The language model answered nothing. Please try again.")


def _facts(answer: ModelAnswer, memory: WorkingMemory) -> Facts:
    """For the call tree. Tokens only as the provider reports them."""
    facts = Facts(
        prompt_version=load_prompt("agent").version,
        memory_version=memory.version,
        finish_reason=answer.finish_reason,
        tool_calls=len(answer.calls),
    )
    tokens = answer.tokens
    if tokens.total:
        facts |= Facts(input_tokens=tokens.input, output_tokens=tokens.output)
    if tokens.cached_input:
        facts["cached_input_tokens"] = tokens.cached_input
    if tokens.reasoning:
        facts["reasoning_tokens"] = tokens.reasoning
    return facts


def _tokens(answer: ModelAnswer, prompt: list[BaseMessage]) -> int:
    """What the call spent: as the provider reports it, else counted by us."""
    return answer.tokens.total or count_message_tokens(prompt) + count_tokens(answer.text)
