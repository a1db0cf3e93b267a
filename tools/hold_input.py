"""What hold_capacity is asked: which work to hold capacity for and until when, or which hold to release."""

from enum import StrEnum

from pydantic import Field

from leadhand.errors import InvalidToolInput, JsonValue
from planning.new_order import MAX_OPERATIONS
from tools.names import MAX_NAME_CHARS
from tools.new_order_input import MAX_QUANTITY, NewOrderInput, OperationInput
from tools.windows import MAX_PHRASE_CHARS, WindowInput


class HoldAction(StrEnum):
    HOLD = "hold"
    RELEASE = "release"


class HoldCapacityInput(WindowInput):
    """When the work would be done: `window`, or `from` and `to`."""

    action: HoldAction = Field(
        default=HoldAction.HOLD,
        description="hold (capacity for a quote), release (a hold before it expires; needs only `quote`).",
    )
    quote: str = Field(
        min_length=1,
        max_length=MAX_NAME_CHARS,
        description="What it is held for, as the person said it: “Miller quote”. To release: its name or id.",
    )
    customer: str | None = Field(
        default=None, max_length=MAX_NAME_CHARS, description="Who it is held for, as the person said it."
    )
    until: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="When the hold expires: a date (its whole day), a timestamp or a phrase (“Friday”).",
    )
    hours: float | None = Field(
        default=None, description="Machine hours to hold, with `machines` or `work_center`."
    )
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_OPERATIONS,
        description="Machines, any one of which would do: codes or names as the person said them.",
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of machines: a work center, any machine of which would do.",
    )
    operations: list[OperationInput] = Field(
        default_factory=list[OperationInput],
        max_length=MAX_OPERATIONS,
        description="Instead of `hours`: a routing; each operation awaits the one before it.",
    )
    like_order: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of `hours`: an order whose routing it has, code or number as it was said.",
    )
    quantity: int | None = Field(
        default=None, le=MAX_QUANTITY, description="Pieces, for `operations` or `like_order`."
    )

    def new_order(self) -> NewOrderInput:
        """The work as simulate_new_order would be asked about it.

        Raises:
            InvalidToolInput: not exactly one kind of work is said, or a field that it has no use for.
        """
        kinds = [self.hours is not None, bool(self.operations), _said(self.like_order)]
        if sum(kinds) != 1:
            raise _wrong("hours", "Say what to hold: `hours`, or `operations`, or `like_order`.")
        if self.hours is None:
            if self.machines or _said(self.work_center):
                raise _wrong("machines", "With a routing, machines belong to its operations.")
            return NewOrderInput(
                operations=self.operations, like_order=self.like_order, quantity=self.quantity
            )
        if bool(self.machines) is _said(self.work_center):
            raise _wrong("machines", "Say where: either `machines` or a `work_center`.")
        held = OperationInput(hours=self.hours, machines=self.machines, work_center=self.work_center)
        return NewOrderInput(operations=[held])


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def _wrong(field: str, message: str) -> InvalidToolInput:
    wrong: JsonValue = {"field": field, "problem": "missing or too much", "right": message}
    return InvalidToolInput(message, details={"fields": [wrong]})
