"""The window of a conversation: what of it stands in the state and is sent to the model.

Counted in whole turns, each a question and all that followed it. A question's message carries its place in
the transcript in its id, so that a summary of the transcript can say which turns it covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from langchain_core.messages import BaseMessage, HumanMessage

from models.tokens import count_message_tokens

_QUESTION = "question-"


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a conversation is kept word for word.

    After a turn with more than `fold_above` of `tokens`, or of `turns`, the oldest turns are to be folded
    into the summary until `fold_to` is left: so one is written once in several turns, after an answer. When
    that comes too late, the graph itself folds what is above the whole.
    """

    tokens: int
    turns: int = 24
    fold_above: float = 0.75
    fold_to: float = 0.4


@dataclass(frozen=True, slots=True)
class WindowTurn:
    """`seq`: of its question in the transcript; None where that is not known."""

    seq: int | None
    messages: tuple[BaseMessage, ...]
    tokens: int


def question_id(seq: int) -> str:
    """The id of the message of the question at `seq` of the transcript."""
    return f"{_QUESTION}{seq}"


def turns_of(messages: Sequence[BaseMessage]) -> list[WindowTurn]:
    """The turns, oldest first; what stands before the first question belongs to its turn."""
    starts = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    edges = [0, *(start for start in starts if start > 0), len(messages)]
    return [_turn(tuple(messages[start:end])) for start, end in pairwise(edges) if end > start]


def overflows(messages: Sequence[BaseMessage], window: Window) -> bool:
    """Whether the window holds more than it may, and more than the current turn."""
    turns = turns_of(messages)
    return len(turns) > 1 and (len(turns) > window.turns or _tokens(turns) > window.tokens)


def folded(messages: Sequence[BaseMessage], window: Window) -> list[WindowTurn]:
    """The oldest turns to leave the window, so that `fold_to` of it is left; never the current one."""
    turns = turns_of(messages)
    remaining, count, leaving = _tokens(turns), len(turns), list[WindowTurn]()
    for turn in turns[:-1]:
        if remaining <= window.tokens * window.fold_to and count <= window.turns * window.fold_to:
            break
        remaining, count = remaining - turn.tokens, count - 1
        leaving.append(turn)
    return leaving


def fold_through(messages: Sequence[BaseMessage], window: Window) -> int | None:
    """The seq of the last message that a summary should cover after this turn; None: it need not yet."""
    turns = turns_of(messages)
    if len(turns) <= window.turns * window.fold_above and _tokens(turns) <= window.tokens * window.fold_above:
        return None
    leaving = len(folded(messages, window))
    # The transcript's numbers have no gap before a question but for what was cut off.
    first_kept = turns[leaving].seq if leaving else None
    return first_kept - 1 if first_kept is not None else None


def covered(messages: Sequence[BaseMessage], through_seq: int) -> list[BaseMessage]:
    """The messages that a summary of all up to `through_seq` tells; the current turn is never among them."""
    turns = turns_of(messages)[:-1]
    last = max(
        (i for i, turn in enumerate(turns) if turn.seq is not None and turn.seq <= through_seq), default=-1
    )
    return [message for turn in turns[: last + 1] for message in turn.messages]


def _turn(messages: tuple[BaseMessage, ...]) -> WindowTurn:
    question = next((message for message in messages if isinstance(message, HumanMessage)), None)
    return WindowTurn(_seq_of(question), messages, count_message_tokens(messages))


def _seq_of(question: HumanMessage | None) -> int | None:
    mark, _, number = (question.id or "").rpartition("-") if question is not None else ("", "", "")
    return int(number) if f"{mark}-" == _QUESTION and number.isdecimal() else None


def _tokens(turns: Sequence[WindowTurn]) -> int:
    return sum(turn.tokens for turn in turns)
