"""Cells that hold a date, an instant or a time of day.

An instant without an offset is the shop's wall clock. An hour that exists twice means the first of the two,
with a notice; one that the clocks jump over is refused.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from leadhand.errors import JsonValue
from storage.exchange.kinds import Place, Refused

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(3999, 12, 31)
_MINUTE, _NO_SHIFT = timedelta(minutes=1), timedelta()

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_POINTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(.*)", re.DOTALL)
_SLASHED = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2,4}.*", re.DOTALL)
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::00)?")


@dataclass(frozen=True, slots=True)
class Day:
    """A local date."""

    described: str = "date `2026-12-07`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        if _DATE.fullmatch(text) is None:
            raise _not_iso(text, "2026-12-07")
        return _day(text).isoformat()

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time, on the minute unless `exact`: ISO 8601, as a value in UTC, in a file local."""

    exact: bool = False

    @property
    def described(self) -> str:
        return "time" if not self.exact else "time, seconds allowed"

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        found = _INSTANT.fullmatch(text)
        if found is None:
            raise _no_instant(text)
        _day(found["day"])
        offset = found["offset"] or ""
        try:
            wall = datetime.fromisoformat(f"{found['day']}T{found['clock']}")
        except ValueError:
            raise Refused("is no time of the day", _clock_of(found)) from None
        if not self.exact and (wall.second or wall.microsecond):
            raise Refused("is not on the minute", f"{wall:%Y-%m-%d %H:%M}{offset}")
        utc = _at_offset(wall, offset) if offset else _by_the_clock(wall, at)
        if not FIRST_DAY <= utc.date() <= LAST_DAY:
            raise Refused("is out of range", f"{FIRST_DAY} to {LAST_DAY}")
        return utc.isoformat()

    def write(self, value: JsonValue, at: Place) -> str:
        utc = datetime.fromisoformat(str(value))
        local = utc.astimezone(at.zone)
        if (local.utcoffset() or _NO_SHIFT) % _MINUTE:  # old zones had seconds in their offset
            local = utc
        plain = not local.second and not local.microsecond
        return local.isoformat(timespec="minutes" if plain else "auto")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, `00:00` to `24:00`."""

    described: str = "time of day, `06:00`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        if _CLOCK.fullmatch(text) is None or not "00:00" <= text[:5] <= "24:00" or text[3:5] > "59":
            raise Refused("is no time of day", clock_hint(text))
        return text[:5]

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)[:5]


def clock_hint(text: str) -> str:
    """What a time of day probably should have been."""
    digits = re.fullmatch(r"([0-9]{1,2})[:.h]([0-9]{2})(?::[0-9]{2})?", text.strip())
    if digits is not None and int(digits[1]) <= 23 and int(digits[2]) <= 59:
        return f"{int(digits[1]):02}:{digits[2]}"
    return "HH:MM from 00:00 to 24:00, such as 06:00"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("is no day of the calendar", "YYYY-MM-DD, such as 2026-12-07") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("is out of range", f"{FIRST_DAY} to {LAST_DAY}")
    return day


def _no_instant(text: str) -> Refused:
    if _DATE.fullmatch(text):
        return Refused("is a date without a time", f"{text} 00:00")
    return _not_iso(text, "2026-12-07 06:00")


def _clock_of(found: re.Match[str]) -> str:
    if found["clock"] in {"24:00", "24:00:00"} and _day(found["day"]) < LAST_DAY:
        return f"{_day(found['day']) + timedelta(days=1)} 00:00{found['offset'] or ''}"
    return "00:00 to 23:59 after the date"


def _not_iso(text: str, example: str) -> Refused:
    """A date with points has one reading; one with strokes has two and is not guessed."""
    pointed = _POINTED.fullmatch(text)
    if pointed is not None:
        day, month, year, rest = pointed.groups()
        meant = f"{year}-{int(month):02}-{int(day):02}{rest.rstrip()}"
        return Refused("is not written year first", meant)
    if _SLASHED.fullmatch(text):
        return Refused("could be day/month or month/day", f"year first, such as {example}")
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return Refused("is a spreadsheet's serial number of a date", f"text such as {example}")
    return Refused("is no date or time that can be read", f"year first, such as {example}")


def _at_offset(wall: datetime, offset: str) -> datetime:
    digits = "+0000" if offset == "Z" else offset.replace(":", "")
    shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
    if int(digits[3:]) > 59 or shift > timedelta(hours=14):
        raise Refused("has an offset that no place has", "an offset such as -06:00")
    return wall.replace(tzinfo=timezone(-shift if digits[0] == "-" else shift)).astimezone(UTC)


def _by_the_clock(wall: datetime, at: Place) -> datetime:
    first = wall.replace(tzinfo=at.zone).astimezone(UTC)
    second = wall.replace(tzinfo=at.zone, fold=1).astimezone(UTC)
    if first == second:
        return first
    if first.astimezone(at.zone).replace(tzinfo=None) != wall:  # the clocks jump over it
        raise Refused(
            f"does not exist in {at.zone.key}: the clocks go forward over it",
            f"{first.astimezone(at.zone):%Y-%m-%d %H:%M}, or the offset that is meant behind the time",
        )
    local = first.astimezone(at.zone)
    at.notices.append(
        f"exists twice in {at.zone.key}; taken as the first, {local.isoformat(timespec='minutes')}"
    )
    return first
