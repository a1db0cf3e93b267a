"""How a table is read: which column is which field, in which unit, with which signs; decided, or asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from storage.exchange.problems import shown
from storage.foreign.clocks import Zones, clock_form_of
from storage.foreign.columns import Column, fill_down, filled_down
from storage.foreign.dates import DateStyle
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.durations import (
    ELAPSED_UNITS,
    RUN_UNITS,
    SETUP_UNITS,
    Unit,
    is_of_piece,
    is_run_unit,
    numbers_in,
    says_unit,
    unit_named,
    unit_of_header,
)
from storage.foreign.fields import FIELDS, ROWS, has_clocks, of_weeks
from storage.foreign.grid import Cell
from storage.foreign.numbers import Sign
from storage.foreign.row_units import RowUnits, column_said, row_units, unit_columns
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.signs import (
    blanks_of,
    date_order_of,
    day_numbers_of,
    decimal_of,
    digits_of,
    months_of,
    week_days_of,
    year_of,
)
from storage.foreign.spoken import is_spoken_of
from storage.foreign.suggesting import ACROSS, Guess, called_so, columns_for
from storage.foreign.tables import Table
from storage.foreign.vocabulary import key_of

NONE = "none"
BY_ROWS, BOOKED, IN_ORDER = "rows", "booked", "in_order"
_NUMBERS, _DATES = (
    (
        "quantity",
        "setup",
        "run",
        "alternative_setup",
        "alternative_run",
        "wait_after",
        "elsewhere_time",
        "length",
        "break_time",
        "priority",
        "needed",
        "done",
        "left",
    ),
    (
        "due",
        "release",
        "quote_expires",
        "material_due",
        "day",
        "start",
        "end",
        "back",
        "skill_until",
        "active_from",
        "active_to",
        "available",
    ),
)
# Fields in which `-` or `n/a` says that there is nothing.
BLANKS = (
    "quantity", "due", "release", "quote_expires", "material_due", "setup", "run", "alternative_setup",
    "alternative_run", "wait_after", "day", "start", "end", "back", "length",
    "elsewhere_time", "break_time", "done", "left", "priority", "operator", "alternative_machine",
    "skill_until", "active_from", "active_to",
)  # fmt: skip
_TIMES = (
    "setup", "run", "alternative_setup", "alternative_run", "wait_after", "elsewhere_time", "length",
    "break_time",
)  # fmt: skip
_RUNS = ("run", "alternative_run")
# Fields whose text may stand in several columns, such as a first name and a surname.
JOINED = frozenset({"order", "customer", "operation_name", "machine_name", "operator_name", "calendar"})
_NEEDED = {
    "operations": ("order", "quantity", "operation", "run"),
    "orders": ("order", "quantity"),
    "bookings": ("order", "operation", "machine", "start"),
    "machines": ("machine",),
    "operators": ("operator",),
    "absences": ("operator",),
    "shifts": (),
    "closures": (),
    "downtimes": ("machine", "start"),
    "materials": ("order", "operation", "item", "needed", "available"),
    "held": ("machine", "start", "quote"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A table with what was decided about it. What is still open is None, or not in `columns`.

    `special`: fields that come from elsewhere (`rows`, `booked`, `none`). `filled_down`: fields whose empty
    cells say what the cell above them says. `clock`: what bare numbers count that are times of the
    day. `zones`: where times are of another zone than the shop's.
    """

    table: Table
    scope: Scoped
    kind: str
    columns: Mapping[str, tuple[Column, ...]]
    special: Mapping[str, str]
    units: Mapping[str, Unit | None]
    decimal: Sign | None
    dates: DateStyle
    week_days: Mapping[str, int]
    day_numbers: str | None
    blanks: frozenset[str]
    fill_down: bool
    filled_down: frozenset[str]
    clock: str | None = None
    zones: Zones | None = None
    # of fields whose units columns say row by row
    row_units: Mapping[str, RowUnits] | None = None

    def has(self, field: str) -> bool:
        return field in self.columns

    def header(self, field: str) -> str | None:
        """The header to name when a cell of the field is wrong."""
        return self.columns[field][0].header if field in self.columns else None


