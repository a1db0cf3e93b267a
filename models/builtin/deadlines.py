"""The dates of a clause by their role: a period, a deadline, when an order is due or may begin."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue, LeadhandError
from models.builtin.clauses import Clause
from models.builtin.grammar_files import Slot, ToolGrammar
from models.builtin.lexicon import Kind, phrase_set
from models.builtin.reading import Mark, language_words
from planning.date_phrases import resolve_window

# Only to tell how long a phrase is.
_SOME_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
_DAY_MIN = 25 * 60
# With these the day is that on which work starts, if no word like "by" stands before it.
_STARTS = frozenset({"plan_verb", "begin"})
# What goes on for some time.
_LASTS = frozenset({"outage", "down", "absent", "calls_in"})
_TIME = r"\d{1,2}(?::\d\d)? ?(?:am|pm|uhr|h)?"
_HOURS_ONLY = re.compile(
    rf"(?:from |von |between |zwischen )?{_TIME} ?(?:to|till|until|til|bis|and|und|-) ?{_TIME}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Dates:
    """The date phrases by their role."""

    windows: tuple[str, ...]
    until: tuple[str, ...]


def dates_of(clause: Clause) -> Dates:
    windows: list[str] = []
    until: list[str] = []
    pledged = "pledge" in clause.features and "begin" not in clause.features
    joined = _day_and_hours(clause) or _day_and_end(clause)
    if joined is not None:
        return Dates((joined,), ())
    for mark in clause.dates:
        if is_for_overtime(clause, mark):
            continue
        until_it = _is_until(clause, mark) or (pledged and _is_one_day(mark))
        target = until if until_it else windows
        target.append(mark.date.text if mark.date else "")
    return Dates(tuple(_without_weekend(windows)), tuple(until))


def _without_weekend(windows: list[str]) -> list[str]:
    """ "A Saturday shift this weekend": the day says it more closely."""
    days = {word for text in windows for word in text.casefold().split()[-1:]}
    if not days & language_words("weekend_days"):
        return windows
    return [text for text in windows if not text.casefold().endswith(("weekend", "wochenende"))]


def _day_and_hours(clause: Clause) -> str | None:
    """ "on Saturday ... from 7 to 13": a day and the hours of that day are one stretch of time."""
    said = [mark for mark in clause.dates if mark.date is not None]
    hours = [mark for mark in said if mark.date and _HOURS_ONLY.fullmatch(mark.date.text)]
    if len(said) != 2 or len(hours) != 1:
        return None
    day = said[1] if hours[0] is said[0] else said[0]
    if not _is_one_day(day) or not day.date or not hours[0].date:
        return None
    return f"{day.date.text} {hours[0].date.text}"


def hours_of_several_days(clause: Clause) -> bool:
    """ "Monday and Tuesday from 14 to 18": hours that come again on each of the days."""
    said = [mark for mark in clause.dates if mark.date is not None]
    hours = [mark for mark in said if mark.date and _HOURS_ONLY.fullmatch(mark.date.text)]
    return bool(hours) and any(mark not in hours and not _is_one_day(mark) for mark in said)


def _day_and_end(clause: Clause) -> str | None:
    """ "gets a new spindle next Monday and is down until Wednesday": from the one day to the other."""
    said = clause.dates
    if len(said) != 2 or not said[0].date or not said[1].date or _is_until(clause, said[0]):
        return None
    marks = clause.reading.marks
    before = next((m for m in reversed(marks[: marks.index(said[1])]) if m.values(Kind.CONCEPT)), None)
    lasts = before is not None and bool(before.values(Kind.CONCEPT) & _LASTS) and before.start > said[0].start
    stretch = f"{said[0].date.text} {said[1].date.text}"
    return stretch if lasts and _is_until(clause, said[1]) and _is_stretch(stretch) else None


def _is_stretch(text: str) -> bool:
    try:
        resolve_window(text, _SOME_DAY, ZoneInfo("UTC"))
    except LeadhandError:
        return False
    return True


def windows_of(grammar: ToolGrammar, dates: Dates) -> tuple[str, ...]:
    """Without a due date among the arguments, "until Friday" is a window like any other."""
    return dates.windows or (dates.until if grammar.slot("due") is None else ())


def is_for_overtime(clause: Clause, mark: Mark) -> bool:
    """ "overtime on Saturday", "Saturday overtime": a condition, not the period, if another is said."""
    if len(clause.dates) < 2 or "overtime" not in clause.features:
        return False
    marks = clause.reading.marks
    index = marks.index(mark)
    near = (*marks[max(0, index - 1) : index], *marks[index + 1 : index + 2])
    return any("overtime" in other.values(Kind.CONCEPT) for other in near)


def _is_one_day(mark: Mark) -> bool:
    """Whether the phrase is a day or less; which day it is, is not ours to know."""
    try:
        window = resolve_window(mark.date.text if mark.date else "", _SOME_DAY, ZoneInfo("UTC"))
    except LeadhandError:
        return False
    return window.end_min - window.start_min <= _DAY_MIN


def _is_until(clause: Clause, mark: Mark) -> bool:
    cues = phrase_set("until")
    if mark.words[0].spelled in cues:
        return True
    index = clause.reading.marks.index(mark)
    for before in reversed(clause.reading.marks[max(0, index - 3) : index]):
        if " ".join(word.spelled for word in before.words) in cues or "due" in before.values(Kind.CONCEPT) - {
            ""
        }:
            return any(word.spelled in cues for word in before.words)
        if not before.neutral or before.has(Kind.LOCATION):
            return False
    return False


def any_date(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """The one date that is said, whatever stands before it."""
    del slot, clause
    return next(iter((*dates.until, *dates.windows)), None)


def order_due(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """The one date that is said; beside overtime, or planning the work in, only one with a word like "by"."""
    if not {"overtime", *_STARTS} & clause.features and not any(map(_is_from, clause.dates)):
        return any_date(slot, clause, dates)
    return next((m.date.text for m in clause.dates if m.date and _is_until(clause, m)), None)


def order_release(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """ "if we plan them in today", "starting next Monday": from when on."""
    del slot, dates
    said = [m for m in clause.dates if m.date and not _is_until(clause, m)]
    if not _STARTS & clause.features:
        said = [m for m in said if _is_from(m)]
    return said[0].date.text if said and said[0].date else None


def _is_from(mark: Mark) -> bool:
    return mark.words[0].spelled in phrase_set("from")


def due_in(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A stretch of time in which something is due: "next week", "due on Friday"."""
    del slot, dates
    return next((_due_text(m) for m in clause.dates if not _is_due_until(clause, m)), None)


def due_until(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """ "due by Friday": only what is said with a word like "by", and nothing beside a stretch of time."""
    if due_in(slot, clause, dates) is not None:
        return None
    return next((_due_text(m) for m in clause.dates), None)


def _due_text(mark: Mark) -> str:
    """The date without the "due" before it, which is one phrase with it."""
    text = mark.date.text if mark.date else ""
    first, _, rest = text.partition(" ")
    return rest if first.casefold() == "due" and rest else text


def _is_due_until(clause: Clause, mark: Mark) -> bool:
    """Whether "by", "until" and the like stand before the day; "due" alone says only what day it is."""
    if mark.words[0].spelled == "due" and len(mark.words) > 1:
        return mark.words[1].spelled in phrase_set("until")
    return _is_until(clause, mark)
