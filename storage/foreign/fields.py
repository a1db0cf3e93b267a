"""What a column of a foreign file can mean, and what a row of it can be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from storage.exchange.kinds import Refused
from storage.foreign.clocks import bare_clock
from storage.foreign.date_forms import looks_like_date
from storage.foreign.digit_dates import is_digit_date
from storage.foreign.durations import looks_like_duration
from storage.foreign.epoch_times import epoch_instant
from storage.foreign.eras import is_of_era
from storage.foreign.grid import Cell
from storage.foreign.moments import is_day_number
from storage.foreign.numbers import bare_number, less_multiple, looks_like_number
from storage.foreign.times_of_day import clock_of
from storage.foreign.vocabulary import folded, key_of, words

Shape = Callable[[Cell], bool]
_ENOUGH = 0.5
_SEQ = re.compile(
    r"(?:op|ag|vg|avo|ph|phase|fase)?[ .:#-]*0*(?P<number>\d{1,8})(?:\.0)?(?:[ .:-]+\D.*|[ .-]*)",
    re.IGNORECASE,
)
_WEEK_WORDS = frozenset(
    {"kw", "week", "woche", "cw", "wk", "semaine", "semana", "settimana", "kalenderwoche"}
)


def _number(cell: Cell) -> bool:
    if isinstance(cell.value, str):
        return looks_like_number(less_multiple(bare_number(cell.value)))
    return isinstance(cell.value, Decimal)


def _seq(cell: Cell) -> bool:
    return seq_in(cell.text) is not None


def seq_in(text: str) -> int | None:
    """An operation's number: 20, 020, 20.0, OP 20, AG20 or `20 Drehen`."""
    form = _SEQ.fullmatch(text)
    return int(form["number"]) if form is not None else None


def _day(cell: Cell) -> bool:
    if epoch_instant(cell.value) is not None or is_of_era(cell.value):
        return True
    if isinstance(cell.value, Decimal):
        return is_day_number(cell.value) or is_digit_date(cell.value)
    return isinstance(cell.value, date | datetime) or (
        isinstance(cell.value, str) and (looks_like_date(cell.value) or is_digit_date(cell.value))
    )


def _moment(cell: Cell) -> bool:
    return _day(cell) or _clock(cell)


def _clock(cell: Cell) -> bool:
    """A time of day without a date."""
    if bare_clock(cell.value) is not None:
        return True
    try:
        return isinstance(cell.value, time | str) and clock_of(cell.value) is not None
    except Refused:
        return False


def _mark(cell: Cell) -> bool:
    return cell.text.casefold() in {*words("marks")["yes"], *words("marks")["no"]}


def _weekdays(cell: Cell) -> bool:
    return key_of("weekdays", (folded(cell.text).split() or [""])[0]) is not None


def _duration(cell: Cell) -> bool:
    if isinstance(cell.value, Decimal | timedelta | time):
        return True
    return isinstance(cell.value, str) and not looks_like_date(cell.value) and looks_like_duration(cell.value)


def _text(cell: Cell) -> bool:
    return isinstance(cell.value, str) and not _number(cell) and not _day(cell)


def _model(cell: Cell) -> bool:
    """The name of a model of shifts: anything but an amount."""
    return not _number(cell) or cell.text.isdecimal()


def _any(cell: Cell) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """`shape`: what most of its cells look like. `several`: more than one column may have it."""

    name: str
    about: str
    shape: Shape = _any
    several: bool = False

    def fits(self, cells: Sequence[Cell], header: str = "") -> bool:
        """Whether most cells look like the field; what says that there is nothing is not counted."""
        said = [cell for cell in cells if key_of("blank", cell.text) is None]
        if self.shape in (_day, _moment) and of_weeks(header) and any(map(_number, said)):
            return True
        return not said or sum(map(self.shape, said)) >= _ENOUGH * len(said)

    def fits_all(self, cells: Sequence[Cell]) -> bool:
        """Whether each cell that says anything looks like the field."""
        said = [cell for cell in cells if key_of("blank", cell.text) is None]
        return bool(said) and all(map(self.shape, said))


def of_weeks(header: str) -> bool:
    """Whether numbers below a header are weeks."""
    return bool(_WEEK_WORDS & set(folded(header).split()))


