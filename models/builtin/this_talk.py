"""What was said earlier in the present conversation: the record of turns that left the window, and others."""

import json
import re
from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from leadhand.errors import JsonValue
from models.builtin.summaries import PastTurn, retold
from models.builtin.words import words_of

# Lines that are told; what a reader takes in at once.
MAX_LINES = 12
# Words with fewer letters say little; figures always count.
_SHORT = 3
# They stand beside a name, or do not.
_KINDS = frozenset({"order", "job", "auftrag", "machine", "maschine"})
_RECORD = re.compile(r'^\{"summary":.*\}$', re.MULTILINE)


def said_here(messages: Sequence[BaseMessage], about: str | None) -> list[str]:
    """A line for each turn before the newest question, the newest MAX_LINES.

    With `about` those alone that speak of all of it.
    """
    lines = [line.strip().removeprefix("- ") for line in [*_record(messages), *_in_window(messages)]]
    wanted = _telling(about or "") - _KINDS
    if about is not None and not wanted:
        return []
    return [line for line in lines if line and wanted <= _telling(line)][-MAX_LINES:]


def _record(messages: Sequence[BaseMessage]) -> Iterator[str]:
    """What the prompt tells of turns that are no longer in it."""
    for message in messages:
        found = _RECORD.search(message.text) if isinstance(message, SystemMessage) else None
        if found:
            yield from _lines(found[0])


def _lines(record: str) -> Iterator[str]:
    """Of a record that something on its way has cut there are none."""
    try:
        value: JsonValue = json.loads(record)
    except ValueError:
        return
    if isinstance(value, dict):
        summary, since = value.get("summary"), value.get("since")
        yield from str(summary or "").splitlines()
        yield from (str(line) for line in (since if isinstance(since, list) else []))


def _in_window(messages: Sequence[BaseMessage]) -> Iterator[str]:
    turns: list[PastTurn] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append({"asked": message.text, "answered": "", "calls": []})
        elif isinstance(message, AIMessage) and turns and message.text:
            turns[-1]["answered"] = message.text
    for turn in turns[:-1]:
        yield retold("", [turn])


def _telling(text: str) -> frozenset[str]:
    return frozenset(
        word.plain.removesuffix("s") for word in words_of(text) if len(word.raw) > _SHORT or word.is_number
    )
