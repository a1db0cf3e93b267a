"""How work is spread (planning-domain sections 4 and 5, tool 4): rows of figures, their total and spread.

Operators and machines are measured against their own available time; a work center is the sum of its
machines, a day the sum of all machines on it. An order has load and nothing to measure it against.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from planning.attendance import work_without_operator
from planning.calendars import ShopTimes
from planning.figures import Figures, Spread, combine, load_by_edges, share, spread
from planning.intervals import clip, total
from planning.plan_work import plan_work
from planning.shop import Booking, Interval, Intervals, Machine, Minute, Operator, Segment, Shop
from planning.zones import Bucket, BucketSize, buckets


class GroupBy(StrEnum):
    OPERATOR = "operator"
    MACHINE = "machine"
    WORK_CENTER = "work_center"
    ORDER = "order"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Question:
    """`work_center_id`: only work on its machines counts. `bucket` None: the window as a whole."""

    window: Interval
    group_by: GroupBy = GroupBy.OPERATOR
    bucket: BucketSize | None = None
    work_center_id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One member of the group.

    `key` is its id (a day's date; None for held capacity, which belongs to no order yet). `by_bucket` has one
    entry for each bucket of the answer. `bookings`: how many it works on in the window.
    """

    key: str | None
    code: str
    name: str
    figures: Figures
    share: Fraction | None
    by_bucket: tuple[Figures, ...] = ()
    bookings: int = 0
    max_parallel: int = 1


@dataclass(frozen=True, slots=True)
class Workload:
    """Rows by utilization, highest first (orders by load, days by date).

    `unassigned`: minutes of work in the window that need a person and have none. `spread` is over the rows.
    `bookings`: those that were counted, by start.
    """

    rows: tuple[Row, ...]
    total: Figures
    buckets: tuple[Bucket, ...]
    total_by_bucket: tuple[Figures, ...]
    spread: Spread
    unassigned: int
    unassigned_bookings: tuple[str, ...]
    bookings: tuple[Booking, ...]


@dataclass(slots=True)
class _Work:
    """What is to do for one order: pieces of work, and of which bookings."""

    segments: list[Interval] = field(default_factory=list[Interval])
    bookings: set[str] = field(default_factory=set[str])

    def add(self, booking: Booking, segment: Segment, window: Interval) -> None:
        if segment.start < window[1] and segment.end > window[0]:
            self.segments.append((segment.start, segment.end))
            self.bookings.add(booking.id)


# More than any utilization that a year of minutes can give.
_ABOVE_ALL = 10**12


@dataclass(frozen=True, slots=True)
class _Member:
    key: str | None
    code: str
    name: str
    figures: tuple[Figures, ...]
    bookings: int
    max_parallel: int = 1


def workload(times: ShopTimes, question: Question) -> Workload:
    """Answer `question` from `times.shop`, whose compiled times cover the window."""
    by_day = question.group_by is GroupBy.DAY
    size = BucketSize.DAY if by_day else question.bucket
    cut = buckets(size, question.window, times.zone) if size else ()
    edges = (question.window[0], *(bucket.end for bucket in cut)) if cut else question.window
    counted = counted_bookings(times.shop, question)
    members = _MEMBERS[question.group_by](times, question, counted, edges)
    by_bucket = tuple(combine(m.figures[i] for m in members) for i in range(len(edges) - 1))
    whole = combine(by_bucket)
    if by_day:
        members = [_Member(b.label, b.label, b.label, (f,), 0) for b, f in zip(cut, by_bucket, strict=True)]
    rows = [_row(member, whole.load, bucketed=bool(cut) and not by_day) for member in members]
    without = times.shop.view(work_without_operator)
    missing = [(b.id, _inside(without[b.id], question.window)) for b in counted if b.id in without]
    return Workload(
        rows=tuple(rows if by_day else sorted(rows, key=_order_of(question.group_by))),
        total=whole,
        buckets=() if by_day else cut,
        total_by_bucket=by_bucket if cut and not by_day else (),
        spread=spread(row.figures for row in rows),
        unassigned=sum(minutes for _, minutes in missing),
        unassigned_bookings=tuple(sorted(key for key, minutes in missing if minutes)),
        bookings=tuple(counted),
    )


def counted_bookings(shop: Shop, question: Question) -> list[Booking]:
    """Bookings that touch the window on machines that count, by start."""
    return plan_work(shop).touching(question.window, _only(shop, question.work_center_id))


def _only(shop: Shop, work_center_id: str | None) -> frozenset[str] | None:
    """The work center's machines; None: all of the shop."""
    if work_center_id is None:
        return None
    return frozenset(machine.id for machine in counted_machines(shop, work_center_id))


def counted_machines(shop: Shop, work_center_id: str | None) -> list[Machine]:
    """The machines of the work center, or all, by code."""
    rows = (m for m in shop.machines.values() if work_center_id in {None, m.work_center_id})
    return sorted(rows, key=lambda m: (m.code, m.id))


