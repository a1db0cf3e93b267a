"""What the opening text of a report may say: its figures, its sentences and the rows that matter most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.number_check import NumberCheck
from reports.report import CellKind, KeyFigure, Section, Table
from reports.wording import Words

# Columns whose cells are names.
_NAMED = frozenset(
    {"machine", "center", "order", "customer", "operator", "operation", "skill", "blocked_by", "what"}
)
# Rows of a table that become facts of their own.
_ROWS = 5


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """`figures` by key: "Late orders: 5"; `said`: sentences by section, and by table those of its first rows.

    `names`: of machines, orders, people, customers and the like that the report speaks of.
    """

    language: str
    figures: Mapping[str, str]
    said: Mapping[str, tuple[str, ...]]
    names: frozenset[str]

    def check(self) -> NumberCheck:
        sentences = dict.fromkeys(sentence for said in self.said.values() for sentence in said)
        return NumberCheck(self.figures.values(), sentences, self.names, self.language)


def facts_of(figures: Sequence[KeyFigure], sections: Sequence[Section], words: Words) -> ReportFacts:
    said = {section.key.value: section.sentences for section in sections if section.sentences}
    tables = {table.key: table for section in sections for table in section.tables}
    rows = {"late": tuple(_late(tables.get("late"), words))}
    for key, column in (("machines", "machine"), ("operators", "operator"), ("promise", "center")):
        rows[key] = tuple(_shares(tables.get(key), column, words))
    told = {f"{key}_rows": sentences for key, sentences in rows.items() if sentences}
    return ReportFacts(words.language, _labelled(figures, words), {**said, **told}, _names(sections))


def _labelled(figures: Sequence[KeyFigure], words: Words) -> dict[str, str]:
    """A bottleneck that there is not is 0."""
    return {
        figure.key: f"{figure.label}: {words.said(0 if figure.value is None else figure.value, figure.kind)}"
        for figure in figures
        if figure.value is not None or figure.kind is CellKind.TEXT
    }


def _late(table: Table | None, words: Words) -> Iterator[str]:
    """ "WO-4016 is late by 85.78 h: …"."""
    for row in () if table is None else table.rows[:_ROWS]:
        yield words(
            "say.latest",
            order=str(row["order"]),
            late=words.hours(_number(row["tardiness_h"])),
            finish=words.cell(row["planned_finish"], CellKind.MOMENT),
            due=words.cell(row["due_date"], CellKind.DAY),
        )


def _shares(table: Table | None, column: str, words: Words) -> Iterator[str]:
    """ "Puma 3100: 88.3 %"."""
    for row in () if table is None else table.rows[:_ROWS]:
        yield f"{row[column]}: {words.percent(_number(row['utilization_pct']))}"


def _names(sections: Sequence[Section]) -> frozenset[str]:
    return frozenset(
        value
        for section in sections
        for table in section.tables
        for column in table.columns
        if column.key in _NAMED
        for row in table.rows
        if isinstance(value := row[column.key], str)
    )


def _number(value: object) -> float | None:
    return value if isinstance(value, float | int) else None