def lay_out(table: Table, scope: Scoped, kind: str) -> Layout:
    """The layout of rows of a kind, as far as it is decided."""
    columns, special = _columns(table, scope, kind)
    units = {name: _unit(table, scope, columns, name) for name in _TIMES}
    by_row = {
        name: found
        for name in _TIMES
        if name in columns
        for of in [(name, columns[name][0].header)]
        if (found := row_units(table, scope, of, _value(scope, f"{name}.unit"), units[name])) is not None
    }

    def texts(fields: Sequence[str]) -> Iterator[str]:
        for field in fields:
            for column in columns.get(field, ()):
                if column.index is not None:
                    yield from table.texts(column.index)
                elif column.constant is not None:
                    yield column.constant

    dated = [
        (field, column.header, table.filled(column.index))
        for field in _DATES
        for column in columns.get(field, ())
        if column.index is not None
    ]
    return Layout(
        table, scope, kind, columns, special,
        decimal=decimal_of(scope, [number for text in texts(_NUMBERS) for number in numbers_in(text)]),
        blanks=blanks_of(scope, texts(BLANKS)),
        dates=DateStyle(
            date_order_of(scope, list(texts(_DATES))),
            year_of(scope, [found[1:] for found in dated]),
            digits=digits_of(scope, [found[1:] for found in dated]),
            months=months_of(scope, texts(_DATES)),
        ),
        week_days=week_days_of(scope, dated),
        day_numbers=day_numbers_of(scope, [found[1:] for found in dated]),
        units=units,
        row_units=by_row,
        fill_down=fill_down(table, scope, columns),
        filled_down=filled_down(table, scope, columns),
        clock=clock_form_of(scope, _times_of_day(table, columns)),
    )  # fmt: skip


def _value(scope: Scoped, key: str) -> str | None:
    made = scope.decisions.made.get(scope.key(key))
    return None if made is None else made.value


def _times_of_day(table: Table, columns: Mapping[str, tuple[Column, ...]]) -> Iterator[object]:
    for field in ("start", "end") if "start" in columns else ():
        for column in columns.get(field, ()):
            if column.index is None:
                yield column.constant
            elif not of_weeks(column.header):
                yield from (cell.value for cell in table.filled(column.index))


def _columns(table: Table, scope: Scoped, kind: str) -> tuple[dict[str, tuple[Column, ...]], dict[str, str]]:
    proposed = columns_for(table, kind)
    called = called_so(table, kind, proposed)
    if "operator" in ROWS[kind] and "operator" not in proposed and "operator_name" in proposed:
        proposed["operator"] = proposed["operator_name"]
    needed = set(_NEEDED[kind])
    if kind == "operations" and not {"machine", "work_center"} & set(proposed):
        needed.add("machine")
    _drop_unneeded(table, kind, proposed)
    if kind == "absences" and not {"start", "day"} & set(proposed):
        needed.add("start")
    if kind == "closures" and not {"start", "day"} & set(proposed):
        needed.add("day")
    if kind in {"operations", "orders"} and "due" not in proposed and _has_free_dates(table, proposed):
        needed.add("due")
    starts = "start" in proposed and scope.decisions.given.get(scope.key("start")) != NONE
    if kind in {"bookings", "operations"} and starts and "end" not in proposed:
        needed |= set() if "length" in proposed else {"end"}
    if {"skill_level", "skill_until"} & set(proposed):
        needed.add("skill_named")
    columns: dict[str, tuple[Column, ...]] = {}
    special: dict[str, str] = {}
    for field in ROWS[kind]:
        found = proposed.get(field, [])
        told = (
            [] if found else [header for header in called.get(field, ()) if not is_spoken_of(header, scope)]
        )
        value = _column(table, scope, field, found, proposed, told=told, needed=field in needed)
        if value is None or value == NONE:
            special.update({field: NONE} if value else {})
        elif value in {BY_ROWS, BOOKED, IN_ORDER}:
            special[field] = value
        elif value.startswith("="):
            columns[field] = (Column(value, constant=value[1:].strip()),)
        else:
            columns[field] = tuple(
                Column(header, table.headers.index(header)) for header in _split(table, value)
            )
    return columns, special


