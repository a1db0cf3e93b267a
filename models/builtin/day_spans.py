"""Stretches of a day or week, put as the date grammar takes them: "all week", "Friday from noon on"."""

import re

from planning.date_phrases import find_phrases

_WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag"
    "|samstag|sonntag"
)
_WHICH = r"next|this|nächste[nr]?|kommenden?|diesen?"
_DAY = rf"(?:today|tomorrow|heute|übermorgen|morgen|(?:(?:{_WHICH}) )?(?:{_WEEKDAYS}))"
_TIME = r"(?:noon|mittags?|\d{1,2}(?::\d\d)?(?: ?(?:am|pm|uhr|h|o'clock))?)"
_HALF = r"(?:morning|afternoon|evening|früh|vormittag|nachmittag|abend)"
_WHOLE_WEEK = re.compile(
    r"\b(?:for )?(?:all|(?:the|this) (?:whole|entire|full)) week(?: long)?\b"
    r"(?! (?:of|from|starting|before|after|in))"
    r"|\bdie (?:ganze|komplette|gesamte|volle) woche(?: (?:über|lang))?\b(?! (?:vom|ab|in|vor|nach|kw))",
    re.IGNORECASE,
)
# "tomorrow morning 6-10", "this afternoon 2:30 to 4:30 pm", "tonight from 4pm to 8pm".
_PART = re.compile(
    r"\b(?:(?P<tonight>tonight)|(?P<this>this)(?= (?:morning|afternoon|evening))"
    rf"|(?P<day>{_DAY}))(?: (?P<part>{_HALF}))?,? (?:from |von )?"
    r"(?P<first>\d{1,2}(?::\d\d)?) ?(?P<half>am|pm)? ?(?:to|until|till|bis|-|–) ?"
    r"(?P<last>\d{1,2}(?::\d\d)?) ?(?P<last_half>am|pm)?(?: ?uhr)?"
    r"(?![\w:.%])(?! ?(?:hours?|hrs?|h|stunden?|std)\b)",
    re.IGNORECASE,
)
# "Friday from noon on", "am Freitag ab 12 Uhr": the rest of that day.
_REST = re.compile(
    rf"\b(?P<day>{_DAY}),? (?:ab (?P<time>{_TIME})|from (?P<time2>{_TIME}) (?:on|onwards?)\b)",
    re.IGNORECASE,
)
# "leaves at noon on Friday", "geht am Freitag um 12 Uhr".
_GOES = r"leaves?|leaving|left|goes home|go home|going home|is off|is out|is gone"
_LEAVES = re.compile(
    rf"\b(?P<verb>{_GOES})(?: early)? (?:at|from) (?P<time>{_TIME})(?: on)? (?P<day>{_DAY})\b",
    re.IGNORECASE,
)
_GEHT = re.compile(
    rf"\b(?P<verb>geht|muss|will|gehen)(?P<between> (?:am )?)(?P<day>{_DAY}) (?:schon )?"
    rf"(?:um|ab) (?P<time>{_TIME})",
    re.IGNORECASE,
)
# "go through next week": looked at, no end.
_GO_THROUGH = re.compile(
    r"\b(?:go|going|look|looking|walk|run|read|check) through "
    r"(?=(?:the |my |our )?(?:next|this|whole|plan|week))",
    re.IGNORECASE,
)
# "before lunch tomorrow", "tomorrow before noon".
_BEFORE_NOON = re.compile(
    rf"\bbefore (?:lunch|midday),?(?: on)? (?P<day>{_DAY})"
    rf"|\b(?P<day2>{_DAY}) before (?:lunch|noon|midday)\b"
    rf"|\b(?P<tag>{_DAY}) vor(?: dem)? mittag(?:essen)?\b",
    re.IGNORECASE,
)
# "monday the 7th": the number tells more.
_NUMBERED_DAY = re.compile(
    rf"\b(?:on )?(?:{_WEEKDAYS}),? the (?P<number>\d{{1,2}}(?:st|nd|rd|th))\b(?! of)", re.IGNORECASE
)
# "The next 2 hour gap" is no time of two hours.
_NEXT_GAP = re.compile(
    r"\bnext(?P<gap> \d{1,2}(?:\.5)?[ -](?:hours?|h|hrs?)[ -](?:gap|slot|opening|hole|block|window))",
    re.IGNORECASE,
)
# "Denise is out the 3rd".
_BARE_DAY = re.compile(
    r"(?P<before>\b(?:out|off|absent|away|working|there|sick|down|gone|here|in|free|is|are|closed|shut)) "
    r"the (?P<number>\d{1,2}(?:st|nd|rd|th))\b(?!(?:,? (?:and|to|or|of)\b| [a-z]{4,}))",
    re.IGNORECASE,
)
_MIDDAY, _DAY_END = 12 * 60, 24 * 60
_LATE = frozenset({"afternoon", "evening", "nachmittag", "abend"})


