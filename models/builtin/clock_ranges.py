"""Hours that are said without a clock: "Saturday 6 to 12" is Saturday from 6:00 to 12:00."""

import re

_DAYS = (
    "today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|heute|übermorgen|morgen|montag"
    "|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
)
_RANGE = re.compile(
    rf"\b(?P<day>{_DAYS}),? (?P<first>\d{{1,2}}) ?(?:to|bis|-|–) ?(?P<last>\d{{1,2}})(?::(?=\s))?"
    r"(?!\w|[:.,]\d|\s*(?:am|pm|a\.m|p\.m|h\b|hours?|stunden?|uhr|percent|%))",
    re.IGNORECASE,
)
_HOURS = 24


def with_clock(text: str) -> str:
    """The text with such hours as clock times; everything else is left as it is."""
    return _RANGE.sub(_as_clock, text)


def _as_clock(found: re.Match[str]) -> str:
    first, last = int(found["first"]), int(found["last"])
    if not first < last <= _HOURS:
        return found[0]
    return f"{found['day']} {first}:00-{last}:00"