def _has_free_dates(table: Table, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether a column of dates is nothing that is known: an order that loses its date is never late."""
    taken = {guess.index for guesses in proposed.values() for guess in guesses}
    return any(
        index not in taken and header and key_of("ignored", header) is None and FIELDS["due"].fits_all(cells)
        for index, header in enumerate(table.headers)
        if (cells := table.filled(index))
    )


def _drop_unneeded(table: Table, kind: str, proposed: dict[str, list[Guess]]) -> None:
    """Columns that are only looked at where others call for them."""
    starts = [cell for guess in proposed.get("start", []) for cell in table.filled(guess.index)]
    if kind == "operations" and not starts:
        proposed.pop("operator", None)  # people are of bookings
        proposed.pop("end", None)  # an end alone books nothing, and may be what is due
    if kind in {"operations", "bookings", "downtimes"}:
        if not has_clocks(starts):
            proposed.pop("day", None)  # the start says its day itself
        if not starts or _every_row_ends(table, proposed):
            proposed.pop("length", None)
    if kind in {"closures", "absences"} and "start" in proposed and not has_clocks(starts):
        proposed.pop("day", None)


def _every_row_ends(table: Table, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether no row needs a length, since a column says its end."""
    starts, ends = proposed.get("start", []), proposed.get("end", [])
    return bool(ends) and not any(
        row.cell(ends[0].index).empty and not row.cell(starts[0].index).empty for row in table.rows
    )


def _split(table: Table, value: str) -> list[str]:
    return [value] if value in table.headers else [part.strip() for part in value.split(";")]


def _column(
    table: Table,
    scope: Scoped,
    field: str,
    found: list[Guess],
    proposed: Mapping[str, list[Guess]],
    *,
    told: Sequence[str],
    needed: bool,
) -> str | None:
    """What is said of a field. `told`: headers of columns that are called so, and are not proposed."""

    def fits(value: str) -> bool:
        if value.startswith("=") or value == NONE:
            return True
        if value == _SPECIAL.get(field, ("", ""))[0] or (field == "operation" and value == IN_ORDER):
            return True
        headers = _split(table, value)
        return all(header in table.headers for header in headers) and (
            len(headers) == 1 or several or field in JOINED
        )

    several = FIELDS[field].several
    proven: tuple[str, str] | None = None
    if found and found[0].phrase in ACROSS and field != "shift":
        pass  # which of its meanings it has is asked
    elif found and (several or len(found) == 1 or (field == "operator_name" and _is_whole_name(found))):
        headers = "; ".join(guess.header for guess in found)
        proven = (headers, _why(found[0]))
    elif field == "status" and not found and not told:
        proven = ("=released", "no column says it; orders in such a file are work to be done")
    elif not needed and not found and not told:
        proven = (NONE, "no column says it")
    taken = {guess.header for guesses in proposed.values() for guess in guesses if len(guesses) == 1}
    free = found or [*told, *(h for h in table.headers if h and h not in taken and h not in told)]
    choices = [Choice(guess.header if isinstance(guess, Guess) else guess) for guess in free]
    if field in _SPECIAL:
        choices.append(Choice(*_SPECIAL[field]))
    if field == "operation" and "order" in proposed:
        choices.append(Choice(IN_ORDER, "behind the order's number: FA100-10 is operation 10 of FA100"))
    if field in _CONSTANT:
        choices.append(Choice(*_CONSTANT[field]))
    if not needed or field in _NONE:
        choices.append(Choice(NONE, _NONE.get(field, "no column")))
    question = Question(
        field,
        f"Which column of {shown(table.label)} is {FIELDS[field].about}?",
        tuple(choices),
        why="several could be it"
        if found
        else f'"{shown(told[0])}" is called so, and its cells do not look like it'
        if told
        else "no header says it",
    )
    return scope.settle(question, proven=proven, fits=fits)


_SPECIAL = {
    "operation": (BY_ROWS, "no column: 10, 20, 30 in the order of the rows"),
    "run": (BOOKED, "no column: as long as the work is booked, end less start"),
}
_CONSTANT = {
    "status": ("=released", "no column: work to be done"),
    "quantity": ("=1", "no column: one piece each"),
    "run": ("=0", "no column: no run time"),
    "machine": ("=NAME", "no column: all of it on the machine NAME"),
}
_NONE = {
    "due": "no column: it is due on no day",
    "quantity": "no column: the shop has the orders already, with their quantities",
    "skill_named": "no column: the levels are of nothing that is taken",
}


def _is_whole_name(found: Sequence[Guess]) -> bool:
    """Whether the columns are a given and a family name, in this order."""
    return [key_of("names", guess.header) for guess in found] == ["given", "family"]


_BY_CELLS = {"marks": "its cells are marks", "shifts": "its cells are times of shifts"}


def _why(guess: Guess) -> str:
    if guess.phrase in _BY_CELLS:
        return _BY_CELLS[guess.phrase]
    if guess.phrase in RUN_UNITS:
        return f"its header is a unit of it, {guess.phrase}"
    return "its header says so" if guess.score == 1 else f'its header holds "{guess.phrase}"'


def _unit(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]], field: str) -> Unit | None:
    if field not in columns:
        return None
    column = columns[field][0]
    if column.constant == "0":
        return unit_named("min_per_piece" if field in _RUNS else "min")
    run = field in _RUNS
    if field == "break_time" and all(_says_when(text) for text in _texts_of(table, column)):
        return None
    named = unit_of_header(column.header, run=run)
    cells = table.filled(column.index) if column.index is not None else []
    proven = (named, f'the header says "{shown(column.header)}"') if named is not None else None
    if named is None and not run and cells:
        if all(isinstance(cell.value, time | timedelta) for cell in cells):
            proven = ("hh:mm", "its cells are times of the spreadsheet")
        elif all(says_unit(cell.text) or cell.text == "0" for cell in cells):
            proven = ("written", f'its cells say it, such as "{shown(cells[0].text)}"')
    if run and cells and all(says_unit(cell.text) for cell in cells) and is_of_piece(column.header):
        proven = ("written_per_piece", f'"{shown(column.header)}" is of a piece, and its cells say the unit')
    units = RUN_UNITS if run else ELAPSED_UNITS if field in _ELAPSED else SETUP_UNITS
    choices = _likely(units, unit_of_header(column.header, run=False) if run else None, cells)
    by_row = unit_columns(table)
    question = Question(
        f"{field}.unit",
        f'In which unit is "{shown(column.header)}" (such as {shown(_examples(cells))})?',
        (
            *(Choice(name, "each row's own, which this column says") for name in by_row),
            *(Choice(name, _MEANINGS.get(name, "")) for name in choices),
        ),
        why="the header does not say what it is for" if run else "the header names no unit",
        suggested=by_row[0] if by_row else None,
    )

    def fits(text: str) -> bool:
        known = is_run_unit(text) if run else text in units
        return known or column_said(text, table) is not None

    value = scope.settle(question, proven=proven, fits=fits)
    return None if value is None or column_said(value, table) is not None else unit_named(value)


