"""Brings back what the thread knows beyond its window."""

from langchain_core.messages import BaseMessage, RemoveMessage
from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.nodes import Node
from graph.parts import ConversationStore
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.spans import SpanKind, span
from memory.history import covered
from storage.summaries import ThreadSummary


def recall_node(
    conversation: ConversationStore,
) -> Node[TurnState]:
    async def recall(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Load the conversation's stored summary; what it tells leaves the window."""
        tenant = tenant_of(state, runtime)
        with span(SpanKind.NODE, "recall"):
            stored = await conversation.summary(tenant, state.get("thread_id", ""))
        return TurnState(summary="") if stored is None else _in_its_place(stored, state)

    return recall


def _in_its_place(stored: ThreadSummary, state: TurnState) -> TurnState:
    changed = TurnState(summary=stored.text)
    told = covered(state.get("messages", []), stored.through_seq)
    if told:
        removed: list[BaseMessage] = [RemoveMessage(id=message.id) for message in told if message.id]
        changed["messages"] = removed
    since = [turn for turn in state.get("folded_turns", []) if (turn["seq"] or 0) > stored.through_seq]
    if since != state.get("folded_turns", []):
        changed["folded_turns"] = since
    return changed
