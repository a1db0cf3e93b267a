"""What an alert may wait for: conditions on figures that the tools give."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from planning.conflict_items import Severity
from planning.data_trust import Check
from tools.conflict_choice import ConflictChoice
from tools.names import MAX_NAME_CHARS

MAX_WEEKS = 12
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
Weeks = Annotated[
    int, Field(ge=1, le=MAX_WEEKS, description="From now to the end of so many weeks, today included.")
]
Of = Literal["machine", "work_center", "shop"]


class _Condition(BaseModel):
    """Kept with an alert as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderLate(_Condition):
    """An order's planned finish lies more than `hours` after its due date."""

    kind: Literal["order_late"]
    order: Name | None = Field(default=None, description="Its code. Default: any open order.")
    hours: float = Field(default=0.0, ge=0, le=1_000, description="Elapsed hours past the due date.")


class _OfMachines(_Condition):
    of: Of = Field(default="shop", description="Whose figure: of all machines together with `shop`.")
    name: Name | None = Field(
        default=None, description="Code or name of one machine or work center. Default: each of them."
    )
    weeks: Weeks = 4

    @model_validator(mode="after")
    def _names_one_of_many(self) -> Self:
        if self.name is not None and self.of == "shop":
            raise ValueError("`name` is of a machine or a work center, which `of` must say")
        return self


class Utilization(_OfMachines):
    """Planned load is more than so much of the available hours."""

    kind: Literal["utilization"]
    above_pct: float = Field(gt=0, le=1_000)


class FreeCapacity(_OfMachines):
    """Fewer hours than these are available and not booked."""

    kind: Literal["free_capacity"]
    below_h: float = Field(gt=0, le=1_000_000)


class NewConflict(_Condition):
    """A rule is broken in the plan that was not broken before."""

    kind: Literal["conflict"]
    types: tuple[ConflictChoice, ...] = Field(
        default=(), max_length=len(ConflictChoice), description="Only these. Default: all."
    )
    severity: Severity | None = Field(default=None, description="Only errors, or only warnings.")
    weeks: Weeks = 4


class OldData(_Condition):
    """The newest import of the plan, or report from the floor, is older than so many hours."""

    kind: Literal["old_data"]
    of: Literal["import", "report"] = "import"
    hours: float = Field(gt=0, le=10_000)


class DataTrust(_Condition):
    """More than so much of the rows that a check looks at lack something."""

    kind: Literal["data_trust"]
    check: Check | None = Field(default=None, description="Default: each check by itself.")
    above_pct: float = Field(default=0.0, ge=0, lt=100)


Condition: TypeAlias = Annotated[
    OrderLate | Utilization | FreeCapacity | NewConflict | OldData | DataTrust, Field(discriminator="kind")
]
CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
