"""What the figures of an alert's condition are, whatever they are of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue
from reports.draft import ColumnSpec
from reports.gathering import Gathering
from reports.report import Cell, SectionKey
from reports.windows import Span
from tools.catalog.order_status import OrderStatusOutput
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.catalog.workload_distribution import WorkloadOutput

Paged = TypeVar("Paged", OrderStatusOutput, ConflictsOutput, WorkloadOutput)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one figure is of. `key` names it from look to look, `label` to people; `excess`: see `edges`.

    `sentence` says the figure and `row` is its row in a table; `figures` are those of the tool, `rows` the
    ids that they rest on, by table.
    """

    key: str
    label: str
    excess: float | None
    sentence: str
    row: Sequence[Cell]
    figures: Mapping[str, JsonValue]
    rows: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """`section`: of a report, where such figures stand. `margin`, `complete`: see `edges`."""

    section: SectionKey
    columns: Sequence[ColumnSpec]
    subjects: Sequence[Subject]
    margin: float = 0.0
    complete: bool = True


async def pages(
    gathering: Gathering, tool: str, given: Mapping[str, JsonValue], kind: type[Paged], *, at_most: int
) -> list[Paged]:
    """The tool's answer in pages; the last one has a `next_cursor` where there would be more.

    Raises:
        LeadhandError: what the tool raises.
    """
    found = [await gathering.answer(tool, dict(given), kind)]
    while found[-1].next_cursor is not None and len(found) < at_most:
        found.append(await gathering.answer(tool, {**given, "cursor": found[-1].next_cursor}, kind))
    return found


def coming(gathering: Gathering, weeks: int) -> Span:
    """So many times seven days, today included: a stretch that does not shrink towards a Sunday."""
    now = gathering.tenant.as_of.astimezone(ZoneInfo(gathering.tenant.timezone))
    return Span(now, now.date() + timedelta(days=7 * weeks - 1))
