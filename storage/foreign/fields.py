"""What a column of a foreign file can mean, and what a row of it can be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from storage.foreign.dates import is_day_number, looks_like_date
from storage.foreign.durations import looks_like_duration
from storage.foreign.grid import Cell
from storage.foreign.numbers import looks_like_number

Shape = Callable[[Cell], bool]
_ENOUGH = 0.5


def _number(cell: Cell) -> bool:
    return isinstance(cell.value, Decimal) or (isinstance(cell.value, str) and looks_like_number(cell.value))


def _seq(cell: Cell) -> bool:
    return cell.text.removeprefix("OP").removeprefix("op").strip().isdigit()


def _day(cell: Cell) -> bool:
    if isinstance(cell.value, Decimal):
        return is_day_number(cell.value)
    return isinstance(cell.value, date | datetime) or (
        isinstance(cell.value, str) and looks_like_date(cell.value)
    )


def _duration(cell: Cell) -> bool:
    if isinstance(cell.value, Decimal | timedelta | time):
        return True
    return isinstance(cell.value, str) and not looks_like_date(cell.value) and looks_like_duration(cell.value)


def _text(cell: Cell) -> bool:
    return isinstance(cell.value, str) and not _number(cell) and not _day(cell)


def _any(cell: Cell) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """`shape`: what most of its cells look like. `several`: more than one column may have it."""

    name: str
    about: str
    shape: Shape = _any
    several: bool = False

    def fits(self, cells: Sequence[Cell]) -> bool:
        return not cells or sum(map(self.shape, cells)) >= _ENOUGH * len(cells)


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("order", "the order's number"),
        Field("customer", "the customer"),
        Field("quantity", "the order's pieces", _number),
        Field("due", "when the order is due", _day),
        Field("release", "before which no work may start", _day),
        Field("priority", "how urgent the order is"),
        Field("status", "where the order stands"),
        Field("material_due", "when the order's material is there", _day),
        Field("operation", "the operation's number", _seq),
        Field("operation_name", "what is done", _text),
        Field("work_center", "the group of machines"),
        Field("machine", "the machine"),
        Field("alternative_machine", "another machine that can do it", several=True),
        Field("setup", "the setup time", _duration),
        Field("run", "the run time", _duration),
        Field("start", "when the work starts", _day),
        Field("end", "when the work ends", _day),
        Field("operator", "the person"),
        Field("locked", "whether the booking must stay where it is"),
        Field("elsewhere", "whether the work is done elsewhere"),
        Field("elsewhere_time", "how long the work elsewhere takes", _duration),
        Field("machine_name", "the machine's name", _text),
        Field("operator_name", "the person's name", _text),
        Field("calendar", "the shifts"),
        Field("skill", "a skill, marked for who has it", several=True),
        Field("skill_named", "a skill or a machine that its cells name", several=True),
        Field("skill_level", "how well the skill of each skill_named is held", several=True),
        Field("skill_until", "until when the skill of each skill_named holds", _day, several=True),
        Field("absence_kind", "why the person is away"),
    )
}

_ORDER = ("order", "customer", "quantity", "due", "release", "priority", "status", "material_due")
# What a row of each kind says; the fields before the bar cannot be done without.
ROWS: dict[str, tuple[str, ...]] = {
    "operations": (
        *_ORDER, "operation", "operation_name", "work_center", "machine", "alternative_machine", "setup",
        "run", "elsewhere", "elsewhere_time", "start", "end", "operator", "locked",
    ),
    "orders": _ORDER,
    "bookings": ("order", "operation", "machine", "start", "end", "operator", "locked"),
    "machines": ("machine", "machine_name", "work_center", "calendar"),
    "operators": (
        "operator", "operator_name", "calendar", "skill", "skill_named", "skill_level", "skill_until",
    ),
    "absences": ("operator", "start", "end", "absence_kind"),
}  # fmt: skip
ABOUT_ROWS = {
    "operations": "operations of orders",
    "orders": "orders",
    "bookings": "bookings of operations that the shop has, or that another table of the file has",
    "machines": "machines",
    "operators": "people",
    "absences": "absences of people",
    "ignore": "nothing that is taken",
}
