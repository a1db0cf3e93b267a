"""Shifts from tables: of days, for a calendar, a machine or a person, or of every week for a calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.absence_days import AwayDays
from storage.foreign.closures import closed_times
from storage.foreign.days_without import OFF_WEEKS, days_missing, said_of_days, tell_missing
from storage.foreign.decisions import Choice, Question
from storage.foreign.fields import has_clocks
from storage.foreign.known_people import is_two_people, settle_by_name
from storage.foreign.layout import Layout, is_asked
from storage.foreign.masters import machines_of
from storage.foreign.moments import Moment
from storage.foreign.pauses import inside, pauses_in
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.roster_breaks import before_break, breaks_of, less_break
from storage.foreign.shift_patterns import Slot, clock_text, days_later, pattern_of, weekdays_in
from storage.foreign.stored_times import StoredTimes
from storage.foreign.table_rows import readers_of
from storage.foreign.vocabulary import key_of
from storage.foreign.weekday_sets import day_in_column, is_doubtful
from storage.foreign.windows import window_in
from storage.foreign.words_of_cells import ABSENCES, KIND_CHARS, learn_marks

OFF, USUAL = "off", "usual"
AWAY = "away:"
_ORIGIN = {"start": "start", "end": "end", "production_date": "day", "weekday": "weekday"}


@dataclass(slots=True)
class _Roster:
    """`shut`: the days of each target that are what the table says; `count`: shifts of a target and day."""

    layout: Layout
    places: Places
    marks: dict[str, str]
    breaks: str | None
    dated: bool
    shut: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    count: dict[tuple[str, date], int] = field(default_factory=dict[tuple[str, date], int])
    days: AwayDays = field(default_factory=AwayDays)
    # the days that rows name of each person, and a row of each
    named: dict[str, set[date]] = field(default_factory=dict[str, set[date]])
    readers: dict[str, RowReader] = field(default_factory=dict[str, RowReader])


def take_shifts(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A shift a row. On the days that a row names, its calendar, machine or person works as the rows say, and
    not as its week says; a row without a date is of every week, and replaces the week of its calendar."""
    readers = list(readers_of(layout, place, Findings()))
    marks = learn_marks(layout.scope, (r.text("closed") for r in readers), "Is it closed when the cell says")
    _people(layout, readers, places)
    machines_of(readers, places)
    if is_asked(layout, "day"):
        return
    starts = [reader.cell("start") for reader in readers if not reader.cell("start").empty]
    dated = layout.has("day") or (bool(starts) and not has_clocks(starts) and not layout.has("weekday"))
    roster = _Roster(layout, places, marks, breaks_of(layout, readers), dated)
    for reader in readers_of(layout, place, findings):
        _take(roster, reader)
    _days_without(roster, place, findings)
    if roster.days.away or roster.days.worked:
        stored = StoredTimes(places.shop.absences, places.source, ZoneInfo(places.shop.timezone))
        roster.days.finish(places, stored, findings)


def _days_without(roster: _Roster, place: str, findings: Findings) -> None:
    said = said_of_days(roster.layout.scope)
    missing = list(days_missing(roster.named, weeks=said == OFF_WEEKS))
    if said is None:
        tell_missing(len(missing), place, findings)
    for person, day in missing if said in (OFF, OFF_WEEKS) else ():
        reader = roster.readers[person]
        _add_closure(roster, reader, ("operator_id", person), "no shift", {"production_date": str(day)})


def _people(layout: Layout, readers: list[RowReader], places: Places) -> None:
    settle_by_name(readers, places)
    named = {reader.text("operator"): reader for reader in readers if reader.text("operator")}
    new = places.unknown(
        places.operators, named, "new_operators", text="The shop has no such people",
        others={"nobody": "leave their shifts out"},
    )  # fmt: skip
    calendar = None
    if new:
        calendar = places.calendar(
            "operator_calendar", "do the new people work on other days", named[new[0]].origin()
        )
    for name in new if calendar is not None else ():
        shown_name = named[name].text("operator_name") or name
        origin = named[name].origin(code="operator", name="operator_name")
        places.make_operator(name, shown_name, calendar=calendar or "", origin=origin)


