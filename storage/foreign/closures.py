"""Days on which the shop is closed, and times in which a machine is down, from tables that list them."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.absences import people_of
from storage.foreign.decisions import Choice, Question
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.moments import Moment
from storage.foreign.open_ends import NEVER, end_said, goes_on, how_long
from storage.foreign.places import Places
from storage.foreign.reading import RowReader, readers_of, window_in
from storage.foreign.stored_times import StoredTimes, Time
from storage.foreign.words_of_cells import learn_downtimes, learn_marks

MAX_DAYS = 366
# What a row of the plan may have and the file's does not: it is emptied.
_OWNERS = ("calendar_id", "machine_id", "operator_id")
_TIMES = ("production_date", "start", "end")
_NAMED = 5


def take_closures(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A closure or overtime a row, of a calendar, a machine or a person: a day, days from first to last,
    both included, or from a time to a time."""
    words = [reader.text("closed") for reader in readers_of(layout, place, Findings())]
    marks = learn_marks(layout.scope, words, "Is it closed when the cell says")
    more = [reader.text("overtime") for reader in readers_of(layout, place, Findings())]
    overtime = learn_marks(layout.scope, more, "Is it overtime when the cell says")
    quiet = list(readers_of(layout, place, Findings()))
    machines_of(quiet, places)
    people = people_of(quiet, places, left_out="leave their rows out")
    numbers = Counter(reader.text("closure_number") for reader in quiet)
    for reader in readers_of(layout, place, findings):
        title = reader.text("title")
        extra = overtime.get(reader.text("overtime")) == "yes"
        if not extra and layout.has("closed") and marks.get(reader.text("closed")) != "yes":
            findings.notice(place, reader.row.number, f"{shown(title)} is no closed day and is left out")
            continue
        owner = _owner(places, people, reader)
        times = closed_times(reader) if owner is not None else []
        for when in times:
            if extra and "start" not in when:
                reader.problem("start", "names no times, and overtime needs them", "such as 06:00 and 12:00")
                continue
            column, whose = owner or ("", "")
            number = reader.text("closure_number")
            only = numbers[number] == len(times) == 1
            first = when.get("production_date") or when["start"]
            usual = f"{places.source}:{'overtime' if extra else 'closed'} {whose} {first}"
            places.canonical.add(
                "calendar_exception",
                {
                    "external_id": (number if only else f"{number} {whose} {first}") if number else usual,
                    "source": places.source, "kind": "overtime" if extra else "closure",
                    **({"name": title} if layout.has("title") else {}),
                    **dict.fromkeys(_OWNERS), column: whose, **dict.fromkeys(_TIMES), **when,
                },
                reader.origin(production_date="day", start="start", end="end", name="title"),
            )  # fmt: skip


def _owner(places: Places, people: Mapping[str, str], reader: RowReader) -> tuple[str, str] | None:
    """The column of whom a row holds for, and who that is; None: left out, or asked."""
    machine, person = reader.text("machine"), reader.text("operator")
    if machine:
        found = places.machines.find(machine)
        return None if found is None else ("machine_id", found)
    if person:
        return ("operator_id", people[person]) if person in people else None
    calendar = _calendar(places, reader.text("calendar"), reader)
    return None if calendar is None else ("calendar_id", calendar)


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
        return [{"start": first.canonical, "end": last.canonical}]
    days = ((last or first).day - first.day) // timedelta(days=1) + 1
    if not 1 <= days <= MAX_DAYS:
        reader.problem("end", "is before the start" if days < 1 else "is too far away", "a later date")
        return []
    return [{"production_date": str(first.day + timedelta(days=n))} for n in range(days)]


def take_downtimes(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A downtime a row, of days (both included) or from a time to a time; how long one without an end and a
    length is, is asked. A row with neither start nor end is of a machine that is not down: left out, and
    told."""
    everything = list(readers_of(layout, place, Findings()))
    quiet = [reader for reader in everything if _says_when(reader)]
    left = [reader.text("machine") for reader in everything if not _says_when(reader)]
    if left:
        named = ", ".join(shown(name) for name in left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
        findings.notice(
            place, None, f"{len(left)} rows have no start and no end and are no downtimes: {named}"
        )
    says = "downtime_kind" if layout.has("downtime_kind") else "title"
    kinds = learn_downtimes(layout.scope, [reader.text(says) for reader in quiet])
    if not all(reader.text(says) for reader in quiet):
        question = Question(
            "downtime", "Which kind of downtime is it?", (Choice("maintenance"), Choice("breakdown"))
        )
        kinds[""] = layout.scope.settle(question) or ""
    machines_of(quiet, places)
    stored = StoredTimes(places.shop.downtimes, places.source, ZoneInfo(places.shop.timezone))
    numbers = Counter(reader.text("number") for reader in quiet)
    for reader in filter(_says_when, readers_of(layout, place, findings)):
        name = reader.text("machine", needed=True)
        machine = places.machines.find(name)
        window = _window(reader)
        if window is None or machine is None or reader.bad:
            continue
        number = _number(reader, numbers)
        key = number or f"{places.source}:down {machine} {window[0]}"
        time = Time(machine, *window, key, numbered=bool(number))
        places.canonical.add(
            "downtime",
            {
                **stored.identity(reader.origin(), time), "machine_id": machine,
                "start": window[0], "end": window[1],
                "kind": kinds.get(reader.text(says), ""),
                **({"note": reader.text("title")} if layout.has("title") else {}),
            },
            reader.origin(machine_id="machine", start="start", end="end", kind=says),
        )  # fmt: skip
    stored.tell_overlaps(findings)


def _number(reader: RowReader, numbers: Mapping[str, int]) -> str:
    """The downtime's own number; of one that stands for several machines, with the machine."""
    number = reader.text("number")
    return f"{number} {reader.text('machine')}" if numbers[number] > 1 and number else number


def _says_when(reader: RowReader) -> bool:
    return any(not reader.cell(name).empty for name in ("start", "end"))


def _window(reader: RowReader) -> tuple[str, str] | None:
    start = reader.moment("start", needed=True)
    if start is None:
        return None
    if not reader.layout.has("end") and not reader.layout.has("length") and start.minute is None:
        return start.canonical, start.after
    if goes_on(reader) or (reader.cell("end").empty and reader.cell("length").empty):
        lasts = how_long(reader, "downtime", "machine", NEVER)
        end = None if lasts is None else end_said(start, lasts)
        return None if lasts is None else (start.canonical, "" if end is None else end.after)
    found = window_in(reader)
    return None if found is None else (found[0].canonical, _after(*found))


def _after(start: Moment, end: Moment) -> str:
    return end.after if start.minute is None else end.canonical
