"""What a broken rule is: its type, its severity, whom it concerns, when, and why."""

from dataclasses import dataclass
from enum import StrEnum

from planning.shop import Interval, Intervals


class ConflictType(StrEnum):
    """The rules of planning-domain 6.3."""

    MACHINE_DOUBLE_BOOKED = "MACHINE_DOUBLE_BOOKED"
    OPERATOR_DOUBLE_BOOKED = "OPERATOR_DOUBLE_BOOKED"
    OUTSIDE_MACHINE_CALENDAR = "OUTSIDE_MACHINE_CALENDAR"
    OUTSIDE_OPERATOR_CALENDAR = "OUTSIDE_OPERATOR_CALENDAR"
    MACHINE_DOWN = "MACHINE_DOWN"
    OPERATOR_ABSENT = "OPERATOR_ABSENT"
    OPERATOR_UNQUALIFIED = "OPERATOR_UNQUALIFIED"
    OPERATOR_MISSING = "OPERATOR_MISSING"
    PRECEDENCE = "PRECEDENCE"
    MATERIAL_MISSING = "MATERIAL_MISSING"
    MATERIAL_UNKNOWN = "MATERIAL_UNKNOWN"
    LATE = "LATE"
    AT_RISK = "AT_RISK"
    NOT_FULLY_SCHEDULED = "NOT_FULLY_SCHEDULED"
    DURATION_MISMATCH = "DURATION_MISMATCH"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


WARNINGS = frozenset(
    {
        ConflictType.OPERATOR_MISSING,
        ConflictType.MATERIAL_UNKNOWN,
        ConflictType.AT_RISK,
        ConflictType.NOT_FULLY_SCHEDULED,
        ConflictType.DURATION_MISMATCH,
    }
)


class ConflictCause(StrEnum):
    """Why work lies where it may not; NONE where the type says it all."""

    NONE = "none"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    AFTER_SHIFT = "after_shift"
    INACTIVE = "inactive"
    NO_SKILL = "no_skill"
    SKILL_NOT_VALID = "skill_not_valid"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One broken rule.

    `spans`: when, sorted and disjoint; empty where no time is concerned (an operation without a booking).
    `minutes`: how much, by the type's own rule. `booking_ids`: of the pair, in order of start.
    `row_id`: the closure, downtime or absence that it collides with, or the material that it awaits.
    """

    type: ConflictType
    minutes: int
    spans: Intervals = ()
    booking_ids: tuple[str, ...] = ()
    machine_id: str | None = None
    operator_id: str | None = None
    order_id: str | None = None
    operation_ids: tuple[str, ...] = ()
    cause: ConflictCause = ConflictCause.NONE
    row_id: str | None = None

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.type in WARNINGS else Severity.ERROR

    @property
    def span(self) -> Interval | None:
        """From its first to its last minute."""
        return (self.spans[0][0], self.spans[-1][1]) if self.spans else None
