"""Puts a demo shop together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from planning.shop import Booking, Minute, Shop
from planning.zones import MINUTES_PER_DAY
from storage.demo import faults, master, orders, plan
from storage.demo.dispatch import Floor
from storage.demo.draw import dice
from storage.demo.faults import Planted
from storage.demo.floor import Roster, capacity_min
from storage.demo.history import DoneOrder, Past
from storage.demo.materials import materials
from storage.demo.orders import OpenOrder
from storage.demo.reports import reports
from storage.demo.sizes import DemoSize
from storage.demo.work import Workload

RECENT_DAYS = 120  # within which the finished steps of open orders lie


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop with its open plan, what is wrong in it on purpose, and its past on demand.

    `anchor`: the instant for which the statuses are true, 8:00 local of `today`. `bookings_kept`: those of
    the open plan and of the history together, to the end of an order.
    """

    shop: Shop
    planted: Planted
    size: DemoSize
    seed: int
    today: date
    anchor: Minute
    bookings_kept: int
    _made: "_Made"

    def history(self) -> Iterator[DoneOrder]:
        """Done orders, youngest first, until there are `bookings_kept` bookings. Repeatable."""
        past, _ = self._made.past()
        yield from past.orders(self.bookings_kept - len(self.shop.bookings))


def make_demo_shop(*, size: DemoSize, seed: int, today: date, name: str) -> Shop:
    """The shop's master data, open orders and their bookings. The same for the same arguments, everywhere."""
    return make_demo(size=size, seed=seed, today=today, name=name).shop


def make_demo(*, size: DemoSize, seed: int, today: date, name: str) -> DemoShop:
    """`make_demo_shop` with its planted faults and its history."""
    made = _Made(size=size, seed=seed, today=today, name=name)
    dates, base = made.master.dates, made.master.shop
    _, finished = made.past(RECENT_DAYS)
    by_operation = {b.operation_id: b for b in (*finished, *made.planned) if b.operation_id is not None}
    imported = faults.imported_over(made.orders, by_operation, made.stations, made.master.ids, dates)
    operations = {o.id: o for order in made.orders for o in order.operations}
    rows = sorted((*by_operation.values(), *imported), key=lambda b: (b.envelope_start, b.id))
    rows = plan.lock_some(rows, dice(seed, "locks"), anchor=dates.anchor)
    rows = faults.nobody_yet(rows, operations, dice(seed, "nobody"), dates)
    finals = {b.operation_id: b for b in rows if b.operation_id is not None}
    dated, late = plan.dated(made.orders, finals, dice(seed, "due"), dates)
    shop = replace(
        base,
        orders=dated,
        operations=operations,
        materials=materials(
            made.orders, dated, finals, dice(seed, "material"), ids=made.master.ids, dates=dates
        ),
        progress=reports(rows, operations, dated, dice(seed, "progress"), anchor=dates.anchor),
        bookings=tuple(rows),
    )
    planted = faults.record(shop, late)
    return DemoShop(shop, planted, size, seed, today, dates.anchor, made.master.extent.bookings, made)


class _Made:
    """The steps that the open plan and the history share."""

    def __init__(self, *, size: DemoSize, seed: int, today: date, name: str) -> None:
        self.seed = seed
        self.master = master.master(size=size, seed=seed, today=today, name=name)
        dates, extent = self.master.dates, self.master.extent
        times = self.master.times()
        self.workload = Workload(self.master.cells, self.master.ids)
        rng = dice(seed, "orders")
        work = orders.drafts(self.workload, extent, rng)
        horizon = (dates.anchor, dates.anchor + extent.weeks * 7 * MINUTES_PER_DAY)
        self.workload.scale(work[0], capacity_min(self.master.cells, times, horizon))
        self.orders: list[OpenOrder] = orders.open_orders(
            self.workload, extent, self.master.ids, rng, work=work, dates=dates
        )
        self.stations = Roster(self.master.cells, self.master.crew, times).stations(free_from=dates.start)
        floor = Floor(self.stations, attended_first=True, thorough=True)
        jobs = sorted((o.job() for o in self.orders if o.to_place), key=lambda job: job.release)
        self.planned: list[Booking] = [
            plan.booking(self.master.ids, p.step.operation_id, p.machine_id, p.pieces, anchor=dates.anchor)
            for p in floor.run(iter(jobs))
            if p.pieces
        ]

    def past(self, days: int | None = None) -> tuple[Past, list[Booking]]:
        """A fresh simulation of the past, with the finished steps of the open orders already in it.

        `days` keeps it short where only those steps are wanted.
        """
        past = Past(self.master, self.workload.run_percent, seed=self.seed, days=days)
        order_of = {o.id: order.order.id for order in self.orders for o in order.operations}
        starts: dict[str, Minute] = {}
        for row in self.planned:
            order_id = order_of[row.operation_id or ""]
            starts[order_id] = min(starts.get(order_id, row.envelope_start), row.envelope_start)
        return past, past.finished_steps(self.orders, starts)
