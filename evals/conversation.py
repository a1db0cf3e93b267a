"""Asks a chat model as the product does: the same instructions, tools, tool results and errors."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from evals.question_set import Earlier, EarlierCall
from evals.shop import DemoShopSource, open_demo, planner
from graph.nodes.agent import prompt_of
from graph.state import TurnState
from leadhand.errors import JsonValue, LeadhandError
from leadhand.settings import Settings
from models.choice import BUILTIN
from models.factory import open_chat_model
from tools.base import ToolOutput
from tools.registry import ToolRegistry
from tools.rendering import render_error, render_for_model

MAX_STEPS = 6


@dataclass(frozen=True, slots=True)
class Call:
    tool: str
    args: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the model."""

    text: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class FullAnswer:
    """A question answered to the end: the last text, every call, and what the tools told the model."""

    text: str
    calls: tuple[Call, ...]
    outputs: tuple[dict[str, JsonValue], ...]
    told: tuple[str, ...]


class Asker:
    """One model with the tools of the product over the demo shop."""

    def __init__(self) -> None:
        self.registry = ToolRegistry.discover()
        self.shops: DemoShopSource = open_demo()
        self.tenant = planner()
        chat = open_chat_model(Settings(model=BUILTIN))
        self._model = chat.model.bind_tools(self.registry.openai_tools())

    async def first_reply(self, text: str, earlier: Sequence[Earlier] = ()) -> Reply:
        """What the model answers to a question before any tool has run."""
        messages = await self._history(earlier)
        return _reply(await self._ask([*messages, HumanMessage(text)]))

    async def full_answer(self, text: str) -> FullAnswer:
        """The answer after as many tool calls as the model makes, at most MAX_STEPS messages."""
        messages: list[BaseMessage] = [HumanMessage(text)]
        calls: list[Call] = []
        outputs: list[dict[str, JsonValue]] = []
        told: list[str] = []
        for _ in range(MAX_STEPS):
            message = await self._ask(messages)
            reply = _reply(message)
            if not reply.calls:
                return FullAnswer(reply.text, tuple(calls), tuple(outputs), tuple(told))
            calls += reply.calls
            messages.append(message)
            for number, call in enumerate(message.tool_calls):
                said, output = await self._run(reply.calls[number], str(call["id"]))
                told.append(said.text)
                if output is not None:
                    outputs.append(output.model_dump(mode="json", by_alias=True))
                messages.append(said)
        return FullAnswer("", tuple(calls), tuple(outputs), tuple(told))

    async def _history(self, earlier: Sequence[Earlier]) -> list[BaseMessage]:
        messages: list[BaseMessage] = []
        for turn in earlier:
            if turn.user is not None:
                messages.append(HumanMessage(turn.user))
            if turn.calls:
                messages += await self._called(turn.calls, f"turn{len(messages)}")
                messages.append(await self._ask(messages))
            if turn.answer is not None:
                messages.append(AIMessage(turn.answer))
        return messages

    async def _called(self, calls: Sequence[EarlierCall], turn: str) -> list[BaseMessage]:
        ids = [f"{turn}-{number}" for number in range(len(calls))]
        asked = AIMessage(
            content="",
            tool_calls=[
                {"name": call.tool, "args": dict(call.args), "id": call_id}
                for call, call_id in zip(calls, ids, strict=True)
            ],
        )
        results = [
            (await self._run(Call(call.tool, call.args), call_id))[0]
            for call, call_id in zip(calls, ids, strict=True)
        ]
        return [asked, *results]

    async def _run(self, call: Call, call_id: str) -> tuple[ToolMessage, ToolOutput | None]:
        """The tool's message as `graph.nodes.call_tools` writes it, and its output unless it failed."""
        try:
            output = await self.registry.run(call.tool, call.args, self.tenant, self.shops, call_id=call_id)
        except LeadhandError as error:
            text = render_error(error)
            return ToolMessage(text, tool_call_id=call_id, name=call.tool, status="error"), None
        return ToolMessage(render_for_model(output, call_id), tool_call_id=call_id, name=call.tool), output

    async def _ask(self, messages: Sequence[BaseMessage]) -> AIMessage:
        return await self._model.ainvoke(_prompt(messages))


def _prompt(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    return prompt_of(TurnState(messages=list(messages)))


def _reply(message: AIMessage) -> Reply:
    return Reply(message.text, tuple(Call(call["name"], call["args"]) for call in message.tool_calls))
