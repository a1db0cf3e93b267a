"""Where the cells of fields come from, and which of them go on with the cell above."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.fields import FIELDS
from storage.foreign.tables import Table

# Whom a closed day or a shift is of: a row that names one of them names no other.
_WHOM = ("holds_for", "machine", "operator", "calendar")
_OF_ONE = frozenset({"closures", "shifts"})
_ORDER_LEVEL = ("customer", "quantity", "due", "release", "priority", "status", "material_due")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's cells come from: a column of the table, or one text for all rows."""

    header: str
    index: int | None = None
    constant: str | None = None


def fill_down(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]]) -> bool:
    """Whether rows without any cell of the order go on with the order above."""
    order = columns.get("order", (Column(""),))[0].index
    if order is None or ("operation" not in columns and "run" not in columns):
        return False
    level = [order, *(c.index for f in _ORDER_LEVEL for c in columns.get(f, ()) if c.index is not None)]
    # A line of a clock without an order and without pieces is of none.
    pieces = [c.index for f in ("good", "scrap") for c in columns.get(f, ()) if c.index is not None]
    rows = [
        row.number
        for row in table.rows[1:]
        if all(row.cell(index).empty for index in level)
        and (not pieces or any(not row.cell(index).empty for index in pieces))
    ]
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


def others_of(kind: str, field: str) -> tuple[str, ...]:
    """The fields that say it instead of this one: a row with one of them is not of the one above."""
    return tuple(f for f in _WHOM if f != field) if kind in _OF_ONE and field in _WHOM else ()


def filled_down(
    table: Table, scope: Scoped, kind: str, columns: Mapping[str, tuple[Column, ...]]
) -> frozenset[str]:
    """Of boards and schedules: whether rows without a machine or a day go on with the one above."""
    found: set[str] = set()
    # Of operations that are not booked too, a row without a start may be done elsewhere.
    start = columns["start"][0].index if "start" in columns and "run" in columns else None
    carried = ("machine", "day", *(["calendar"] if "order" not in columns else []))
    for field in carried if "start" in columns else ():
        index = columns.get(field, (Column(""),))[0].index
        booked = [row for row in table.rows[1:] if start is None or not row.cell(start).empty]
        others = [c.index for f in others_of(kind, field) for c in columns.get(f, ()) if c.index is not None]
        lacking = [row for row in booked if all(row.cell(n).empty for n in (index, *others) if n is not None)]
        if field == "day":  # a start with its own date needs no other
            dated = columns["start"][0].index
            lacking = [row for row in lacking if dated is None or not FIELDS["day"].shape(row.cell(dated))]
        rows = [] if index is None else [row.number for row in lacking]
        if index is None or len(rows) < 2:
            continue
        question = Question(
            f"fill_down_{field}",
            f'{len(rows)} rows have no "{shown(table.headers[index])}" (row {rows[0]} …): '
            f"are they of the {field} above?",
            (Choice("yes", "it is written on its first row only"), Choice("no", "they have none")),
            suggested=None if others else "yes",
        )
        # Until it is answered, rows are shown as if they went on.
        if scope.settle(question) != "no":
            found.add(field)
    return frozenset(found)
