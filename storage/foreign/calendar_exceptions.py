"""Closed days and overtime of a calendar that the plan has already, by the events that they are of."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from storage.exchange.problems import shown
from storage.foreign.canonical import Canonical
from storage.foreign.shop_names import ShopNames, StoredException
from storage.foreign.stored_exceptions import EXCEPTION, day_of, is_same_owner, is_same_time
from storage.foreign.stored_times import uid_of

_Same = Callable[[StoredException], bool]


@dataclass(frozen=True, slots=True)
class OfEvent:
    """Which row an event gave. `key`: the one under which its series knows that time, wherever it has moved;
    empty: the event does not repeat."""

    row: int
    uid: str
    key: str


def known_by_event(
    canonical: Canonical, shop: ShopNames, given: Sequence[OfEvent], gone: Set[str], first: date
) -> Iterator[str]:
    """Make rows of an event that has moved those of the plan; told is what the plan has of an event from the
    first day on, and the event is not then any more. `gone`: UIDs of events that are cancelled."""
    rows, zone = canonical.of(EXCEPTION), ZoneInfo(shop.timezone)
    uids = {found.uid for found in given} | gone
    left = [
        s
        for s in shop.exceptions
        if uid_of(s.external_id, uids) is not None and day_of(s, zone)[:10] >= str(first)
    ]
    waiting = list(given)
    for same in (_of_its_time, _at_its_time, _alone):
        for found in list(waiting):
            cells = rows[found.row].cells
            fits = same(found, cells, zone)
            stored = next((s for s in left if uid_of(s.external_id, uids) == found.uid and fits(s)), None)
            if stored is None:
                continue
            left.remove(stored)
            waiting.remove(found)
            own = {"id": stored.id, "source": stored.source, "external_id": stored.external_id or ""}
            rows[found.row] = replace(rows[found.row], cells={**cells, **own})
    for stored in left:
        yield (
            f"the plan has {shown(stored.name or stored.kind)} on {day_of(stored, zone)} by an event of this "
            "calendar that is not so any more; it stays until somebody takes it out"
        )


def _of_its_time(found: OfEvent, cells: Mapping[str, str], zone: ZoneInfo) -> _Same:
    return lambda s: bool(found.key) and s.external_id == found.key and s.kind == cells["kind"]


def _at_its_time(found: OfEvent, cells: Mapping[str, str], zone: ZoneInfo) -> _Same:
    return lambda s: is_same_time(s, cells, zone)


def _alone(found: OfEvent, cells: Mapping[str, str], zone: ZoneInfo) -> _Same:
    return lambda s: not found.key and s.kind == cells["kind"] and is_same_owner(s, cells, zone)
