"""What programs write into iCalendar files in ways of their own: whole days as midnights, how busy a time is,
changed times of a series that are something else, and rules that say their last day without a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import cast

from icalendar import Calendar, Component, Event, vDDDTypes, vText

_WHOLE_DAY = (("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE"), ("X-FUNAMBOL-ALLDAY", "1"))
_BUSY = "X-MICROSOFT-CDO-BUSYSTATUS"
# Marks a changed time of a series that is read as an event of its own.
APART = "X-LEADHAND-APART"
# The time of its series that such an event takes the place of.
INSTEAD_OF = "X-LEADHAND-INSTEAD-OF"
_NO_EVENTS = {"VTODO": "task", "VJOURNAL": "journal entry", "VFREEBUSY": "list of busy times"}
_UNREAD = ("VJOURNAL", "VFREEBUSY")
_TOLD, _NAME_CHARS = 5, 60


def tidied(event: Event) -> Event:
    """The event with whole days where its program says so with midnights, and without private parts of its
    rule."""
    if any(str(event.get(name) or "").upper() == said for name, said in _WHOLE_DAY):
        start, end = (event.get(name) for name in ("DTSTART", "DTEND"))
        moments = [found.dt for found in (start, end) if found is not None]
        if moments and all(isinstance(m, datetime) and m.time() == time() for m in moments):
            for name, moment in zip(("DTSTART", "DTEND"), moments, strict=False):
                event.pop(name)
                event[name] = vDDDTypes(moment.date())
    rule = _rule_of(event)
    for name in [name for name in rule if name.upper().startswith("X-")]:
        rule.pop(name)
    return event


def _rule_of(event: Event) -> dict[str, list[object]]:
    """The parts of its rule of repetition; none of them: it has none."""
    return cast("dict[str, list[object]] | None", event.get("RRULE")) or {}


def is_free(event: Event) -> bool:
    """Whether its time is marked as free."""
    return _says(event, "TRANSP") == "TRANSPARENT" or _says(event, _BUSY) == "FREE"


def is_tentative(event: Event) -> bool:
    return _says(event, "STATUS") == "TENTATIVE" or _says(event, _BUSY) == "TENTATIVE"


def is_cancelled(event: Event) -> bool:
    return _says(event, "STATUS") == "CANCELLED"


def _says(event: Event, name: str) -> str:
    return str(event.get(name) or "").upper()


def apart(main: Event, parts: Sequence[Event]) -> list[Event]:
    """The changed times (`parts`) of a series that are called, placed or marked otherwise: each as an event
    of its own. In the series they are marked, and do not happen."""
    found: list[Event] = []
    if main.get("RECURRENCE-ID") is not None:
        return []
    for part in parts:
        said = cast("vDDDTypes", part.get("RECURRENCE-ID"))
        if is_cancelled(part) or "RANGE" in said.params or _nature(part) == _nature(main):
            continue
        own = part.copy(recursive=True)
        for name in ("RECURRENCE-ID", "RRULE", "RDATE", "EXDATE"):
            own.pop(name, None)
        own[INSTEAD_OF] = vDDDTypes(said.dt)
        part[APART] = vText("yes")
        found.append(own)
    return found


def _nature(event: Event) -> tuple[object, ...]:
    summary, location = (" ".join(str(event.get(n) or "").split()) for n in ("SUMMARY", "LOCATION"))
    categories = frozenset(str(category) for category in event.categories)
    return summary, location, categories, is_free(event), is_tentative(event)


def last_day(event: Event) -> date | None:
    """The day that a rule of times names as its last one without a time; None: it names none so."""
    until = next(iter(_rule_of(event).get("UNTIL", [])), None)
    if not isinstance(until, date) or isinstance(until, datetime) or not isinstance(event.start, datetime):
        return None
    return until


def with_last_day(event: Event, day: date) -> Event:
    """The event with a rule that lasts until that day is over."""
    changed = event.copy(recursive=True)
    end = datetime.combine(day, time(23, 59, 59), cast("datetime", changed.start).tzinfo)
    _rule_of(changed)["UNTIL"] = [end if end.tzinfo is None else end.astimezone(UTC)]
    return changed


def told_others(calendars: Sequence[Calendar]) -> list[str]:
    """What a file holds besides events and tasks, and is never read."""
    of_kinds = {
        kind: [c for calendar in calendars for c in calendar.subcomponents if c.name == kind]
        for kind in _UNREAD
    }
    return [told_of(found, kind) for kind, found in of_kinds.items() if found]


def told_of(found: Sequence[Component], kind: str) -> str:
    """That entries of a kind are not read."""
    names = ", ".join(
        " ".join(str(c.get("SUMMARY") or "without a summary").split())[:_NAME_CHARS] for c in found[:_TOLD]
    )
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return f"{len(found)} {_NO_EVENTS[kind]}{'s' if len(found) > 1 else ''} ({kind}) not read: {names}{more}"
