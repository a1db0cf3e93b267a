"""Reads what a text says in numbers: amounts with their units, counts, dates, weeks, clock times.

Facts and a model's words are read alike, so that two ways to say a thing can be compared. What looks like a
number and cannot be read is told as such; nothing with a digit in it is passed over.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from reports.number_words import MONTHS, NUMBER_WORDS, UNITS, VAGUE, WEEKDAYS


class Kind(StrEnum):
    """A plain number is a count. `month_day`: a date without its year."""

    COUNT = "count"
    HOURS = "hours"
    PERCENT = "percent"
    MINUTES = "minutes"
    DAYS = "days"
    WEEKS = "weeks"
    DAY = "day"
    MONTH_DAY = "month_day"
    MONTH = "month"
    WEEKDAY = "weekday"
    WEEK = "week"
    CLOCK = "clock"


Quantity: TypeAlias = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity at [start, end) of the text; `quantity` None: it looks like one and cannot be read."""

    start: int
    end: int
    quantity: Quantity | None


def read(text: str, language: str) -> list[Found]:
    """In order, without overlaps. `language` decides whether "1,5" is one and a half."""
    found: list[Found] = []
    for pattern, meaning in _patterns(language):
        for match in pattern.finditer(text):
            if not any(match.start() < other.end and other.start < match.end() for other in found):
                found.append(Found(match.start(), match.end(), meaning(match)))
    left = list(text)
    for part in found:
        left[part.start : part.end] = " " * (part.end - part.start)
    for match in _WORD.finditer("".join(left)):
        if any(char.isnumeric() for char in match[0]):
            found.append(Found(match.start(), match.end(), None))
    return sorted(found, key=lambda part: part.start)


def implied(quantity: Quantity) -> set[Quantity]:
    """What a fact supports besides itself: a date its weekday, its month, and itself without the year."""
    kind, value = quantity
    if kind is not Kind.DAY:
        return {quantity}
    day = date.fromisoformat(value)
    return {
        quantity,
        (Kind.MONTH_DAY, f"{day.month}-{day.day}"),
        (Kind.MONTH, str(day.month)),
        (Kind.WEEKDAY, str(day.weekday())),
    }


_WORD = re.compile(r"\S+")
_OF_HOURS = r"(?:free|available|planned|working|freien?|verfügbaren?|geplanten?)"
_Meaning: TypeAlias = Callable[[re.Match[str]], Quantity | None]


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], _Meaning], ...]:
    """The more a pattern says, the earlier it comes."""
    months, days = _either(MONTHS), _either(WEEKDAYS)
    weekday = rf"(?:(?P<weekday>{days})\.?,?\s+(?:the\s+|dem\s+|den\s+)?)?"
    year, noon = r"(?:,?\s+(?P<year>\d{4}))?", r"(?P<half>[ap])\.?m\b\.?"
    decimal, group = (r"\,", r"\.") if language == "de" else (r"\.", r"\,")
    number = rf"(?P<number>[-+−]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{decimal}\d+)?)"
    begins, ends = r"(?<![\w.,:/−-])", r"(?!\w|[.,:]\d)"
    day, month = r"(?P<day>\d{1,2})", rf"(?P<name>{months})\b\.?"

    def amount(match: re.Match[str]) -> Quantity | None:
        return _amount(match, language)

    written: list[tuple[str, _Meaning]] = [
        (rf"{begins}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){ends}", _date),
        (rf"{begins}(?P<year>\d{{4}})-W(?P<week>\d\d){ends}", _week),
        (rf"\b(?:[Ww]eek|KW|Woche|W)\s?(?P<week>\d{{1,2}}){ends}", _week),
        (rf"\b{weekday}{day}\.\s?(?P<month>\d{{1,2}})\.(?:\s?(?P<year>\d{{4}}))?{ends}", _date),
        (rf"\b{weekday}{day}(?:\.|st|nd|rd|th)?\s+(?:of\s+)?{month}{year}(?!\w)", _date),
        (rf"\b{weekday}{month}\s+{day}(?:st|nd|rd|th)?{year}{ends}", _date),
        (rf"{begins}(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?:\s?(?:{noon}|Uhr\b))?{ends}", _clock),
        (rf"{begins}(?P<hour>\d{{1,2}})\s?(?:{noon}|Uhr\b)", _clock),
        (rf"{begins}{number}(?:\s|-)?(?:{_OF_HOURS}\s)?(?P<unit>{_either(UNITS)})(?!\w)", amount),
        (rf"{begins}{number}{ends}", amount),
        (rf"\b(?P<weekday>{_either(_whole(WEEKDAYS))})\b", _weekday),
        (rf"\b(?P<name>{_either(_whole(MONTHS))})\b", _month),
    ]
    # `\d` would take digits of every script.
    patterns = [(re.compile(text.replace(r"\d", "[0-9]")), meaning) for text, meaning in written]
    words = re.compile(rf"\b(?:{_either(NUMBER_WORDS)})\b", re.IGNORECASE)
    vague = re.compile(rf"\b(?:{'|'.join(VAGUE)})\b", re.IGNORECASE)
    # "Twenty-five" before "five".
    return (*patterns, (vague, lambda _: None), (words, _word))


def _whole(words: Mapping[str, int]) -> Mapping[str, int]:
    """Without abbreviations: alone they are other words ("so", "mar")."""
    return {word: number for word, number in words.items() if len(word) > 3 or word in {"May", "Mai"}}


def _either(words: Mapping[str, object]) -> str:
    """The longest first, so that "hours" is not read as "h"."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _date(match: re.Match[str]) -> Quantity | None:
    parts = match.groupdict()
    month = MONTHS[parts["name"]] if parts.get("name") else int(parts["month"])
    try:
        day = date(int(parts["year"] or 2024), month, int(parts["day"]))
    except ValueError:
        return None
    if not parts["year"]:
        return Kind.MONTH_DAY, f"{day.month}-{day.day}"
    weekday = parts.get("weekday")
    if weekday and WEEKDAYS[weekday] != day.weekday():
        return None
    return Kind.DAY, day.isoformat()


def _week(match: re.Match[str]) -> Quantity:
    return Kind.WEEK, str(int(match["week"]))


def _clock(match: re.Match[str]) -> Quantity | None:
    parts = match.groupdict()
    hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    return (Kind.CLOCK, f"{hour}:{minute:02}") if hour <= 24 and minute < 60 else None


def _amount(match: re.Match[str], language: str) -> Quantity:
    text = match["number"].replace("−", "-")
    plain = text.replace(".", "").replace(",", ".") if language == "de" else text.replace(",", "")
    value = Decimal(plain).normalize()
    unit = match.groupdict().get("unit")
    return Kind(UNITS[unit]) if unit else Kind.COUNT, f"{value:f}"


def _weekday(match: re.Match[str]) -> Quantity:
    return Kind.WEEKDAY, str(WEEKDAYS[match["weekday"]])


def _month(match: re.Match[str]) -> Quantity:
    return Kind.MONTH, str(MONTHS[match["name"]])


def _word(match: re.Match[str]) -> Quantity:
    return Kind.COUNT, str(NUMBER_WORDS[match[0].casefold()])
