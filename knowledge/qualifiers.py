"""What binds a question to one of several: the code, number or name of a thing, the year, the quarter.

Passages about the very thing but another machine, size or year are nearest of all, and no answer. By the form
of the words: no list knows what a shop's things are called.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

_WORD: Final = re.compile(r"\w+")
# ER32, VF-4, 2SS: letters and digits.
_CODE: Final = re.compile(r"[^\W\d_]+-?\d\w*|\d+[^\W\d_]\w*")
# How documents may write it: "VF 4", "VF4".
_PARTED: Final = re.compile(r"\b([^\W\d_]+)[- ]?(\d\w*)")
_AMOUNT: Final = re.compile(r"\d+([^\W\d_]+)")
# The first word of a sentence has a capital in any case.
_BEGIN: Final = re.compile(r"(?:^|[.?!:;]\s)\W*(\w+)")
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_QUARTER: Final = re.compile(r"q[1-4]")
_GERMAN_ENDING: Final = re.compile(r"e[nrsm]?$")
# A shorter bare number may be an amount of anything.
_DIGITS: Final = 3


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    capital_nouns: str
    calendar: str
    before_amounts: str
    units: str
    behind_numbers: str
    spans: str
    ordinals: list[str]
    periods: list[str]


def designations(question: str) -> frozenset[str]:
    """What things are called in it, in small letters: codes (ER32), numbers (the 2600), names (Okuma)."""
    codes = [match for match in _CODE.finditer(question) if _is_code(match[0])]
    left = _CODE.sub(lambda match: " " * len(match[0]), question)
    found = list(_WORD.finditer(left))
    words = [match[0] for match in found]
    numbers = (
        word
        for place, word in enumerate(words)
        if _is_called_by_number(words, place) and not _is_in_an_amount(question, found[place])
    )
    begin = {match[1] for match in _BEGIN.finditer(question)}
    named = _named_by_capitals(words, begin)
    return frozenset(word.casefold() for word in (*(match[0] for match in codes), *numbers, *named))


def called(texts: Iterable[str]) -> frozenset[str]:
    """What may be called something in the texts: all of their words, and two that may be one code."""
    found: set[str] = set()
    for text in texts:
        plain = text.casefold()
        found.update(_WORD.findall(plain))
        found.update("".join(parts) for parts in _PARTED.findall(plain))
    return frozenset(found | {word.removesuffix("s") for word in found})


def is_called(designation: str, words: Collection[str]) -> bool:
    """Whether it is among the words of `called`."""
    plain = designation.replace("-", "")
    return plain in words or plain.removesuffix("s") in words


def is_unknown(designation: str, unknown: Collection[str]) -> bool:
    """Whether no document has it; `unknown`: the words that no document has, as the index parts them."""
    forms = {designation, f"-{designation.rpartition('-')[2]}"} if "-" in designation else {designation}
    plural = designation.endswith("s") and not any(sign.isdigit() for sign in designation)
    return not forms.isdisjoint(unknown) and (not plural or designation.removesuffix("s") in unknown)


def is_of_another_time(question: str, sentence: str, headings: str) -> bool:
    """Whether it tells of another year, quarter, half or shift, and not of the one that is asked about."""
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(sentence))
    if (
        asked
        and told
        and not asked & (told | set(_YEAR.findall(headings)))
        and not _tells_of_a_span(sentence)
    ):
        return True
    nths = _nths(sentence)
    of_one_kind = {period for period, _ in nths}
    return any(nth not in nths and nth[0] in of_one_kind for nth in _nths(question))


def _named_by_capitals(words: Sequence[str], begin: Collection[str]) -> frozenset[str]:
    """Words in capitals throughout, and where capitals are rare those that begin with one."""
    within = [word for word in words if word[0].isalpha() and word not in begin]
    capitals = {word for word in within if word[0].isupper() and len(word) > 1} - _calendar(within)
    if 2 * len(capitals) > len(within):
        return frozenset()
    german = not _listed("capital_nouns").isdisjoint(word.casefold() for word in words)
    return frozenset(word for word in capitals if word.isupper() or not german)


def _calendar(words: Iterable[str]) -> set[str]:
    return {word for word in words if word.casefold() in _listed("calendar")}


def _is_code(word: str) -> bool:
    """Neither "5mm" nor "12th" nor "Q3"."""
    amount = _AMOUNT.fullmatch(word.casefold())
    of_amounts = amount is not None and (
        amount[1] in _listed("units") or amount[1] in _listed("behind_numbers")
    )
    return not of_amounts and not _QUARTER.fullmatch(word.casefold())


def _is_called_by_number(words: Sequence[str], place: int) -> bool:
    word = words[place]
    if not word.isdigit() or len(word) < _DIGITS or _YEAR.fullmatch(word) or place == 0:
        return False
    behind = words[place + 1].casefold() if place + 1 < len(words) else ""
    return words[place - 1].casefold() not in _listed("before_amounts") and behind not in _listed("units")


def _is_in_an_amount(question: str, number: re.Match[str]) -> bool:
    """ "$150", "0.125", "2,000"."""
    before, behind = question[: number.start()], question[number.end() :]
    return re.search(r"[$€£]\s?$|\d[.,]$", before) is not None or re.match(r"[.,]\d", behind) is not None


def _tells_of_a_span(sentence: str) -> bool:
    return not _listed("spans").isdisjoint(word.casefold() for word in _WORD.findall(sentence))


def _nths(text: str) -> set[tuple[int, int]]:
    """Which quarters, halves and shifts are named: the kind's row, and the how manieth."""
    words = [word.casefold() for word in _WORD.findall(text)]
    found: set[tuple[int, int]] = set()
    for place, word in enumerate(words):
        counted = word if _QUARTER.fullmatch(word) else "".join(words[place + 1 : place + 2])
        nth, period = _row(_GERMAN_ENDING.sub("", word), "ordinals"), _row_begun(counted)
        if nth is not None and period is not None:
            found.add((period, nth))
    return found


def _row(word: str, table: str) -> int | None:
    return next((row for row, words in enumerate(_rows(table)) if word in words), None)


def _row_begun(word: str) -> int | None:
    if _QUARTER.fullmatch(word):
        word = "quarter"
    rows = enumerate(_rows("periods"))
    return next((row for row, begins in rows if word.startswith(tuple(begins))), None)


@cache
def _rows(table: str) -> tuple[frozenset[str], ...]:
    rows = _read().ordinals if table == "ordinals" else _read().periods
    return tuple(frozenset(row.split()) for row in rows)


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(str(getattr(_read(), name)).split())


@cache
def _read() -> _Words:
    return _Words.model_validate(tomllib.loads((files("knowledge") / "qualifiers.toml").read_text("utf-8")))
