"""What a report is, whatever form it comes in: figures in tables, sentences about them, pictures of them.

Every figure in it was given by a tool or the planning core; `sources` says by which, asked what.
"""

from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from leadhand.errors import JsonValue

# Goes up when an older report can no longer be read as one of today's.
SCHEMA_VERSION = 1
# Machines that a heat map has room for on a page.
HEAT_ROWS = 40

Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Cell]


class SectionKey(StrEnum):
    """The parts of a report, in the order in which they are told."""

    CAPACITY = "capacity"
    BOTTLENECKS = "bottlenecks"
    ORDERS = "orders"
    LATEST_STARTS = "latest_starts"
    CONFLICTS = "conflicts"
    PEOPLE = "people"
    FREE_CAPACITY = "free_capacity"
    SCHEDULE = "schedule"
    CHANGES = "changes"
    DATA_TRUST = "data_trust"


class CellKind(StrEnum):
    """How a value is written. `moment` and `day` are ISO texts with the shop's offset, `week` is 2026-W49."""

    TEXT = "text"
    COUNT = "count"
    HOURS = "hours"
    PERCENT = "percent"
    RATIO = "ratio"
    MOMENT = "moment"
    DAY = "day"
    WEEK = "week"
    FLAG = "flag"


class PictureKind(StrEnum):
    LOAD = "load"
    HEAT = "heat"
    GANTT = "gantt"


class Part(BaseModel):
    """Base of everything in a report."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Part):
    key: str
    title: str
    kind: CellKind = CellKind.TEXT


class Table(Part):
    """`rows` by the keys of `columns`; `total_rows` counts those left out, too; `note` says so."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_rows: int
    note: str = ""


class Picture(Part):
    """A drawing of the rows of `table`. `alt`: what it shows, in words.

    `threshold_pct`: over it a cell of a heat map is framed. Of a schedule, `start` and `end` say what part of
    time it shows, `stretches` when each row is worked on: (row, start, end).
    """

    kind: PictureKind
    title: str
    alt: str
    table: str
    threshold_pct: float | None = None
    start: str | None = None
    end: str | None = None
    stretches: tuple[tuple[int, str, str], ...] = ()


class Section(Part):
    """`sentences` are about the tables; `missing` says why it could not be worked out."""

    key: SectionKey
    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    missing: str = ""


class KeyFigure(Part):
    """One of the figures at the top. `key` names it for a program: `late_orders`, `utilization`, …"""

    key: str
    label: str
    value: Cell
    kind: CellKind
    about: str = ""


class Period(Part):
    """What the figures are about; `end` is exclusive. `text` says it in words."""

    start: str
    end: str
    text: str


class Narrative(Part):
    """`by`: the model's name, or "template". `refused`: what was wrong with the model's own text."""

    paragraphs: tuple[str, ...]
    by: str = "template"
    refused: tuple[str, ...] = ()


class Source(Part):
    """A tool that was asked; `code`: the error that it answered with, else empty."""

    tool: str
    input: dict[str, JsonValue]
    data_version: int | None = None
    code: str = ""


class Report(Part):
    """`as_of` is the minute that all figures are about; `data_version` the state of the plan.

    `bounds`: sentences on what was cut or could not be worked out.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    title: str
    shop: str
    language: str
    timezone: str
    made_at: str
    as_of: str
    data_version: int
    period: Period
    narrative: Narrative
    key_figures: tuple[KeyFigure, ...] = ()
    sections: tuple[Section, ...] = ()
    bounds: tuple[str, ...] = ()
    sources: tuple[Source, ...] = Field(default=(), description="In the order in which they were asked.")

    def section(self, key: SectionKey) -> Section | None:
        """The part of that name, if the report has it."""
        return next((section for section in self.sections if section.key is key), None)

    def table(self, key: str) -> Table | None:
        """The table of that name, whatever section it is in."""
        tables = (table for section in self.sections for table in section.tables)
        return next((table for table in tables if table.key == key), None)

    def figure(self, key: str) -> Cell:
        """The key figure of that name; None where there is none."""
        return next((figure.value for figure in self.key_figures if figure.key == key), None)

    def to_json(self) -> str:
        """Read back by `from_json`, exactly."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | bytes) -> "Report":
        """Raises pydantic.ValidationError: it is no report, or one of another `schema_version`."""
        return cls.model_validate_json(text)
