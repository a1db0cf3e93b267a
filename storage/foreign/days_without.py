"""Days on which a roster says nothing of people whom it names: they stay as their week says, or are off."""

from collections.abc import Iterator, Mapping, Set
from datetime import date, timedelta

from leadhand.errors import InvalidRequest
from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Scoped

DAYS_WITHOUT, OFF, OFF_WEEKS, USUAL = "days_without", "off", "off_weeks", "usual"
_ONE_DAY, _MOST_DAYS, _SUNDAY = timedelta(days=1), 366, 6


def said_of_days(scope: Scoped) -> str | None:
    """What days without a shift are; None: nobody says so.

    Raises:
        InvalidRequest: another answer.
    """
    said = scope.optional(DAYS_WITHOUT)
    if said not in (None, OFF, OFF_WEEKS, USUAL):
        right = ", ".join((OFF, OFF_WEEKS, USUAL))
        raise InvalidRequest(f"{DAYS_WITHOUT}={shown(said)} is no answer; right would be: {right}.")
    return said


def days_missing(named: Mapping[str, Set[date]], *, weeks: bool) -> Iterator[tuple[str, date]]:
    """The days that no row names of each person, from the first to the last one of all rows; `weeks`: of the
    whole weeks, from Monday on, in which these are."""
    days = {day for found in named.values() for day in found}
    if not days:
        return
    first, last = min(days), max(days)
    if weeks:
        first -= _ONE_DAY * first.weekday()
        last += _ONE_DAY * (_SUNDAY - last.weekday())
    count = (last - first).days + 1
    for person, found in named.items() if count <= _MOST_DAYS else ():
        for day in (first + number * _ONE_DAY for number in range(count)):
            if day not in found:
                yield person, day


def tell_missing(missing: int, place: str, findings: Findings) -> None:
    """That days without a row stay as the plan has them."""
    if missing:
        text = (
            f"{missing} days of people between others of the file have no row, and stay as their week says: "
            f"{DAYS_WITHOUT}={OFF} makes them days off, {DAYS_WITHOUT}={USUAL} says so"
        )
        findings.notice(place, None, text)
