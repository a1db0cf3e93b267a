"""A plan's bookings by operation, machine and person; the next state groups only what has changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TypeAlias

from planning.shop import Booking, Interval, Shop

# The keys of the groups in which a booking stands.
Keys: TypeAlias = Callable[[Booking], Iterable[str]]
Groups: TypeAlias = Mapping[str, tuple[Booking, ...]]

_by_start = attrgetter("envelope_start", "id")
# With more of the plan changed, all of it is grouped anew.
_FEW = 1_000


@dataclass(frozen=True, slots=True)
class _Grouped:
    bookings: tuple[Booking, ...]
    groups: Groups


def by_operation(shop: Shop) -> Groups:
    """The bookings of each operation that has any, by start."""
    return _of_plan(shop, "bookings_by_operation", operation_of)


def by_machine(shop: Shop) -> Groups:
    """The bookings of each machine that has any, by start."""
    return _of_plan(shop, "bookings_by_machine", machine_of)


def by_person(shop: Shop) -> Groups:
    """The bookings that each person attends, by start."""
    return _of_plan(shop, "bookings_by_person", people_of)


def work_of(person_id: str, bookings: Iterable[Booking]) -> list[Interval]:
    """All that the person does on the bookings."""
    return [(s.start, s.end) for b in bookings for s in b.segments if s.operator_id == person_id]


def operation_of(booking: Booking) -> tuple[str, ...]:
    """None where it holds capacity for a quote."""
    return () if booking.operation_id is None else (booking.operation_id,)


def machine_of(booking: Booking) -> tuple[str, ...]:
    return (booking.machine_id,)


def people_of(booking: Booking) -> tuple[str, ...]:
    """Who attends, each once."""
    return tuple(dict.fromkeys([s.operator_id for s in booking.segments if s.operator_id is not None]))


def group(bookings: Iterable[Booking], keys: Keys) -> dict[str, tuple[Booking, ...]]:
    """The bookings under each of their keys, by start."""
    found: defaultdict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        for key in keys(booking):
            found[key].append(booking)
    return {key: tuple(sorted(rows, key=_by_start) if len(rows) > 1 else rows) for key, rows in found.items()}


def _of_plan(shop: Shop, kind: str, keys: Keys) -> Groups:
    return shop.parts.whole(kind, partial(_grouped, shop.bookings, keys)).groups


def _grouped(bookings: tuple[Booking, ...], keys: Keys, before: _Grouped | None) -> _Grouped:
    if before is None:
        return _Grouped(bookings, group(bookings, keys))
    old, new = set(map(id, before.bookings)), set(map(id, bookings))
    gone = [row for row in before.bookings if id(row) not in new]
    come = [row for row in bookings if id(row) not in old]
    if len(gone) + len(come) > _FEW:
        return _Grouped(bookings, group(bookings, keys))
    left, added = set(map(id, gone)), group(come, keys)
    groups = dict(before.groups)
    for key in {*added, *group(gone, keys)}:
        stay = [row for row in groups.get(key, ()) if id(row) not in left]
        rows = sorted((*stay, *added.get(key, ())), key=_by_start)
        if rows:
            groups[key] = tuple(rows)
        else:
            del groups[key]
    return _Grouped(bookings, groups)
