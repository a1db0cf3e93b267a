"""What a report reads from the plan itself, by the code of the boards and the planning core: the bookings of
the coming days, and when the next operations must start at the latest.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from leadhand.errors import InvalidRouting
from planning.booked_work import WorkAsked
from planning.calendars import ShopTimes
from planning.order_latest_start import LatestStart, LatestStarts, urgent_first
from planning.shop import Interval, Minute, OrderStatus, Shop
from planning.zones import iso, to_minute, whole_days
from reports.gathering import Gathering
from tools.boards.index import PlanIndex
from tools.boards.opened import Opened
from tools.boards.schedule import SchedulePage, schedule_page, work_page
from tools.order_views import title
from tools.views import load_to_horizon
from tools.windows import Window

# Of the schedule: what fits on a page.
MAX_MACHINES = 20
MAX_BOOKINGS = 600
_OPEN = frozenset({OrderStatus.RELEASED, OrderStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class StartRow:
    """`latest` None: too late already. Instants are ISO 8601; `wait_min`: from planned to latest start."""

    order: str
    customer: str
    operation: str
    machine: str
    latest: str | None
    planned: str | None
    wait_min: int | None
    due: str | None


@dataclass(frozen=True, slots=True)
class PlanReading:
    """`schedule` in order of end; `starts`: those of the coming days, `too_late`: how many are past it.

    `machines_total`: the shop's, of which the schedule shows MAX_MACHINES.
    """

    data_version: int
    schedule: SchedulePage
    machines_total: int
    starts: tuple[StartRow, ...]
    too_late: int


async def read_plan(gathering: Gathering, window: Interval, machine_ids: Sequence[str] | None) -> PlanReading:
    """`machine_ids`: the fullest first; None: by code."""
    now = to_minute(gathering.tenant.as_of)
    shop, horizon = await load_to_horizon(gathering.shops, gathering.tenant, now, now)
    return await asyncio.to_thread(_read, shop, (now, horizon), window, machine_ids)


def _read(
    shop: Shop, span: tuple[Minute, Minute], window: Interval, machine_ids: Sequence[str] | None
) -> PlanReading:
    now, horizon = span
    index = PlanIndex(shop)
    opened = Opened(index, now, horizon, (now, horizon))
    shown = machine_ids or sorted(shop.machines, key=lambda key: shop.machines[key].code)
    asked = WorkAsked(window=window, machine_ids=frozenset(shown[:MAX_MACHINES]))
    page = work_page(opened, asked, None, MAX_BOOKINGS)
    starts = _starts(index, (now, horizon))
    soon = [row for row in starts if row.latest is not None and row.latest < window[1]]
    return PlanReading(
        data_version=shop.settings.data_version,
        schedule=schedule_page(opened, Window(*window, "", ""), page, None),
        machines_total=len(shop.machines),
        starts=tuple(_row(index, row) for row in soon),
        too_late=sum(row.latest is None for row in starts),
    )


def _starts(index: PlanIndex, span: Interval) -> list[LatestStart]:
    shop, (now, horizon) = index.shop, span
    starts = LatestStarts(shop.view(ShopTimes, whole_days((now, horizon))), now, horizon)
    reports = index.reports(now)
    found: list[LatestStart] = []
    for order in shop.orders.values():
        if order.status not in _OPEN or order.due_at is None:
            continue
        try:
            row = starts.of(reports.of(order))
        except InvalidRouting:
            continue
        if row is not None:
            found.append(row)
    return urgent_first(found)


def _row(index: PlanIndex, found: LatestStart) -> StartRow:
    machine = index.shop.machines.get(found.machine_id or "")
    wait = None if found.latest is None or found.planned is None else found.latest - found.planned
    return StartRow(
        order=found.order.code,
        customer=found.order.customer,
        operation=title(found.operation.operation),
        machine="" if machine is None else machine.name or machine.code,
        latest=None if found.latest is None else iso(found.latest, index.zone),
        planned=None if found.planned is None else iso(found.planned, index.zone),
        wait_min=wait,
        due=None if found.order.due_at is None else iso(found.order.due_at - 1, index.zone),
    )
