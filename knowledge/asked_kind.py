"""What kind of thing a question asks for (a weight, a name, a reason), and whether a sentence says one.

Words are compared by their stems, cut off by simple rules for English and German: what matters is that both
sides are cut alike.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

_WORD: Final = re.compile(r"[\w-]+")
_END: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_ENDINGS: Final = ("ing", "ies", "ied", "es", "ed", "s", "e", "y")
# A stem has more letters than these.
_SHORT: Final = 3


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    asks: list[str]
    answer: list[str]


class _Kinds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    small_words: list[str]
    fragments: dict[str, str]
    kind: list[_Row]


@dataclass(frozen=True, slots=True)
class AskedKind:
    name: str
    asks: re.Pattern[str]
    answer: re.Pattern[str]

    def is_in(self, sentence: str) -> bool:
        return self.answer.search(sentence) is not None


def asked_kind(question: str) -> AskedKind | None:
    """None: nothing of a kind that can be told by its form."""
    return next((kind for kind in _kinds() if kind.asks.search(question)), None)


def said_of(question: str, passage: str, headings: Iterable[str] = ()) -> float:
    """How many of the question's words stand in a sentence that says what is asked for, or in the one before.

    From 0 to 1, by the best of the passage's sentences; 1 where the question has none but small words. Where
    nothing of a kind is asked for, it may be a mere subject, and `headings` count too.
    """
    asked = stems(question)
    if not asked:
        return 1.0
    kind, best, before = asked_kind(question), 0, frozenset[str]()
    above = stems(" ".join(headings)) if kind is None else frozenset[str]()
    for sentence in filter(None, map(str.strip, _END.split(passage))):
        words = stems(sentence)
        if kind is None or kind.is_in(sentence):
            best = max(best, len(asked & (above | before | words)))
        before = words
    return best / len(asked)


def number_pattern() -> str:
    """A regular expression: in figures or in words."""
    return _read().fragments["number"]


def stems(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text.replace("'s", "")))
    return frozenset(_stem(word) for word in words if len(word) > 1 and word not in _small_words())


def _stem(word: str) -> str:
    if len(word) == _SHORT + 1 and word.endswith("s") and not word.endswith("ss"):
        return word.removesuffix("s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + _SHORT:
            return word.removesuffix(ending)
    return word


@cache
def _kinds() -> tuple[AskedKind, ...]:
    read = _read()
    return tuple(
        AskedKind(row.name, _any_of(row.asks, {}, re.IGNORECASE), _any_of(row.answer, read.fragments))
        for row in read.kind
    )


@cache
def _small_words() -> frozenset[str]:
    return frozenset(word for line in _read().small_words for word in line.split())


@cache
def _read() -> _Kinds:
    return _Kinds.model_validate(tomllib.loads((files("knowledge") / "asked_kinds.toml").read_text("utf-8")))


def _any_of(
    patterns: list[str], fragments: dict[str, str], flags: re.RegexFlag = re.NOFLAG
) -> re.Pattern[str]:
    pattern = "|".join(f"(?:{one})" for one in patterns)
    for name in reversed(fragments):
        pattern = pattern.replace(f"{{{name}}}", fragments[name])
    return re.compile(pattern, flags)
