"""One row of a table as values: each cell by what was decided for its column; what does not fit is a
problem."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

from storage.exchange.kinds import Refused
from storage.exchange.problems import Findings, TooManyProblems
from storage.foreign.canonical import Origin
from storage.foreign.dates import Moment, day_of_number, is_day_number, moment_of, parse_date
from storage.foreign.decisions import Undecided
from storage.foreign.durations import Unit, minutes_of
from storage.foreign.grid import EMPTY, Cell, cell_of
from storage.foreign.layout import JOINED, Layout
from storage.foreign.numbers import parse_number
from storage.foreign.tables import TableRow

_FILLED_DOWN = ("order", "customer", "quantity", "due", "release", "priority", "status", "material_due")


@dataclass(slots=True)
class RowReader:
    """Reads the fields of one row. `bad`: something of it is a problem, and it gives nothing.

    `waits`: a cell cannot be read before a question is answered."""

    layout: Layout
    row: TableRow
    place: str
    findings: Findings
    above: "RowReader | None" = None
    bad: bool = False
    waits: bool = False
    _told: set[str] = field(default_factory=set[str])

    def cell(self, name: str) -> Cell:
        """The field's (first) cell; of an order written once, that of the row above."""
        columns = self.layout.columns.get(name, ())
        if not columns:
            return EMPTY
        column = columns[0]
        if column.index is None:
            return cell_of(column.constant)
        cell = self.row.cell(column.index)
        if cell.empty and self.above is not None and name in _FILLED_DOWN:
            return self.above.cell(name)
        return cell

    def cells(self, name: str) -> Iterator[tuple[str, Cell]]:
        """All cells of a field that several columns may have, with their headers."""
        for column in self.layout.columns.get(name, ()):
            yield (
                column.header,
                (cell_of(column.constant) if column.index is None else self.row.cell(column.index)),
            )

    def origin(self, **headers: str) -> Origin:
        """Where this row is; `headers` names the field that each canonical column comes from."""
        shown = {column: self.layout.header(name) or name for column, name in headers.items()}
        return Origin(self.place, self.row.number, shown)

    def problem(self, name: str, reason: str, right: str = "", *, cell: Cell | None = None) -> None:
        """Tell what is wrong with a field, once; beyond the bound of a file it is only bad."""
        self.bad = True
        if name in self._told:
            return
        self._told.add(name)
        found = self.cell(name) if cell is None else cell
        header = self.layout.header(name) or name
        try:
            self.findings.problem(
                self.place, self.row.number, reason, right, column=header, value=found.text or None
            )
        except TooManyProblems:
            self.findings.give_up(self.place)

    def text(self, name: str, *, needed: bool = False) -> str:
        cell = self.cell(name)
        if cell.empty and needed:
            self.problem(name, "is empty", "a value in every row")
        if name in JOINED:
            return " ".join(part.text for _, part in self.cells(name) if not part.empty) or cell.text
        return cell.text

    def marked(self, name: str, marks: Mapping[str, str]) -> bool:
        """Whether the field's cell is a mark that says yes."""
        return marks.get(self.text(name)) == "yes"

    def whole(self, name: str, *, low: int, needed: bool = True) -> int | None:
        """A whole number from `low`; None when it is empty or wrong (told)."""
        cell = self.cell(name)
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "a whole number")
            return None
        try:
            number = (
                cell.value
                if isinstance(cell.value, Decimal)
                else parse_number(cell.text, self.layout.decimal)
            )
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right)
            return None
        if number != number.to_integral_value():
            self.problem(name, "is not a whole number", "a whole number")
        elif not low <= number < 2**31:
            self.problem(name, "is less than zero" if number < 0 else "is out of range", f"{low} or more")
        else:
            return int(number)
        return None

    def seq(self, name: str) -> int | None:
        """An operation's number: 20, 020, 20.0 or OP 20."""
        text = self.text(name, needed=True)
        digits = text.lower().removeprefix("op").strip(" .-")
        if digits.isascii() and digits.isdigit() and len(digits) < 9:
            return int(digits)
        if text:
            self.problem(name, "is not a number of an operation", "such as 20")
        return None

    def moment(self, name: str, *, needed: bool = False, cell: Cell | None = None) -> Moment | None:
        """A date or time; `cell`: that one, where several columns have the field."""
        cell = self.cell(name) if cell is None else cell
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "a date")
            return None
        try:
            if isinstance(cell.value, date | datetime):
                return moment_of(cell.value)
            if isinstance(cell.value, Decimal):
                if is_day_number(cell.value) and self.layout.day_numbers is None:
                    raise Undecided("could be a day that a spreadsheet counts", "an answer to day_numbers")
                return day_of_number(cell.value, self.layout.day_numbers or "1900")
            if isinstance(cell.value, time):
                raise Refused("is a time of day, not a date", "cells with the format of a date")
            return parse_date(cell.text, self.layout.date_order)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right, cell=cell)
            return None

    def minutes(self, name: str, unit: Unit | None, *, needed: bool) -> Fraction | None:
        """The exact minutes of a duration; an empty one that is not needed is none at all (0)."""
        cell = self.cell(name)
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "0 where it takes no time")
                return None
            return Fraction(0)
        if unit is None:
            return None
        try:
            return minutes_of(cell, unit, self.layout.decimal)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right)
            return None


def readers_of(layout: Layout, place: str, findings: Findings) -> Iterator[RowReader]:
    """The rows of a table; one that goes on with the order above knows the row that it goes on with."""
    first: RowReader | None = None
    for row in layout.table.rows:
        reader = RowReader(layout, row, place, findings)
        if layout.fill_down and first is not None and _says_no_order(reader):
            reader.above = first
        else:
            first = reader
        yield reader


def _says_no_order(reader: RowReader) -> bool:
    return all(reader.cell(name).empty for name in _FILLED_DOWN if _from_column(reader.layout, name))


def _from_column(layout: Layout, name: str) -> bool:
    columns = layout.columns.get(name, ())
    return bool(columns) and columns[0].index is not None
