"""The years behind: done orders, made backwards from the plan's beginning, as many as the shop keeps.

The dispatch simulation runs on negated time, so an order's last operation comes first and every machine fills
from today into the past. Nothing is held but the orders under way in the simulation.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from planning.shop import Booking, Minute, Operation, Order, OrderStatus
from planning.zones import MINUTES_PER_DAY, local_day, local_minute
from storage.demo.dispatch import Floor, Job, Piece, Placed, Step
from storage.demo.draw import dice
from storage.demo.floor import Roster, step_of
from storage.demo.master import Master
from storage.demo.orders import OpenOrder, order_code
from storage.demo.plan import booking
from storage.demo.work import Workload

BUSY_PERCENT = 85  # of the share that the coming weeks are booked to
LATE_PERCENT = 15
SAMPLE = 200
YEAR_MIN = 364 * MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class DoneOrder:
    order: Order
    operations: tuple[Operation, ...]
    bookings: tuple[Booking, ...]


class Past:
    """The simulation backwards from the forward plan's start: nothing of the past ends after it."""

    def __init__(
        self, master: Master, run_percent: Mapping[str, int], *, seed: int, days: int | None
    ) -> None:
        self._master = master
        self._workload = Workload(master.cells, master.ids)
        self._workload.run_percent.update(run_percent)
        self._seed = seed
        self._times = master.past_times(days)
        roster = Roster(master.cells, master.crew, self._times)
        self._stations = roster.stations(free_from=-master.dates.start, mirrored=True)
        self._under_way = len(self._stations)
        self._floor = Floor(self._stations, attended_first=False, thorough=False)

    def finished_steps(self, orders: Sequence[OpenOrder], starts: dict[str, Minute]) -> list[Booking]:
        """What open orders have behind them, before `starts` (order id to the start of its next step)."""
        jobs: list[Job] = []
        for order in orders:
            done = order.operations[: order.done_steps]
            if done:
                start = starts.get(order.order.id, order.ready) - done[-1].min_wait_after_min
                release = -min(start, self._master.dates.start)
                jobs.append(self._job(order.order, done, release))
        jobs.sort(key=lambda job: job.release)
        return [self._booking(placed) for placed in self._floor.run(iter(jobs)) if placed.pieces]

    def orders(self, count: int) -> Iterator[DoneOrder]:
        """Done orders with about `count` bookings (to the end of an order), youngest first."""
        rng = dice(self._seed, "history")
        open_now: dict[str, tuple[Order, list[Operation]]] = {}
        bookings: defaultdict[str, list[Booking]] = defaultdict(list)
        made, years = 0, -self._times.window[0]
        for placed in self._floor.run(self._endless(rng, open_now), 3 * self._under_way):
            order_id = placed.job.order_id
            if placed.pieces is None:
                if placed.job.release >= years:
                    return
                open_now.pop(order_id)  # no room for it any more; an older one may still find some
                bookings.pop(order_id, None)
                continue
            bookings[order_id].append(self._booking(placed))
            if not placed.last:
                continue
            order, operations = open_now.pop(order_id)
            rows = tuple(reversed(bookings.pop(order_id)))
            made += len(rows)
            yield DoneOrder(self._dated(order, rows, rng), tuple(operations), rows)
            if made >= count:
                return

    def _endless(self, rng: Random, open_now: dict[str, tuple[Order, list[Operation]]]) -> Iterator[Job]:
        pace, start = self._settle(), -self._master.dates.start
        number = self._master.extent.first_order_no
        for place in range(number - 1):
            number -= 1
            draft = self._workload.draw(rng)
            if place < self._under_way:  # the simulation starts empty: let its first work begin anywhere
                draft = replace(draft, steps=draft.steps[: rng.randint(1, len(draft.steps))])
            order_id = self._master.ids.of("order", number)
            operations = self._workload.operations(order_id, number, draft, rng)
            order = Order(
                order_id, order_code(number), draft.customer, draft.quantity, OrderStatus.DONE, priority=3
            )
            open_now[order_id] = (order, operations)
            yield self._job(order, operations, start + max(0, place - self._under_way) * pace // 100)

    def _settle(self) -> int:
        """Scale run times so that every work center is as busy as its share; minutes/100 an order."""
        rng = dice(self._seed, "pace")
        sample = [self._workload.draw(rng) for _ in range(SAMPLE)]
        need = self._workload.minutes(sample)
        open_min: dict[str, int] = {}  # in a year, times the share
        for cell in self._master.cells:
            total = 0
            for machine in cell.machines:
                station = self._stations[machine.id]
                since = station.open[0][0]
                total += sum(end - start for start, end in station.open if end <= since + YEAR_MIN)
            open_min[cell.template.code] = int(total * cell.template.share)
        paces = sorted(need[code] * YEAR_MIN // minutes for code, minutes in open_min.items())
        pace = paces[len(paces) // 2]  # minutes for the whole sample
        self._workload.scale(
            sample,
            {code: minutes * pace * BUSY_PERCENT // 100 // YEAR_MIN for code, minutes in open_min.items()},
        )
        return 100 * pace // SAMPLE

    @staticmethod
    def _job(order: Order, operations: Sequence[Operation], release: Minute) -> Job:
        steps: list[Step] = []
        for index in range(len(operations) - 1, -1, -1):
            # Backwards, the wait comes before the operation that it follows.
            wait = operations[index - 1].min_wait_after_min if index else 0
            steps.append(replace(step_of(operations[index], order.quantity), wait_min=wait))
        return Job(order.id, release, tuple(steps))

    def _booking(self, placed: Placed) -> Booking:
        pieces = tuple(Piece(-p.end, -p.start, p.lane) for p in reversed(placed.pieces or ()))
        return booking(
            self._master.ids,
            placed.step.operation_id,
            placed.machine_id,
            pieces,
            anchor=self._master.dates.anchor,
        )

    def _dated(self, order: Order, rows: tuple[Booking, ...], rng: Random) -> Order:
        zone = self._master.dates.zone
        first = local_day(rows[0].envelope_start, zone) - timedelta(days=rng.randint(1, 8))
        late = rng.randrange(100) < LATE_PERCENT
        slack = -rng.randint(1, 5) if late else rng.randint(0, 9)
        due = local_day(rows[-1].envelope_end - 1, zone) + timedelta(days=slack)
        return Order(
            order.id,
            order.code,
            order.customer,
            order.quantity,
            order.status,
            due_at=local_minute(due, 24 * 60, zone),
            release_at=local_minute(first, 0, zone),
            priority=order.priority,
        )