def _take(roster: _Roster, reader: RowReader) -> None:
    if is_two_people(reader, roster.places):
        return
    target = _target(roster, reader)
    closed = roster.marks.get(reader.text("closed")) == "yes"
    if target is None or reader.bad:
        return
    if roster.dated and closed:
        _shut(roster, reader, target)
    elif roster.dated:
        _dated(roster, reader, target)
    elif not closed:
        _weekly(roster, reader, target)


def _target(roster: _Roster, reader: RowReader) -> tuple[str, str] | None:
    """Whose shift it is, as a canonical column and its reference."""
    places = roster.places
    for name, column, book in (
        ("operator", "operator_id", places.operators), ("machine", "machine_id", places.machines),
    ):  # fmt: skip
        text = reader.text(name)
        if reader.layout.has(name) and text:
            found = book.find(text)
            return None if found is None else (column, found)
        if reader.layout.has(name):
            reader.problem(name, "is empty", "a value in every row")
            return None
    word = reader.text("calendar")
    key, about = (f"for.{word}", word) if word else ("for", "these shifts")
    calendar = places.own_calendar(key, about, reader.origin(), reader.text("shift"))
    return None if calendar is None else ("calendar_id", calendar)


def _shut(roster: _Roster, reader: RowReader, target: tuple[str, str]) -> None:
    for when in closed_times(reader):
        if "production_date" in when:
            _remember(roster, reader, target, date.fromisoformat(when["production_date"]))
        _add_closure(roster, reader, target, reader.text("shift") or "closed", when)


def _dated(roster: _Roster, reader: RowReader, target: tuple[str, str]) -> None:
    window = _window(reader)
    if reader.waits:
        return
    day = window[0] if window is not None else reader.moment("day", needed=True)
    if day is None or reader.bad:
        return
    _remember(roster, reader, target, day.day)
    spans = [window] if window is not None else _by_name(roster, reader, target, day)
    if spans is None or reader.bad or roster.breaks is None:
        return
    if spans and target[0] == "operator_id":
        roster.days.worked.setdefault((target[1], day.day), reader.origin(**_ORIGIN))
    canonical, source = roster.places.canonical, roster.places.source
    origin = reader.origin(**_ORIGIN)
    key = (target[1], day.day)
    name = "as the shifts of the day say" if spans else reader.text("shift") or "closed"
    _add_closure(roster, reader, target, name, {"production_date": str(day.day)})
    for start, end in [part for span in spans for part in less_break(roster.breaks, reader, *span)]:
        number = roster.count[key] = roster.count.get(key, 0) + 1
        canonical.add(
            "calendar_exception",
            {
                "external_id": f"{source}:shift {target[1]} {day.day} {number}", "source": source,
                "kind": "overtime", "name": reader.text("shift") or "shift", target[0]: target[1],
                "start": start.canonical, "end": end.canonical,
            },
            origin,
        )  # fmt: skip


def _remember(roster: _Roster, reader: RowReader, target: tuple[str, str], day: date) -> None:
    """That a row names a day of a person."""
    if target[0] == "operator_id":
        roster.named.setdefault(target[1], set()).add(day)
        roster.readers.setdefault(target[1], reader)


def _add_closure(
    roster: _Roster, reader: RowReader, target: tuple[str, str], name: str, when: Mapping[str, str]
) -> None:
    """Once a day or time."""
    first = when.get("production_date") or when["start"]
    if (target[1], first) in roster.shut:
        return
    roster.shut.add((target[1], first))
    source = roster.places.source
    roster.places.canonical.add(
        "calendar_exception",
        {
            "external_id": f"{source}:shifts {target[1]} {first}", "source": source, "kind": "closure",
            "name": name, target[0]: target[1], **when,
        },
        reader.origin(**_ORIGIN),
    )  # fmt: skip