def with_day_spans(text: str) -> str:
    """The text with such stretches as the date grammar reads them; everything else is left as it is."""
    said = _NUMBERED_DAY.sub(r"on the \g<number>", _GO_THROUGH.sub("look over ", text))
    said = _NEXT_GAP.sub(r"first\g<gap>", said)
    said = _BARE_DAY.sub(r"\g<before> on the \g<number>", said)
    said = _BEFORE_NOON.sub(_before_noon, said)
    said = _REST.sub(_as_rest, _GEHT.sub(_as_leaving, _LEAVES.sub(_as_leaving, _PART.sub(_as_hours, said))))
    week = _WHOLE_WEEK.search(said)
    if week is None or find_phrases(said):
        return said
    german = week[0].casefold().startswith("die")
    return f"{said[: week.start()]}{'diese Woche' if german else 'this week'}{said[week.end() :]}"


def _as_hours(found: re.Match[str]) -> str:
    """ "tomorrow morning 6-10" is tomorrow from 6:00 to 10:00; what has no part of a day is left."""
    part = (found["part"] or ("evening" if found["tonight"] else "")).casefold()
    if not part:
        return found[0]
    late = part in _LATE
    first = _minutes(found["first"], found["half"] or found["last_half"])
    last = _minutes(found["last"], found["last_half"])
    if not found["half"] and (first >= last or (late and first < _MIDDAY)):
        first = _minutes(found["first"], "am") + (_MIDDAY if late and not found["last_half"] else 0)
    if late and not found["last_half"] and last < _MIDDAY:
        last += _MIDDAY
    if not 0 <= first < last <= _DAY_END:
        return found[0]
    return f"{found['day'] or 'today'} {_clock(first)}-{_clock(last)}"


def _before_noon(found: re.Match[str]) -> str:
    return f"{found['tag']} Vormittag" if found["tag"] else f"before noon {found['day'] or found['day2']}"


def _as_rest(found: re.Match[str]) -> str:
    start = _time(found["time"] or found["time2"])
    return f"{found['day']} {_clock(start)}-24:00" if start < _DAY_END else found[0]


def _as_leaving(found: re.Match[str]) -> str:
    start = _time(found["time"])
    between = found.groupdict().get("between") or " "
    return f"{found['verb']}{between}{found['day']} {_clock(start)}-24:00" if start < _DAY_END else found[0]


def _time(said: str) -> int:
    """Minutes since midnight."""
    text = said.casefold()
    if not text[:1].isdigit():
        return _MIDDAY
    half = next((sign for sign in ("am", "pm") if text.endswith(sign)), None)
    digits = re.match(r"\d{1,2}(?::\d\d)?", text)
    return _minutes(digits[0] if digits else "24", half)


def _minutes(said: str, half: str | None) -> int:
    hour, _, minute = said.partition(":")
    count = int(hour)
    if half and count <= _MIDDAY // 60:
        count = count % 12 + (12 if half.casefold() == "pm" else 0)
    return count * 60 + int(minute or 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
