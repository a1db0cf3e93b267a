"""The tasks of a calendar as rows beside those of its events: each once, with what its program says of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import cast

from icalendar import Todo, vDDDTypes, vText

from leadhand.errors import ForeignFileUnreadable
from storage.exchange.problems import shown
from storage.foreign.calendar_cells import cells_of
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_file import MAX_EVENTS
from storage.foreign.calendar_parts import told_of
from storage.foreign.calendar_tasks import Task
from storage.foreign.calendar_times import as_utc, time_key
from storage.foreign.decisions import Choice, Question
from storage.foreign.grid import MAX_ROWS

TASKS = "tasks"
# Beside the columns of events.
OF_TASKS = (
    "(entry)", "Due", "(task status)", "(priority)", "(percent complete)", "Completed", "(related to)",
    "(parent)",
)  # fmt: skip
_PARENT = "PARENT"


def taken_tasks(events: Events) -> list[tuple[Task, Todo]]:
    """The tasks that are rows, in the file's order; whether they are is asked where the file has events
    too."""
    if not events.tasks:
        events.decisions.optional(TASKS)  # said of an earlier file of the calendar
        return []
    if not _are_taken(events):
        return []
    if len(events.tasks) > MAX_EVENTS:
        raise ForeignFileUnreadable(
            f"{events.place} has {len(events.tasks):,} tasks; at most {MAX_EVENTS:,} can be read."
        )
    found = ((task, one) for task in events.tasks for one in _times(task, events))
    return list(islice(found, MAX_ROWS + 1))  # one more is too many, and told


def rows_of(tasks: Iterable[tuple[Task, Todo]], events: Events) -> Iterator[dict[str, str]]:
    """The cells of such tasks."""
    called = {task.uid: task.summary for task in events.tasks}
    return (_row(task, one, called, events) for task, one in tasks)


def _row(task: Task, one: Todo, called: Mapping[str, str], events: Events) -> dict[str, str]:
    start, due = _edges(one)
    said = [moment for moment in (start, due) if moment is not None]
    parent = _parent_of(one)
    status = "CANCELLED" if task.withdrawn else str(one.get("STATUS") or "")
    return {
        **cells_of(one, task.calendar),
        "(entry)": "task",
        "Start": _text(start, events),
        "Due": _text(due, events),
        "(whole day)": "no" if any(isinstance(m, datetime) for m in said) else "yes" if said else "",
        "Event UID": _key(task, one, events),
        "(task status)": status.lower(),
        "(priority)": _number(one, "PRIORITY"),
        "(percent complete)": _number(one, "PERCENT-COMPLETE"),
        "Completed": _text(_moment(one, "COMPLETED"), events, minutes=True),
        "(related to)": parent,
        "(parent)": called.get(parent, ""),
    }


def _are_taken(events: Events) -> bool:
    """Whether tasks are rows; told where they are not."""
    if not events.of_file:
        events.decisions.optional(TASKS)
        return True
    told = told_of([task.main for task in events.tasks], "VTODO")
    question = Question(
        TASKS,
        "The calendar holds tasks beside its events: are they rows too?",
        (Choice("take", "each is a row, (entry) says which rows are tasks"), Choice("ignore", "not read")),
        why=told,
    )
    value = events.decisions.settle(question)
    if value == "ignore":
        events.findings.notice(events.place, None, told)
    return value == "take"


def _times(task: Task, events: Events) -> Iterator[Todo]:
    """The task as often as it is a row; what is said to be nothing, or cannot be read, is told."""
    key = f"event.{task.summary}"
    if events.decisions.given.get(key) == "ignore":
        events.decisions.optional(key)
        events.findings.notice(events.place, None, f"{shown(task.summary)} is left out, as answered")
        return
    fault, found = task.fault, list[Todo]()
    try:
        found = [] if fault is not None else task.times(events.window)
    except ValueError as error:
        fault = (str(error), "a rule that can be followed")
    if fault is not None:
        reason, right = fault
        events.findings.problem(
            events.place, None, reason, f"{right}, or event.…=ignore", column=shown(task.summary)
        )
    if task.repeats and fault is None:
        first, last = events.window.first, events.window.after - timedelta(days=1)
        told = f"{shown(task.summary)} repeats: its {len(found)} times from {first} to {last} are rows"
        events.findings.notice(events.place, None, told)
    yield from found


def _edges(one: Todo) -> tuple[date | None, date | None]:
    """When it may begin, and until when it is to be done: so long after its start, where only that is said;
    of whole days the last one."""
    start, due = _moment(one, "DTSTART"), _moment(one, "DUE")
    length = cast("vDDDTypes | None", one.get("DURATION"))
    if due is not None or start is None or length is None:
        return start, due
    lasts = cast("timedelta", length.dt)
    if isinstance(start, datetime):
        # By the instant: a length is a length on the nights on which the clocks change too.
        zone = start.tzinfo
        return start, start + lasts if zone is None else (start.astimezone(UTC) + lasts).astimezone(zone)
    return start, start + max(lasts - timedelta(days=1), timedelta())


def _moment(one: Todo, name: str) -> date | None:
    said = cast("vDDDTypes | None", one.get(name))
    return None if said is None else cast("date", said.dt)


def _text(moment: date | None, events: Events, *, minutes: bool = False) -> str:
    """A day, or a time by the shop's clock."""
    if moment is None or not isinstance(moment, datetime):
        return "" if moment is None else str(moment)
    local = as_utc(moment, events.floating).astimezone(events.zone)
    return local.isoformat(timespec="minutes" if minutes or not local.second else "seconds")


def _number(one: Todo, name: str) -> str:
    said = one.get(name)
    return "" if said is None else str(said)


def _parent_of(one: Todo) -> str:
    """The UID of the task that it is a part of."""
    said = one.get("RELATED-TO")
    found = cast("list[vText]", said if isinstance(said, list) else [said] if said is not None else [])
    above = [text for text in found if str(text.params.get("RELTYPE") or _PARENT).upper() == _PARENT]
    return str(above[0]) if above else ""


def _key(task: Task, one: Todo, events: Events) -> str:
    """Its UID; of one that repeats with the time by which that knows it."""
    instead = _moment(one, "RECURRENCE-ID")
    return task.uid if instead is None else f"{task.uid}/{time_key(instead, events.floating)}"
