"""Times of the day as people write them."""

import re
from datetime import time
from decimal import Decimal

from storage.exchange.kinds import Refused

DAY_MINUTES = 24 * 60
CLOCK = (
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?|uhr|h|(?<=:\d\d)[ap])?"
)
# `2026-12-07 06:00 +1`: of the day after. Right behind the time it may be the offset of a time zone.
_OF_NEXT_DAY = re.compile(
    r"(?P<at>.*\d[:.h]\d\d(?:\s?[ap]\.?m\.?)?)(?:\s+\+\s?1|\s*\(\+\s?1\))", re.IGNORECASE
)
# `25:15`: a quarter past one on the day after, as Japan and transport write it.
_BEYOND = r"(?P<hour>2[4-9]|3\d|4[0-8]):(?P<minute>[0-5]\d)(?::00)?"
_BEYOND_ALONE = re.compile(_BEYOND)
_BEYOND_A_DATE = re.compile(rf"(?P<at>.*(?:\d|[^\d\s:])[T\s]\s*){_BEYOND}")
_CLOCK_ALONE = re.compile(CLOCK, re.IGNORECASE)
_BARE_CLOCK = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d", re.ASCII)


def minute_in(form: re.Match[str]) -> int:
    """The minute of the day, up to 1440, that the clock of a text says."""
    half = (form["half"] or "").lower()
    if form["minute"] is None and not half:
        raise Refused("is not a time of the day", "such as 06:00")
    hour, minute = int(form["hour"]), int(form["minute"] or 0)
    if half[:1] in {"a", "p"}:
        if not 1 <= hour <= 12:
            raise Refused("is no time of the day", "1:00 to 12:59 with am or pm")
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_MINUTES or int(form["second"] or 0):
        raise Refused("is no minute of the day", "00:00 to 24:00, without seconds")
    return hour * 60 + minute


def less_next_day(text: str) -> tuple[str, int]:
    """A date with a time without the sign that it is of the next day, and the minutes that this is later."""
    form = _OF_NEXT_DAY.fullmatch(text)
    if form is not None:
        return form["at"], DAY_MINUTES
    form = _BEYOND_A_DATE.fullmatch(text)
    clock = _of_day_after(form)
    return (text, 0) if form is None or clock is None else (form["at"] + clock, DAY_MINUTES)


def clock_beyond(text: str) -> str | None:
    """The time of the day after that hours from 24 to 48 say, such as 01:15 of `25:15`; None: it is none."""
    return _of_day_after(_BEYOND_ALONE.fullmatch(text))


def says_beyond(text: str) -> bool:
    """Whether a time, with or without a date, has hours from 24 to 48."""
    return clock_beyond(text) is not None or _of_day_after(_BEYOND_A_DATE.fullmatch(text)) is not None


def _of_day_after(form: re.Match[str] | None) -> str | None:
    if form is None:
        return None
    hour, minute = int(form["hour"]), int(form["minute"])
    is_after = DAY_MINUTES < hour * 60 + minute <= 2 * DAY_MINUTES
    return f"{hour - 24:02}:{minute:02}" if is_after else None


def clock_of(value: time | Decimal | str) -> int | None:
    """The minute of the day, up to 1440, of a cell that is a time without a date; None: it is no such cell.

    A number below 1 is a spreadsheet's part of the day; `0600` and `1430` are hours and minutes.

    Raises:
        Refused: it looks like a time, and there is none such.
    """
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, Decimal):
        if 0 < value < 1:
            return round(value * DAY_MINUTES)
        value = f"{int(value):04}" if value == int(value) and 0 <= value <= 2400 else ""
    if _BARE_CLOCK.fullmatch(value):
        return int(value[:2]) * 60 + int(value[2:]) if int(value[2:]) < 60 else None
    form = _CLOCK_ALONE.fullmatch(value)
    return None if form is None or (form["minute"] is None and not form["half"]) else minute_in(form)
