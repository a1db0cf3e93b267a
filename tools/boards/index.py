"""What pages of one state of a shop have in common: made when first asked for, kept with it."""

from collections.abc import Mapping, Sequence
from threading import RLock
from zoneinfo import ZoneInfo

from leadhand.errors import InvalidRouting
from planning.availability import bookings_by_machine
from planning.booked_work import WorkKey, work_key
from planning.calendars import ShopTimes
from planning.operator_availability import Attended, work_by_operator
from planning.order_standing import OrderStanding, Standings, standing_of
from planning.order_status import OrderReports, Outlook
from planning.routings import Routings
from planning.shop import Booking, Interval, Minute, Shop
from planning.zones import MINUTES_PER_DAY

# Spans whose compiled calendars are kept; a day's pages ask for one or two.
_MAX_SPANS = 4
# Work outside and waits reach beyond the last booking; dates further away count as this far.
_FARTHEST_MIN = 20 * 366 * MINUTES_PER_DAY


class PlanIndex:
    """One shop value and what follows from it alone. Threads share it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.zone = ZoneInfo(shop.settings.timezone)
        self._lock = RLock()
        self._by_end: Sequence[Booking] | None = None
        self._ends: Sequence[WorkKey] = ()
        self._times: dict[Interval, ShopTimes] = {}
        self._reports: tuple[Minute, OrderReports] | None = None

    @property
    def routings(self) -> Routings:
        return self.shop.view(Routings)

    @property
    def standings(self) -> Mapping[str, OrderStanding]:
        """How every order stands, by id; those whose operations wait for one another are in `circles`."""
        return self.shop.view(Standings).of

    def outlook(self, order_id: str) -> Outlook | None:
        """What the plan says of one order; None: it is not in the shop value, or stands nowhere."""
        order = self.shop.orders.get(order_id)
        if order is None:
            return None
        try:
            return standing_of(order, self.routings, self.shop.settings.at_risk_buffer_h * 60).outlook
        except InvalidRouting:
            return None

    @property
    def circles(self) -> Sequence[str]:
        """Codes of the orders that stand nowhere, since their operations wait for one another."""
        return [self.shop.orders[order_id].code for order_id in self.shop.view(Standings).circles]

    @property
    def by_machine(self) -> Mapping[str, Sequence[Booking]]:
        return self.shop.view(bookings_by_machine)

    @property
    def by_operator(self) -> Mapping[str, Sequence[Attended]]:
        return self.shop.view(work_by_operator)

    @property
    def by_end(self) -> tuple[Sequence[WorkKey], Sequence[Booking]]:
        """All bookings in the order of their keys, beside the keys."""
        with self._lock:
            if self._by_end is None:
                self._by_end = sorted(self.shop.bookings, key=work_key)
                self._ends = [work_key(booking) for booking in self._by_end]
            return self._ends, self._by_end

    def times(self, span: Interval) -> ShopTimes:
        """Compiled times that cover `span`: of whole UTC days, so that the pages of a day share them."""
        start = span[0] // MINUTES_PER_DAY * MINUTES_PER_DAY
        end = -(-span[1] // MINUTES_PER_DAY) * MINUTES_PER_DAY
        with self._lock:
            if (start, end) not in self._times:
                self._times[start, end] = ShopTimes(self.shop, (start, end))
                for old in list(self._times)[:-_MAX_SPANS]:
                    del self._times[old]
            return self._times[start, end]

    def reports(self, now: Minute) -> OrderReports:
        """The figures of orders at one minute; the last one asked for is kept."""
        with self._lock:
            if self._reports is None or self._reports[0] != now:
                times = self.times(self._span_of_orders(now))
                self._reports = now, OrderReports(times, now, self.routings)
            return self._reports[1]

    def _span_of_orders(self, now: Minute) -> Interval:
        """From the earliest to the latest minute that orders' working hours are counted between."""
        minutes = [now]
        for standing in self.standings.values():
            minutes += [m for m in (standing.order.due_at, standing.finish) if m is not None]
        return max(min(minutes), now - _FARTHEST_MIN), min(max(minutes), now + _FARTHEST_MIN) + 1
