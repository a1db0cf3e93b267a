"""What the sections of a report are made with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reports.gathering import Gathering
from reports.options import ReportOptions
from reports.report import (
    Cell,
    CellKind,
    Column,
    KeyFigure,
    Picture,
    Row,
    Section,
    SectionKey,
    Table,
)
from reports.wording import Words

# Rows of a table that a report keeps; forms for reading show fewer.
KEPT_ROWS = 600
ColumnSpec: TypeAlias = tuple[str, CellKind]


@dataclass(slots=True)
class Draft:
    """One section as it grows, in `words`."""

    key: SectionKey
    gathering: Gathering
    options: ReportOptions
    sentences: list[str] = field(default_factory=list[str])
    tables: list[Table] = field(default_factory=list[Table])
    pictures: list[Picture] = field(default_factory=list[Picture])
    figures: list[KeyFigure] = field(default_factory=list[KeyFigure])

    @property
    def words(self) -> Words:
        return self.gathering.words

    def say(self, key: str, **values: str) -> None:
        """Add the sentence of `say.<key>`."""
        self.sentences.append(self.words(f"say.{key}", **values))

    def figure(self, key: str, value: Cell, kind: CellKind, about: str = "") -> None:
        """Add one of the figures at the top."""
        label = self.words(f"figure.{key}")
        self.figures.append(KeyFigure(key=key, label=label, value=value, kind=kind, about=about))

    def table(
        self,
        key: str,
        columns: Sequence[ColumnSpec | Column],
        rows: Iterable[Sequence[Cell]],
        total: int | None = None,
    ) -> Table:
        """Add a table. `rows` in the order of the columns; `total`: how many there are in all."""
        made = [c if isinstance(c, Column) else self.words.column(*c) for c in columns]
        named: list[Row] = [dict(zip((c.key for c in made), row, strict=True)) for row in rows]
        count = max(len(named), total or 0)
        kept = tuple(named[:KEPT_ROWS])
        title, note = self.words(f"table.{key}"), ""
        if len(kept) < count:
            shown = {"shown": str(len(kept)), "total": str(count)}
            note = self.words("bound.rows", table=title, **shown)
            self.gathering.bound("rows", table=title, **shown)
        table = Table(key=key, title=title, columns=tuple(made), rows=kept, total_rows=count, note=note)
        self.tables.append(table)
        return table

    def section(self) -> Section:
        return Section(
            key=self.key,
            title=self.words(f"section.{self.key.value}"),
            sentences=tuple(self.sentences),
            tables=tuple(self.tables),
            pictures=tuple(self.pictures),
        )
