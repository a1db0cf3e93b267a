"""What the plan has of the events of a calendar that are rows of a table, and none of them says any more: a
cancelled event, or one that has become something else."""

from collections.abc import Iterator, Sequence

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_stored import midnight
from storage.foreign.canonical import Canonical
from storage.foreign.shop_names import ShopNames, StoredTime
from storage.foreign.stored_times import uid_of
from storage.named_queries import named_queries
from storage.rows import fetch_all
from storage.transactions import Connection

_SQL = named_queries("foreign")


def _uids_of(events: Events) -> set[str]:
    """The UIDs of all events and tasks of the file, also of those that are left out."""
    return {series.event_uid or series.uid for series in events.of_file} | {task.uid for task in events.tasks}


async def read_bookings_of(connection: Connection, events: Events) -> Sequence[StoredTime]:
    """The plan's bookings that have the number of one of the events."""
    uids = {"uids": sorted(_uids_of(events))}
    return await fetch_all(connection, _SQL["bookings_of_events"], uids, StoredTime)


def told_left(
    events: Events, canonical: Canonical, shop: ShopNames, bookings: Sequence[StoredTime]
) -> Iterator[str]:
    """The plan's rows within the days that are looked at, by events of the file, that no row of it is."""
    uids = _uids_of(events)
    first, after = midnight(events.window.first, events), midnight(events.window.after, events)
    # Of bookings only those of the calendar were read.
    absences, downtimes = (
        [one for one in stored if uid_of(one.external_id, uids) is not None]
        for stored in (shop.absences, shop.downtimes)
    )
    of_plan = (("booking", bookings), ("absence", absences), ("downtime", downtimes))
    for entity, stored in of_plan:
        rows = canonical.of(entity)
        said = {*canonical.replaced, *(row.cells.get(name) for row in rows for name in ("id", "external_id"))}
        for one in stored:
            over = one.closes is not None and one.closes <= first
            if one.id in said or one.external_id in said or one.opens >= after or over:
                continue
            begins = one.opens.astimezone(events.zone)
            yield (
                f"the plan has the {entity} of {shown(one.name)} from {begins:%Y-%m-%d %H:%M} by an event of "
                "this calendar that is not so any more; it stays until somebody takes it out"
            )
