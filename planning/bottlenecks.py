"""Where work queues (planning-domain sections 1 and 5, tool 9): highest utilization, and over the threshold.

Below the threshold there is only a highest load: "no bottleneck" is a right answer.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.calendars import ShopTimes
from planning.cause_chain import Cause, CauseChains
from planning.figures import Figures, combine, figures_by_edges
from planning.intervals import clip, total
from planning.order_status import OrderReports, Outlook
from planning.routings import Routings
from planning.shop import Booking, Interval, Machine, Minute, OrderStatus

_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS)


class Level(StrEnum):
    MACHINE = "machine"
    WORK_CENTER = "work_center"


@dataclass(frozen=True, slots=True)
class BottleneckQuestion:
    """`edges`: ascending bounds of the buckets, the first and last are the window's."""

    level: Level
    edges: tuple[Minute, ...]
    as_of: Minute
    threshold_pct: int

    @property
    def window(self) -> Interval:
        return self.edges[0], self.edges[-1]


@dataclass(frozen=True, slots=True)
class DelayedOrder:
    """A late order that waited here; `minutes`: elapsed, while other work held the machine."""

    order_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A machine or work center.

    `queue`: working minutes of the window in which operations stood ready before it, each counted. `peak`:
    index of its fullest bucket, None where no bucket has capacity. `delayed`: most minutes first.
    """

    key: str
    code: str
    machine_ids: tuple[str, ...]
    figures: Figures
    peak: int | None
    peak_utilization: Fraction | None
    queue: int
    delayed: tuple[DelayedOrder, ...]
    over_threshold: bool


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """All resources, the fullest first; ties: more load, then code."""

    ranking: tuple[Ranked, ...]

    @property
    def bottleneck(self) -> Ranked | None:
        """The fullest, if it is over the threshold."""
        first = self.ranking[0] if self.ranking else None
        return first if first is not None and first.over_threshold else None


def bottlenecks(times: ShopTimes, question: BottleneckQuestion) -> Bottlenecks:
    """Every machine or work center, ranked.

    `times.shop` holds every booking of its open orders, and `times` covers them and the window.
    """
    queues, delays = _queues(times, question), _delays(times, question.as_of)
    by_machine: defaultdict[str, list[Booking]] = defaultdict(list)
    for booking in times.shop.bookings:
        by_machine[booking.machine_id].append(booking)
    ranked: list[Ranked] = []
    for key, code, machines in _resources(times, question.level):
        parts = [_figures(times, m.id, by_machine[m.id], question.edges) for m in machines]
        buckets = [combine(bucket) for bucket in zip(*parts, strict=True)]
        peak, peak_utilization = _peak(buckets)
        ids = tuple(m.id for m in machines)
        whole = combine(buckets)
        ranked.append(
            Ranked(
                key=key,
                code=code,
                machine_ids=ids,
                figures=whole,
                peak=peak,
                peak_utilization=peak_utilization,
                queue=sum(queues[i] for i in ids),
                delayed=_delayed([delays[i] for i in ids if i in delays]),
                over_threshold=whole.utilization is not None and whole.utilization > question.threshold_pct,
            )
        )
    return Bottlenecks(tuple(sorted(ranked, key=_fullest_first)))


def _resources(times: ShopTimes, level: Level) -> list[tuple[str, str, list[Machine]]]:
    machines = sorted(times.shop.machines.values(), key=lambda m: (m.code, m.id))
    if level is Level.MACHINE:
        return [(m.id, m.code, [m]) for m in machines]
    centers = times.shop.work_centers.values()
    return [(c.id, c.code, [m for m in machines if m.work_center_id == c.id]) for c in centers]


def _figures(
    times: ShopTimes, machine_id: str, bookings: Sequence[Booking], edges: tuple[Minute, ...]
) -> list[Figures]:
    time = times.machine(machine_id)
    inside = [b for b in bookings if b.envelope_start < edges[-1] and b.envelope_end > edges[0]]
    segments = [(s.start, s.end) for b in inside for s in b.segments]
    envelopes = [(b.envelope_start, b.envelope_end) for b in inside]
    return figures_by_edges(time.calendar, time.available, segments, envelopes, edges)


def _peak(buckets: Sequence[Figures]) -> tuple[int | None, Fraction | None]:
    """The fullest bucket, the first of equals."""
    filled = [(-b.utilization, index) for index, b in enumerate(buckets) if b.utilization is not None]
    if not filled:
        return None, None
    utilization, index = min(filled)
    return index, -utilization


def _delayed(waits: Sequence[Mapping[str, int]]) -> tuple[DelayedOrder, ...]:
    minutes: Counter[str] = Counter()
    for of_machine in waits:
        minutes.update(of_machine)
    rows = (DelayedOrder(order_id, waited) for order_id, waited in minutes.items())
    return tuple(sorted(rows, key=lambda row: (-row.minutes, row.order_id)))


def _fullest_first(row: Ranked) -> tuple[bool, Fraction, int, str, str]:
    utilization = row.figures.utilization
    # No capacity at all comes last; what is loaded without any is told by its load.
    return utilization is None, -(utilization or Fraction(0)), -row.figures.load, row.code, row.key


def _queues(times: ShopTimes, question: BottleneckQuestion) -> Mapping[str, int]:
    """For each machine: working minutes of the window in which operations stood ready before it."""
    found: defaultdict[str, int] = defaultdict(int)
    routings = Routings(times.shop)
    for order in times.shop.orders.values():
        if order.status not in _OPEN:
            continue
        for planned in routings.planned(order):
            ready = planned.ready_at(order)
            # The first operation of an order without release has waited since nobody knows when.
            if ready is None or not ready or not planned.bookings:
                continue
            first = planned.bookings[0]
            waited = max(ready, question.window[0]), min(first.envelope_start, question.window[1])
            found[first.machine_id] += total(clip(times.machine(first.machine_id).available, waited))
    return found


def _delays(times: ShopTimes, as_of: Minute) -> Mapping[str, Mapping[str, int]]:
    """machine -> late order -> minutes that it waited for other work there."""
    reports, chains = OrderReports(times, as_of), CauseChains(times, as_of)
    found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    machine_of = {b.id: b.machine_id for b in times.shop.bookings}
    for order in times.shop.orders.values():
        if order.status not in _OPEN:
            continue
        report = reports.of(order)
        chain = chains.of(report) if report.outlook is Outlook.LATE else None
        for link in chain.links if chain is not None else ():
            if link.cause is Cause.MACHINE_BUSY and link.row_id is not None:
                found[machine_of[link.row_id]][order.id] += link.minutes
    return found
