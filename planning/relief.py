"""What one more hour on a machine is worth: the plan pulled forward without and with it, and compared.

As `simulate_schedule_change` tells overtime: in both plans the work of the orders that could use the hour is
pulled forward as far as it goes, and all other work stays.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from leadhand.errors import InvalidRouting
from planning.calendars import ShopTimes
from planning.changes import Overtime, with_change
from planning.order_status import OrderReports, Outlook
from planning.overtime_hour import HOUR, Coming, next_hour, who_comes
from planning.pulled import Pulled, PulledAgain
from planning.retiming import Retiming
from planning.schedule_change import could_use
from planning.shop import Booking, Interval, Minute, OrderStatus, Shop

_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS, OrderStatus.HOLD)


class NoRelief(StrEnum):
    """Why an hour's value was not worked out."""

    NO_HOUR = "no_hour"
    TOO_MUCH_WORK = "too_much_work"
    INVALID_ROUTING = "invalid_routing"


@dataclass(frozen=True, slots=True)
class Relief:
    """One more hour on a machine in `span`, with who comes in for it.

    `saved`: minutes of tardiness that it takes from the plan, over all orders; negative when the plan gets
    worse. `earlier`: orders that finish earlier; `rescued`: those of them that are no longer late.
    """

    machine_id: str
    span: Interval
    coming: Coming
    saved: int
    earlier: tuple[str, ...]
    rescued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finish:
    finish: Minute
    tardiness: int
    late: bool


class Reliefs:
    """Values of extra hours in one plan; `times` covers its bookings and the horizon.

    `effort` bounds the work: each booking to place counts as many as there are people to choose from.
    """

    def __init__(self, times: ShopTimes, as_of: Minute, effort: int) -> None:
        self._times = times
        self._as_of = as_of
        self._effort = effort

    def of(self, machine_id: str, since: Minute) -> Relief | NoRelief:
        """The value of the next possible hour from `since` on."""
        shop = self._times.shop
        span = next_hour(self._times, machine_id, since, self._as_of + shop.settings.frozen_hours * HOUR)
        if span is None:
            return NoRelief.NO_HOUR
        coming = who_comes(self._times, machine_id, span)
        operator_id = coming.operator.id if coming.operator else None
        change = Overtime(span, machine_id, operator_id)
        chosen = could_use(change, shop)
        rows = [b for b in shop.bookings if b.id in chosen]
        effort = self._needed(rows)
        if effort > self._effort:
            return NoRelief.TOO_MUCH_WORK
        self._effort -= effort
        more = ShopTimes(with_change(shop, change), self._times.window)
        first = Pulled(self._times)
        try:
            without = Retiming(self._times, self._as_of).pull_left(chosen, first)
            again = PulledAgain(first, more, machine_id, operator_id)
            with_hour = Retiming(more, self._as_of).pull_left(chosen, again)
        except InvalidRouting:
            return NoRelief.INVALID_ROUTING
        before = self._finishes(without.bookings, chosen)
        after = self._finishes(with_hour.bookings, chosen)
        return Relief(
            machine_id,
            span,
            coming,
            saved=sum(old.tardiness - after[key].tardiness for key, old in before.items()),
            earlier=tuple(key for key, old in before.items() if after[key].finish < old.finish),
            rescued=tuple(key for key, old in before.items() if old.late and not after[key].late),
        )

    def _needed(self, rows: Iterable[Booking]) -> int:
        shop, holders = self._times.shop, dict[str | None, int]()
        effort = 0
        for booking in rows:
            skill_id = shop.work_centers[shop.machines[booking.machine_id].work_center_id].skill_id
            if skill_id not in holders:
                people = shop.operators.values()
                holders[skill_id] = sum(
                    skill_id is None or any(s.skill_id == skill_id for s in o.skills) for o in people
                )
            effort += 1 + holders[skill_id]
        return effort

    def _finishes(self, bookings: Iterable[Booking], chosen: Collection[str]) -> dict[str, _Finish]:
        """By order, of the open ones that are wholly scheduled and could differ."""
        shop = self._of_orders([b for b in bookings if b.id in chosen])
        reports = OrderReports(ShopTimes(shop, self._times.window), self._as_of)
        found: dict[str, _Finish] = {}
        for order in shop.orders.values():
            report = reports.of(order)
            finish = report.figures.finish
            if order.status in _OPEN and finish is not None:
                late = report.outlook is Outlook.LATE
                found[order.id] = _Finish(finish, report.figures.tardiness or 0, late)
        return found

    def _of_orders(self, bookings: list[Booking]) -> Shop:
        """The shop with only these bookings and the orders that they are of."""
        shop = self._times.shop
        keys = {b.operation_id for b in bookings}
        orders = {shop.operations[key].order_id for key in keys if key is not None}
        return replace(
            shop,
            orders={key: shop.orders[key] for key in orders},
            operations={key: o for key, o in shop.operations.items() if o.order_id in orders},
            bookings=tuple(bookings),
        )
