"""Fields of a routing that questions about an order share: where a step runs, whether it needs somebody and
may pause; and the overtime slots that may be worked.
"""

from typing import Annotated, TypeAlias

from pydantic import Field

from planning.shop import Attendance
from tools.base import ToolInput
from tools.names import MAX_NAME_CHARS
from tools.windows import MAX_PHRASE_CHARS

MAX_NAMES = 100
MAX_SLOTS = 60

StepWorkCenter: TypeAlias = Annotated[
    str | None, Field(max_length=MAX_NAME_CHARS, description="Work center, code or name as it was said.")
]
StepMachines: TypeAlias = Annotated[
    list[str],
    Field(
        max_length=MAX_NAMES,
        description="Instead of a work center: machines that could do it, codes or names.",
    ),
]
StepAttendance: TypeAlias = Annotated[
    Attendance, Field(description="When a person is needed: full, setup (only then) or none.")
]
StepSplittable: TypeAlias = Annotated[
    bool, Field(description="Whether work may pause over nights and breaks.")
]


class OvertimeInput(ToolInput):
    from_: str = Field(
        validation_alias="from",
        serialization_alias="from",
        max_length=MAX_PHRASE_CHARS,
        description="Start of the slot: a local timestamp (2026-12-05T06:00) or a phrase.",
    )
    to: str = Field(max_length=MAX_PHRASE_CHARS, description="End of the slot.")
