"""Whether a plan that was found keeps every rule, and which orders are late in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType, Severity
from planning.conflicts import all_conflicts
from planning.order_status import OrderReports, Outlook
from planning.shop import Minute, Order


@dataclass(frozen=True, slots=True)
class Faults:
    """Broken rules of a plan, lateness apart. `of_free`: how many of them free work has a part in;
    `free_ids`: the free bookings that do.
    """

    keys: Counter[tuple[str, ...]] = field(default_factory=Counter[tuple[str, ...]])
    of_free: int = 0
    free_ids: frozenset[str] = frozenset()


def faults(times: ShopTimes, free_ids: frozenset[str]) -> Faults:
    """All errors of the plan (planning-domain 6.3)."""
    rows = [c for c in all_conflicts(times).items if _counts(c)]
    of_free = [free_ids.intersection(c.booking_ids) for c in rows]
    return Faults(Counter(_key(c) for c in rows), sum(map(bool, of_free)), frozenset[str]().union(*of_free))


def late_orders(times: ShopTimes, orders: Iterable[Order], as_of: Minute) -> frozenset[str]:
    """Ids of the orders whose plan is late."""
    reports = OrderReports(times, as_of)
    return frozenset(order.id for order in orders if reports.of(order).outlook is Outlook.LATE)


def _counts(item: Conflict) -> bool:
    return item.severity is Severity.ERROR and item.type is not ConflictType.LATE


def _key(item: Conflict) -> tuple[str, ...]:
    """The same fault in two plans, wherever it lies."""
    return (
        item.type,
        item.machine_id or "",
        item.operator_id or "",
        *sorted(item.booking_ids),
        *item.operation_ids,
    )
