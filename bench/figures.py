"""What a benchmark hands back: figures in a table, and the same as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from leadhand.errors import JsonValue


@dataclass(frozen=True, slots=True)
class Spread:
    """Repetitions of one measurement, in milliseconds."""

    values_ms: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values_ms)

    @property
    def p95(self) -> float:
        """The nearest rank: a value that was measured, for few repetitions the worst one."""
        ordered = sorted(self.values_ms)
        return ordered[ceil(0.95 * len(ordered)) - 1]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` of `rows`, headed by `title`; `notes` are sentences below it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """For a terminal and, as it stands, for Markdown."""
        widths = [max(len(row[i]) for row in (self.columns, *self.rows)) for i in range(len(self.columns))]
        rule = [f"{'-' * width}{':' if i else '-'}" for i, width in enumerate(widths)]

        def line(cells: Sequence[str]) -> str:
            first, *others = (
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            return f"| {' | '.join([first, *others])} |"

        head = line(self.columns)
        table = [head, "|-" + "|-".join(rule) + "|", *(line(row) for row in self.rows)]
        return "\n".join([self.title, "", *table, *([""] if self.notes else []), *self.notes])


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark's outcome."""

    name: str
    tables: Sequence[Table]
    data: JsonValue


def ms(value: float) -> str:
    """Milliseconds, with as many digits as a reader can use."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"
