"""Reads what a person answered to an open quiz: "1b 2a 3c", "the second one", "b, a", "weiß nicht", "8 %"."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pydantic import BaseModel

from knowledge.quiz.questions import LETTERS

# "1b", "2: c", "3) the second", "4 don't know".
_NUMBERED = (
    r"(?<![\w.,])(?:q|question|frage|no\.?|nr\.?|#)?\s*(?P<number>\d{{1,2}})\s*(?:[.):=–-]|is|ist)?\s*{said}"
)
_SAID = r"(?:(?:the|die|der|das|option|answer|antwort)\s+)?\(?(?P<said>{words})\)?(?![\w%°])"
_SIGNS = re.compile(r"[\s,;:.!?()/&+–-]+")
_PARTS = re.compile(r"[;\n]+|,\s+")
_LEADING_NUMBER = re.compile(r"(?:(?:question|frage)\s+)?(?P<number>\d{1,2})\s*[.):=]\s*(?P<said>.+)")


@dataclass(frozen=True, slots=True)
class Choices:
    """By question, from 1: which option, from 0, or None for "I do not know". `unclear`: not understood."""

    by_number: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    unclear: tuple[str, ...] = ()


class _Words(BaseModel):
    ordinals: list[list[str]]
    last: list[str]
    unknown: list[str]
    fillers: frozenset[str]


def read_answers(
    said: Sequence[str], options: Mapping[int, Sequence[str]], unanswered: Sequence[int]
) -> Choices:
    """`options` of every question by its number; what names none is for those `unanswered`, in order."""
    found: dict[int, int | None] = {}
    unclear: list[str] = []
    for text in said:
        left = [number for number in unanswered if number not in found]
        read = _numbered(text, options) or _in_order(text, options, left) or _by_text(text, options, left)
        if not read:
            unclear.append(text)
        for number, choice in (read or {}).items():
            found.setdefault(number, choice)
    return Choices(found, tuple(unclear))


def _numbered(text: str, options: Mapping[int, Sequence[str]]) -> dict[int, int | None] | None:
    """Every answer with its question's number, and nothing beside them that could mean something."""
    plain = _plain(text)
    found: dict[int, int | None] = {}
    for match in _numbered_pattern().finditer(plain):
        number = int(match["number"])
        choice = _choice(match["said"], len(options.get(number, ())))
        if choice == _NO_CHOICE or number in found:
            return None
        found[number] = choice
    rest = _numbered_pattern().sub(" ", plain)
    return found if found and not _telling(rest) else None


def _in_order(
    text: str, options: Mapping[int, Sequence[str]], unanswered: Sequence[int]
) -> dict[int, int | None] | None:
    """Letters, places ("the second one") or figures alone: one for each question that is left."""
    plain = _plain(text)
    for unknown in _words().unknown:
        plain = plain.replace(unknown, " ? ")
    said = [
        word
        for word in _SIGNS.split(plain.replace("?", " unknown "))
        if word not in _words().fillers and word
    ]
    if not said or len(said) > len(unanswered):
        return None
    figures = sum(word.isdecimal() for word in said)
    if figures and not figures == len(said) == len(unanswered):
        return None
    found: dict[int, int | None] = {}
    for number, word in zip(unanswered, said, strict=False):
        choice = None if word == "unknown" else _choice(word, len(options[number]), figures=True)
        if choice == _NO_CHOICE:
            return None
        found[number] = choice
    return found


def _by_text(
    text: str, options: Mapping[int, Sequence[str]], unanswered: Sequence[int]
) -> dict[int, int | None] | None:
    """The words of an option, with or without the question's number; all parts of the text, or none."""
    whole = _of_option(text, options, unanswered)
    if whole:
        return whole
    found: dict[int, int | None] = {}
    for part in filter(None, (part.strip() for part in _PARTS.split(text))):
        one = _of_option(part, options, [number for number in unanswered if number not in found])
        if not one:
            return None
        found |= one
    return found or None


def _of_option(
    text: str, options: Mapping[int, Sequence[str]], unanswered: Sequence[int]
) -> dict[int, int | None]:
    """{} where no question has it, or several."""
    match = _LEADING_NUMBER.fullmatch(_plain(text))
    numbers = [int(match["number"])] if match else list(unanswered)
    said = _bare(match["said"] if match else text)
    hits = [
        (number, choice)
        for number in numbers
        for choice, option in enumerate(options.get(number, ()))
        if _bare(option) == said
    ]
    return dict(hits) if len(hits) == 1 else {}


_NO_CHOICE = -1


def _choice(said: str, count: int, *, figures: bool = False) -> int | None:
    """The option's place; None for "I do not know", _NO_CHOICE for what is no option of so many."""
    words = _words()
    if said in words.unknown:
        return None
    place = _NO_CHOICE
    if said in words.last:
        place = count - 1
    elif len(said) == 1 and said in LETTERS:
        place = LETTERS.index(said)
    elif figures and said.isdecimal():
        place = int(said) - 1
    else:
        place = next((at for at, names in enumerate(words.ordinals) if said in names), _NO_CHOICE)
    return place if 0 <= place < count else _NO_CHOICE


def _telling(text: str) -> list[str]:
    return [word for word in _SIGNS.split(text) if word and word not in _words().fillers]


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().replace("ß", "ss").split()).replace("weiss", "weiß")


def _bare(text: str) -> str:
    return " ".join(_plain(text).strip(" .!\"'„“”").split())


@cache
def _words() -> _Words:
    return _Words.model_validate(tomllib.loads((files("knowledge.quiz") / "answers.toml").read_text("utf-8")))


@cache
def _numbered_pattern() -> re.Pattern[str]:
    words = _words()
    said = [*words.unknown, *words.last, *(name for names in words.ordinals for name in names)]
    listed = "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))
    return re.compile(_NUMBERED.format(said=_SAID.format(words=f"{listed}|[{LETTERS}]")))
