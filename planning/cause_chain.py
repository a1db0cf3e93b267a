"""Why an order finishes when it does (planning-domain 6.5): each minute since its release, by cause.

Walked from the finish backwards. An operation's own span is work, or a pause in it; the time before it is the
wait for its machine, for a person, for an opening, or for nothing at all (it could have started); then comes
what it waited for: a fixed wait after its predecessor, or the predecessor itself. The links lie end to end,
so their minutes add up to finish less release exactly.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.calendars import ClosedReason, ResourceTime, ShopTimes
from planning.crew import fully_booked, held
from planning.intervals import clip, intersect, normalize, subtract
from planning.moves import skill_for
from planning.order_status import OrderReport
from planning.routings import PlannedOperation
from planning.shop import Booking, Interval, Intervals, Minute, Operator, Order, Shop


class Cause(StrEnum):
    """What a stretch of the order's time went to."""

    WORK = "work"
    SUBCONTRACT = "subcontract"
    WAIT_AFTER = "wait_after"
    MACHINE_BUSY = "machine_busy"
    OPERATOR = "operator"
    CLOSED = "closed"
    DOWNTIME = "downtime"
    MATERIAL = "material"
    FROZEN = "frozen"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class Link:
    """One stretch [start, end) with one cause.

    `operation_id`: the operation that worked or waited. `row_id`: the booking of other work for
    `machine_busy`, the closure or downtime for `closed` and `downtime`, the requirement for `material`.
    `order_id`: whose work it was.
    """

    cause: Cause
    start: Minute
    end: Minute
    operation_id: str
    row_id: str | None = None
    order_id: str | None = None

    @property
    def minutes(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class CauseChain:
    """Links in order of time, end to end, from the order's release to its finish."""

    links: tuple[Link, ...]
    release: Minute
    finish: Minute

    def by_cause(self) -> Mapping[Cause, int]:
        """Minutes by cause, most first; they add up to finish less release."""
        found: defaultdict[Cause, int] = defaultdict(int)
        for link in self.links:
            found[link.cause] += link.minutes
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def merged(self) -> tuple[Link, ...]:
        """The links with neighbours of one cause and row put together; work stays apart by operation."""
        merged: list[Link] = []
        for link in self.links:
            alike = bool(merged) and _alike(merged[-1], link)
            merged.append(replace(merged.pop(), end=link.end) if alike else link)
        return tuple(merged)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on the way back: its own time, the wait before it, and the fixed wait before that.

    `for_material`: between the two, until its material was there.
    """

    current: PlannedOperation
    own: Interval
    waited: Interval
    wait_after: Interval
    before: PlannedOperation | None
    for_material: Interval

    def spans(self) -> tuple[Interval, ...]:
        """When it stood: its pauses, and the wait before it."""
        return (*_pauses(self.current, self.own), self.waited)


class MachineWaits:
    """Where orders stood before a machine that other work held; no calendar is asked."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._of_machine: defaultdict[str, list[Booking]] = defaultdict(list)
        for booking in sorted(shop.bookings, key=lambda b: (b.envelope_start, b.id)):
            self._of_machine[booking.machine_id].append(booking)

    def of_machine(self, machine_id: str) -> Sequence[Booking]:
        """All that is booked on it, by start."""
        return self._of_machine.get(machine_id, ())

    def busy(self, current: PlannedOperation, span: Interval) -> tuple[Booking, list[Link], Intervals]:
        """The booking that waited in `span`, the parts in which other work held its machine, and the rest.

        The operation has bookings.
        """
        waiting = next((b for b in current.bookings if b.envelope_end > span[0]), current.bookings[-1])
        rows = self._of_machine[waiting.machine_id]
        links: list[Link] = []
        rest: Intervals = (span,) if span[0] < span[1] else ()
        own = {b.id for b in current.bookings}
        for other in rows[: bisect_left(rows, span[1], key=_starts)]:
            if other.envelope_end <= span[0] or other.id in own or not rest:
                continue
            taken = clip(rest, (other.envelope_start, other.envelope_end))
            operation = self._shop.operations.get(other.operation_id or "")
            order_id = None if operation is None else operation.order_id
            links += [
                Link(Cause.MACHINE_BUSY, *piece, current.operation.id, other.id, order_id) for piece in taken
            ]
            rest = subtract(rest, taken)
        return waiting, links, rest


class CauseChains:
    """Chains of a shop's orders; `times` must cover them from release to finish."""

    def __init__(self, times: ShopTimes, as_of: Minute) -> None:
        self._times = times
        self._shop = times.shop
        self._frozen_until = as_of + times.shop.settings.frozen_hours * 60
        self._as_of = as_of
        self._waits = MachineWaits(self._shop)
        self._of_operator: defaultdict[str, list[Interval]] = defaultdict(list)
        for booking in self._shop.bookings:
            for segment in booking.segments:
                if segment.operator_id is not None:
                    self._of_operator[segment.operator_id].append((segment.start, segment.end))
        self._free: dict[tuple[str, str | None], Intervals] = {}

    def of(self, report: OrderReport) -> CauseChain | None:
        """The chain of one order; None while it is not wholly scheduled, or where it has no operations."""
        finish = report.figures.finish
        if finish is None:
            return None
        links: list[Link] = []
        for step in walk(report.order, report.operations, finish):
            links += self._own_span(step.current, step.own)
            links += self._waited(step.current, step.waited)
            links += _material(step)
            if step.before is not None:
                links.append(Link(Cause.WAIT_AFTER, *step.wait_after, step.before.operation.id))
        ordered = sorted((link for link in links if link.end > link.start), key=lambda link: link.start)
        return CauseChain(tuple(ordered), released(report.order, report.operations), finish)

    def _own_span(self, current: PlannedOperation, span: Interval) -> Iterable[Link]:
        """From its start to `span`'s end: work, and pauses by cause."""
        operation_id = current.operation.id
        if not current.bookings:
            return [Link(Cause.SUBCONTRACT, *span, operation_id)]
        paused = _pauses(current, span)
        links = [Link(Cause.WORK, start, end, operation_id) for start, end in subtract((span,), paused)]
        for pause in paused:
            links += self._waited(current, pause)
        return links

    def _waited(self, current: PlannedOperation, span: Interval) -> list[Link]:
        """Why the operation did not run on its machine in `span`."""
        operation_id = current.operation.id
        if span[0] >= span[1]:
            return []
        if not current.bookings:
            return [Link(Cause.NOT_STARTED, *span, operation_id)]
        booking, links, rest = self._waits.busy(current, span)
        machine = self._times.machine(booking.machine_id)
        links += _closed(operation_id, rest, machine)
        rest = _open(rest, machine)
        unmanned = self._unmanned(booking, rest)
        links += [Link(Cause.OPERATOR, *piece, operation_id) for piece in unmanned]
        rest = subtract(rest, unmanned)
        frozen = clip(rest, (self._as_of, self._frozen_until))
        links += [Link(Cause.FROZEN, *piece, operation_id) for piece in frozen]
        links += [Link(Cause.NOT_STARTED, *piece, operation_id) for piece in subtract(rest, frozen)]
        return links

    def _unmanned(self, booking: Booking, within: Intervals) -> Intervals:
        """Minutes in which nobody qualified was there and free; work planned without people awaits nobody."""
        if all(segment.operator_id is None for segment in booking.segments):
            return ()
        rest = within
        skill_id = skill_for(self._shop, booking)
        for operator in self._shop.operators.values():
            if not rest:
                break
            rest = subtract(rest, self._hands(operator, skill_id))
        return rest

    def _hands(self, operator: Operator, skill_id: str | None) -> Intervals:
        """When the person is there, holds the skill, and could take one more job."""
        key = operator.id, skill_id
        if key not in self._free:
            valid = held(operator, skill_id, self._times.window)
            there = intersect(self._times.operator(operator.id).available, valid) if valid else ()
            taken = fully_booked(self._of_operator.get(operator.id, ()), operator.max_parallel)
            self._free[key] = subtract(there, taken)
        return self._free[key]


def released(order: Order, operations: Sequence[PlannedOperation]) -> Minute:
    """Where the order's time begins: its release, or its first start where that is earlier or alone known."""
    first_start = min(o.start for o in operations if o.start is not None)
    return first_start if order.release_at is None else min(order.release_at, first_start)


def walk(order: Order, operations: Sequence[PlannedOperation], finish: Minute) -> Iterator[Step]:
    """From the finish of a wholly scheduled order back to its release, along what was over last."""
    release, cursor = released(order, operations), finish
    placed = {o.operation.id: o for o in operations}
    current: PlannedOperation | None = max(operations, key=_finish)
    while current is not None and cursor > release:
        # A successor that was planned before its predecessor's end cuts that one's time short.
        start = min(cursor, max(release, current.start or 0))
        before = _awaited(current, placed)
        awaited = release if before is None else max(release, min(start, _over(before)))
        since = awaited
        if before is not None and before.end is not None and before.end < awaited:
            since = max(release, before.end)
        there = _material_there(current, awaited, start)
        yield Step(current, (start, cursor), (there, start), (since, awaited), before, (awaited, there))
        cursor, current = since, before


def _material_there(current: PlannedOperation, awaited: Minute, start: Minute) -> Minute:
    """When its wait for material ended: `awaited` where there was none, or where it started without."""
    last = current.awaited_material
    available = None if last is None else last.available_at
    return available if available is not None and awaited < available <= start else awaited


def _material(step: Step) -> list[Link]:
    last = step.current.awaited_material
    row_id = None if last is None else last.id
    return [Link(Cause.MATERIAL, *step.for_material, step.current.operation.id, row_id)]


def _awaited(current: PlannedOperation, placed: Mapping[str, PlannedOperation]) -> PlannedOperation | None:
    """The predecessor that was over last, waits included."""
    before = [placed[key] for key in current.predecessors]
    return max(before, key=_over) if before else None


def _pauses(current: PlannedOperation, span: Interval) -> Intervals:
    """Where in `span`, its own time, nobody works on it."""
    if not current.bookings:
        return ()
    worked = normalize((s.start, s.end) for b in current.bookings for s in b.segments)
    return subtract((span,) if span[0] < span[1] else (), clip(worked, span))


def _starts(booking: Booking) -> Minute:
    return booking.envelope_start


def _alike(one: Link, other: Link) -> bool:
    """Whether one sentence says both; what an operation itself takes is told of it alone."""
    own = one.cause in {Cause.WORK, Cause.SUBCONTRACT, Cause.WAIT_AFTER}
    same_cause = (one.cause, one.row_id, one.order_id) == (other.cause, other.row_id, other.order_id)
    return same_cause and (not own or one.operation_id == other.operation_id)


def _closed(operation_id: str, rest: Intervals, machine: ResourceTime) -> list[Link]:
    """The stretches in which the machine was not available, by the row that took them."""
    links: list[Link] = []
    for row in machine.closed:
        taken = tuple(piece for part in rest for piece in clip(row.intervals, part))
        cause = Cause.DOWNTIME if row.reason is ClosedReason.DOWNTIME else Cause.CLOSED
        links += [Link(cause, *piece, operation_id, row.row_id) for piece in taken]
        rest = subtract(rest, normalize(taken))
    links += [Link(Cause.CLOSED, *piece, operation_id) for piece in subtract(rest, machine.available)]
    return links


def _open(rest: Intervals, machine: ResourceTime) -> Intervals:
    return tuple(piece for part in rest for piece in clip(machine.available, part))


def _finish(planned: PlannedOperation) -> tuple[Minute, int]:
    return planned.end or 0, planned.operation.seq


def _over(planned: PlannedOperation) -> Minute:
    """When what follows may start."""
    return (planned.end or 0) + planned.operation.min_wait_after_min
