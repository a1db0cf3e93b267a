"""How a table is read: which column is which field, in which unit, with which signs; decided, or asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from storage.foreign.clocks import Zones, clock_form_of
from storage.foreign.column_units import TIMES, unit_of
from storage.foreign.columns import Column, fill_down, filled_down
from storage.foreign.dates import DateStyle
from storage.foreign.decisions import Scoped, is_person
from storage.foreign.durations import Unit, numbers_in
from storage.foreign.eras import era_of, in_our_years, is_asked_of_era
from storage.foreign.field_columns import field_columns
from storage.foreign.fields import TIMES_OF_DAY, of_weeks
from storage.foreign.multiples import Multiples, multiples_of
from storage.foreign.next_days import told_beyond, words_beside_times
from storage.foreign.numbers import Sign
from storage.foreign.row_units import RowUnits, row_units
from storage.foreign.signs import (
    blanks_of,
    date_order_of,
    day_numbers_of,
    decimal_of,
    digits_of,
    months_of,
    told_years,
    week_days_of,
    year_of,
)
from storage.foreign.tables import Table
from storage.foreign.words_without_end import LAST_DAYS, words_without_end

_NUMBERS, DATES = (
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
        "good",
        "scrap",
        "max_parallel",
    ),
    (
        "due",
        "release",
        "quote_expires",
        "material_due",
        "day",
        "start",
        "end",
        "reported",
        "back",
        "skill_from",
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
    "elsewhere_time", "break_time", "done", "left", "good", "scrap", "reported", "priority", "operator",
    "alternative_machine", "skill_from", "skill_until", "max_parallel", "active_from", "active_to",
)  # fmt: skip


PERSON = "operator"


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
    # what says in a column of last days that there is none
    without_end: frozenset[str] = frozenset()
    # words beside times of the day: whether they say that it is the next one, None while it is asked
    beside_times: Mapping[str, bool | None] | None = None
    # what words such as `mil` make of the numbers of amounts
    multiples: Multiples | None = None

    def has(self, field: str) -> bool:
        return field in self.columns

    def says_nothing(self, field: str, text: str) -> bool:
        """Whether a cell of a field is a word for a blank; a code of a person is that person."""
        if field not in BLANKS or text not in self.blanks:
            return False
        return field != PERSON or not is_person(text, self.scope.decisions)

    def header(self, field: str) -> str | None:
        """The header to name when a cell of the field is wrong."""
        return self.columns[field][0].header if field in self.columns else None


def is_asked(layout: Layout, *fields: str) -> bool:
    """Whether it is still asked which column one of these fields is."""
    return any(layout.scope.key(field) in layout.scope.decisions.questions for field in fields)


def lay_out(table: Table, scope: Scoped, kind: str) -> Layout:
    """The layout of rows of a kind, as far as it is decided."""
    columns, special = field_columns(table, scope, kind)
    at = {column.index for name in DATES for column in columns.get(name, ()) if column.index is not None}
    era = era_of(scope, [table.headers[n] for n in at], (cell.value for n in at for cell in table.filled(n)))
    table = in_our_years(table, at, era)
    units = {name: unit_of(table, scope, columns, name) for name in TIMES}
    by_row = {
        name: found
        for name in TIMES
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
        for field in DATES
        for column in columns.get(field, ())
        if column.index is not None
    ]
    # A time of the day beside a column of days is none, though 06.10 could be one.
    undated = [found[1:] for found in dated if found[0] not in TIMES_OF_DAY or "day" not in columns]
    year = year_of(scope, undated)
    dates = DateStyle(
        date_order_of(scope, list(texts(DATES))),
        year,
        digits=digits_of(scope, [found[1:] for found in dated]),
        months=months_of(scope, texts(DATES)),
        era_asked=is_asked_of_era(scope),
    )
    if (told := told_years(year, dates, undated)) is not None:
        table = replace(table, wide=(*table.wide, told))
    if (beyond := told_beyond(texts(DATES))) is not None:
        table = replace(table, wide=(*table.wide, beyond))
    bases = [
        text for found in by_row.values() if found.base_at is not None for text in table.texts(found.base_at)
    ]
    decimal = decimal_of(scope, [n for text in [*texts(_NUMBERS), *bases] for n in numbers_in(text)])
    return Layout(
        table, scope, kind, columns, special,
        decimal=decimal,
        blanks=blanks_of(scope, _less_people(texts, scope)),
        dates=dates,
        week_days=week_days_of(scope, dated),
        day_numbers=day_numbers_of(scope, [found[1:] for found in dated]),
        units=units,
        row_units={name: replace(found, decimal=decimal) for name, found in by_row.items()},
        fill_down=fill_down(table, scope, columns),
        filled_down=filled_down(table, scope, kind, columns),
        clock=clock_form_of(scope, _times_of_day(table, columns)),
        without_end=words_without_end(scope, kind, texts(LAST_DAYS)),
        multiples=multiples_of(table, scope, columns),
        beside_times=words_beside_times(scope, texts(TIMES_OF_DAY) if "day" in columns else ()),
    )  # fmt: skip


def _less_people(texts: Callable[[Sequence[str]], Iterator[str]], scope: Scoped) -> Iterator[str]:
    """What may say that there is nothing: where people stand, no code of one of the shop, such as TBA."""
    yield from texts([field for field in BLANKS if field != PERSON])
    yield from (text for text in texts([PERSON]) if not is_person(text, scope.decisions))


def _value(scope: Scoped, key: str) -> str | None:
    made = scope.decisions.made.get(scope.key(key))
    return None if made is None else made.value


def _times_of_day(table: Table, columns: Mapping[str, tuple[Column, ...]]) -> Iterator[object]:
    for field in TIMES_OF_DAY if {"start", "reported"} & columns.keys() else ():
        for column in columns.get(field, ()):
            if column.index is None:
                yield column.constant
            elif not of_weeks(column.header):
                yield from (cell.value for cell in table.filled(column.index))
