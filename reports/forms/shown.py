"""A report's tables as forms for reading show them: texts, the first rows, and how many more there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.choice import BUILTIN
from reports.report import CellKind, Report, Section, Table
from reports.wording import Words

# Of a table in a form that is read; spreadsheets and JSON have all that the report keeps.
SHOWN_ROWS = 40
_RIGHT = frozenset({CellKind.COUNT, CellKind.HOURS, CellKind.PERCENT, CellKind.RATIO})


@dataclass(frozen=True, slots=True)
class ShownColumn:
    title: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """`more`: "and 12 more", or empty."""

    key: str
    title: str
    columns: Sequence[ShownColumn]
    rows: Sequence[Sequence[str]]
    more: str


def shown_table(table: Table, words: Words) -> ShownTable:
    """Columns without a single value are left out."""
    columns = [c for c in table.columns if any(row[c.key] not in (None, "") for row in table.rows)]
    rows = [[words.cell(row[c.key], c.kind) for c in columns] for row in table.rows[:SHOWN_ROWS]]
    left = table.total_rows - len(rows)
    more = words("report.and_more", count=str(left)) if left else ""
    titles = [ShownColumn(c.title, c.kind in _RIGHT) for c in columns]
    return ShownTable(table.key, table.title, titles, rows, more)


def shown_tables(section: Section, words: Words) -> list[ShownTable]:
    """Without empty tables."""
    return [shown_table(table, words) for table in section.tables if table.rows]


def shown_figures(report: Report, words: Words) -> list[tuple[str, str]]:
    """Label and value of each figure at the top."""
    return [(figure.label, words.said(figure.value, figure.kind)) for figure in report.key_figures]


def made_line(report: Report, words: Words) -> str:
    return words("report.made", when=words.moment(report.as_of), version=str(report.data_version))


def written_by(report: Report, words: Words) -> str:
    """Who worded the opening text, where it was a model."""
    by = report.narrative.by
    if by == "template":
        return ""
    return words("report.written_by", model=words("report.builtin") if by == BUILTIN else by)
