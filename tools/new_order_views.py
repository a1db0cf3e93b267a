"""How a new order that is tried out looks: its operations in time, what limits it, other ways, overtime."""

from enum import StrEnum

from pydantic import Field

from planning.insertion import ReadyReason, WaitReason
from planning.new_order_limits import LimitKind
from tools.change_views import AffectedRow, OrderEffectRow
from tools.views import Named, View


class OperationKind(StrEnum):
    MACHINE = "machine"
    SUBCONTRACT = "subcontract"
    MILESTONE = "milestone"


class WorkView(View):
    """A stretch of work; `operator` null: nobody is needed, or people were not looked at."""

    start: str
    end: str
    operator: str | None


class NewOperationRow(View):
    """One operation of one lot. `start` to `end` with its pauses; `segments` are the work."""

    number: int
    name: str
    lot: int
    pieces: int | None
    kind: OperationKind
    machine: Named | None
    ready: str
    ready_reason: ReadyReason = Field(description="What it awaited last: release, predecessor or material.")
    start: str
    end: str
    work_h: float = Field(description="Setup and run; of a subcontract its elapsed hours.")
    wait_h: float = Field(description="From ready to start, elapsed.")
    working_wait_h: float = Field(description="Of these, hours in which its machine is open.")
    wait_reason: WaitReason = Field(description="What, taken away, would let it start earlier.")
    wait_text: str | None
    latest_start: str | None = Field(
        description="For the due date; null without one, or where it is too late."
    )
    float_h: float | None = Field(description="Elapsed hours from its start to its latest start.")
    total_segments: int
    segments: list[WorkView] = Field(description="At most 20 of them.")


class OrderLimitView(View):
    """What limits the finish. `gain_h`: by which one more hour there brings it forward, elapsed."""

    kind: LimitKind
    machine: Named | None
    operation: int | None
    gain_h: float | None
    wait_h: float | None
    text: str


class AlternativeWay(View):
    """Another choice of machines, the next best one."""

    finish: str
    finish_text: str
    later_h: float = Field(description="Elapsed hours after the best finish.")
    on_time: bool | None
    machines: list[Named] = Field(description="In the order of the operations.")
    text: str


class OvertimeSlotRow(View):
    start: str
    end: str
    used_h: float = Field(description="Machine hours worked in it.")
    machines: list[Named]


class StandardOvertimeView(View):
    """What the shop's standard overtime until the finish would change."""

    text: str
    slots_offered: int
    offered_h: float
    used_h: float
    finish: str | None
    brings_forward_h: float
    makes_it_on_time: bool
    slots: list[OvertimeSlotRow] = Field(description="The slots used, at most 20 of them.")


class MovesView(View):
    """Work of lower priority that gives way, and what follows it. Empty unless `move_unlocked` was asked."""

    total_moved: int
    moved: list[AffectedRow] = Field(description="`hit`: gives way itself; else it follows. At most 50.")
    total_orders: int
    orders: list[OrderEffectRow] = Field(description="Orders whose finish or outlook differs then.")
    total_newly_late: int
    newly_late: list[OrderEffectRow]
    total_unplaced: int = Field(description="Bookings that find no other place before the horizon ends.")
    total_faults: int = Field(description="Moved work that now ends after work that may not move begins.")


LIMIT_WORDS = {
    LimitKind.MACHINE_HOURS: "one more hour on {machine} would bring the finish forward by {gain} h",
    LimitKind.OPERATOR_HOURS: (
        "one more hour of somebody qualified on {machine} would bring the finish forward by {gain} h"
    ),
    LimitKind.WAIT_BUSY: "operation {operation} waits {wait} h for {machine}, which is busy with other work",
    LimitKind.WAIT_OPERATOR: "operation {operation} waits {wait} h for somebody qualified on {machine}",
    LimitKind.WAIT_CLOSED: "operation {operation} waits {wait} h for {machine}, which is closed",
    LimitKind.WAIT_MATERIAL: "operation {operation} waits {wait} h for its material",
}
WAIT_WORDS = {
    WaitReason.MACHINE_BUSY: "{machine} is busy with other work",
    WaitReason.OPERATOR: "nobody qualified is free at {machine}",
    WaitReason.CLOSED: "{machine} is closed",
}
