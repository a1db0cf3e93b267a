"""What is wrong in a plan (planning-domain 6.3): every rule that it breaks, once per pair and resource.

Not conflicts: touching ends, zero length, envelopes over closed time of the same booking. Bookings that are
done are history and break no rule any more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType, Severity
from planning.order_conflicts import order_conflicts
from planning.resource_conflicts import (
    machine_closed,
    machine_double_bookings,
    operator_closed,
    operator_double_bookings,
    operator_missing,
    operator_unqualified,
)
from planning.shop import Booking, BookingStatus, Interval, Minute, Shop


@dataclass(frozen=True, slots=True)
class ConflictQuestion:
    """Conflicts that touch `window`; empty sets mean all. `as_of` tells what is still to be done."""

    window: Interval
    as_of: Minute
    machine_ids: frozenset[str] = frozenset()
    order_ids: frozenset[str] = frozenset()
    types: frozenset[ConflictType] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Found conflicts: errors first, each kind in order of time."""

    items: tuple[Conflict, ...]

    @property
    def count_by_type(self) -> Mapping[ConflictType, int]:
        counted = Counter(item.type for item in self.items)
        return {type_: counted[type_] for type_ in ConflictType if counted[type_]}


def conflicts(times: ShopTimes, question: ConflictQuestion) -> Conflicts:
    """Every conflict of the plan that the question asks for.

    `times.shop` must hold every booking of its open orders, and `times` must cover them.
    """
    shop = times.shop
    bookings = [b for b in shop.bookings if b.status is not BookingStatus.DONE]
    found = [item for item in _all(times, bookings, question) if _asked_for(item, shop, question)]
    return Conflicts(tuple(sorted(found, key=_rank)))


def _all(times: ShopTimes, bookings: list[Booking], question: ConflictQuestion) -> Iterator[Conflict]:
    start, end = question.window
    near = [b for b in bookings if b.envelope_start < end and b.envelope_end > start]
    yield from machine_double_bookings(times, near)
    yield from operator_double_bookings(times.shop, near)
    yield from machine_closed(times, near)
    yield from operator_closed(times, near)
    yield from operator_unqualified(times.shop, near)
    yield from operator_missing(times.shop, near)
    yield from order_conflicts(times, question.as_of)


def _asked_for(item: Conflict, shop: Shop, question: ConflictQuestion) -> bool:
    if question.types and item.type not in question.types:
        return False
    if item.span is not None and not _touch(item.span, question.window):
        return False
    if not question.machine_ids and not question.order_ids:
        return True
    rows = {b.id: b for b in shop.bookings} if item.booking_ids else {}
    mine = [rows[key] for key in item.booking_ids]
    if question.machine_ids and not any(b.machine_id in question.machine_ids for b in mine):
        return False
    return not question.order_ids or bool(question.order_ids & set(_orders(item, mine, shop)))


def _orders(item: Conflict, bookings: Iterable[Booking], shop: Shop) -> Iterator[str]:
    if item.order_id is not None:
        yield item.order_id
    for booking in bookings:
        operation = shop.operations.get(booking.operation_id or "")
        if operation is not None:
            yield operation.order_id


def _touch(span: Interval, window: Interval) -> bool:
    return span[0] < window[1] and span[1] > window[0]


def _rank(item: Conflict) -> tuple[bool, Interval, str, tuple[str, ...], str]:
    span = item.span or (0, 0)
    return item.severity is Severity.WARNING, span, item.type, item.booking_ids, item.order_id or ""
