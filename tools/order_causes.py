"""The cause chain of an order with names: who held the machine, which closure, which downtime."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from planning.cause_chain import Cause, CauseChain, Link
from planning.order_status import OrderReport
from planning.rounding import hours
from planning.shop import Booking, CalendarException, Downtime, Shop
from planning.zones import iso
from tools.order_views import BlockingOrder, CauseHours, CauseView, LinkRow, LostTo, title
from tools.views import Named, named

LINK_ROWS = 50
NAMED_ROWS = 10
NO_SHIFT = "no shift is planned"


class CauseViews:
    """Reads the rows of one shop into links."""

    def __init__(self, shop: Shop, zone: ZoneInfo) -> None:
        self._shop = shop
        self._zone = zone
        self._exceptions: Mapping[str, CalendarException] = {e.id: e for e in shop.exceptions}
        self._downtimes: Mapping[str, Downtime] = {d.id: d for d in shop.downtimes}
        self._items = {row.id: row.item for rows in shop.materials.values() for row in rows}

    def of(self, chain: CauseChain, report: OrderReport) -> CauseView:
        links = chain.merged()
        blocking = self._blocking(links)[:NAMED_ROWS]
        by_cause = [
            CauseHours(cause=cause, minutes=minutes, hours=hours(minutes))
            for cause, minutes in chain.by_cause().items()
        ]
        bookings = {o.operation.id: o.bookings for o in report.operations}
        return CauseView(
            start=iso(chain.release, self._zone),
            starts_with="first_operation" if report.order.release_at is None else "release",
            end=iso(chain.finish, self._zone),
            minutes=chain.finish - chain.release,
            hours=hours(chain.finish - chain.release),
            by_cause=by_cause,
            most_lost_to=next((row for row in by_cause if row.cause is not Cause.WORK), None),
            blocking_orders=blocking,
            most_blocked_by=blocking[0] if blocking else None,
            closures=self._closures(links)[:NAMED_ROWS],
            links_total=len(links),
            links=[self._link(link, bookings) for link in links[:LINK_ROWS]],
        )

    def _link(self, link: Link, bookings: Mapping[str, tuple[Booking, ...]]) -> LinkRow:
        lost = self._lost_to(link)
        item = self._items.get(link.row_id or "") if link.cause is Cause.MATERIAL else None
        return LinkRow(
            cause=link.cause,
            start=iso(link.start, self._zone),
            end=iso(link.end, self._zone),
            minutes=link.minutes,
            hours=hours(link.minutes),
            operation=title(self._shop.operations[link.operation_id]),
            machine=self._machine(link, bookings[link.operation_id]),
            order=self._code(link.order_id),
            name=item if lost is None else lost[1],
        )

    def _machine(self, link: Link, bookings: tuple[Booking, ...]) -> Named | None:
        """The machine of the piece that ran in the link, or that was waited for."""
        if not bookings or link.cause in {Cause.WAIT_AFTER, Cause.MATERIAL}:
            return None
        following = next((b for b in bookings if b.envelope_end > link.start), bookings[-1])
        return named(self._shop.machines[following.machine_id])

    def _code(self, order_id: str | None) -> str | None:
        order = self._shop.orders.get(order_id or "")
        return order.code if order else None

    def _blocking(self, links: Iterable[Link]) -> list[BlockingOrder]:
        found: defaultdict[str | None, int] = defaultdict(int)
        for link in links:
            if link.cause is Cause.MACHINE_BUSY:
                found[link.order_id] += link.minutes
        orders = self._shop.orders
        rows = [
            BlockingOrder(
                order=self._code(order_id),
                customer=orders[order_id].customer if order_id is not None and order_id in orders else None,
                minutes=minutes,
                hours=hours(minutes),
            )
            for order_id, minutes in found.items()
        ]
        return sorted(rows, key=lambda row: (-row.minutes, row.order or ""))

    def _closures(self, links: Iterable[Link]) -> list[LostTo]:
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for link in links:
            lost = self._lost_to(link)
            if lost is not None:
                found[lost] += link.minutes
        rows = [
            LostTo.model_validate({"kind": kind, "name": name, "minutes": minutes, "hours": hours(minutes)})
            for (kind, name), minutes in found.items()
        ]
        return sorted(rows, key=lambda row: (-row.minutes, row.name))

    def _lost_to(self, link: Link) -> tuple[str, str] | None:
        """(kind, name) of what closed the machine; None where it was not closed."""
        if link.cause not in {Cause.CLOSED, Cause.DOWNTIME}:
            return None
        downtime = self._downtimes.get(link.row_id or "")
        if downtime is not None:
            return "downtime", downtime.kind.value + (f": {downtime.note}" if downtime.note else "")
        exception = self._exceptions.get(link.row_id or "")
        if exception is None:
            return "no_shift", NO_SHIFT
        return "holiday" if exception.production_date is not None else "closed", exception.name
