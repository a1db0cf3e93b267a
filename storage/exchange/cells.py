"""A row of cells as a record: each cell by the kind of its column, then the row by its own rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue
from storage.exchange.csv_file import Row
from storage.exchange.entities import IMPORTED, Column, Entity
from storage.exchange.escaping import unescaped
from storage.exchange.kinds import Place, Refused, Text
from storage.exchange.problems import Findings
from storage.exchange.row_rules import broken_rules

Record = dict[str, JsonValue]


@dataclass(slots=True)
class ReadRow:
    """A row as read. `bad`: something is wrong with it, so that only its identity counts."""

    number: int
    record: Record
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, by position, and those that count as given though the header leaves them out."""

    entity: Entity
    columns: tuple[Column, ...]
    implied: tuple[Column, ...] = field(default=())

    @property
    def given(self) -> tuple[str, ...]:
        """All columns that the file decides, without those that tell its rows apart."""
        names = [column.name for column in (*self.columns, *self.implied)]
        return tuple(name for name in names if name not in self.entity.keys)


def header_of(entity: Entity, names: Sequence[str]) -> Header:
    """The header of checked names."""
    wanted = {name for group in entity.together if set(group) & set(names) for name in group}
    wanted |= {key for key in entity.keys if not entity.has_id and key in entity.column_names}
    if "external_id" in names:
        wanted.add("source")
    implied = [entity.column(name) for name in entity.column_names if name in wanted - set(names)]
    return Header(entity, tuple(entity.column(name) for name in names), tuple(implied))


def read_row(header: Header, row: Row, zone: ZoneInfo, findings: Findings) -> ReadRow:
    """The row's record; what is wrong with it goes to `findings`.

    Raises:
        TooManyProblems: the file has had its fill.
    """
    file = header.entity.file
    read = ReadRow(row.number, {column.name: column.default for column in header.implied})
    if len(row.cells) != len(header.columns):
        findings.problem(
            file,
            row.number,
            f"has {len(row.cells)} cells",
            f"{len(header.columns)}, one for each column of the header; a cell with a comma stands in quotes",
        )
        read.bad = True
        # The cells that are there may say which row it is; what else they say may be a neighbour's.
        findings = Findings()
    cells = dict(zip((column.name for column in header.columns), row.cells, strict=False))
    for column, cell in zip(header.columns, row.cells, strict=False):
        _read_cell(read, column, unescaped(cell), Place(zone), header.entity, findings=findings)
    if header.entity.has_id:
        read.record.setdefault("source", IMPORTED)
    if not read.bad:
        for rule in broken_rules(header.entity.name, read.record):
            value = cells.get(rule.column) or None
            findings.problem(file, row.number, rule.reason, rule.right, column=rule.column, value=value)
            read.bad = True
    return read


def _read_cell(
    read: ReadRow, column: Column, cell: str, place: Place, entity: Entity, *, findings: Findings
) -> None:
    file = entity.file
    if not cell or (not cell.strip() and not isinstance(column.kind, Text)):
        read.record[column.name] = column.default
        if column.needed:
            findings.problem(
                file, read.number, "is empty", column.kind.described.replace("`", ""), column=column.name
            )
            read.bad = True
        return
    try:
        read.record[column.name] = column.kind.parse(cell, place)
    except Refused as refused:
        findings.problem(file, read.number, refused.reason, refused.right, column=column.name, value=cell)
        read.bad = True
    for text in place.notices:
        findings.notice(file, read.number, f'{column.name} "{cell.strip()}" {text}')
