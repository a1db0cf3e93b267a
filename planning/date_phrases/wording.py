"""Windows in words: "1 to 31 December 2026", "Thursday 3 December 2026, 14:00 to 15:00"."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from planning.shop import Minute
from planning.zones import from_minute

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_text(day: date) -> str:
    """ "Thursday 3 December 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def instant_text(minute: Minute, zone: ZoneInfo, *, closing: bool = False) -> str:
    """ "Thursday 3 December 2026, 14:00"; with `closing`, midnight is 24:00 of the day before."""
    local = from_minute(minute, zone)
    if closing and _is_midnight(local):
        return f"{day_text(from_minute(minute - 1, zone).date())}, 24:00"
    return f"{day_text(local.date())}, {_clock(local)}"


def span_text(start: Minute, end: Minute, zone: ZoneInfo) -> str:
    """A half-open window as a person says it: whole days, the last one included, else with clock times."""
    first, after = from_minute(start, zone), from_minute(end, zone)
    if end <= start:
        return instant_text(start, zone)
    if _is_midnight(first) and _is_midnight(after):
        return _days_text(first.date(), from_minute(end - 1, zone).date())
    if first.date() == from_minute(end - 1, zone).date():
        closing = "24:00" if _is_midnight(after) else _clock(after)
        return f"{instant_text(start, zone)} to {closing}"
    return f"{instant_text(start, zone)} to {instant_text(end, zone, closing=True)}"


def _days_text(first: date, last: date) -> str:
    if first == last:
        return day_text(first)
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first.year != last.year:
        return f"{first.day} {MONTHS[first.month - 1]} {first.year} to {end}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month - 1]} to {end}"
    return f"{first.day} to {end}"


def _clock(local: datetime) -> str:
    return local.strftime("%H:%M")


def _is_midnight(local: datetime) -> bool:
    return local.hour == 0 and local.minute == 0
