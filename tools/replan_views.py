"""What propose_replan answers: how far a re-plan is, what it would gain, and which bookings it moves."""

from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from jobs.replan_state import ProposalState, ProposedMove
from planning.replanning import ReplanScore, ReplanStage, ReplanStatus, StoppedBy
from planning.rounding import hours
from planning.shop import Booking, Shop
from planning.zones import iso
from tools.base import ToolOutput
from tools.change_views import OrderName, PlaceView
from tools.views import PAGE_ROWS, Named, View, named


class Changed(StrEnum):
    MACHINE = "machine"
    START = "start"
    OPERATOR = "operator"
    LENGTH = "length"


class ScoreView(View):
    """A plan of the work in question; the first figure decides, then the second."""

    weighted_late_h: float = Field(
        description="Hours after the due date, each order's times the weight of its priority (1, 2, 3, 5, 8)."
    )
    broken_rules: int = Field(description="Conflicts of the work in question, lateness not counted.")


class ProgressView(View):
    stage: ReplanStage = Field(
        description="rules (first plans), steps (better ones), polish (solver), check (of the result)."
    )
    done: int
    total: int
    best: ScoreView = Field(description="The best plan so far.")


class ExtentView(View):
    """What was looked at, in bookings."""

    free: int = Field(description="They may move.")
    pinned: int = Field(
        description=(
            "They do not: locked, begun, held, frozen, left with a rule that they break since mending costs "
            "late hours, or before such a one."
        )
    )
    searched: int = Field(description="Of the free ones; fewer in a plan too large to be searched whole.")


class ResultView(View):
    """What the search found, against the plan that it began with."""

    outcome: ReplanStatus
    before: ScoreView
    after: ScoreView
    mending: ScoreView | None = Field(
        description=(
            "The best plan found that mends the broken rules, where it is later than the plan and so not "
            "proposed; null: nothing is broken, or mending costs no late hours."
        )
    )
    proven_best: bool = Field(description="Proven: no plan of this work has fewer weighted late hours.")
    at_least_late_h: float | None = Field(
        description="No plan of this work can have fewer weighted late hours; null: no such bound is known."
    )
    gap_pct: float | None = Field(
        description="How far the plan found is above that bound, of its weighted late hours."
    )
    reproducible: bool = Field(description="The same question about the same plan gives the same answer.")
    stopped_by: StoppedBy | None = Field(description="What ended the search before it was through.")
    steps_done: int
    solver_version: str | None = Field(description="null: the solver was not used.")
    looked_at: ExtentView
    total_no_longer_late: int
    no_longer_late: list[OrderName]
    total_newly_late: int
    newly_late: list[OrderName]


class MoveRow(View):
    """A booking before and after; the same booking."""

    booking_id: str
    order: OrderName
    operation: str
    changed: list[Changed]
    before: PlaceView
    after: PlaceView
    later_h: float = Field(description="Its end, later than before; negative when earlier.")


class ProposeReplanOutput(ToolOutput):
    """Lists have at most 50 rows, each with its total."""

    proposal: str = Field(description="Its id, to look at it again or to cancel it.")
    status: Literal["queued", "running", "proposed", "no_improvement", "cancelled", "failed"]
    summary: str = Field(description="How it stands, in a sentence or two.")
    scope: str = Field(description="Which orders may move.")
    requested_at: str
    planned_as_of: str = Field(description="The instant as of which it is planned.")
    based_on_data_version: int | None = Field(description="The plan that it was computed from.")
    stale: bool = Field(description="The plan has changed since.")
    applied_at: str | None = Field(description="When the plan was changed to it; null: it was not.")
    expires_at: str | None
    cancel_requested: bool
    progress: ProgressView | None = Field(description="How far it is, while it runs.")
    result: ResultView | None
    error_code: str | None = Field(description="Why it failed.")
    total_moves: int
    moves: list[MoveRow] = Field(description="By start before.")


class ReplanViews:
    """Rows of a proposal, with the names of the shop as it is now."""

    def __init__(self, shop: Shop, zone: ZoneInfo) -> None:
        self._shop, self._zone = shop, zone

    def progress(self, state: ProposalState) -> ProgressView | None:
        told = state.progress
        if told is None or state.status != "running":
            return None
        return ProgressView(stage=told.stage, done=told.done, total=told.total, best=score(told.best))

    def result(self, state: ProposalState) -> ResultView | None:
        found = state.result
        if found is None:
            return None
        extent = found.extent
        return ResultView(
            outcome=found.status,
            before=score(found.score_before),
            after=score(found.score_after),
            mending=None if found.mending is None else score(found.mending),
            proven_best=found.optimal,
            at_least_late_h=None if found.bound_min is None else hours(found.bound_min),
            gap_pct=None if found.gap_pct is None else round(found.gap_pct, 1),
            reproducible=found.reproducible,
            stopped_by=found.stopped_by,
            steps_done=found.steps_done,
            solver_version=found.solver_version,
            looked_at=ExtentView(free=extent.free, pinned=extent.pinned, searched=extent.searched),
            total_no_longer_late=len(found.no_longer_late),
            no_longer_late=[self._order(key) for key in found.no_longer_late[:PAGE_ROWS]],
            total_newly_late=len(found.newly_late),
            newly_late=[self._order(key) for key in found.newly_late[:PAGE_ROWS]],
        )

    def move(self, move: ProposedMove) -> MoveRow:
        before, after = move.before, move.after
        return MoveRow(
            booking_id=before.id,
            order=self._order(move.order_id),
            operation=self._operation(before),
            changed=changes_of(before, after),
            before=self._place(before),
            after=self._place(after),
            later_h=hours(after.envelope_end - before.envelope_end),
        )

    def _order(self, order_id: str) -> OrderName:
        """An order that is closed by now is known by its id alone."""
        order = self._shop.orders.get(order_id)
        if order is None:
            return OrderName(id=order_id, code=order_id, customer="")
        return OrderName(id=order.id, code=order.code, customer=order.customer)

    def _operation(self, booking: Booking) -> str:
        operation = self._shop.operations.get(booking.operation_id or "")
        return (
            booking.operation_id or "" if operation is None else f"{operation.seq} {operation.name}".strip()
        )

    def _place(self, booking: Booking) -> PlaceView:
        return PlaceView(
            machine=self._machine(booking.machine_id),
            start=iso(booking.envelope_start, self._zone),
            end=iso(booking.envelope_end, self._zone),
            operators=[self._person(key) for key in people_of(booking)],
        )

    def _machine(self, machine_id: str) -> Named:
        machine = self._shop.machines.get(machine_id)
        return Named(id=machine_id, code=machine_id, name=machine_id) if machine is None else named(machine)

    def _person(self, operator_id: str) -> str:
        person = self._shop.operators.get(operator_id)
        return operator_id if person is None else person.name or person.code


def score(of: ReplanScore) -> ScoreView:
    return ScoreView(weighted_late_h=hours(of.weighted_tardiness_min), broken_rules=of.errors)


def changes_of(before: Booking, after: Booking) -> list[Changed]:
    """What is different, most important first."""
    found = {
        Changed.MACHINE: before.machine_id != after.machine_id,
        Changed.START: before.envelope_start != after.envelope_start,
        Changed.OPERATOR: people_of(before) != people_of(after),
    }
    changed = [what for what, differs in found.items() if differs]
    return changed or [Changed.LENGTH]


def people_of(booking: Booking) -> list[str]:
    """In the order in which they work on it."""
    return list(dict.fromkeys(s.operator_id for s in booking.segments if s.operator_id is not None))
