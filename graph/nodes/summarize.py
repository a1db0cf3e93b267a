"""Folds the oldest turns out of the window when it overflows; no model call.

The stored summary is written by a job after the run. Until that covers a folded turn, one line of the turn
stays in `folded_turns`: what was asked, and how the answer began.
"""

from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.runtime import Runtime

from graph.nodes import Node
from graph.state import FoldedTurn, TurnState
from leadhand.context import TenantContext
from leadhand.spans import SpanKind, span
from memory.history import Window, WindowTurn, folded

# A line keeps the gist of a turn; 40 lines of it stay under 5 % of the default window.
LINE_CHARS = 160
MAX_LINES = 40


def summarize_node(
    window: Window,
) -> Node[TurnState]:
    async def summarize(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Fold whole turns, oldest first, until the rest fits; the current turn always stays."""
        del runtime
        with span(SpanKind.NODE, "summarize"):
            leaving = folded(state.get("messages", []), window)
        lines = [
            *state.get("folded_turns", []),
            *(FoldedTurn(seq=turn.seq, line=_line(turn)) for turn in leaving),
        ]
        return TurnState(
            messages=[
                RemoveMessage(id=message.id) for turn in leaving for message in turn.messages if message.id
            ],
            folded_turns=lines[-MAX_LINES:],
        )

    return summarize


def _line(turn: WindowTurn) -> str:
    asked = " ".join(message.text for message in turn.messages if isinstance(message, HumanMessage))
    answered = " ".join(message.text for message in turn.messages if isinstance(message, AIMessage))
    return f"Asked: {_short(asked)} Answered: {_short(answered)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LINE_CHARS else flat[: LINE_CHARS - 1] + "…"
