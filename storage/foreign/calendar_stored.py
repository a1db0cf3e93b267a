"""Rows of a calendar beside what the plan has: which of the plan's they are, and what else is to be told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from storage.foreign.calendar_events import Events
from storage.foreign.calendar_series import Series
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.stored_times import StoredTimes, Time

# A row's origin, when it holds, and its own cells.
TimedRow: TypeAlias = tuple[Origin, Time, dict[str, str]]


def add_known(
    rows: Sequence[TimedRow],
    stored: StoredTimes,
    events: Events,
    of_file: Sequence[Series],
    *,
    to: Canonical,
    entity: str,
    so: str,
) -> None:
    """Adds the rows as the plan knows them, and tells of what the plan has that overlaps them, or that the
    calendar had and has no more; `so`: what somebody is then, such as `down`."""
    uids = {series.event_uid or series.uid for series in of_file}
    identities = stored.identities([(origin, when) for origin, when, _ in rows], uids)
    for (origin, _, cells), identity in zip(rows, identities, strict=True):
        to.add(entity, {**identity, **cells}, origin)
    if events.decisions.questions:
        return
    stored.tell_overlaps(events.findings)
    first, after = midnight(events.window.first, events), midnight(events.window.after, events)
    for text in stored.left_of(uids, first, after, so):
        events.findings.notice(events.place, None, text)


def midnight(day: date, events: Events) -> datetime:
    """When a day of the calendar begins, in UTC."""
    return datetime.combine(day, time(), events.zone).astimezone(UTC)
