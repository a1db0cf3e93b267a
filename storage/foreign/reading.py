"""One row of a table as values: each cell by what was decided for its column; what does not fit is a
problem."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from storage.exchange.kinds import Refused
from storage.exchange.problems import Findings, TooManyProblems
from storage.foreign.canonical import Origin
from storage.foreign.clocks import minute_of
from storage.foreign.column_units import with_bare
from storage.foreign.date_forms import short_date
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.decisions import Undecided
from storage.foreign.digit_dates import digits_in, is_digit_date
from storage.foreign.durations import Unit, minutes_of
from storage.foreign.epoch_times import epoch_moment
from storage.foreign.field_columns import IN_ORDER, JOINED
from storage.foreign.fields import TIMES_OF_DAY, seq_in
from storage.foreign.grid import EMPTY, Cell, cell_of
from storage.foreign.layout import Layout
from storage.foreign.moments import Moment, day_of_number, is_day_number, moment_of, number_of_day
from storage.foreign.next_days import next_day_in
from storage.foreign.numbers import amount_and_words, bare_number, parse_number, without_unit
from storage.foreign.row_units import ELAPSED
from storage.foreign.signs import is_week_number
from storage.foreign.tables import TableRow
from storage.foreign.times_of_day import clock_of
from storage.foreign.words_of_cells import Marks
from storage.foreign.words_without_end import LAST_DAYS, NO_END

# What rows that go on with an order take from its first one.
FILLED_DOWN = (
    "order", "customer", "quantity", "due", "release", "priority", "status", "quote_expires", "material_due",
)  # fmt: skip
_WITH_NUMBER = re.compile(r"(?P<order>.+?)\s*[-/._ ]\s*(?P<number>\d{1,4})")
_JOINS = {"order": "-"}


@dataclass(slots=True)
class RowReader:
    """Reads the fields of one row. `bad`: something of it is a problem, and it gives nothing.

    `waits`: a cell cannot be read before a question is answered. `carried`: what empty cells of a field say,
    because it is written above them only."""

    layout: Layout
    row: TableRow
    place: str
    findings: Findings
    above: "RowReader | None" = None
    bad: bool = False
    waits: bool = False
    carried: Mapping[str, Cell] = field(default_factory=dict[str, Cell])
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
        if self.layout.says_nothing(name, cell.text):
            return EMPTY
        if cell.empty and self.above is not None and name in FILLED_DOWN:
            return self.above.cell(name)
        return self.carried.get(name, cell) if cell.empty else cell

    def cells(self, name: str) -> Iterator[tuple[str, Cell]]:
        """All cells of a field that several columns may have, with their headers."""
        for column in self.layout.columns.get(name, ()):
            cell = cell_of(column.constant) if column.index is None else self.row.cell(column.index)
            yield column.header, EMPTY if self.layout.says_nothing(name, cell.text) else cell

    def goes_on(self, name: str, cell: Cell | None = None) -> bool:
        """Whether a cell of last days says in words that there is none."""
        text = (self.cell(name) if cell is None else cell).text
        return name in LAST_DAYS and text in self.layout.without_end

    def origin(self, **headers: str) -> Origin:
        """Where this row is; `headers` names the field that each canonical column comes from."""
        names = {column: self.layout.header(name) or name for column, name in headers.items()}
        return Origin(self.place, self.row.number, names)

    def problem(self, name: str, reason: str, right: str = "", *, cell: Cell | None = None) -> None:
        """Tell what is wrong with a field, once; beyond the bound of a file it is only bad."""
        self.bad = True
        if name in self._told:
            return
        self._told.add(name)
        found = self.cell(name) if cell is None else cell
        scope = self.layout.scope
        if any(scope.key(f"{key}.{found.text}") in scope.decisions.questions for key in ("blank", NO_END)):
            return  # what it says is asked
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
        if name == "order" and self.layout.special.get("operation") == IN_ORDER:
            return _parted(cell.text)[0]
        if name in JOINED:
            return (
                _JOINS.get(name, " ").join(part.text for _, part in self.cells(name) if not part.empty)
                or cell.text
            )
        return cell.text

    def marked(self, name: str, marks: Marks) -> bool:
        """Whether the field's cell is a mark that says yes."""
        return marks.get((name, self.text(name))) == "yes"

    def whole(self, name: str, *, low: int, needed: bool = True, cell: Cell | None = None) -> int | None:
        """A whole number from `low`; None when it is empty or wrong (told). `cell`: that one, where several
        columns have the field."""
        cell = self.cell(name) if cell is None else cell
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "a whole number")
            return None
        try:
            number = self._counted(name, cell, bare_number)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right, cell=cell)
            return None
        if number != number.to_integral_value():
            self.problem(name, "is not a whole number", "a whole number", cell=cell)
        elif not low <= number < 2**31:
            self.problem(
                name, "is less than zero" if number < 0 else "is out of range", f"{low} or more", cell=cell
            )
        else:
            return int(number)
        return None

    def _counted(self, name: str, cell: Cell, alone: Callable[[str], str]) -> Decimal:
        """The number of a cell, times what words behind it or beside it say. `alone`: it without its unit.

        Raises:
            Refused: it is no number.
            Undecided: something of it is asked.
        """
        multiples = self.layout.multiples
        text, times = cell.text, Decimal(1)
        if multiples is not None:
            text, times = multiples.counted(name, cell.text, self.row)
        value = cell.value
        try:
            number = value if isinstance(value, Decimal) else parse_number(alone(text), self.layout.decimal)
        except Undecided:
            raise
        except Refused as refused:
            word = amount_and_words(text)[1]
            said = f", or times.{word}=1000 where the word multiplies" if word and " " not in word else ""
            raise Refused(refused.reason, refused.right + said) from None
        return number if times == 1 else Decimal(format((number * times).normalize(), "f"))

    def number(self, name: str) -> Decimal | None:
        """A number above zero; None when it is empty or wrong (told)."""
        cell = self.cell(name)
        try:
            number = self._counted(name, cell, without_unit)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right)
            return None
        if number <= 0:
            self.problem(name, "is not above zero", "such as 12.5")
        return number if number > 0 else None

    def seq(self, name: str) -> int | None:
        """An operation's number: 20, 020, 20.0, OP 20 or `20 Drehen`."""
        within = self.layout.special.get("operation") == IN_ORDER
        text = _parted(self.cell("order").text)[1] if within else self.text(name, needed=True)
        number = seq_in(text)
        if number is not None:
            return number
        if text or within:
            self.problem("order" if within else name, "is not a number of an operation", "such as 20")
        return None

    def moment(self, name: str, *, needed: bool = False, cell: Cell | None = None) -> Moment | None:
        """A date or time; `cell`: that one, where several columns have the field. A time of day alone is of
        the row's `day`."""
        cell = self.cell(name) if cell is None else cell
        if self.goes_on(name, cell):
            return None
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "a date")
            return None
        try:
            zones = self.layout.zones
            counted = epoch_moment(cell.value, zones.shop if zones is not None else None)
            moment = counted or self._moment(name, cell)
            return moment if moment is None or zones is None else zones.of_shop(moment)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right, cell=cell)
            return None

    def _moment(self, name: str, cell: Cell) -> Moment | None:
        minute = self._clock(name, cell)
        if minute is not None:
            return self._at(name, minute, cell)
        value, style = cell.value, self._style(name)
        if isinstance(value, date | datetime):
            return moment_of(value)
        if is_week_number(self.layout.header(name) or "", cell):
            return parse_date(f"KW {cell.text}", style)
        if isinstance(value, Decimal):
            digits = digits_in(value)
            in_digits = digits is not None and (style.digits is not None or is_digit_date(value))
            return parse_date(digits or "", style) if in_digits else self._day_number(value)
        if isinstance(value, time) or _is_time_alone(cell.text):
            raise Refused(
                "is a time of the day, and nothing says of which day",
                "a column of days (day=COLUMN), or join.When={DAY} {TIME}",
            )
        if (number := number_of_day(value)) is not None:
            return self._day_number(number)
        return parse_date(cell.text, style)

    def _day_number(self, number: Decimal) -> Moment:
        if is_day_number(number) and self.layout.day_numbers is None:
            raise Undecided("could be a day that a spreadsheet counts", "an answer to day_numbers")
        return day_of_number(number, self.layout.day_numbers or "1900")

    def _style(self, name: str) -> DateStyle:
        dates = self.layout.dates
        return replace(dates, weekday=self.layout.week_days.get(name))

    def _clock(self, name: str, cell: Cell) -> int | None:
        if not self.layout.has("day") or name == "day" or isinstance(cell.value, bool | timedelta | datetime):
            return None
        if is_week_number(self.layout.header(name) or "", cell):
            return None
        return self._minute(name, cell.value) if isinstance(cell.value, time | Decimal | str) else None

    def _minute(self, name: str, value: time | Decimal | str) -> int | None:
        """The minute of the day; of a time of the next day more than the minutes of one."""
        if not isinstance(value, str):
            return minute_of(value, self._form(name))
        text, later = next_day_in(value, self.layout.beside_times or {})
        minute = minute_of(text, self._form(name))
        return None if minute is None else minute + later

    def _form(self, name: str) -> str | None:
        return self.layout.clock if name in TIMES_OF_DAY else "hhmm"

    def is_clock(self, name: str) -> bool:
        """Whether the field's cell is a time of day whose day is another cell's."""
        return self._clock(name, self.cell(name)) is not None

    def _at(self, name: str, minute: int, cell: Cell) -> Moment | None:
        day = self.moment("day")
        if day is None:
            if not self.bad and not self.waits:
                self.problem(name, "is a time, and its row names no day", "a date beside it", cell=cell)
            return None
        return Moment(day.day + timedelta(days=minute // 1440), minute % 1440)

    def clock(self, name: str) -> int | None:
        """The minute of the day that a cell says, with or without a date; None: empty or wrong (told)."""
        value = self.cell(name).value
        if value is None:
            return None
        try:
            if isinstance(value, datetime):
                return moment_of(value).minute or 0
            minute = self._minute(name, value) if isinstance(value, time | Decimal | str) else None
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right)
            return None
        if minute is None:
            moment = self.moment(name)
            minute = moment.minute if moment is not None else None
        if minute is None and not self.bad and not self.waits:
            self.problem(name, "is not a time of the day", "such as 06:00")
        return minute

    def unit(self, name: str) -> Unit | None:
        """The unit of a duration: that of its column, or what other columns say of this row.

        Raises:
            Refused: the row does not say it.
        """
        by_row = (self.layout.row_units or {}).get(name)
        return self.layout.units.get(name) if by_row is None else by_row.of(self.row)

    def minutes(self, name: str, *, needed: bool, cell: Cell | None = None) -> Fraction | None:
        """The exact minutes of a duration; an empty one that is not needed is none at all (0). `cell`: that
        one, where several columns have the field."""
        cell = self.cell(name) if cell is None else cell
        if cell.empty:
            if needed:
                self.problem(name, "is empty", "0 where it takes no time")
                return None
            return Fraction(0)
        try:
            unit = self.unit(name)
            if unit is None:
                return None
            unit = with_bare(unit, self.layout.scope, cell, name, self.layout.header(name) or name)
            return minutes_of(cell, unit, self.layout.decimal, elapsed=name in ELAPSED)
        except Undecided:
            self.waits = True
            return None
        except Refused as refused:
            self.problem(name, refused.reason, refused.right, cell=cell)
            return None


def _is_time_alone(text: str) -> bool:
    try:
        return (":" in text or "." in text) and short_date(text) is None and clock_of(text) is not None
    except Refused:
        return False


def _parted(text: str) -> tuple[str, str]:
    """`FA100-10` as its order and its operation; without such a number all of it is the order."""
    form = _WITH_NUMBER.fullmatch(text)
    return (form["order"], form["number"]) if form is not None else (text, "")
