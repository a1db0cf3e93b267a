"""The tasks of a calendar (VTODO): what is to be done, of which each may be a row of a table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from icalendar import Calendar, Todo, vDDDTypes
from recurring_ical_events import of as recurrences_of

from storage.foreign.calendar_rules import fault_of_rule, said_twice
from storage.foreign.calendar_times import Window

# As the library does with events: one that cannot be read is told, and is not the end of its file.
Todo.ignore_exceptions = True
_EDGES = ("DTSTART", "DUE")
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its changed times. `fault`: why it cannot be read, and what would be right."""

    uid: str
    summary: str
    main: Todo
    parts: tuple[Todo, ...]
    calendar: str
    # whether its whole calendar is withdrawn
    withdrawn: bool
    fault: tuple[str, str] | None

    @property
    def repeats(self) -> bool:
        """Whether it is to be done several times; without any time nothing says when."""
        timed = any(self.main.get(name) is not None for name in _EDGES)
        return timed and any(self.main.get(name) is not None for name in ("RRULE", "RDATE"))

    def times(self, window: Window) -> list[Todo]:
        """The task as it is to be done: once, whenever that is, or at each of its times within the window.

        Raises:
            ValueError: its times cannot be worked out.
        """
        if not self.repeats:
            return [self.main]
        calendar = Calendar()
        for part in self.parts:
            calendar.add_component(part)
        try:
            query = recurrences_of(calendar, components=["VTODO"])
            found = cast("list[Todo]", query.between(window.first, window.after))
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise ValueError("its times cannot be worked out") from error
        return sorted((self._as_written(one) for one in found), key=lambda one: str(_instead_of(one)))

    def _as_written(self, one: Todo) -> Todo:
        """One of its times without what the library makes up: a start, an end."""
        written = next((part for part in self.parts if _instead_of(part) == _instead_of(one)), self.main)
        for name in _EDGES:
            if written.get(name) is None:
                one.pop(name, None)
        if written.get("DURATION") is not None:
            one["DURATION"] = written["DURATION"]
        return one


def tasks_of(calendars: Sequence[Calendar], *, zone_said: bool) -> tuple[Task, ...]:
    """All tasks, in the file's order; of several versions of one the last counts. `zone_said`: whether a
    person says of which zone times are whose own is not known."""
    by_uid: dict[tuple[int, str], list[Todo]] = {}
    for number, calendar in enumerate(calendars):
        for task in _todos(calendar):
            uid = str(task.get("UID") or f"task {len(by_uid) + 1}")
            by_uid.setdefault((number, uid), []).append(task)
    in_calendars = Counter(uid for _, uid in by_uid)
    found: list[Task] = []
    for (number, uid), parts in by_uid.items():
        calendar = calendars[number]
        whole = [part for part in parts if part.get("RECURRENCE-ID") is None] or parts[:1]
        main = max(reversed(whole), key=_version)
        others = [part for part in parts if part.get("RECURRENCE-ID") is not None and part is not main]
        name = " ".join(str(calendar.get("X-WR-CALNAME") or "").split())[:200]
        withdrawn = str(calendar.get("METHOD") or "").upper() == "CANCEL"
        own = f"{uid}/{name or number + 1}" if in_calendars[uid] > 1 else uid
        summary = " ".join(str(main.get("SUMMARY") or "task without a summary").split())[:200]
        fault = next(filter(None, (_fault(part, zone_said=zone_said) for part in (main, *others))), None)
        found.append(Task(own, summary, main, (main, *others), name, withdrawn, fault))
    return tuple(found)


def unzoned(calendars: Iterable[Calendar]) -> Iterator[str]:
    """The zones that calendars name for the times of tasks that name none."""
    for calendar in calendars:
        zone = str(calendar.get("X-WR-TIMEZONE") or "").strip()
        times = [moment for task in _todos(calendar) for _, _, moment in _moments(task)]
        if zone and any(moment.tzinfo is None for moment in times):
            yield zone


def _todos(calendar: Calendar) -> list[Todo]:
    return [task for task in calendar.subcomponents if isinstance(task, Todo)]


def _version(task: Todo) -> int:
    said = str(task.get("SEQUENCE") or 0)
    return int(said) if said.isdecimal() and len(said) <= _MOST_DIGITS else 0


def _instead_of(task: Todo) -> object:
    said = cast("vDDDTypes | None", task.get("RECURRENCE-ID"))
    return None if said is None else said.dt


def _moments(task: Todo) -> Iterator[tuple[str, str, datetime]]:
    """Its times: which, the zone that is named, and when."""
    broken = {name for name, _ in task.errors}
    for name in _EDGES:
        said = cast("vDDDTypes | None", task.get(name)) if name not in broken else None
        if said is not None and not isinstance(said, list) and isinstance(said.dt, datetime):
            yield name, str(said.params.get("TZID") or ""), said.dt


def _fault(task: Todo, *, zone_said: bool) -> tuple[str, str] | None:
    if (twice := said_twice(task)) is not None:
        return twice
    broken = [name for name, _ in task.errors if name]
    if broken:
        return f"its {', '.join(broken)} cannot be read", "a value as iCalendar has it"
    for name, zone, moment in _moments(task):
        if zone and moment.tzinfo is None and not zone_said:
            return (
                f"the time zone {zone} of its {name} is not known",
                "an IANA name, a VTIMEZONE in the file, or an answer to time_zone",
            )
    return fault_of_rule(task)
