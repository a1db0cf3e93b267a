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
    return (text, 0) if form is None else (form["at"], DAY_MINUTES)


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
