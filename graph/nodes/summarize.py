"""Folds the oldest turns out of the window when it overflows; no model call.

The stored summary is written by a job after the run. Until that covers a folded turn, one line of the turn
stays in `folded`: what was asked, and how the answer began.
"""

from collections.abc import Sequence
from itertools import pairwise

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, RemoveMessage
from langgraph.runtime import Runtime

from graph.nodes import Node
from graph.parts import Bounds
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.spans import SpanKind, span
from models.tokens import count_message_tokens

# A line keeps the gist of a turn; 40 lines of it stay under 5 % of the default window.
LINE_CHARS = 160
MAX_LINES = 40
# Fold to this share of the window, so that folding is needed once in many turns, not in each one.
FOLD_TO = 0.6


def overflows(messages: Sequence[BaseMessage], bounds: Bounds) -> bool:
    """Whether the window holds more tokens than it may, and more than the current turn."""
    several_turns = sum(isinstance(message, HumanMessage) for message in messages) > 1
    return several_turns and count_message_tokens(messages) > bounds.window_tokens


def summarize_node(
    bounds: Bounds,
) -> Node[TurnState]:
    async def summarize(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
        """Fold whole turns, oldest first, until the rest fits; the current turn always stays."""
        del runtime
        with span(SpanKind.NODE, "summarize"):
            folded, lines = fold(state.get("messages", []), budget=int(bounds.window_tokens * FOLD_TO))
        kept_lines = [*state.get("folded", []), *lines][-MAX_LINES:]
        return TurnState(
            messages=[RemoveMessage(id=message.id) for message in folded if message.id],
            folded=kept_lines,
        )

    return summarize


def fold(messages: Sequence[BaseMessage], *, budget: int) -> tuple[list[BaseMessage], list[str]]:
    """The messages to drop so that the rest has at most `budget` tokens, and a line for each dropped turn."""
    turns = _turns(messages)
    remaining = count_message_tokens(messages)
    dropped: list[BaseMessage] = []
    lines: list[str] = []
    for turn in turns[:-1]:
        if remaining <= budget:
            break
        remaining -= count_message_tokens(turn)
        dropped.extend(turn)
        lines.append(_line(turn))
    return dropped, lines


def _turns(messages: Sequence[BaseMessage]) -> list[list[BaseMessage]]:
    starts = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    edges = [0, *(start for start in starts if start > 0), len(messages)]
    return [list(messages[start:end]) for start, end in pairwise(edges)]


def _line(turn: Sequence[BaseMessage]) -> str:
    asked = " ".join(message.text for message in turn if isinstance(message, HumanMessage))
    answered = " ".join(message.text for message in turn if isinstance(message, AIMessage))
    return f"Asked: {_short(asked)} Answered: {_short(answered)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LINE_CHARS else flat[: LINE_CHARS - 1] + "…"
