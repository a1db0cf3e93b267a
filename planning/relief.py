"""What one more hour is worth: the plan pulled forward with and without it, set against each other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from planning.calendars import ShopTimes
from planning.changes import Overtime, with_change
from planning.intervals import clip, normalize, subtract, total
from planning.order_status import OrderReports
from planning.retiming import Retiming
from planning.shop import Interval, Minute, OrderStatus, Shop

HOUR = 60
_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS, OrderStatus.HOLD)


@dataclass(frozen=True, slots=True)
class Relief:
    """One more hour on a machine in `span`. `saved`: minutes of tardiness that it takes from the plan, over
    all orders; negative when the plan gets worse. `orders`: how many finish earlier.
    """

    machine_id: str
    span: Interval
    saved: int
    orders: int


class Reliefs:
    """Values of extra hours in one plan; the plan without them is pulled forward once."""

    def __init__(self, times: ShopTimes, as_of: Minute) -> None:
        self._times = times
        self._as_of = as_of
        self._finishes = self._pulled(times)

    def of(self, machine_id: str) -> Relief | None:
        """The first hour that is closed and unbooked; None where the horizon has none left."""
        span = self._first_closed_hour(machine_id)
        if span is None:
            return None
        more = with_change(self._times.shop, Overtime(span, machine_id=machine_id))
        after = self._pulled(ShopTimes(more, self._times.window))
        saved = sum(late - after[key][0] for key, (late, _) in self._finishes.items())
        earlier = sum(after[key][1] < finish for key, (_, finish) in self._finishes.items())
        return Relief(machine_id, span, saved, earlier)

    def _pulled(self, times: ShopTimes) -> dict[str, tuple[int, Minute]]:
        """order -> (tardiness, finish) after everything is pulled forward; orders wholly scheduled."""
        shop = replace(times.shop, bookings=Retiming(times, self._as_of).pull_left().bookings)
        return dict(_finishes(shop, ShopTimes(shop, times.window), self._as_of))

    def _first_closed_hour(self, machine_id: str) -> Interval | None:
        """60 closed minutes in a row, outside of bookings."""
        time = self._times.machine(machine_id)
        rest = self._as_of, self._times.window[1]
        rows = (b for b in self._times.shop.bookings if b.machine_id == machine_id)
        booked = normalize((b.envelope_start, b.envelope_end) for b in rows)
        closed = subtract(subtract((rest,), clip(time.available, rest)), booked)
        return next(((start, start + HOUR) for start, end in closed if total([(start, end)]) >= HOUR), None)


def _finishes(shop: Shop, times: ShopTimes, as_of: Minute) -> Iterable[tuple[str, tuple[int, Minute]]]:
    reports = OrderReports(times, as_of)
    for order in shop.orders.values():
        if order.status in _OPEN:
            figures = reports.of(order).figures
            if figures.finish is not None:
                yield order.id, (figures.tardiness or 0, figures.finish)
