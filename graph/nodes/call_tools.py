"""Runs one tool call of the model; the builder fans out, one task a call."""

from langchain_core.messages import ToolMessage
from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.nodes import Node
from graph.parts import GraphParts
from graph.sealing import sealed
from graph.state import Passage, PlannedCall, TurnState
from graph.write_calls import WriteCalls
from leadhand.context import TenantContext
from leadhand.errors import (
    ApprovalDenied,
    ApprovalExpired,
    ApprovalSuperseded,
    LeadhandError,
    RunInterrupted,
)
from leadhand.events import StatusChanged, ToolDenied, ToolFailed, ToolSucceeded, sink
from tools.base import ToolOutput
from tools.passage_views import PassageView, passages_in
from tools.rendering import render_error, render_for_model


def call_tools_node(
    parts: GraphParts,
) -> Node[PlannedCall]:
    @sealed
    async def result_of(call: PlannedCall, tenant: TenantContext) -> ToolOutput:
        output = await parts.registry.run(
            call["tool"],
            call["input"],
            tenant,
            parts.shops,
            call_id=call["call_id"],
            thread_id=call["thread_id"] or None,
        )
        await parts.conversation.keep_result(
            tenant,
            call_id=call["call_id"],
            thread_id=call["thread_id"],
            run_id=call["run_id"],
            tool=call["tool"],
            output=output,
        )
        sink().emit(ToolSucceeded(call["call_id"], output.model_dump(mode="json", by_alias=True)))
        return output

    writes = WriteCalls(parts)

    @sealed
    async def write_of(call: PlannedCall, tenant: TenantContext) -> ToolOutput:
        return await writes.run(call, tenant)

    async def call_tools(state: PlannedCall, runtime: Runtime[TenantContext]) -> TurnState:
        """Run the call; what goes wrong in a tool is told to the model, which may do better."""
        tenant, call = tenant_of(state, runtime), state
        events = sink()
        try:
            label = parts.registry.get(call["tool"]).label
            events.emit(StatusChanged(node="call_tools", label=label))
            run = write_of if parts.registry.is_write(call["tool"]) else result_of
            output = await run(call, tenant)
        except (ApprovalDenied, ApprovalExpired, ApprovalSuperseded) as refusal:
            events.emit(ToolDenied(call["call_id"], refusal.code.removeprefix("approval_")))
            return _answer(call, render_error(refusal), failed=True)
        except RunInterrupted:
            raise  # nothing is known of the call that the model could be told
        except LeadhandError as error:
            events.emit(ToolFailed(call["call_id"], error.code, error.message))
            return _answer(call, render_error(error), failed=True)
        answer = _answer(call, render_for_model(output, call["call_id"]), failed=False)
        if passages := [_passage(one) for one in passages_in(output)]:
            answer["passages"] = passages
        return answer

    return call_tools


def _passage(one: PassageView) -> Passage:
    return Passage(
        id=one.id,
        mark=one.cite_as,
        document_id=one.document_id,
        source=one.document,
        title=one.title,
        kind=one.kind,
        section=one.section,
        page=one.page,
        version=one.version,
        text=one.text,
    )


def _answer(call: PlannedCall, content: str, *, failed: bool) -> TurnState:
    message = ToolMessage(
        content=content,
        tool_call_id=call["call_id"],
        name=call["tool"],
        status="error" if failed else "success",
    )
    return TurnState(messages=[message])
