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
from planning.resource_conflicts import machine_conflicts, operator_conflicts
from planning.shop import Booking, Interval, Shop


@dataclass(frozen=True, slots=True)
class ConflictQuestion:
    """Conflicts that touch `window`; empty sets mean all. What has no time of its own is in every window."""

    window: Interval
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

    @property
    def count_by_severity(self) -> Mapping[Severity, int]:
        counted = Counter(item.severity for item in self.items)
        return {severity: counted[severity] for severity in Severity}

    def asked_for(self, shop: Shop, question: ConflictQuestion) -> "Conflicts":
        """Those of them that the question is about; `shop` is the one they were found in."""
        rows: Mapping[str, Booking] = {}
        if question.machine_ids or question.order_ids:
            wanted = {key for item in self.items for key in item.booking_ids}
            rows = {b.id: b for b in shop.bookings if b.id in wanted}
        return Conflicts(tuple(item for item in self.items if _is_asked_for(item, shop, rows, question)))


def conflicts(times: ShopTimes, question: ConflictQuestion) -> Conflicts:
    """Every conflict of the plan that the question asks for; see `all_conflicts`."""
    return all_conflicts(times).asked_for(times.shop, question)


def all_conflicts(times: ShopTimes) -> Conflicts:
    """Every conflict of the plan, whenever it is.

    `times.shop` must hold every booking of its open orders, and `times` must cover all bookings.
    """
    found = [
        *machine_conflicts(times),
        *operator_conflicts(times),
        *order_conflicts(times.shop),
    ]
    return Conflicts(tuple(sorted(found, key=_rank)))


def _is_asked_for(
    item: Conflict, shop: Shop, rows: Mapping[str, Booking], question: ConflictQuestion
) -> bool:
    if question.types and item.type not in question.types:
        return False
    if item.span is not None and not _touch(item.span, question.window):
        return False
    if not question.machine_ids and not question.order_ids:
        return True
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
    whose = item.order_id or item.operator_id or item.machine_id or ""
    return item.severity is Severity.WARNING, span, item.type, item.booking_ids, whose
