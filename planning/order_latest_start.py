"""When the next operations of open orders must start at the latest (planning-domain 6.2): what cannot wait.

Latest means as for a new order: on a machine that has no other work, people left aside, with all that follows
done by the due date. What has begun is no start any more; of the rest the first operation counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planning.calendars import ShopTimes
from planning.insertion import Choice, InsertionRequest, Step
from planning.latest_start import latest_starts
from planning.order_status import OrderReport
from planning.remaining import is_over, remaining_minutes
from planning.routings import PlannedOperation, needs_no_machine
from planning.shop import BookingStatus, Minute, Order
from planning.workplaces import Workplace


@dataclass(frozen=True, slots=True)
class LatestStart:
    """`latest` None: it is too late already, however soon it starts. `planned` None: it is not scheduled."""

    order: Order
    operation: PlannedOperation
    machine_id: str | None
    latest: Minute | None
    planned: Minute | None


class LatestStarts:
    """Of one shop at `now`. `times` must cover [now, horizon)."""

    def __init__(self, times: ShopTimes, now: Minute, horizon: Minute) -> None:
        self._times, self._shop = times, times.shop
        self._now, self._horizon = now, horizon
        self._empty: dict[str, Workplace] = {}

    def of(self, report: OrderReport) -> LatestStart | None:
        """None: nothing of it is still to start, or it is due behind the horizon or not at all."""
        order, due = report.order, report.order.due_at
        if due is None or due > self._horizon:
            return None
        ahead = [o for o in report.operations if not is_over(o, order, self._now)]
        waiting = [o for o in ahead if not self._has_begun(o)]
        first = next((o for o in waiting if not needs_no_machine(o.operation)), None)
        if first is None:
            return None
        latest = latest_starts(self._request(waiting, order), due)[waiting.index(first)]
        choices = self._machine_ids(first)
        return LatestStart(order, first, choices[0] if choices else None, latest, first.start)

    def _has_begun(self, planned: PlannedOperation) -> bool:
        running = any(b.status is BookingStatus.IN_PROGRESS for b in planned.bookings)
        return running or (planned.start is not None and planned.start <= self._now)

    def _request(self, waiting: Sequence[PlannedOperation], order: Order) -> InsertionRequest:
        place = {planned.operation.id: index for index, planned in enumerate(waiting)}
        return InsertionRequest(
            steps=tuple(self._step(planned, order) for planned in waiting),
            release=max(self._now, order.release_at or 0),
            horizon_end=self._horizon,
            before=tuple(
                tuple(sorted(place[key] for key in planned.predecessors if key in place))
                for planned in waiting
            ),
        )

    def _step(self, planned: PlannedOperation, order: Order) -> Step:
        operation, material = planned.operation, planned.awaited_material
        if needs_no_machine(operation):
            return Step(
                wait_after_min=operation.min_wait_after_min, elapsed_min=operation.subcontract_minutes or 0
            )
        left = remaining_minutes(planned, order, self._now)
        # Pieces on several machines run side by side: none of them needs the time of all.
        left = -(-left // max(1, len({b.machine_id for b in planned.bookings})))
        return Step(
            choices=tuple(Choice(self._workplace(key), 0, left) for key in self._machine_ids(planned)),
            attendance=operation.attendance,
            splittable=operation.splittable,
            wait_after_min=operation.min_wait_after_min,
            material_at=None if material is None else material.available_at,
        )

    def _machine_ids(self, planned: PlannedOperation) -> tuple[str, ...]:
        """Where it is booked; without a booking, where it could run."""
        booked = tuple(dict.fromkeys(b.machine_id for b in planned.bookings))
        able = (a.machine_id for a in planned.operation.alternatives if a.machine_id in self._shop.machines)
        return booked or tuple(able)

    def _workplace(self, machine_id: str) -> Workplace:
        found = self._empty.get(machine_id)
        if found is None:
            code = self._shop.machines[machine_id].code
            found = Workplace(machine_id, code, self._times.machine(machine_id).available, ())
            self._empty[machine_id] = found
        return found


def urgent_first(found: Iterable[LatestStart]) -> list[LatestStart]:
    """What is too late already first, then by latest start."""
    return sorted(found, key=lambda row: (row.latest is not None, row.latest or 0, row.order.code))
