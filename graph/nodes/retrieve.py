"""Searches the shop's documents before the model is asked: a call that it would have made, made for it."""

from langchain_core.messages import AIMessage, ToolCall
from langgraph.runtime import Runtime
from uuid_utils.compat import uuid7

from graph.identity import tenant_of
from graph.nodes.route import question_of
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from leadhand.events import StepStarted, ToolInputReady, sink
from tools.catalog.internal_knowledge_search import MAX_QUERY_CHARS, TOOL


async def retrieve(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """The call alone; `call_tools` runs it like any other, and its passages reach the model as its result."""
    tenant_of(state, runtime)
    query = question_of(state).strip()[:MAX_QUERY_CHARS]
    call_id, arguments = str(uuid7()), {"query": query}
    told: dict[str, JsonValue] = {**arguments}
    # A step of its own, as if a model had called: made again after a crash, it is void like one.
    sink().emit(StepStarted())
    sink().emit(ToolInputReady(call_id, TOOL.name, told))
    call = ToolCall(name=TOOL.name, args=arguments, id=call_id)
    return TurnState(messages=[AIMessage("", tool_calls=[call])])
