"""Searches the shop's documents before the model is asked: a call that it would have made, made for it."""

from uuid import UUID, uuid5

from langchain_core.messages import AIMessage, ToolCall
from langgraph.runtime import Runtime
from uuid_utils.compat import uuid7

from graph.identity import tenant_of
from graph.nodes.route import question_of
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from leadhand.events import ToolInputReady, sink
from tools.catalog.internal_knowledge_search import MAX_QUERY_CHARS, TOOL


async def retrieve(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """The call alone; `call_tools` runs it like any other, and its passages reach the model as its result."""
    tenant_of(state, runtime)
    query = question_of(state).strip()[:MAX_QUERY_CHARS]
    call_id, arguments = _call_id(state), {"query": query}
    told: dict[str, JsonValue] = {**arguments}
    sink().emit(ToolInputReady(call_id, TOOL.name, told))
    call = ToolCall(name=TOOL.name, args=arguments, id=call_id)
    return TurnState(messages=[AIMessage("", tool_calls=[call])])


def _call_id(state: TurnState) -> str:
    """The same whenever the run is begun again, so that the call is told once."""
    run_id = state.get("run_id")
    return str(uuid5(UUID(run_id), TOOL.name) if run_id else uuid7())
