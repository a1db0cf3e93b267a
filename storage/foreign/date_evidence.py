"""What the dates of a file say about whether the day, the month or the year comes first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from storage.foreign.date_forms import MAX_DATE_CHARS, NUMERIC, short_date
from storage.foreign.times_of_day import less_next_day

# Years that a plan may speak of, by their last two figures.
_YEARS = range(20, 60)


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """What the texts of a file say about day and month: an example of each reading. `day_or_year`: one with
    points, beside others of the file that begin with their year."""

    dmy: str | None = None
    mdy: str | None = None
    ymd: str | None = None
    either: str | None = None
    day_or_year: str | None = None


def date_evidence(texts: Iterable[str]) -> DateEvidence:
    """The first text that proves each order, and the first that could be read both ways."""
    found: dict[str, str] = {}
    for text in texts:
        order = _order_of(less_next_day(text)[0])
        if order is not None:
            found.setdefault(order, text)
    return DateEvidence(
        found.get("dmy"),
        found.get("mdy"),
        found.get("ymd"),
        found.get("either"),
        found.get("points") if "year first" in found else None,
    )


def _order_of(text: str) -> Literal["dmy", "mdy", "ymd", "either", "points", "year first"] | None:
    form = NUMERIC.fullmatch(text) if len(text) <= MAX_DATE_CHARS else None
    if form is None:
        return _order_of_short(text)
    if len(form["a"]) > 2:
        return "year first"
    if _begins_with_year(form):
        return "ymd"
    if form["sign"] == ".":
        return "points" if _may_begin_with_year(form) else None
    first, second = int(form["a"]), int(form["b"])
    if first == second or max(first, second) > 31 or min(first, second) > 12:
        return None
    return "dmy" if first > 12 else "mdy" if second > 12 else "either"


def _order_of_short(text: str) -> Literal["dmy", "mdy", "either"] | None:
    """Of a date without a year, such as `07/12`."""
    form = short_date(text)
    if form is None or form["sign"] == "." or form["a"] == form["b"]:
        return None
    return "dmy" if int(form["a"]) > 12 else "mdy" if int(form["b"]) > 12 else "either"


def _begins_with_year(form: re.Match[str]) -> bool:
    """Whether of `26/12/07` only the first number can be a year that is planned for."""
    if len(form["c"].lstrip("'")) > 2 or int(form["c"].lstrip("'")) in _YEARS:
        return False
    return int(form["a"]) in _YEARS and 1 <= int(form["b"]) <= 12 and 1 <= int(form["c"].lstrip("'")) <= 31


def _may_begin_with_year(form: re.Match[str]) -> bool:
    """`26.11.30` among dates that begin with their year; elsewhere points are written where the day does."""
    return (
        len(form["c"].lstrip("'")) == 2 and int(form["a"]) in _YEARS and 1 <= int(form["c"].lstrip("'")) <= 31
    )
