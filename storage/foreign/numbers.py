"""Numbers as people of different countries write them. Which sign parts the decimals is decided for a
file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.decisions import Undecided
from storage.foreign.vocabulary import folded, key_of, words

Sign: TypeAlias = Literal["comma", "point"]
SIGNS: dict[Sign, str] = {"comma": ",", "point": "."}
MAX_NUMBER_CHARS = 40

# Thousands may also be parted by an apostrophe or a (narrow) space, which settle nothing about the decimals.
_QUIET = re.compile(r"(?<=\d)['’\u00a0\u202f\u2009 ](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the texts of a file say about its decimal sign: an example of each reading."""

    comma: str | None = None
    point: str | None = None
    either: str | None = None


def looks_like_number(text: str) -> bool:
    return len(text) <= MAX_NUMBER_CHARS and _NUMBER.fullmatch(_QUIET.sub("", text)) is not None


_WITH_UNIT = re.compile(r"([+-]?[\d.,'’ \u00a0\u202f]*\d)\s*([^\W\d]+\.?)", re.ASCII | re.IGNORECASE)
_WITH_WORDS = re.compile(
    r"(?P<number>[+-]?[0-9.,'’ \u00a0\u202f\u2009]*[0-9])\s*(?P<words>[^\W\d_][^\d]{0,20})"
)


def amount_and_words(text: str) -> tuple[str, str]:
    """The number that a text begins with, and the words behind it; no words: all of it."""
    form = _WITH_WORDS.fullmatch(text)
    return (text, "") if form is None else (form["number"].strip(), form["words"].strip())


def less_multiple(text: str) -> str:
    """The number of a text that a word multiplies, such as `0,16 mil`."""
    number, behind = amount_and_words(text)
    return number if multiple_in(behind) is not None else text


def multiple_in(words_behind: str) -> str | None:
    """The word that multiplies, such as `mil` of `mil pz`; of signs that are words (千個) the first."""
    first = words_behind.split(maxsplit=1)[0] if words_behind.strip() else ""
    for word in (words_behind.strip(), first, first[:1] if not first.isascii() else ""):
        if word and key_of("multiples", word) is not None:
            return word
    return None


def bare_number(text: str) -> str:
    """The number of a text such as `1.250 Stk.`; a minus may stand behind it, as in `15-`."""
    form = _WITH_UNIT.fullmatch(text)
    if form is not None and folded(form[2]) in words("units")["piece"]:
        return form[1].strip()
    return f"-{text[:-1]}" if text[:-1].isdigit() and text.endswith("-") else text


def without_unit(text: str) -> str:
    """The number of a text with any unit behind it, such as `12,5 kg`."""
    form = _WITH_UNIT.fullmatch(text)
    return form[1].strip() if form is not None else less_multiple(text)


def decimal_evidence(texts: Iterable[str]) -> Evidence:
    """The first text that proves each sign, and the first that could be read both ways."""
    found: dict[str, str] = {}
    for text in map(without_unit, map(bare_number, texts)):
        sign = _sign_of(text)
        if sign is not None:
            found.setdefault(sign, text)
    return Evidence(found.get("comma"), found.get("point"), found.get("either"))


def _sign_of(text: str) -> Literal["comma", "point", "either"] | None:
    if not looks_like_number(text):
        return None
    plain = _QUIET.sub("", text).lstrip("+-")
    signs = re.findall(r"[.,]", plain)
    if not signs:
        return None
    last: Sign = "comma" if signs[-1] == "," else "point"
    other: Sign = "point" if last == "comma" else "comma"
    if len(set(signs)) == 2:
        return last if signs.count(signs[-1]) == 1 else None
    if len(signs) > 1:
        return other
    before, _, after = plain.partition(signs[0])
    grouped = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return "either" if grouped and plain == text.lstrip("+-") else last


def parse_number(text: str, decimal: Sign | None) -> Decimal:
    """The number; `decimal` None: no text of the file has such a sign, or nobody has decided yet.

    Raises:
        Refused: no number, or not written with this decimal sign.
    """
    if not looks_like_number(text):
        raise Refused("is not a number", "digits, such as 12")
    plain = _QUIET.sub("", text)
    sign, digits = (plain[0], plain[1:]) if plain[0] in "+-" else ("", plain)
    if digits.isdigit():
        return Decimal(sign + digits)
    if decimal is None:
        raise Undecided("has a sign between its digits whose meaning is not decided", "an answer to decimal")
    point = SIGNS[decimal]
    comma = "." if point == "," else ","
    whole, _, rest = digits.partition(point)
    groups = whole.split(comma)
    well_grouped = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    )
    if not well_grouped or (rest and not rest.isdigit()) or (digits.count(point) and not rest):
        raise Refused(
            f"is no number whose decimals a {decimal} parts, as decided for this file",
            f"such as 1{comma}250{point}5",
        )
    return Decimal(f"{sign}{''.join(groups) or '0'}.{rest or '0'}")
