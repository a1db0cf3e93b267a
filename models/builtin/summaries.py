"""A conversation retold without a language model: a line for each turn, of quoted words and nothing else."""

import json
import re
from collections.abc import Sequence
from typing import Final

from typing_extensions import TypedDict

from leadhand.errors import JsonValue

MAX_CHARS: Final = 2_000
_ASKED_CHARS: Final = 140
_ANSWERED_CHARS: Final = 160
_ABOUT_CHARS: Final = 100
_OLDER: Final = "(What was said before is left out.)"
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
_MARKUP: Final = re.compile(r"[*_`#]+")


class PastTurn(TypedDict):
    """`calls`: each the tool's name and the JSON of its input."""

    asked: str
    answered: str
    calls: list[str]


def retold(before: str, turns: Sequence[PastTurn], *, most_chars: int = MAX_CHARS) -> str:
    """`before` and a line for each turn; what does not fit is left out, the oldest first.

    Nothing is computed or worded anew: figures stand only where an answer had them.
    """
    lines = [line for line in before.splitlines() if line.strip() and line != _OLDER]
    lines.extend(_line(turn) for turn in turns)
    kept: list[str] = []
    room = most_chars - len(_OLDER)
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            return "\n".join([_OLDER, *kept[::-1]])
        kept.append(line)
    return "\n".join(kept[::-1])


def _line(turn: PastTurn) -> str:
    about = dict.fromkeys(name for call in turn["calls"] for name in _named(call))
    named = f" ({_cut(', '.join(about), _ABOUT_CHARS)})" if about else ""
    return f"- Asked: {_cut(turn['asked'], _ASKED_CHARS)}{named} Answered: {_headline(turn['answered'])}"


def _headline(answer: str) -> str:
    """The first sentences of the answer that fit; tables and lists are passed over."""
    plain = [
        line for line in answer.splitlines() if line.strip() and not line.lstrip().startswith(("|", "- "))
    ]
    text = _MARKUP.sub("", " ".join(" ".join(plain).split()))
    told = ""
    for sentence in _SENTENCE_END.split(text):
        if told and len(told) + len(sentence) >= _ANSWERED_CHARS:
            break
        told = f"{told} {sentence}".strip()
    return _cut(told, _ANSWERED_CHARS) or "(nothing)"


def _named(call: str) -> list[str]:
    """What the call was about: the texts of its input."""
    try:
        given: JsonValue = json.loads(call.partition(" ")[2] or "null")
    except ValueError:
        return []
    return list(_texts(given))


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def _cut(text: str, chars: int) -> str:
    """At the end of a word: half a figure is another figure."""
    flat = " ".join(text.split())
    if len(flat) <= chars:
        return flat
    return (flat[: chars - 1].rpartition(" ")[0]) + "…"
