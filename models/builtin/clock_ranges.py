"""Hours that are said without a clock: "Saturday 6 to 12" is Saturday from 6:00 to 12:00."""

import re

from planning.date_phrases import find_phrases

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz"
    "|mai|juni|juli|oktober|dezember"
)
_SHORT = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_DAYS = (
    "today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|heute|übermorgen|morgen|montag"
    "|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    rf"|\d{{1,2}}\.? (?:{_MONTHS})|(?:{_MONTHS}|{_SHORT}) \d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\."
)
_RANGE = re.compile(
    rf"\b(?P<day>{_DAYS}),? (?:from |von )?(?P<first>\d{{1,2}}) ?(?:to|until|til|till|bis|-|–) ?"
    r"(?P<last>\d{1,2}|noon|mittags?)(?::(?=\s))?(?P<later> in the afternoon| in the evening| nachmittags)?"
    r"(?!\w|[:.,]\d|\s*(?:am|pm|a\.m|p\.m|h\b|hours?|stunden?|percent|%))(?: uhr)?",
    re.IGNORECASE,
)
# A day by its number behind a word that no date begins with: "auf den 09.12.".
_NUMBERED = re.compile(
    r"\b(?P<before>auf|der|den|zum)( den)? (?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?!\d)", re.IGNORECASE
)
_TWO_DAYS = re.compile(
    rf"\b(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:and|&|und) (?:the |den |am )?"
    rf"(?P<last>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?(?P<month>{_MONTHS})\b",
    re.IGNORECASE,
)
# "serviced on dec 2 ... from 7 to 11", "am 2.12. Wartung von 8 bis 12": hours apart from their day.
_HOURS_APART = re.compile(
    r"\b(?:from|von|between|zwischen) (?P<first>\d{1,2}) (?:to|till?|until|bis|and|und) "
    r"(?P<last>\d{1,2})(?: uhr)?(?!\w|[:.,]\d)"
    r"(?!\s*(?:am|pm|%|percent|prozent|hours?|h\b|stunden?|minutes?|days?|tagen?|weeks?|wochen?))"
    rf"(?!(?:st|nd|rd|th|\.)? ?(?:of )?(?:{_MONTHS}|{_SHORT}))",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"pieces|pcs|piece|parts|stück|stueck|teile|menge|quantity|qty|raise|increase|reduce|bump|prio|erhöh|reduzier",
    re.IGNORECASE,
)
# "Saturday and Sunday 6 to 12": the hours of both.
_BOTH_DAYS = re.compile(
    rf"\b(?P<first>{_DAYS}) (?P<link>and|und|&) (?:on |am )?(?P<last>{_DAYS}) "
    r"(?P<hours>\d{1,2}:00-\d{1,2}:00)",
    re.IGNORECASE,
)
# "to Dec 2. Do we ...": the point ends the sentence.
_FULL_STOP = re.compile(
    r"\b((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2})\.(?=\s|$)", re.IGNORECASE
)
_GERMAN_MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
_HOURS = 24


def with_clock(text: str) -> str:
    """The text with such hours as clock times; everything else is left as it is."""
    hours = _BOTH_DAYS.sub(r"\g<first> \g<hours> \g<link> \g<last> \g<hours>", _RANGE.sub(_as_clock, text))
    said = _TWO_DAYS.sub(_as_range, _NUMBERED.sub(_as_month, hours))
    return _FULL_STOP.sub(r"\1 .", _with_hours_apart(said))


def _with_hours_apart(text: str) -> str:
    """Only beside one day, and where nothing is counted."""
    found = _HOURS_APART.search(text)
    if found is None or _COUNTED.search(text) or len(find_phrases(text)) != 1:
        return text
    first, last = int(found["first"]), int(found["last"])
    clock = f"from {first}:00 to {last}:00" if 0 <= first < last <= _HOURS else found[0]
    return f"{text[: found.start()]}{clock}{text[found.end() :]}"


def _as_clock(found: re.Match[str]) -> str:
    first = int(found["first"])
    last = int(found["last"]) if found["last"].isdigit() else _HOURS // 2
    if found["later"] and last <= _HOURS // 2:
        last += _HOURS // 2
    if not first < last <= _HOURS:
        return found[0]
    return f"{found['day']} {first}:00-{last}:00"


def _as_month(found: re.Match[str]) -> str:
    month = int(found["month"])
    if not 1 <= month <= len(_GERMAN_MONTHS):
        return found[0]
    return f"{found['before']}{found[2] or ''} {int(found['day'])}. {_GERMAN_MONTHS[month - 1]}"


def _as_range(found: re.Match[str]) -> str:
    """Two days that follow on each other are a stretch of time; others are two days."""
    if int(found["last"]) - int(found["first"]) != 1:
        return f"{found['first']} {found['month']} and {found['last']} {found['month']}"
    return f"{found['first']} {found['month']} to {found['last']} {found['month']}"