def _window(reader: RowReader) -> tuple[Moment, Moment] | None:
    if reader.cell("start").empty and reader.cell("end").empty:
        return None
    return window_in(reader)


def _by_name(
    roster: _Roster, reader: RowReader, target: tuple[str, str], day: Moment
) -> list[tuple[Moment, Moment]] | None:
    """The times that the shift's name stands for; none when it is off, None while it is asked."""
    word = reader.text("shift")
    if not word:
        return _nothing_said(roster, reader)
    slots = _slots(roster, word, person=target[0] == "operator_id")
    if isinstance(slots, str):
        origin = reader.origin(start_date="day", kind="shift")
        roster.days.add(target[1], slots, day.day, origin)
        return [] if _may_work_at_night(roster, target[1]) else None
    if slots is None:
        return None
    starts = [
        Moment(day.day + timedelta(days=days), slot.start)
        for slot, days in zip(slots, days_later(slots), strict=True)
    ]
    return [(start, start.later(slot.minutes)) for start, slot in zip(starts, slots, strict=True)]


def _nothing_said(roster: _Roster, reader: RowReader) -> list[tuple[Moment, Moment]] | None:
    question = Question(
        "no_times",
        f"Row {reader.row.number} has a day and neither a shift nor times: what is then?",
        (Choice("closed", "it is closed on that day"), Choice("problem", "something is missing there")),
        suggested="closed",
    )
    value = roster.layout.scope.settle(question)
    if value == "problem":
        reader.problem("start", "is empty", "the times of the shift")
    return [] if value == "closed" else None


def _slots(
    roster: _Roster, word: str, *, person: bool, weekly: bool = False
) -> tuple[Slot, ...] | str | None:
    """What a shift's name stands for: its times, none, or a kind of absence; None while it is asked. One of
    every week may say its days too."""
    known = pattern_of(word)
    with_days = [slot.weekdays is not None for slot in known or ()]
    if known is not None and (not any(with_days) or (weekly and all(with_days))):
        return known
    question = Question(
        f"shift.{word}",
        f'When is the shift "{shown(word)}"?',
        (
            Choice("06:00-14:00", "such times; more after ;"),
            Choice(OFF, "no work on that day"),
            Choice(USUAL, "nothing is said of that day: it is as the plan has it"),
            *(Choice(kind, "the person is away") for kind in ABSENCES if person),
            *((Choice(f"{AWAY}WORD", "the same, in a word of the shop's own"),) if person else ()),
        ),
        why="the file has no times of it",
    )
    # Of a day, a lone sign may as well say that it is as usual.
    is_said = key_of("blank", word) == "yes" and (weekly or any(sign.isalnum() for sign in word))
    proven = (OFF, "it says that there is nothing") if is_said else None
    value = roster.layout.scope.settle(
        question,
        proven=proven,
        fits=lambda text: (
            text in (OFF, USUAL) or (person and _kind_of(text) is not None) or pattern_of(text) is not None
        ),
    )
    if value is None or value in (OFF, USUAL):
        return () if value == OFF else None
    return _kind_of(value) or pattern_of(value)


def _kind_of(answer: str) -> str | None:
    """The kind of absence that an answer names, known or in the shop's own word."""
    own = answer.removeprefix(AWAY).strip()
    is_own = answer.startswith(AWAY) and 0 < len(own) <= KIND_CHARS
    return own if is_own or answer in ABSENCES else None


def _may_work_at_night(roster: _Roster, person: str) -> bool:
    """Whether a shift of a person's week may go on after midnight: an absence ends there."""
    places = roster.places
    stored = places.operators.stored_as(person)
    made = [
        row.cells["calendar_id"] for row in places.canonical.of("operator") if row.cells["code"] == person
    ]
    own = stored.calendar_id if stored is not None else next(iter(made), None)
    nights = {
        row.cells["calendar_id"] for row in places.canonical.of("calendar_shift") if _is_night(row.cells)
    }
    return own in nights or own in places.shop.night_calendars


