"""Utilization and free hours of machines, work centers or the whole shop over the coming weeks."""

from collections.abc import Mapping
from typing import Final

from leadhand.errors import JsonValue
from planning.zones import to_minute
from reports.alerts.conditions import FreeCapacity, Utilization
from reports.alerts.figures import Figures, Subject, coming, pages
from reports.gathering import Gathering
from reports.report import CellKind, SectionKey
from tools.catalog.workload_distribution import WorkloadOutput
from tools.names import find_machine, find_work_center
from tools.views import load_to_horizon
from tools.workload_views import LoadView

# Within its bound by so many percentage points a utilization clears; free hours by so much of their bound.
MARGIN_PP: Final = 2.0
MARGIN_OF_HOURS: Final = 0.05
# Of 50 machines each: more machines than any shop has.
_ALL_PAGES: Final = 40
_SHOP: Final = "shop"
_MEASURED: Final = (
    ("utilization_pct", CellKind.PERCENT),
    ("load_h", CellKind.HOURS),
    ("available_h", CellKind.HOURS),
    ("free_h", CellKind.HOURS),
)


async def machine_load(asked: Utilization | FreeCapacity, gathering: Gathering) -> Figures:
    """A machine without available hours has no utilization, and stays as it is.

    Raises:
        NotFound, Ambiguous: the shop has no such machine or work center, or several.
    """
    group = "work_center" if asked.of == "work_center" else "machine"
    given = {**coming(gathering, asked.weeks).asked, "group_by": group}
    only = await _only(asked, gathering)
    found = await pages(
        gathering,
        "analyze_workload_distribution",
        given,
        WorkloadOutput,
        at_most=1 if asked.of == "shop" else _ALL_PAGES,
    )
    rows: list[tuple[str, str, LoadView]]
    if asked.of == "shop":
        rows = [(_SHOP, gathering.words("alert.shop"), found[0].total)]
    else:
        rows = [(row.id, row.name, row) for page in found for row in page.rows if row.id is not None]
    subjects = tuple(
        _subject(asked, gathering, key, label, load) for key, label, load in rows if only in {None, key}
    )
    margin = (
        min(MARGIN_PP, asked.above_pct) if isinstance(asked, Utilization) else asked.below_h * MARGIN_OF_HOURS
    )
    section = SectionKey.CAPACITY if isinstance(asked, Utilization) else SectionKey.FREE_CAPACITY
    name = "center" if asked.of == "work_center" else "machine"
    return Figures(section, ((name, CellKind.TEXT), *_MEASURED), subjects, margin)


async def _only(asked: Utilization | FreeCapacity, gathering: Gathering) -> str | None:
    """The id of the one that is named."""
    if asked.name is None:
        return None
    now = to_minute(gathering.tenant.as_of)
    shop, _ = await load_to_horizon(gathering.shops, gathering.tenant, now, now)
    find = find_machine if asked.of == "machine" else find_work_center
    return find(shop, asked.name).row.id


def _subject(
    asked: Utilization | FreeCapacity, gathering: Gathering, key: str, label: str, load: LoadView
) -> Subject:
    words = gathering.words
    share, free = load.utilization_pct, load.free_h
    if isinstance(asked, Utilization):
        excess = None if share is None else share - asked.above_pct
        bound: Mapping[str, JsonValue] = {"above_pct": asked.above_pct}
        value, limit = words.percent(share), words.percent(asked.above_pct)
    else:
        excess = None if free is None else asked.below_h - free
        bound = {"below_h": asked.below_h}
        value, limit = words.hours(free), words.hours(asked.below_h)
    days = words.days(7 * asked.weeks)
    return Subject(
        key=key,
        label=label,
        excess=excess,
        sentence=words(f"alert.{asked.kind}", what=label, value=value, bound=limit, days=days),
        row=(label, share, load.load_h, load.available_h, free),
        figures={**load.model_dump(mode="json", include={name for name, _ in _MEASURED}), **bound},
        rows={} if key == _SHOP else {asked.of: [key]},
    )