def _operators(
    times: ShopTimes, question: Question, bookings: Sequence[Booking], edges: Sequence[Minute]
) -> list[_Member]:
    del bookings
    shop, work = times.shop, plan_work(times.shop)
    people, only = list(shop.operators.values()), _only(shop, question.work_center_id)
    figures = work.operators(times, people, edges, only)
    counts = work.bookings_of_operators(people, question.window, only)
    return [
        _Member(operator.id, operator.code, operator.name, parts, count, operator.max_parallel)
        for operator, parts, count in zip(people, figures, counts, strict=True)
        if count or _may_work(shop, operator, question)
    ]


def _may_work(shop: Shop, operator: Operator, question: Question) -> bool:
    """Whether a person without load belongs in the table: there in the window, and skilled for the center."""
    if not _active(operator.active_from, operator.active_to, question.window):
        return False
    if question.work_center_id is None:
        return True
    needed = shop.work_centers[question.work_center_id].skill_id
    return needed is None or any(
        s.skill_id == needed and _active(s.valid_from, s.valid_to, question.window) for s in operator.skills
    )


def _machines(
    times: ShopTimes, question: Question, bookings: Sequence[Booking], edges: Sequence[Minute]
) -> list[_Member]:
    work, held = plan_work(times.shop), {booking.machine_id for booking in bookings}
    machines = [
        machine
        for machine in counted_machines(times.shop, question.work_center_id)
        if machine.id in held or _active(machine.active_from, machine.active_to, question.window)
    ]
    figures = work.machines(times, machines, edges)
    counts = work.bookings_of_machines(machines, question.window)
    return [
        _Member(machine.id, machine.code, machine.name, parts, count)
        for machine, parts, count in zip(machines, figures, counts, strict=True)
    ]


def _work_centers(
    times: ShopTimes, question: Question, bookings: Sequence[Booking], edges: Sequence[Minute]
) -> list[_Member]:
    groups: dict[str, list[_Member]] = defaultdict(list)
    for member in _machines(times, question, bookings, edges):
        if member.key is not None:
            groups[times.shop.machines[member.key].work_center_id].append(member)
    found: list[_Member] = []
    for center_id, members in groups.items():
        center = times.shop.work_centers[center_id]
        parts = tuple(combine(m.figures[i] for m in members) for i in range(len(edges) - 1))
        found.append(_Member(center.id, center.code, center.name, parts, sum(m.bookings for m in members)))
    return found


def _orders(
    times: ShopTimes, question: Question, bookings: Sequence[Booking], edges: Sequence[Minute]
) -> list[_Member]:
    work: dict[str | None, _Work] = defaultdict(_Work)
    for booking in bookings:
        operation = times.shop.operations.get(booking.operation_id or "")
        own = work[operation.order_id if operation else None]
        for segment in booking.segments:
            own.add(booking, segment, question.window)
    found: list[_Member] = []
    for order_id, own in work.items():
        order = times.shop.orders.get(order_id or "")
        code, name = (order.code, order.customer) if order else ("held", "held capacity without an order")
        parts = tuple(Figures(load=minutes) for minutes in load_by_edges(own.segments, edges))
        found.append(_Member(order_id, code, name, parts, len(own.bookings)))
    return [member for member in found if member.bookings]


class _MembersOf(Protocol):
    def __call__(
        self,
        times: ShopTimes,
        question: Question,
        bookings: Sequence[Booking],
        edges: Sequence[Minute],
        /,
    ) -> list[_Member]: ...


_MEMBERS: dict[GroupBy, _MembersOf] = {
    GroupBy.OPERATOR: _operators,
    GroupBy.MACHINE: _machines,
    GroupBy.WORK_CENTER: _work_centers,
    GroupBy.ORDER: _orders,
    GroupBy.DAY: _machines,
}


def _row(member: _Member, total_load: int, *, bucketed: bool) -> Row:
    whole = combine(member.figures)
    return Row(
        key=member.key,
        code=member.code,
        name=member.name,
        figures=whole,
        share=share(whole.load, total_load),
        by_bucket=member.figures if bucketed else (),
        bookings=member.bookings,
        max_parallel=member.max_parallel,
    )


def _order_of(group_by: GroupBy) -> Callable[[Row], tuple[Fraction, int, str, str]]:
    """Highest first; load without any capacity before all others, nothing at all last."""

    def key(row: Row) -> tuple[Fraction, int, str, str]:
        load = row.figures.load
        utilization = row.figures.utilization
        if group_by is GroupBy.ORDER:
            utilization = Fraction(0)
        elif utilization is None:
            utilization = Fraction(_ABOVE_ALL if load else -1)
        return -utilization, -load, row.code, row.key or ""

    return key


def _active(start: Minute | None, end: Minute | None, window: Interval) -> bool:
    return (start is None or start < window[1]) and (end is None or end > window[0])


def _inside(intervals: Intervals, window: Interval) -> int:
    return total(clip(intervals, window))