def has_clocks(cells: Sequence[Cell]) -> bool:
    """Whether most cells are times of day without a date."""
    return bool(cells) and sum(map(_clock, cells)) > _ENOUGH * len(cells)


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
        Field("quote_expires", "until when the quote holds", _day),
        Field("material_due", "when the order's material is there", _day),
        Field("operation", "the operation's number", _seq),
        Field("operation_name", "what is done", _text),
        Field("work_center", "the group of machines"),
        Field("work_center_name", "the name of a new group of machines", _text),
        Field("work_center_skill", "what a person needs to be able to do to work at the group"),
        Field("machine", "the machine"),
        Field("alternative_machine", "another machine that can do it", several=True),
        Field("setup", "the setup time", _duration),
        Field("run", "the run time", _duration),
        Field("alternative_setup", "the setup time on the alternative_machine", _duration, several=True),
        Field("alternative_run", "the run time on the alternative_machine", _duration, several=True),
        Field("attendance", "how long the operation needs a person"),
        Field("wait_after", "how long the next operation has to wait after it", _duration),
        Field("splittable", "whether the operation may pause while its machine is closed"),
        Field("predecessors", "the operations of its order that come before it"),
        Field("done", "what of the operation is done: pieces, a share or a mark"),
        Field("left", "the pieces of the operation that are still to be made", _number),
        Field("reported", "when the pieces were reported", _moment),
        Field("good", "the good pieces of the report", _number),
        Field("scrap", "the scrapped pieces of the report", _number),
        Field("report_number", "the report's own number in its system"),
        Field("day", "the day", _day),
        Field("start", "when it starts", _moment),
        Field("end", "when it ends", _moment),
        Field("length", "how long it takes", _duration),
        Field("back", "the first day on which the person is back", _day),
        Field("operator", "the person"),
        Field("booking_status", "where the booking stands"),
        Field("booking_number", "the booking's own number in its system"),
        Field("locked", "whether the booking must stay where it is"),
        Field("elsewhere", "whether the work is done elsewhere"),
        Field("elsewhere_time", "how long the work elsewhere takes", _duration),
        Field("machine_number", "the machine's number in its system, beside its code"),
        Field("operator_number", "the person's number in its system, beside the code"),
        Field("machine_name", "the machine's name", _text),
        Field("operator_name", "the person's name", _text),
        Field("max_parallel", "how many machines the person looks after at once", _number),
        Field("calendar", "the shifts", _model),
        Field("skill", "a skill, marked for who has it", several=True),
        Field("skill_named", "a skill or a machine that its cells name", several=True),
        Field("skill_level", "how well the skill of each skill_named is held", several=True),
        Field("skill_from", "from when the skill of each skill_named holds", _day, several=True),
        Field("skill_until", "until when the skill of each skill_named holds", _day, several=True),
        Field("absence_kind", "why the person is away"),
        Field("absence_number", "the absence's own number in its system"),
        Field("absence_status", "whether the absence is granted"),
        Field("day_part", "which part of the day the person is away"),
        Field("in_service", "whether the machine runs"),
        Field("active_from", "from which day it is in use", _day),
        Field("active_to", "the last day on which it is in use", _day),
        Field("item", "the material"),
        Field("material_number", "the material's own number in its system"),
        Field("needed", "how much of the material is needed", _number),
        Field("available", "when the material is there"),
        Field("quote", "the quote that the time is held for"),
        Field("number", "the downtime's own number in its system"),
        Field("closure_number", "the number of the closed day or overtime in its system"),
        Field("closure_kind", "whether it is a closed day or overtime"),
        Field("holds_for", "which calendars, machines or people it holds for"),
        Field("downtime_kind", "whether it is maintenance or a breakdown"),
        Field("shift", "the shift's name"),
        Field("weekday", "the days of the week", _weekdays),
        Field("break_time", "the break", _duration),
        Field("closed", "whether it is closed then", _mark),
        Field("overtime", "whether it is work beyond the shifts, and nothing closed"),
        Field("title", "why"),
    )
}

# Fields whose cells may be times of a day that another column says.
TIMES_OF_DAY = ("start", "end", "reported")

_ORDER = (
    "order", "customer", "quantity", "due", "release", "priority", "status", "quote_expires", "material_due",
)  # fmt: skip
# What a row of each kind says; the fields before the bar cannot be done without.
ROWS: dict[str, tuple[str, ...]] = {
    "operations": (
        *_ORDER, "operation", "operation_name", "work_center", "machine", "alternative_machine", "setup",
        "run", "alternative_setup", "alternative_run", "attendance", "wait_after", "splittable",
        "predecessors", "elsewhere", "elsewhere_time", "done", "left", "day", "start", "end", "length",
        "operator", "booking_status", "booking_number", "locked",
    ),
    "orders": _ORDER,
    "bookings": (
        "order", "operation", "machine", "day", "start", "end", "length", "operator", "booking_status",
        "booking_number", "locked",
    ),
    "reports": ("order", "operation", "day", "start", "reported", "good", "scrap", "report_number"),
    "machines": (
        "machine", "machine_number", "machine_name", "work_center", "work_center_name", "work_center_skill",
        "calendar", "in_service", "active_from", "active_to",
    ),
    "operators": (
        "operator", "operator_number", "operator_name", "calendar", "max_parallel", "skill", "skill_named",
        "skill_level", "skill_from", "skill_until", "active_from", "active_to",
    ),
    "absences": (
        "operator", "operator_name", "day", "start", "end", "back", "length", "absence_kind",
        "absence_status", "absence_number", "day_part",
    ),
    "shifts": (
        "operator", "operator_name", "machine", "calendar", "day", "weekday", "shift", "start", "end",
        "break_time", "closed",
    ),
    "closures": (
        "day", "start", "end", "title", "closed", "overtime", "closure_kind", "holds_for", "calendar",
        "machine", "operator", "closure_number",
    ),
    "downtimes": ("machine", "number", "day", "start", "end", "length", "title", "downtime_kind"),
    "materials": ("order", "operation", "item", "material_number", "needed", "available"),
    "held": (
        "machine", "day", "start", "end", "length", "quote", "booking_number", "booking_status", "locked",
    ),
}  # fmt: skip
ABOUT_ROWS = {
    "operations": "operations of orders",
    "orders": "orders",
    "bookings": "bookings of operations that the shop has, or that another table of the file has",
    "reports": "reports of pieces from the floor, of operations that the shop has",
    "machines": "machines",
    "operators": "people",
    "absences": "absences of people",
    "shifts": "shifts, of a day or of every week",
    "closures": "closed days and overtime of the shop, of machines or of people",
    "downtimes": "times in which a machine is down",
    "materials": "materials that operations need",
    "held": "times of machines that are held for quotes",
    "ignore": "nothing that is taken",
}
