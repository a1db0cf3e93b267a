"""Which kinds of conflicts somebody asks about."""

from enum import StrEnum

from planning.conflict_items import ConflictType


class ConflictChoice(StrEnum):
    """The types by their names in small letters, and a few words for several of them."""

    MACHINE_DOUBLE_BOOKED = "machine_double_booked"
    OPERATOR_DOUBLE_BOOKED = "operator_double_booked"
    OUTSIDE_MACHINE_CALENDAR = "outside_machine_calendar"
    OUTSIDE_OPERATOR_CALENDAR = "outside_operator_calendar"
    MACHINE_DOWN = "machine_down"
    OPERATOR_ABSENT = "operator_absent"
    OPERATOR_UNQUALIFIED = "operator_unqualified"
    OPERATOR_MISSING = "operator_missing"
    PRECEDENCE = "precedence"
    MATERIAL_MISSING = "material_missing"
    MATERIAL_UNKNOWN = "material_unknown"
    LATE = "late"
    AT_RISK = "at_risk"
    NOT_FULLY_SCHEDULED = "not_fully_scheduled"
    DURATION_MISMATCH = "duration_mismatch"
    DOUBLE_BOOKED = "double_booked"
    OUTSIDE_CALENDAR = "outside_calendar"
    PEOPLE = "people"
    MATERIAL = "material"

    @property
    def types(self) -> frozenset[ConflictType]:
        several = _SEVERAL.get(self)
        return several if several is not None else frozenset({ConflictType(self.value.upper())})


_SEVERAL = {
    ConflictChoice.DOUBLE_BOOKED: frozenset(
        {ConflictType.MACHINE_DOUBLE_BOOKED, ConflictType.OPERATOR_DOUBLE_BOOKED}
    ),
    ConflictChoice.OUTSIDE_CALENDAR: frozenset(
        {ConflictType.OUTSIDE_MACHINE_CALENDAR, ConflictType.OUTSIDE_OPERATOR_CALENDAR}
    ),
    ConflictChoice.PEOPLE: frozenset(
        {
            ConflictType.OPERATOR_DOUBLE_BOOKED,
            ConflictType.OUTSIDE_OPERATOR_CALENDAR,
            ConflictType.OPERATOR_ABSENT,
            ConflictType.OPERATOR_UNQUALIFIED,
            ConflictType.OPERATOR_MISSING,
        }
    ),
    ConflictChoice.MATERIAL: frozenset({ConflictType.MATERIAL_MISSING, ConflictType.MATERIAL_UNKNOWN}),
}
