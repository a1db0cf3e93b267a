"""Closed days and overtime, from tables that list them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.exchange.problems import Findings, shown
from storage.foreign.absences import people_of, tell_nobody
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.stored_exceptions import EXCEPTION, known_by_number
from storage.foreign.table_rows import readers_of
from storage.foreign.table_targets import TableTargets, Target, machines_in, names_in
from storage.foreign.words_of_cells import learn_closures, learn_marks

MAX_DAYS = 366
# What a row of the plan may have and the file's does not: it is emptied.
_OWNERS = ("calendar_id", "machine_id", "operator_id")
_TIMES = ("production_date", "start", "end")


@dataclass(frozen=True, slots=True)
class _Closures:
    """`people`: the references of those that rows name; `numbers`: on how many rows each number is."""

    places: Places
    people: Mapping[str, str]
    numbers: Mapping[str, int]

    def owners(self, reader: RowReader) -> list[Target]:
        """Whom a row holds for, as column and reference; none where it is left out, or asked."""
        places = self.places
        if word := reader.text("holds_for"):
            return TableTargets(places).of(word) or []
        machines, people = reader.text("machine"), reader.text("operator")
        if machines or people:
            named = [self.people.get(name) for name in names_in(places.operators, people)]
            found = [("machine_id", machine) for machine in machines_in(places, machines)]
            return [*found, *(("operator_id", person) for person in named if person is not None)]
        calendar = _calendar(places, reader.text("calendar"), reader)
        return [] if calendar is None else [("calendar_id", calendar)]

    def add(
        self, reader: RowReader, kind: str, when: Mapping[str, str], owner: Target, *, only: bool
    ) -> None:
        """`only`: the row is of one time and one owner."""
        (column, whose), number = owner, reader.text("closure_number")
        first = when.get("production_date") or when["start"]
        usual = f"{self.places.source}:{'overtime' if kind == 'overtime' else 'closed'} {whose} {first}"
        alone = only and self.numbers[number] == 1
        self.places.canonical.add(
            "calendar_exception",
            {
                "external_id": (number if alone else f"{number} {whose} {first}") if number else usual,
                "source": self.places.source, "kind": kind,
                **({"name": reader.text("title")} if reader.layout.has("title") else {}),
                **dict.fromkeys(_OWNERS), column: whose, **dict.fromkeys(_TIMES), **when,
            },
            reader.origin(production_date="day", start="start", end="end", name="title"),
        )  # fmt: skip


def take_closures(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A closure or overtime a row, of calendars, machines or people: a day, days from first to last, both
    included, or from a time to a time."""
    quiet = list(readers_of(layout, place, Findings()))
    kinds = _kinds(layout, quiet)
    machines_of(quiet, places, several=True)
    people = people_of(quiet, places, left_out="leave their rows out", several=True)
    closures = _Closures(places, people, Counter(reader.text("closure_number") for reader in quiet))
    numbered: list[tuple[str, int]] = []
    for reader in readers_of(layout, place, findings):
        kind = kinds(reader)
        if kind not in {"closure", "overtime"}:
            if kind is not None:
                number = reader.text("closure_number")
                stays = [e for e in places.shop.exceptions if number and e.external_id == number]
                what = shown(reader.text("title") or number or reader.text("closure_kind"))
                text = f"{what} is no closed day and is left out" + (
                    "; the plan has it, until somebody takes it out" if stays else ""
                )
                findings.notice(place, reader.row.number, text)
            continue
        if not reader.text("holds_for"):
            tell_nobody(reader, people, places, findings)
        owners = closures.owners(reader)
        times = closed_times(reader) if owners else []
        if kind == "overtime" and times and not all("start" in when for when in times):
            reader.problem("start", "names no times, and overtime needs them", "such as 06:00 and 12:00")
            continue
        for when in times:
            for owner in owners:
                number = reader.text("closure_number")
                numbered += [(number, len(places.canonical.of(EXCEPTION)))] if number else []
                closures.add(reader, kind, when, owner, only=len(owners) == len(times) == 1)
    findings.notices += known_by_number(places.canonical, places.shop, numbered, place)


def _kinds(layout: Layout, quiet: Sequence[RowReader]) -> Callable[[RowReader], str | None]:
    """What each row is: closure, overtime, or something else; None: it is asked."""
    if layout.has("closure_kind"):
        known = learn_closures(layout.scope, [reader.text("closure_kind") for reader in quiet])
        return lambda reader: known.get(reader.text("closure_kind"))
    asking = "Is it closed when the cell says"
    closed = learn_marks(layout.scope, [reader.text("closed") for reader in quiet], asking)
    asking = "Is it overtime when the cell says"
    overtime = learn_marks(layout.scope, [reader.text("overtime") for reader in quiet], asking)

    def of(reader: RowReader) -> str | None:
        if overtime.get(reader.text("overtime")) == "yes":
            return "overtime"
        text = reader.text("closed")
        if text and text not in closed:
            return None
        return "closure" if not layout.has("closed") or closed.get(text) == "yes" else "ignore"

    return of


def _calendar(places: Places, word: str, reader: RowReader) -> str | None:
    only = places.shop.calendars[0].id if len(places.shop.calendars) == 1 else None
    if only is not None and not word and "for" not in places.decisions.given:
        places.decisions.note("for", only, "it is the shop's only calendar")
        return only
    return places.own_calendar(f"for.{word}" if word else "for", word or "the closed days", reader.origin())


def closed_times(reader: RowReader) -> list[dict[str, str]]:
    """When a row says that it is closed, as cells: each day of several, both included, or between times."""
    layout = reader.layout
    timed = layout.has("start") and not (layout.has("day") and reader.cell("start").empty)
    first = reader.moment("start") if timed else reader.moment("day", needed=True)
    last = reader.moment("end") if timed or not reader.is_clock("end") else None
    if first is None and not reader.bad and not reader.waits:
        reader.problem("start", "is empty", "a date")
    if first is None or reader.bad or reader.waits:
        return []
    if first.minute is not None and last is not None and last.minute is not None:
        if reader.is_clock("end") and (last.day, last.minute) <= (first.day, first.minute):
            last = last.later(24 * 60)
        return [{"start": first.canonical, "end": last.canonical}]
    days = ((last or first).day - first.day) // timedelta(days=1) + 1
    if not 1 <= days <= MAX_DAYS:
        reader.problem("end", "is before the start" if days < 1 else "is too far away", "a later date")
        return []
    return [{"production_date": str(first.day + timedelta(days=n))} for n in range(days)]
