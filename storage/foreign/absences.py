"""Absences of people, from tables that list them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.absence_days import add_as_stored, beyond
from storage.foreign.absence_lengths import end_of_length, says_length
from storage.foreign.canonical import Origin
from storage.foreign.known_people import is_two_people, settle_by_name
from storage.foreign.layout import Layout, is_asked
from storage.foreign.moments import Moment
from storage.foreign.open_ends import end_said, goes_on, how_long, is_day_alone, rest_of_day
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.stored_times import StoredTimes, Time
from storage.foreign.table_rows import readers_of
from storage.foreign.table_targets import names_in
from storage.foreign.words_of_cells import (
    EMPTY_CELL,
    learn_absences,
    learn_approvals,
    learn_day_parts,
    with_empty,
)

_ONE_DAY = timedelta(days=1)
# What a preview shows of a kind that is asked about.
ASKED_KIND = "(asked)"
_NEVER = "without an end, a person would never be planned again"


def take_absences(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """An absence a row: of whole days, both included, from a time to a time, or of a part of each day. One
    that is not granted is left out, and told; so is one that a row above says already."""
    quiet = list(readers_of(layout, place, Findings()))
    words = [reader.text("absence_kind") for reader in quiet]
    empty = [EMPTY_CELL] if any(words) and not all(words) else []
    kinds = with_empty(learn_absences(places.decisions, [*words, *empty]))
    granted = learn_approvals(layout.scope, (reader.text("absence_status") for reader in quiet))
    parts = learn_day_parts(layout.scope, (reader.text("day_part") for reader in quiet))
    settle_by_name(quiet, places)
    people = people_of(quiet, places, left_out="leave their absences out", several=True)
    numbers = _Numbers.of(quiet, places)
    stored = StoredTimes(places.shop.absences, places.source, ZoneInfo(places.shop.timezone))
    said: dict[tuple[str, ...], int] = {}
    for reader in readers_of(layout, place, findings):
        who = reader.text("operator", needed=True)
        status = reader.text("absence_status")
        if (status or "" in granted) and granted.get(status) != "yes":
            if status and status not in granted:
                continue  # asked
            stays = stored.told_of(reader.text("absence_number"))
            text = f"the absence of {shown(who)} is {shown(status) or 'of no status'} and is left out{stays}"
            findings.notice(place, reader.row.number, text)
            continue
        if is_two_people(reader, places):
            continue
        names = names_in(places.operators, who)
        tell_nobody(reader, people, places, findings)
        times = _times(reader, parts.get(reader.text("day_part"), "whole"))
        for name, when in ((name, when) for name in names if name in people for when in times):
            number = reader.row.number
            first = said.setdefault((people[name], reader.text("absence_kind"), *when.values()), number)
            if first != number:
                text = f"the absence of {shown(name)} is that of row {first} and counts once"
                findings.notice(place, number, text)
                continue
            away = _Away(people[name], name, when)
            if _is_of_plan(reader, away, (kinds, numbers), (places, stored), findings):
                continue
            place_in = "" if len(times) == 1 else f"/{when['start']}"
            whose = _Whose(people[name], numbers.key(reader, people[name], when) + place_in)
            _add(reader, whose, when, kinds, (places, stored))
    stored.tell_overlaps(findings)
    if said and not layout.has("absence_kind"):
        text = f"nothing says why people are away: {len(said)} absences are of the kind `absence`; "
        findings.notice(place, None, f"{text}absence_kind=COLUMN or absence_kind==vacation says it")


def _is_a_day(reader: RowReader, when: Mapping[str, str]) -> bool:
    """Whether a row says one whole day, and no end: others may say those beside it."""
    one = bool(when.get("start_date")) and when.get("start_date") == when.get("end_date")
    return one and reader.layout.has("day") and reader.cell("end").empty and reader.cell("back").empty


def _is_of_plan(
    reader: RowReader,
    away: "_Away",
    said: "tuple[Mapping[str, str], _Numbers]",
    into: tuple[Places, StoredTimes],
    findings: Findings,
) -> bool:
    """Whether a row is a day of an absence of the plan, which it stays a part of, and is told."""
    (kinds, numbers), (places, stored) = said, into
    person, name, when = away.person, away.name, away.when
    number = reader.text("absence_number")
    if not _is_a_day(reader, when) or (number and numbers.rows[number, person] == 1):
        return False
    word = reader.text("absence_kind")
    kind = kinds.get(word, "") if word else ""
    day = date.fromisoformat(when["start_date"])
    held, place, row = stored.around(person, day, kind), reader.origin().place, reader.row.number
    if held is not None and number and held.external_id not in (None, number):
        held = None
    if held is not None and stored.is_longer(held, day, day):
        text = f"the absence of {shown(name)} on {day} is {stored.called(held)}"
        add_as_stored(held, stored, places.canonical, _origin(reader, when))
        findings.notice(place, row, text)
        return True
    for other in stored.beside(person, day, day, kind) if held is None else ():
        findings.notice(place, row, f"{shown(name)}: {beyond(str(day), other, stored)}")
    return False


def tell_nobody(reader: RowReader, people: Mapping[str, str], places: Places, findings: Findings) -> None:
    """Say of whom a row is that is nobody of the shop, and gives nothing."""
    for name in names_in(places.operators, reader.text("operator")):
        if name not in people and "new_operators" not in places.decisions.questions:
            text = f"{shown(name)} is nobody of the shop; it is left out"
            findings.notice(reader.place, reader.row.number, text)


def people_of(
    readers: Sequence[RowReader], places: Places, *, left_out: str, several: bool = False
) -> dict[str, str]:
    """The reference of each person of the shop, or made for it, less those who are left out. `several`: a
    cell may name more than one."""
    named = {
        name: reader
        for reader in readers
        for name in (
            names_in(places.operators, reader.text("operator")) if several else [reader.text("operator")]
        )
        if name
    }
    others = {"nobody": left_out}
    text = "The shop has no such people"
    new = places.unknown(places.operators, named, "new_operators", text=text, others=others)
    for name in new:
        origin = named[name].origin(code="operator", name="operator_name")
        calendar = places.calendar("operator_calendar", "do the new people work", origin)
        if calendar is not None:
            shown_name = named[name].text("operator_name") or name
            places.make_operator(name, shown_name, calendar=calendar, origin=origin)
    return {name: found for name in named if (found := places.operators.find(name)) is not None}


def _times(reader: RowReader, part: str) -> list[dict[str, str]]:
    """When a row says that the person is away, as canonical cells: one absence, or one for each day."""
    first = (
        reader.moment("start")
        if reader.layout.has("start") or is_asked(reader.layout, "start", "day")
        else reader.moment("day", needed=True)
    )
    start = first or (reader.moment("day", needed=True) if reader.layout.has("day") else None)
    end = _on_next_day(reader, start, _last(reader, start))
    asked = reader.waits or is_asked(reader.layout, "start", "day")
    if start is None and not reader.bad and not asked:
        reader.problem("start", "is empty", "a date")
    if start is None or reader.bad or reader.waits or (end is None and says_length(reader)):
        return []
    if part != "whole":
        return _each_day(start, end or start, part)
    if end is None:
        lasts = how_long(reader, "absence", "operator", _NEVER)
        if lasts is None:
            return []
        end = end_said(start, lasts)
    if start.minute is None and end is not None and end.minute is not None:
        start = Moment(start.day, 0)  # whole days, and a part of the last one
    if start.minute is None:
        last = "" if end is None else end.day.isoformat()
        if end is not None and end.day < start.day:
            reader.problem("end", "is before the start", "a later date")
        return [{"start_date": start.day.isoformat(), "end_date": last}] if not reader.bad else []
    if end is not None and end.minute is None and is_day_alone(reader, "end"):
        end = Moment(end.day + _ONE_DAY, 0)  # until that day is over
    if end is not None and end.minute is None:
        reader.problem("end", "has no time of day, and the start has one", "both with a time, or neither")
        return []
    return [{"start": start.canonical, "end": "" if end is None else end.canonical}]


def _last(reader: RowReader, start: Moment | None) -> Moment | None:
    """The end of an absence: its last day, or the one before the person is back; of a `day`, that day."""
    layout = reader.layout
    if goes_on(reader):
        return None
    if layout.has("end") and (end := reader.moment("end")) is not None:
        return end
    if layout.has("back") and (back := reader.moment("back")) is not None:
        return Moment(back.day - _ONE_DAY) if back.minute is None else back
    if start is not None and says_length(reader):
        return end_of_length(reader, start)
    # A file that has days has one for each absence; one with a start and no end may go on.
    return rest_of_day(start) if start is not None and layout.has("day") else None


def _on_next_day(reader: RowReader, start: Moment | None, end: Moment | None) -> Moment | None:
    """A time of the day that is not after the start is of the day after it."""
    if start is None or end is None or start.minute is None or end.minute is None:
        return end
    earlier = reader.is_clock("end") and (end.day, end.minute) <= (start.day, start.minute)
    return end.later(24 * 60) if earlier else end


def _each_day(first: Moment, last: Moment, part: str) -> list[dict[str, str]]:
    days = (last.day - first.day) // _ONE_DAY + 1
    return [
        {"start": start.canonical, "end": start.later(slot.minutes).canonical}
        for number in range(max(0, days))
        for slot in pattern_of(part) or ()
        for start in [Moment(first.day + _ONE_DAY * number, slot.start)]
    ]


@dataclass(frozen=True, slots=True)
class _Away:
    """Who is away, by reference and as the file says it, and when, as canonical cells."""

    person: str
    name: str
    when: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Whose:
    """`part`: what stands behind a number of its own where it has several absences."""

    person: str
    part: str


@dataclass(frozen=True, slots=True)
class _Numbers:
    """On how many rows each number of an absence is, of how many people, and on how many of each."""

    rows: Mapping[tuple[str, str], int]
    people: Mapping[str, int]

    @classmethod
    def of(cls, readers: Sequence[RowReader], places: Places) -> "_Numbers":
        named = [
            (reader.text("absence_number"), places.operators.find(name) or name)
            for reader in readers
            for name in names_in(places.operators, reader.text("operator"))
        ]
        return cls(Counter(named), Counter(number for number, _ in set(named)))

    def key(self, reader: RowReader, person: str, when: Mapping[str, str]) -> str:
        """What tells an absence from others of its number: whose it is, and when it begins."""
        number = reader.text("absence_number")
        whose = f" {person}" if self.people[number] > 1 else ""
        first = f" {when.get('start_date') or when['start']}"
        return whose + (first if self.rows[number, person] > 1 else "")


def _add(
    reader: RowReader,
    whose: _Whose,
    when: Mapping[str, str],
    kinds: Mapping[str, str],
    into: tuple[Places, StoredTimes],
) -> None:
    (places, stored), person, word = into, whose.person, reader.text("absence_kind")
    first, last = when.get("start_date") or when["start"], when.get("end_date") or when.get("end") or ""
    number = reader.text("absence_number")
    key = f"{number}{whose.part}" if number else f"{places.source}:{person} {first}"
    also = (number,) if number and whose.part else ()
    is_day = _is_a_day(reader, when) and bool(not number or whose.part)
    time = Time(person, first, last, key, numbered=bool(number), also=also, is_day=is_day)
    places.canonical.add(
        "absence",
        {
            **stored.identity(reader.origin(), time), "operator_id": person, **when,
            "kind": kinds.get(word, ASKED_KIND if word else "absence"),
        },
        _origin(reader, when),
    )  # fmt: skip


def _origin(reader: RowReader, when: Mapping[str, str]) -> Origin:
    names = {column: "end" if column.startswith("end") else "start" for column in when}
    return reader.origin(operator_id="operator", kind="absence_kind", **names)