def _is_night(cells: Mapping[str, str]) -> bool:
    return cells["ends_next_day"] == "true"


def _weekly(roster: _Roster, reader: RowReader, target: tuple[str, str]) -> None:
    """A shift of every week; only a calendar has a week."""
    if target[0] != "calendar_id":
        reader.problem("day", "is missing: a week is of a calendar", "a date, or a calendar of its own")
        return
    pauses = pauses_in(reader)
    for slot in _weekly_slots(roster, reader):
        has_length = not pauses and roster.breaks != "none"
        minutes = int(reader.minutes("break_time", needed=False) or 0) if has_length else 0
        at = slot.start + before_break(slot.minutes, minutes)
        breaks = [Slot(None, at, at + minutes)] if minutes and roster.breaks == "middle" else []
        breaks += inside(slot, pauses)
        end = (slot.end - (minutes if roster.breaks == "end" else 0)) % (24 * 60)
        for weekday in slot.weekdays or ():
            roster.places.canonical.add(
                "calendar_shift",
                {
                    "calendar_id": target[1], "weekday": weekday, "start_local": clock_text(slot.start),
                    "end_local": clock_text(end),
                    "ends_next_day": "true" if end <= slot.start else "false",
                    "breaks": "; ".join(found.times for found in breaks),
                },
                reader.origin(start_local="start", end_local="end", weekday="weekday"),
            )  # fmt: skip


def _weekly_slots(roster: _Roster, reader: RowReader) -> list[Slot]:
    start, end = reader.clock("start"), reader.clock("end")
    if start is not None and end is not None:
        slots: tuple[Slot, ...] = (Slot(None, start % 1440, end % 1440),)
    else:
        word = reader.text("shift")
        found = _slots(roster, word, person=False, weekly=True) if word else None
        slots = found if isinstance(found, tuple) else ()
    says_days = bool(slots) and all(slot.weekdays for slot in slots)
    days = None if says_days else _days(roster, reader)
    return [
        Slot(slot.weekdays or _moved(days or (), later), slot.start, slot.end)
        for slot, later in zip(slots, days_later(slots), strict=True)
        if slot.weekdays or days
    ]


def _moved(weekdays: Sequence[int], days: int) -> tuple[int, ...]:
    return tuple((weekday - 1 + days) % 7 + 1 for weekday in weekdays)


def _words_of_days(roster: _Roster) -> list[str]:
    columns = [column.index for column in roster.layout.columns.get("weekday", ())]
    return [text for index in columns if index is not None for text in roster.layout.table.texts(index)]


def _days(roster: _Roster, reader: RowReader) -> tuple[int, ...] | None:
    text = reader.text("weekday")
    if text:
        question = Question(
            f"weekdays.{text}", f'Which days of the week are "{shown(text)}"?',
            (Choice("1-5", "Monday to Friday"), Choice("1,3,5", "such days; 1 is Monday")),
            why="its words are not known",
        )  # fmt: skip
        column = _words_of_days(roster)
        day = day_in_column(text, column)
        known = (day,) if day is not None else None if is_doubtful(text, column) else weekdays_in(text)
        given = ",".join(map(str, known or ()))
        value = roster.layout.scope.settle(
            question,
            proven=(given, "words that are known") if known else None,
            fits=lambda said: weekdays_in(said) is not None,
        )
        return weekdays_in(value) if value else None
    question = Question(
        "weekdays",
        "On which days of the week are these shifts?",
        (Choice("1-5", "Monday to Friday"), Choice("1-6", "Monday to Saturday"), Choice("1-7", "all days")),
        why="the file names no days",
    )
    value = roster.layout.scope.settle(question, fits=lambda given: weekdays_in(given) is not None)
    return weekdays_in(value) if value else None