def _texts_of(table: Table, column: Column) -> list[str]:
    if column.index is None:
        return [column.constant or ""]
    return [cell.text for cell in table.filled(column.index)]


def _says_when(text: str) -> bool:
    return pattern_of(text) is not None or key_of("blank", text) == "yes"


_ELAPSED = ("elsewhere_time", "length", "wait_after")
_MEANINGS = {
    "d": "days as the calendar runs",
    "wd": "working days, five a week: 5 are 7 days as the calendar runs",
    "h_total": "hours for the whole quantity",
    "min_total": "minutes for the whole quantity",
    "hh:mm_total": "hours:minutes for the whole quantity",
    "h_per_piece": "hours for one piece",
    "min_per_piece": "minutes for one piece",
    "hh:mm_per_piece": "hours:minutes for one piece",
    "mm:ss_per_piece": "minutes:seconds for one piece",
    "pieces_per_h": "pieces in one hour",
    "h_per_100": "hours for 100 pieces; min_per_50 and such for any number",
    "h/100": "hundredths of an hour: 150 is 1:30",
    "min/100": "hundredths of a minute",
    "day_part": "parts of 24 hours, as a spreadsheet counts: 0.0625 is 1:30",
    "h/100_per_piece": "hundredths of an hour for one piece",
    "min/100_per_piece": "hundredths of a minute for one piece",
    "h/100_total": "hundredths of an hour for the whole quantity",
    "min/100_total": "hundredths of a minute for the whole quantity",
    "written": "each cell says its own, such as 1 h 30 min; 0:45 is hours:minutes",
    "written_per_piece": "for one piece; each cell says its unit",
    "written_total": "for the whole quantity; each cell says its unit",
}


def _likely(units: Sequence[str], base: str | None, cells: Sequence[Cell]) -> list[str]:
    """All units, those of the base that the header names first."""
    clock = bool(cells) and all(":" in cell.text for cell in cells)
    written = bool(cells) and any(says_unit(cell.text) for cell in cells)
    first = base or ("written" if written else "hh:mm" if clock else None)
    if first is None:
        return list(units)
    return sorted(units, key=lambda name: not name.startswith(first))


def _examples(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.text for cell in cells[:20] if cell.text != "0")) or "0"
