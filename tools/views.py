"""What planning outputs have in common: names beside ids, rounded hours, pages and evidence with a cap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from leadhand.context import TenantContext
from leadhand.errors import InvalidToolInput, JsonValue
from planning.figures import Figures
from planning.rounding import hours, percent
from planning.shop import Interval, Machine, Operator, Shop, WorkCenter
from planning.zones import MINUTES_PER_DAY, to_minute
from tools.base import Evidence, ShopSource

PAGE_ROWS = 50
EVIDENCE_IDS = 200
MAX_CURSOR_CHARS = 20
# What is searched without asking; a shop with a longer horizon is loaded once more.
USUAL_HORIZON_DAYS = 180

Row = TypeVar("Row")


class View(BaseModel):
    """Base of the parts of an output."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(View):
    """A machine, work center or operator: say the name, link the id."""

    id: str
    code: str
    name: str


class WindowView(View):
    """The window the figures are about; `end` is exclusive. `text` says it in words."""

    start: str
    end: str
    text: str


class FiguresView(View):
    """Hours. available = busy + blocked_idle + free. Percentages may exceed 100."""

    available_h: float = Field(
        description="Shift time with overtime, less holidays, closures, downtime, absence."
    )
    calendar_h: float = Field(description="The same before downtime or absence.")
    load_h: float = Field(description="Planned work; a minute booked twice counts twice.")
    free_h: float = Field(description="Available and not blocked by any booking.")
    busy_h: float = Field(description="Available and worked on.")
    blocked_idle_h: float = Field(description="Available, blocked by a booking, but nobody works.")
    outside_h: float = Field(description="Planned work outside available time.")
    double_booked_h: float = Field(description="Planned work on top of other work at the same time.")
    utilization_pct: float | None = Field(description="load / available; null when nothing is available.")
    overloaded: bool = Field(description="More load than available time.")


def named(row: Machine | WorkCenter | Operator) -> Named:
    return Named(id=row.id, code=row.code, name=row.name or row.code)


def figures_view(figures: Figures) -> FiguresView:
    return FiguresView(
        available_h=hours(figures.available),
        calendar_h=hours(figures.calendar),
        load_h=hours(figures.load),
        free_h=hours(figures.free),
        busy_h=hours(figures.busy),
        blocked_idle_h=hours(figures.blocked_idle),
        outside_h=hours(figures.outside),
        double_booked_h=hours(figures.double_booked),
        utilization_pct=None if figures.utilization is None else percent(figures.utilization),
        overloaded=figures.overloaded,
    )


def work_center_of(shop: Shop, machine: Machine) -> Named:
    return named(shop.work_centers[machine.work_center_id])


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    total: int
    next_cursor: str | None


def page(rows: Sequence[Row], cursor: str | None) -> Page[Row]:
    """The rows after `cursor`, at most PAGE_ROWS.

    Raises:
        InvalidToolInput: `cursor` is none of ours.
    """
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        wrong: JsonValue = {
            "field": "cursor",
            "problem": "unknown",
            "right": "next_cursor of an earlier answer",
        }
        raise InvalidToolInput("`cursor` is not one of an earlier answer.", details={"fields": [wrong]})
    first = int(cursor or 0)
    shown = rows[first : first + PAGE_ROWS]
    more = first + PAGE_ROWS < len(rows)
    return Page(shown, len(rows), str(first + PAGE_ROWS) if more else None)


def evidence(**ids_by_table: Iterable[str]) -> list[Evidence]:
    """Distinct ids by table, sorted, at most EVIDENCE_IDS each; tables without any are left out."""
    found: list[Evidence] = []
    for table, ids in ids_by_table.items():
        distinct = sorted(set(ids))
        if distinct:
            cut = len(distinct) if len(distinct) > EVIDENCE_IDS else None
            found.append(Evidence(table=table, ids=distinct[:EVIDENCE_IDS], total=cut))
    return found


def listed(names: Sequence[str], shown: int = 3) -> str:
    """ "A, B and 4 more"."""
    if len(names) <= shown:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def several_at_once(most: Mapping[str, int]) -> list[str]:
    """Why load over available hours is no utilization; `most`: jobs that each may attend at once, by name."""
    people = [f"{name} ({jobs})" for name, jobs in sorted(most.items()) if jobs > 1]
    if not people:
        return []
    return [
        f"May attend several jobs at once: {listed(people)}; utilization is of as many times their hours."
    ]


def count_of(count: int, noun: str) -> str:
    """ "1 booking", "2 bookings"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


async def load_window(shops: ShopSource, tenant: TenantContext, window: Interval) -> Shop:
    """The shop's plan in `window`, widened to whole UTC days so that questions of one day share a cache."""
    start, end = window
    return await shops.load(
        tenant, (start // MINUTES_PER_DAY * MINUTES_PER_DAY, -(-end // MINUTES_PER_DAY) * MINUTES_PER_DAY)
    )


async def load_to_horizon(shops: ShopSource, tenant: TenantContext, start: int, end: int) -> tuple[Shop, int]:
    """The shop's plan from `start` to `end` and on to its planning horizon, and that horizon's minute."""
    now = to_minute(tenant.as_of)
    usual = now + USUAL_HORIZON_DAYS * MINUTES_PER_DAY
    shop = await load_window(shops, tenant, (start, max(end, usual)))
    horizon = now + shop.settings.horizon_days * MINUTES_PER_DAY
    if horizon > max(end, usual):
        shop = await load_window(shops, tenant, (start, horizon))
    return shop, horizon
