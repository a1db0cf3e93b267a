"""Finds passages of the shop's documents for the question."""

from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.nodes import Node
from graph.nodes.route import question_of
from graph.parts import PassageSource
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.events import StatusChanged, sink
from leadhand.spans import SpanKind, span


def retrieve_node(
    passages: PassageSource,
) -> Node[TurnState]:
    async def retrieve(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Search under the caller's tenant; what was found is data for the agent."""
        tenant = tenant_of(state, runtime)
        sink().emit(StatusChanged(node="retrieve", label="Searching your documents…"))
        with span(SpanKind.RETRIEVAL, "documents") as search:
            found = await passages.search(tenant, question_of(state))
            search.note(passages=len(found))
        return TurnState(passages=found)

    return retrieve
