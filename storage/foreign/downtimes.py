"""Times in which machines are down, from tables that list them."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.moments import Moment
from storage.foreign.open_ends import NEVER, end_said, goes_on, how_long
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.stored_times import StoredTimes, Time
from storage.foreign.table_rows import readers_of
from storage.foreign.table_targets import machines_in
from storage.foreign.windows import window_in
from storage.foreign.words_of_cells import learn_downtimes

_NAMED = 5


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
    machines_of(quiet, places, several=True)
    stored = StoredTimes(places.shop.downtimes, places.source, ZoneInfo(places.shop.timezone))
    numbers = Counter(reader.text("number") for reader in quiet)
    for reader in filter(_says_when, readers_of(layout, place, findings)):
        machines = machines_in(places, reader.text("machine", needed=True))
        window = _window(reader)
        if window is None or reader.bad:
            continue
        for machine in machines:
            number = reader.text("number")
            if number and (numbers[number] > 1 or len(machines) > 1):
                number = f"{number} {_called(machine, machines, reader, places)}"
            key = number or f"{places.source}:down {machine} {window[0]}"
            also = (reader.text("number"),) if number else ()
            time = Time(machine, *window, key, numbered=bool(number), also=also)
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


def _called(machine: str, machines: Sequence[str], reader: RowReader, places: Places) -> str:
    """What a downtime of several machines has behind its number: the machine as the row calls it."""
    stored = places.machines.stored_as(machine) if len(machines) > 1 else None
    return reader.text("machine") if len(machines) == 1 else stored.code if stored is not None else machine


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
