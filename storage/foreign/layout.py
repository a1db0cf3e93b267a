"""How a table is read: which column is which field, in which unit, with which signs; decided, or asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import cast

from storage.exchange.problems import shown
from storage.foreign.dates import EPOCHS, Order, date_evidence, day_of_number, is_day_number
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.durations import ELAPSED_UNITS, RUN_UNITS, SETUP_UNITS, Unit, unit_named, unit_of_header
from storage.foreign.fields import ABOUT_ROWS, FIELDS, ROWS
from storage.foreign.grid import Cell
from storage.foreign.numbers import Sign, decimal_evidence
from storage.foreign.suggesting import Guess, columns_for, rows_of
from storage.foreign.tables import Table

NONE = "none"
BY_ROWS, BOOKED = "rows", "booked"
_NUMBERS, _DATES = (
    ("quantity", "setup", "run", "elsewhere_time", "priority"),
    ("due", "release", "material_due", "start", "end", "skill_until"),
)
_ORDER_LEVEL = ("customer", "quantity", "due", "release", "priority", "status", "material_due")
# Fields whose text may stand in several columns, such as a first name and a surname.
JOINED = frozenset({"customer", "operation_name", "machine_name", "operator_name"})
_NEEDED = {
    "operations": ("order", "quantity", "operation", "run"),
    "orders": ("order", "quantity"),
    "bookings": ("order", "operation", "machine", "start", "end"),
    "machines": ("machine",),
    "operators": ("operator",),
    "absences": ("operator", "start"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's cells come from: a column of the table, or one text for all rows."""

    header: str
    index: int | None = None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A table with what was decided about it. What is still open is None, or not in `columns`.

    `special`: fields that come from elsewhere (`rows`, `booked`, `none`).
    """

    table: Table
    scope: Scoped
    kind: str
    columns: Mapping[str, tuple[Column, ...]]
    special: Mapping[str, str]
    setup: Unit | None
    run: Unit | None
    elsewhere: Unit | None
    decimal: Sign | None
    date_order: Order | None
    day_numbers: str | None
    fill_down: bool
    fill_down_machine: bool

    def has(self, field: str) -> bool:
        return field in self.columns

    def header(self, field: str) -> str | None:
        """The header to name when a cell of the field is wrong."""
        return self.columns[field][0].header if field in self.columns else None


def lay_out(table: Table, scope: Scoped) -> Layout | None:
    """The layout as far as it is decided; None: a row is nothing that is taken, or nobody knows yet."""
    kind = _kind(table, scope)
    if kind is None or kind == "ignore":
        return None
    columns, special = _columns(table, scope, kind)

    def texts(fields: Sequence[str]) -> Iterator[str]:
        for field in fields:
            for column in columns.get(field, ()):
                if column.index is not None:
                    yield from table.texts(column.index)
                elif column.constant is not None:
                    yield column.constant

    decimal = _decimal(scope, list(texts(_NUMBERS)))
    order = _date_order(scope, list(texts(_DATES)))
    fill = _fill_down(table, scope, columns)
    return Layout(
        table, scope, kind, columns, special,
        setup=_unit(table, scope, columns, "setup"),
        run=_unit(table, scope, columns, "run"),
        elsewhere=_unit(table, scope, columns, "elsewhere_time"),
        decimal=decimal,
        date_order=order,
        day_numbers=_day_numbers(table, scope, columns),
        fill_down=fill,
        fill_down_machine=_fill_down_machine(table, scope, columns),
    )  # fmt: skip


def _kind(table: Table, scope: Scoped) -> str | None:
    kind, why = rows_of(table)
    question = Question(
        "rows",
        f"What is a row of {shown(table.label)} ({', '.join(shown(h) for h in table.headers[:8] if h)})?",
        tuple(Choice(name, about) for name, about in ABOUT_ROWS.items()),
        why=why,
        suggested=kind,
    )
    if table.hidden:
        return scope.settle(question, proven=("ignore", "the sheet is hidden"))
    if not table.rows:
        return scope.settle(question, proven=("ignore", "it has a header and no row"))
    return scope.settle(question, proven=(kind, why) if kind is not None else None)


def _columns(table: Table, scope: Scoped, kind: str) -> tuple[dict[str, tuple[Column, ...]], dict[str, str]]:
    proposed = columns_for(table, kind)
    if "operator" in ROWS[kind] and "operator" not in proposed and "operator_name" in proposed:
        proposed["operator"] = proposed["operator_name"]
    needed = set(_NEEDED[kind])
    if kind == "operations" and not {"machine", "work_center"} & set(proposed):
        needed.add("machine")
    if "start" not in proposed and kind == "operations":
        proposed.pop("operator", None)  # people are of bookings
    if {"skill_level", "skill_until"} & set(proposed):
        needed.add("skill_named")
    columns: dict[str, tuple[Column, ...]] = {}
    special: dict[str, str] = {}
    for field in ROWS[kind]:
        value = _column(table, scope, field, proposed.get(field, []), proposed, needed=field in needed)
        if value is None or value == NONE:
            special.update({field: NONE} if value else {})
        elif value in {BY_ROWS, BOOKED}:
            special[field] = value
        elif value.startswith("="):
            columns[field] = (Column(value, constant=value[1:].strip()),)
        else:
            columns[field] = tuple(
                Column(header, table.headers.index(header)) for header in _split(table, value)
            )
    return columns, special


def _split(table: Table, value: str) -> list[str]:
    return [value] if value in table.headers else [part.strip() for part in value.split(";")]


def _column(
    table: Table,
    scope: Scoped,
    field: str,
    found: list[Guess],
    proposed: Mapping[str, list[Guess]],
    *,
    needed: bool,
) -> str | None:
    def fits(value: str) -> bool:
        if value.startswith("=") or value == NONE:
            return True
        if value == _SPECIAL.get(field, ("", ""))[0]:
            return True
        headers = _split(table, value)
        return all(header in table.headers for header in headers) and (
            len(headers) == 1 or several or field in JOINED
        )

    several = FIELDS[field].several
    proven: tuple[str, str] | None = None
    if found and (several or len(found) == 1):
        headers = "; ".join(guess.header for guess in found)
        proven = (headers, _why(found[0]))
    elif field == "status":
        proven = ("=released", "no column says it; orders in such a file are work to be done")
    elif not needed and not found:
        proven = (NONE, "no column says it")
    taken = {guess.header for guesses in proposed.values() for guess in guesses if len(guesses) == 1}
    free = found or [h for h in table.headers if h and h not in taken]
    choices = [Choice(guess.header if isinstance(guess, Guess) else guess) for guess in free]
    if field in _SPECIAL:
        choices.append(Choice(*_SPECIAL[field]))
    if field in _CONSTANT:
        choices.append(Choice(*_CONSTANT[field]))
    if not needed or field in _NONE:
        choices.append(Choice(NONE, _NONE.get(field, "no column")))
    question = Question(
        field,
        f"Which column of {shown(table.label)} is {FIELDS[field].about}?",
        tuple(choices),
        why="several could be it" if found else "no header says it",
    )
    return scope.settle(question, proven=proven, fits=fits)


_SPECIAL = {
    "operation": (BY_ROWS, "no column: 10, 20, 30 in the order of the rows"),
    "run": (BOOKED, "no column: as long as the work is booked, end less start"),
}
_CONSTANT = {
    "quantity": ("=1", "no column: one piece each"),
    "run": ("=0", "no column: no run time"),
    "machine": ("=NAME", "no column: all of it on the machine NAME"),
}
_NONE = {
    "quantity": "no column: the shop has the orders already, with their quantities",
    "skill_named": "no column: the levels are of nothing that is taken",
}


def _why(guess: Guess) -> str:
    if guess.phrase == "marks":
        return "its cells are marks"
    if guess.phrase in RUN_UNITS:
        return f"its header is a unit of it, {guess.phrase}"
    return "its header says so" if guess.score == 1 else f'its header holds "{guess.phrase}"'


def _unit(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]], field: str) -> Unit | None:
    if field not in columns:
        return None
    column = columns[field][0]
    if column.constant == "0":
        return unit_named("min_per_piece" if field == "run" else "min")
    run = field == "run"
    named = unit_of_header(column.header, run=run)
    cells = table.filled(column.index) if column.index is not None else []
    proven = (named, f'the header says "{shown(column.header)}"') if named is not None else None
    if (
        named is None
        and not run
        and cells
        and all(isinstance(cell.value, time | timedelta) for cell in cells)
    ):
        proven = ("hh:mm", "its cells are times of the spreadsheet")
    units = RUN_UNITS if run else ELAPSED_UNITS if field == "elsewhere_time" else SETUP_UNITS
    choices = _likely(units, unit_of_header(column.header, run=False) if run else None, cells)
    question = Question(
        f"{field}.unit",
        f'In which unit is "{shown(column.header)}" (such as {shown(_examples(cells))})?',
        tuple(Choice(name, _MEANINGS.get(name, "")) for name in choices),
        why="the header does not say what it is for" if run else "the header names no unit",
    )
    allowed: Callable[[str], bool] = units.__contains__
    value = scope.settle(question, proven=proven, fits=allowed)
    return None if value is None else unit_named(value)


_MEANINGS = {
    "d": "days as the calendar runs",
    "h_total": "hours for the whole quantity",
    "min_total": "minutes for the whole quantity",
    "hh:mm_total": "hours:minutes for the whole quantity",
    "h_per_piece": "hours for one piece",
    "min_per_piece": "minutes for one piece",
    "hh:mm_per_piece": "hours:minutes for one piece",
    "mm:ss_per_piece": "minutes:seconds for one piece",
    "pieces_per_h": "pieces in one hour",
    "written": "each cell says its own, such as 1 h 30 min",
}


def _likely(units: Sequence[str], base: str | None, cells: Sequence[Cell]) -> list[str]:
    """All units, those of the base that the header names first."""
    clock = bool(cells) and all(":" in cell.text for cell in cells)
    first = base or ("hh:mm" if clock else None)
    if first is None:
        return list(units)
    return sorted(units, key=lambda name: not name.startswith(first))


def _examples(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.text for cell in cells[:20] if cell.text != "0")) or "0"


def _decimal(scope: Scoped, texts: list[str]) -> Sign | None:
    said = decimal_evidence(texts)
    if said == type(said)() and scope.key("decimal") not in scope.decisions.given:
        return None
    example = said.either or said.comma or said.point or "1,5"
    bare = example.replace(",", "").replace(".", "").replace("'", "")
    question = Question(
        "decimal",
        f'Which sign parts the decimals, as in "{shown(example)}"?',
        (
            Choice("comma", f"{example} is {bare}" if "." in example else f"{example.replace(',', '.')}"),
            Choice("point", f"{example} is {bare}" if "," in example else f"{example}"),
        ),
        why=f'"{shown(said.comma)}" says comma, "{shown(said.point)}" says point'
        if said.comma and said.point
        else "nothing in the file settles it",
    )
    proven = None
    if said.comma and not said.point:
        proven = ("comma", f'"{shown(said.comma)}" can be nothing else')
    elif said.point and not said.comma:
        proven = ("point", f'"{shown(said.point)}" can be nothing else')
    return cast("Sign | None", scope.settle(question, proven=proven))


def _date_order(scope: Scoped, texts: list[str]) -> Order | None:
    said = date_evidence(texts)
    if said == type(said)() and scope.key("date_order") not in scope.decisions.given:
        return None
    example = said.either or said.dmy or said.mdy or "03/04/2026"
    question = Question(
        "date_order",
        f'Which comes first in "{shown(example)}", the day or the month?',
        (Choice("dmy", "day, month, year"), Choice("mdy", "month, day, year")),
        why=f'"{shown(said.dmy)}" begins with a day, "{shown(said.mdy)}" with a month'
        if said.dmy and said.mdy
        else "no date of the file settles it",
    )
    proven = None
    if said.dmy and not said.mdy:
        proven = ("dmy", f'"{shown(said.dmy)}" has no other reading')
    elif said.mdy and not said.dmy:
        proven = ("mdy", f'"{shown(said.mdy)}" has no other reading')
    return cast("Order | None", scope.settle(question, proven=proven))


def _day_numbers(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]]) -> str | None:
    """Which day the numbers in columns of dates are counted from; None: there are none."""
    for field in _DATES:
        for column in columns.get(field, ()):
            cells = table.filled(column.index) if column.index is not None else []
            number = next(
                (c.value for c in cells if isinstance(c.value, Decimal) and is_day_number(c.value)), None
            )
            if number is None:
                continue
            question = Question(
                "day_numbers",
                f'"{shown(column.header)}" has numbers without the format of a date: which day is {number}?',
                tuple(Choice(name, day_of_number(number, name).day.isoformat()) for name in EPOCHS),
                why="a spreadsheet counts its days from 1900 or from 1904",
                suggested="1900",
            )
            return scope.settle(question)
    return None


def _fill_down(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]]) -> bool:
    """Whether rows without any cell of the order go on with the order above."""
    order = columns.get("order", (Column(""),))[0].index
    if order is None or ("operation" not in columns and "run" not in columns):
        return False
    level = [order, *(c.index for f in _ORDER_LEVEL for c in columns.get(f, ()) if c.index is not None)]
    rows = [row.number for row in table.rows[1:] if all(row.cell(index).empty for index in level)]
    if not rows:
        return False
    told = ", ".join(str(number) for number in rows[:5]) + (" …" if len(rows) > 5 else "")
    header = table.headers[order]
    question = Question(
        "fill_down",
        f'Rows {told} have no "{shown(header)}": do they belong to the order above?',
        (
            Choice("yes", "the order is written on its first row only"),
            Choice("no", "something is missing there"),
        ),
        why=f"{len(rows)} of {len(table.rows)} rows",
        suggested="yes",
    )
    # Until it is answered, rows are shown as if they belonged together.
    return scope.settle(question) != "no"


def _fill_down_machine(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]]) -> bool:
    """On boards, whether rows without a machine are on the one above."""
    machine = columns.get("machine", (Column(""),))[0].index
    if machine is None or "start" not in columns:
        return False
    rows = [row.number for row in table.rows[1:] if row.cell(machine).empty]
    if len(rows) < 2:
        return False
    question = Question(
        "fill_down_machine",
        f'{len(rows)} rows have no "{shown(table.headers[machine])}" (row {rows[0]} …): '
        "are they on the machine above?",
        (Choice("yes", "it is written on its first row only"), Choice("no", "they have none")),
        suggested="yes",
    )
    return scope.settle(question) == "yes"
