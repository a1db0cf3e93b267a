"""The rows of a table one after the other, of which some go on with what is above."""

from collections.abc import Iterator

from storage.exchange.problems import Findings, shown
from storage.foreign.columns import others_of
from storage.foreign.grid import EMPTY, Cell
from storage.foreign.layout import Layout
from storage.foreign.reading import FILLED_DOWN, RowReader
from storage.foreign.tables import TableRow


def readers_of(layout: Layout, place: str, findings: Findings) -> Iterator[RowReader]:
    """The rows of a table; one that goes on with the order, machine or day above knows what that is."""
    first: RowReader | None = None
    carried: dict[str, Cell] = {}
    said_at = dict.fromkeys(("order", *layout.filled_down), 0)
    for row in layout.table.rows:
        reader = RowReader(layout, row, _place_of(layout, row, place), findings, carried=carried)
        if layout.filled_down:
            carried = reader.carried = {
                name: EMPTY if _says_instead(reader, name) else reader.cell(name)
                for name in layout.filled_down
            }
        if layout.fill_down and first is not None and _says_no_order(reader):
            reader.above = first
        else:
            first = reader
        for name in said_at:
            said_at[name] = _tell_left_out(reader, name, said_at[name])
        yield reader


def _says_instead(reader: RowReader, name: str) -> bool:
    """Whether a row without a machine or calendar names what stands in its place."""
    named = {
        field
        for field in (name, *others_of(reader.layout.kind, name))
        for column in reader.layout.columns.get(field, ())
        if column.index is not None and not reader.row.cell(column.index).empty
    }
    return bool(named) and name not in named


def _place_of(layout: Layout, row: TableRow, place: str) -> str:
    """Where a row is: of several sheets that are read as one table, its own."""
    table = layout.table
    sheet = f" [{table.label}]"
    if len(table.sheets) < 2 or not place.endswith(sheet):
        return place
    return f"{place.removesuffix(sheet)} [{row.sheet}]"


def _tell_left_out(reader: RowReader, name: str, said_at: int) -> int:
    """Tell when a row takes a field from above, and a row between the two that is left out says another one.
    `said_at`: the number of the row whose field counts up to here, which is given back for the next row."""
    columns = reader.layout.columns.get(name, ())
    if not columns or columns[0].index is None:
        return said_at
    index, number = columns[0].index, reader.row.number
    if not reader.row.cell(index).empty or reader.cell(name).empty:
        return number
    taken = reader.cell(name).text
    between = [
        row
        for row in reader.layout.table.left_out
        if row.sheet == reader.row.sheet and said_at < row.number < number
        if not row.cell(index).empty and row.cell(index).text != taken
    ]
    if not between:
        return said_at
    other = between[-1]
    reader.findings.notice(
        reader.place,
        number,
        f'the {name} is "{shown(taken)}" as above; row {other.number}, which is left out, says '
        f'"{shown(other.cell(index).text)}": carry_down takes that',
    )
    return number


def _says_no_order(reader: RowReader) -> bool:
    return all(reader.cell(name).empty for name in FILLED_DOWN if _from_column(reader.layout, name))


def _from_column(layout: Layout, name: str) -> bool:
    columns = layout.columns.get(name, ())
    return bool(columns) and columns[0].index is not None
