"""Brings back what the thread knows beyond its window."""

from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.nodes import Node
from graph.parts import ConversationStore
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.spans import SpanKind, span


def recall_node(
    conversation: ConversationStore,
) -> Node[TurnState]:
    async def recall(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Load the conversation's stored summary."""
        tenant = tenant_of(state, runtime)
        with span(SpanKind.NODE, "recall"):
            return TurnState(summary=await conversation.summary(tenant, state.get("thread_id", "")))

    return recall
