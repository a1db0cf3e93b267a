"""The events of a calendar as the rows of a table, one for each time that an event happens, and its tasks:
what the rows are is then said as of any other table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from icalendar import Event, Todo

from leadhand.errors import ForeignFileUnreadable
from storage.exchange.problems import shown
from storage.foreign.areas import placed_tables
from storage.foreign.calendar_cells import cells_of
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_occurrences import Occurrence
from storage.foreign.calendar_parts import is_free, is_tentative
from storage.foreign.calendar_reading import ASKED, is_left_out
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_stored import midnight
from storage.foreign.calendar_task_rows import OF_TASKS, TASKS, rows_of, taken_tasks
from storage.foreign.calendar_texts import named_lines, own_properties, text_of
from storage.foreign.calendar_times import Days
from storage.foreign.decisions import Choice, Decision, Decisions, Question
from storage.foreign.grid import MAX_ROWS, Cell, Grid, Sheet, cell_of
from storage.foreign.tables import OF_DESCRIPTION, Table, TableRow, tables_of
from storage.foreign.vocabulary import folded

LABEL = "events"
# Columns beside the usual ones that answers speak of: a later file has them too, though none of its events
# says them.
COLUMNS = "columns"
_USUAL = (
    "Summary", "Description", "Location", "Category", "Start", "End", "(whole day)", "Event UID",
    "(certainty)", "(shown as)", "(importance)", "Calendar", "Organizer", "Attendees", "Resources",
)  # fmt: skip
_MAX_NAMED = 100
_UNSAID = "a calendar does not say what its events are"


def grid_of(events: Events) -> Grid:
    """The events that count, in the order of their times, and then the tasks in the file's, with the columns
    that every calendar has and those that they name."""
    taken = [series for series in events.of_file if _counts(events, series)]
    events.decisions.note("source", events.places.source, "keys of its rows are those of its events")
    found = [(series, one) for series in taken for one in events.occurrences(series)]
    tasks = taken_tasks(events)
    if len(found) + len(tasks) > MAX_ROWS:
        raise ForeignFileUnreadable(
            f"The calendar has {len(found) + len(tasks):,} times of events and tasks; take a shorter window "
            "with until=DATE."
        )
    found.sort(key=lambda pair: _order(*pair, events))
    kept = [part.strip() for part in events.decisions.given.get(COLUMNS, "").split(";") if part.strip()]
    has_tasks = bool(tasks) or events.decisions.given.get(TASKS) == "take"
    usual = (*_USUAL, *OF_TASKS) if has_tasks else _USUAL
    entries = [*(one.event for _, one in found), *(one for _, one in tasks)]
    more, headers = _named(entries, usual, kept, events)
    rows = [_usual(series, one, events) for series, one in found]
    rows += rows_of(tasks, events)
    rows = [{**row, **own} for row, own in zip(rows, more, strict=True)]
    body = [tuple(cell_of(row.get(header, "")) for header in headers) for row in rows]
    top = tuple(Cell(header) for header in headers)
    # Its names are its header, and an event that is called as totals are is none.
    sheet = Sheet(
        LABEL, [top, *body], first_row=0, header=(0, 0), kept_rows=frozenset(range(1, len(body) + 1))
    )
    kinds = ["a row for each time of an event, in their order"] if found or not tasks else []
    kinds += ["a row for each task"] if tasks else []
    return Grid(", ".join(["iCalendar", *kinds]), (sheet,))


def tables_in(grid: Grid, decisions: Decisions) -> tuple[Table, ...]:
    """The table of such a grid; nothing in it says what its rows are."""
    return tuple(replace(table, unsaid=_UNSAID) for table in tables_of(placed_tables(grid, decisions)))


def names_of_rows(tables: Iterable[Table]) -> dict[int, str]:
    """What the rows of such tables are called: nobody can count the times of events."""
    return {row.number: _called(row, table) for table in tables for row in table.rows}


def _called(row: TableRow, table: Table) -> str:
    names = ("Summary", "Start", "Due", "(entry)")
    said = {name: row.cell(table.headers.index(name)).text for name in names if name in table.headers}
    start, due = (said.get(name, "")[:16].replace("T", " ") for name in ("Start", "Due"))
    if said.get("(entry)") == "task":
        return f"{shown(said['Summary']) or 'task without a summary'}{due and f', due {due}'}"
    return f"{shown(said['Summary']) or 'event without a summary'} on {start}"


def keep_columns(tables: Iterable[Table], decisions: Decisions) -> None:
    """Remembers the columns beside the usual ones of which something is said."""
    said = [
        text
        for texts in (decisions.given.items(), ((made.key, made.value) for made in decisions.made.values()))
        for key, value in texts
        if key.rpartition("!")[2] not in (COLUMNS, "unused")
        for text in (key, value)
    ]
    extra = [h for table in tables for h in table.headers if h.startswith((OF_DESCRIPTION, "X-"))]
    spoken = sorted({header for header in extra if any(header in text for text in said)})
    if spoken or COLUMNS in decisions.given:
        why = "answers speak of them: later files have them too"
        decisions.made[COLUMNS] = Decision(COLUMNS, "; ".join(spoken) or "none", why)


def _counts(events: Events, series: Series) -> bool:
    """Whether an event is taken; if not, or if that is asked, it is told."""
    if events.is_ignored(series):
        events.decisions.optional(events.key("event", series))
        events.findings.notice(events.place, None, f"{shown(series.summary)} is left out, as answered")
        return False
    if is_left_out(events, series):
        return False
    if not series.marked_free or not events.has_busy:
        return True
    question = Question(
        "free",
        "Are events taken that the calendar marks as free, while others are not so?",
        (Choice("take", "as the others"), Choice("ignore", "left out, and told")),
        why=events.list_of([other for other in events.of_file if other.marked_free]),
    )
    value = events.decisions.settle(question)
    if value == "ignore":
        told = f"{shown(series.summary)} ({events.when(series)}) is marked as free and is left out"
        events.findings.notice(events.place, None, told)
    elif value is None:
        events.tell(series, ASKED)
    return value == "take"


def _order(series: Series, one: Occurrence, events: Events) -> tuple[datetime, str, str]:
    when = one.when
    starts = midnight(when.first, events) if isinstance(when, Days) else when.start
    return starts, series.summary, series.key_of(when, events.floating)


def _named(
    entries: Iterable[Event | Todo], usual: Iterable[str], kept: Sequence[str], events: Events
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """What each entry names itself, by column, and all columns: lines of descriptions and properties that
    somebody added. A name in other case is the same one."""
    as_written = {folded(header): header for header in (*usual, *kept) if header != "none"}
    rows: list[dict[str, str]] = []
    counts: Counter[str] = Counter()
    for entry in entries:
        pairs = [
            (f"{OF_DESCRIPTION}{name}", said) for name, said in named_lines(text_of(entry, "DESCRIPTION"))
        ]
        pairs += [(name, text_of(entry, name)) for name in own_properties(entry)]
        row: dict[str, str] = {}
        for name, said in pairs:
            header = as_written.setdefault(folded(name), name)
            row[header] = f"{row[header]}; {said}" if header in row else said
        counts.update(row.keys())
        rows.append(row)
    often = [header for header, _ in counts.most_common(_MAX_NAMED)]
    headers = [h for h in as_written.values() if h in (*usual, *kept) or h in often]
    if len(counts) > len(often):
        text = f"descriptions name {len(counts)} things; the {_MAX_NAMED} that most events say are columns"
        events.findings.notice(events.place, None, text)
    return rows, tuple(headers)


def _usual(series: Series, one: Occurrence, events: Events) -> dict[str, str]:
    """The cells that every event has."""
    event = one.event
    start, end = _edges(one, events)
    return {
        **cells_of(event, series.calendar),
        "(entry)": "event",
        "Start": start,
        "End": end,
        "(whole day)": "yes" if isinstance(one.when, Days) else "no",
        "Event UID": series.key_of(one.when, events.floating),
        "(certainty)": "tentative" if is_tentative(event) else str(event.get("STATUS") or "").lower(),
        "(shown as)": "free" if is_free(event) else "busy",
    }


def _edges(one: Occurrence, events: Events) -> tuple[str, str]:
    """When it is: times by the shop's clock, or of whole days the first and the last one, as texts, of which
    a last day counts to its end."""
    when = one.when
    if isinstance(when, Days):
        return str(when.first), str(when.after - timedelta(days=1))
    start, end = (at.astimezone(events.zone) for at in (when.start, when.end))
    return _text(start), "" if when.endless else _text(end)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
