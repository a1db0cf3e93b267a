"""What simulate_new_order is asked: the order, its routing, and how it is tried out."""

from pydantic import Field

from planning.insertion import Operators
from planning.new_order import MAX_LOTS, MAX_OPERATIONS
from planning.shop import Attendance
from tools.base import ToolInput
from tools.names import MAX_NAME_CHARS
from tools.routing_input import (
    MAX_NAMES,
    MAX_SLOTS,
    OvertimeInput,
    StepAttendance,
    StepMachines,
    StepSplittable,
    StepWorkCenter,
)
from tools.windows import MAX_PHRASE_CHARS

MAX_QUANTITY = 1_000_000
MAX_RUN_S = 10_000 * 3600
MAX_MINUTES = 10_000 * 60


class AlternativeInput(ToolInput):
    """A machine with times of its own; what is left out is as the operation says."""

    machine: str = Field(max_length=MAX_NAME_CHARS, description="Code or name as the person said it.")
    setup_min: int | None = Field(default=None, le=MAX_MINUTES)
    run_s_per_piece: int | None = Field(default=None, le=MAX_RUN_S)
    preference: int = Field(
        default=0, ge=0, le=1000, description="Lower is preferred where the finish is equal."
    )


class OperationInput(ToolInput):
    """One operation: where (`work_center`, `machines` or `alternatives`) and how long; or `subcontract_h`; or
    `milestone`.
    """

    name: str = Field(default="", max_length=MAX_NAME_CHARS)
    number: int | None = Field(
        default=None, ge=1, le=9999, description="What others await it by. Default: its place in the list."
    )
    work_center: StepWorkCenter = None
    machines: StepMachines = Field(default_factory=list[str])
    alternatives: list[AlternativeInput] = Field(
        default_factory=list[AlternativeInput],
        max_length=MAX_NAMES,
        description="Instead of `machines`: machines with times of their own.",
    )
    setup_min: int = Field(default=0, le=MAX_MINUTES, description="Setup in minutes, once a lot.")
    run_s_per_piece: int = Field(default=0, le=MAX_RUN_S, description="Run time of one piece in seconds.")
    hours: float | None = Field(
        default=None, description="Run time of the whole order in hours, instead of a time per piece."
    )
    attendance: StepAttendance = Attendance.FULL
    splittable: StepSplittable = True
    wait_after_min: int = Field(
        default=0, le=MAX_MINUTES, description="Minutes that must pass before what awaits it begins."
    )
    milestone: bool = Field(default=False, description="A point in time without work.")
    subcontract_h: float | None = Field(
        default=None, description="Done outside the shop: how long it takes, in elapsed hours."
    )
    material: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="When its material is there: a date (from the end of that day), a timestamp or a phrase.",
    )
    predecessors: list[int] | None = Field(
        default=None,
        max_length=MAX_OPERATIONS,
        description="Numbers of the operations it awaits; [] for none. Default: the one before it.",
    )


class NewOrderInput(ToolInput):
    quantity: int | None = Field(
        default=None, le=MAX_QUANTITY, description="Pieces; needed with times per piece."
    )
    operations: list[OperationInput] = Field(
        default_factory=list[OperationInput],
        max_length=MAX_OPERATIONS,
        description="The order's routing; each operation awaits the one before it.",
    )
    like_order: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of a routing: an order whose routing it has, code or number as it was said.",
    )
    release: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="Before which no work may begin: a date, timestamp or phrase. Default: now.",
    )
    due: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="When it must be finished: a date (its whole day), a timestamp or a phrase (“Friday”).",
    )
    priority: int | None = Field(
        default=None, ge=1, le=5, description="1 to 5, 5 the most important. Default: 3, or as `like_order`."
    )
    operators: Operators = Field(
        default=Operators.IGNORE,
        description="required: attended minutes also need a free, qualified person. ignore: machines only.",
    )
    handover: bool = Field(default=True, description="Whether several people may attend one booking in turn.")
    move_unlocked: bool = Field(
        default=False,
        description=(
            "Unlocked work of lower priority gives way and is put back elsewhere. Locked work, work that has "
            "begun and the frozen zone never move."
        ),
    )
    overtime: list[OvertimeInput] = Field(
        default_factory=list[OvertimeInput],
        max_length=MAX_SLOTS,
        description="Overtime slots to be worked. What the standard ones would change is told anyway.",
    )
    lots: int | None = Field(
        default=None,
        ge=1,
        le=MAX_LOTS,
        description="Split into this many lots of equal size, each with its own setups. Default: 1.",
    )
