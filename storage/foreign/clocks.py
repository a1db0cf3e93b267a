"""Times of day that are bare numbers, such as 730 or 14.5, and times of another zone than the shop's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadhand.errors import InvalidRequest
from storage.exchange.kinds import Refused
from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Decisions, Question, Scoped, Undecided
from storage.foreign.moments import Moment
from storage.foreign.times_of_day import clock_of

TIME_ZONE = "time_zone"
_DAY_HOURS, _DAY_MINUTES = 24, 24 * 60
_BARE = re.compile(r"\d{1,3}|\d{1,2}[.,]\d", re.ASCII)
_MEANINGS = {
    "h": "hours: 6 is 6:00, 14.5 is 14:30",
    "hhmm": "hours and minutes: 730 is 7:30, 45 is 0:45; 6 must be written 0600 or 0006",
    "h.mm": "hours, and minutes behind the sign: 14.3 and 14.30 are 14:30",
    "min": "minutes since midnight: 450 is 7:30",
}


def bare_clock(value: object) -> Decimal | None:
    """The number of a cell that may be a time of day as a number alone; 0630 as text says itself what it is,
    and so does a part of the day, 0.25."""
    if isinstance(value, str) and _BARE.fullmatch(value):
        value = Decimal(value.replace(",", "."))
    if isinstance(value, Decimal) and (value == 0 or 1 <= value <= _DAY_HOURS * 100):
        return value
    return None


def minute_of(value: time | Decimal | str, form: str | None) -> int | None:
    """The minute of the day, up to 1440, of a cell that is a time without a date; None: it is no such cell.

    Raises:
        Undecided: it is a bare number, and nobody has said what it counts.
        Refused: it looks like a time, and there is none such.
    """
    number = bare_clock(value)
    if number is None:
        return clock_of(value)
    if form is None:
        raise Undecided("is a number, not a time of the day", "an answer to clock")
    if form == "hhmm" and 1 <= number <= _DAY_HOURS:
        raise Refused(
            "could be an hour, or minutes after midnight", f"such as {number}:00 or 0:{int(number):02}"
        )
    return _minute(number, form)


def _minute(number: Decimal, form: str) -> int | None:
    """The minute that a number says in a form; None: it can be none in this form."""
    whole = int(number)
    if form == "h":
        minute = number * 60
    elif form == "min":
        minute = number
    elif form == "hhmm":
        minute = (
            Decimal(whole // 100 * 60 + whole % 100)
            if number == whole and whole % 100 < 60
            else Decimal("0.5")
        )
    else:
        behind = (number - whole) * 100
        minute = whole * 60 + behind if behind < 60 else Decimal("0.5")
    return int(minute) if minute == int(minute) and minute <= _DAY_MINUTES else None


def clock_form_of(scope: Scoped, values: Iterable[object]) -> str | None:
    """What the bare numbers among times of day count; None: there are none, or it is asked."""
    numbers = [number for value in values if (number := bare_clock(value)) is not None]
    if not numbers:
        return scope.optional("clock")
    can = [form for form in _MEANINGS if all(_minute(number, form) is not None for number in numbers)]
    if "h.mm" in can and all(number == int(number) for number in numbers):
        can.remove("h.mm")  # says the same as h
    example = shown(", ".join(format(number, "f") for number in list(dict.fromkeys(numbers))[:4]))
    question = Question(
        "clock",
        f"Which times of the day are the numbers {example}?",
        tuple(Choice(form, _MEANINGS[form]) for form in can or _MEANINGS),
        why="a number alone is no time",
        suggested="h" if "h" in can else can[0] if can else None,
    )
    proven = (can[0], f"{example} can be nothing else") if len(can) == 1 else None
    return scope.settle(question, proven=proven, fits=_MEANINGS.__contains__)


@dataclass(frozen=True, slots=True)
class Zones:
    """The clock that a file's times follow, and the shop's."""

    file: ZoneInfo
    shop: ZoneInfo

    def of_shop(self, moment: Moment) -> Moment:
        """A time without an offset as the shop's clock shows it; a date alone stays."""
        if moment.minute is None or moment.offset or self.file.key == self.shop.key:
            return moment
        wall = Moment(moment.day).later(moment.minute)
        at = datetime.combine(wall.day, time((wall.minute or 0) // 60, (wall.minute or 0) % 60), self.file)
        local = at.astimezone(self.shop)
        return Moment(local.date(), local.hour * 60 + local.minute, local.isoformat()[-6:])


def zone_said(decisions: Decisions, key: str = TIME_ZONE) -> ZoneInfo | None:
    """The zone that a person says the file's times are of.

    Raises:
        InvalidRequest: there is no such zone.
    """
    said = decisions.optional(key)
    if said is None:
        return None
    try:
        return ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(
            f"{shown(key)}={shown(said)} is no time zone; right would be: Europe/Berlin, UTC or such."
        ) from None


def instant(moment: Moment, zone: ZoneInfo) -> datetime:
    """When a moment is, in UTC."""
    if moment.offset:
        return datetime.fromisoformat(moment.canonical.replace("Z", "+00:00")).astimezone(UTC)
    minute = moment.minute or 0
    wall = datetime.combine(moment.day, time(minute // 60, minute % 60))
    return wall.replace(tzinfo=zone).astimezone(UTC)
