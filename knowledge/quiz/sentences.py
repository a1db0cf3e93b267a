"""The sentences of a passage that can be asked about, as they stand there."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from knowledge.quiz.questions import Language

Table: TypeAlias = "dict[str, str | int | list[str] | Table]"

_END = re.compile(r"[.!?]+(?=\s)|\n+")
_BULLET = re.compile(r"\s*(?:[-–•*]|\d{1,2}[.)])\s+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage[start:end]`."""

    text: str
    start: int
    end: int


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """In their order, without what leads a list's entry; those that speak to a program are left out."""
    found: list[Sentence] = []
    start = 0
    for mark in [*_END.finditer(text), None]:
        end = len(text) if mark is None else mark.end()
        if mark is not None and not mark[0].isspace() and _goes_on(text, mark.start(), mark.end()):
            continue
        sentence = _trimmed(text, start, end)
        if sentence.text and not is_unfit(sentence.text):
            found.append(sentence)
        start = end
    return tuple(found)


def is_unfit(text: str) -> bool:
    """Whether it holds markup, an address, or words to a program."""
    return _unfit().search(text) is not None


def language_of(text: str) -> Language:
    """By the small words; English where they do not tell."""
    words = [word.casefold() for word in _WORD.findall(text)]
    table = word_lists("words")
    votes = {language: sum(word in table[language] for word in words) for language in ("en", "de")}
    return "de" if votes["de"] > votes["en"] else "en"


def _goes_on(text: str, stop: int, end: int) -> bool:
    """Whether a full stop ends no sentence: behind an abbreviation, or before no capital."""
    before = text[:stop].rsplit(None, 1)[-1] if text[:stop].split() else ""
    word = before.strip("(\"'„“").casefold()
    after = text[end:].lstrip()
    if text[stop] != ".":
        return False
    return word in word_lists("words")["abbreviations"] or after[:1].islower()


def _trimmed(text: str, start: int, end: int) -> Sentence:
    piece = text[start:end]
    bullet = _BULLET.match(piece)
    start += bullet.end() if bullet else len(piece) - len(piece.lstrip())
    stripped = text[start:end].rstrip()
    return Sentence(stripped, start, start + len(stripped))


@cache
def table_of(name: str) -> Table:
    """A table of terms.toml."""
    source: Table = tomllib.loads((files("knowledge.quiz") / "terms.toml").read_text("utf-8"))
    found = source[name]
    assert isinstance(found, dict), name  # noqa: S101
    return found


@cache
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """A table of lists of words."""
    return {key: frozenset(words) for key, words in table_of(name).items() if isinstance(words, list)}


@cache
def _unfit() -> re.Pattern[str]:
    patterns = table_of("unfit")["patterns"]
    assert isinstance(patterns, list)  # noqa: S101
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
