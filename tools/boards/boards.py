"""What a board asks for, answered from a shop's plan: which state of it, which index, in which thread."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from leadhand.context import TenantContext
from leadhand.errors import NotFound
from planning.booked_work import StoredWork, WorkAsked, WorkKey
from planning.shop import Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from tools.base import ShopSource
from tools.boards import order_list
from tools.boards.background import background_of
from tools.boards.index import PlanIndex
from tools.boards.lookup import machine_named, machines_named, machines_of, operator_named, order_named
from tools.boards.machine_board import MachineAnswer, MachinePage, MachinesAsked, machine_answer, machine_page
from tools.boards.opened import InWindow, Opened, month_start
from tools.boards.operator_board import (
    OperatorAnswer,
    OperatorPage,
    OperatorsAsked,
    operator_answer,
    operator_page,
)
from tools.boards.order_detail import OrderDetail, order_detail
from tools.boards.order_list import OrderPage, OrdersAsked, choose_orders, order_page
from tools.boards.paging import after_work
from tools.boards.schedule import SchedulePage, WorkPage, schedule_page, work_page
from tools.order_reading import CLOSED
from tools.views import load_to_horizon, load_window
from tools.windows import Window

# States of shops whose index is kept; each holds on to its shop.
MAX_KEPT = 8
# How often a page begins anew when the plan changes between its two readings; then they may differ.
MAX_READINGS = 3


class WorkSource(Protocol):
    """Bookings and orders of any time; `storage` implements it."""

    async def page(
        self, tenant: TenantContext, asked: WorkAsked, after: WorkKey | None, limit: int
    ) -> StoredWork: ...

    async def order_id(self, tenant: TenantContext, name: str) -> str | None: ...

    async def orders(self, tenant: TenantContext, order_ids: Sequence[str]) -> Shop: ...


@dataclass(frozen=True, slots=True)
class ScheduleAsked:
    """What the schedule is filtered by: codes or ids, all of which must fit."""

    limit: int
    machines: Sequence[str] = ()
    work_center: str | None = None
    order: str | None = None
    operator: str | None = None
    cursor: str | None = None


class Boards:
    """The boards of all shops of a process."""

    def __init__(self, shops: ShopSource, work: WorkSource, *, max_kept: int = MAX_KEPT) -> None:
        self._shops = shops
        self._work = work
        self._max_kept = max_kept
        self._kept: OrderedDict[tuple[str, int], PlanIndex] = OrderedDict()

    async def data_version(self, tenant: TenantContext) -> int:
        """The state of the plan that a page asked for now would show."""
        return (await self._open(tenant)).index.shop.settings.data_version

    async def orders(self, tenant: TenantContext, asked: OrdersAsked) -> OrderPage:
        """Raises NotFound (machine, work center), InvalidRequest (cursor), DatabaseUnavailable."""
        days_back = order_list.RECENT_DAYS if asked.statuses & CLOSED else 0
        opened = await self._open(tenant, days_back)
        chosen = await asyncio.to_thread(choose_orders, opened, asked)
        closed = await self._whole(tenant, opened, chosen.closed_ids) if chosen.closed_ids else None
        return await asyncio.to_thread(order_page, opened, asked, chosen, closed)

    async def order(self, tenant: TenantContext, name: str) -> OrderDetail:
        """Any order by id or code; raises NotFound, InvalidRouting, DatabaseUnavailable."""
        opened = await self._open(tenant)
        shop = opened.index.shop
        order_id = await self._order_id(tenant, opened, name)
        order, index = shop.orders.get(order_id), opened.index
        if order is None or order.status in CLOSED:
            index = await self._whole(tenant, opened, [order_id])
            order = order_named(index.shop, order_id)
        return await asyncio.to_thread(order_detail, opened, index, order)

    async def machines(self, tenant: TenantContext, window: Window, asked: MachinesAsked) -> MachinePage:
        """Raises NotFound (work center), InvalidRequest (cursor), DatabaseUnavailable."""
        opened, within = await self._open_in(tenant, window)
        return await asyncio.to_thread(machine_page, opened, within, asked)

    async def machine(self, tenant: TenantContext, window: Window, name: str) -> MachineAnswer:
        """One by id or code; raises NotFound, DatabaseUnavailable."""
        opened, within = await self._open_in(tenant, window)
        machine = machine_named(opened.index.shop, name)
        return await asyncio.to_thread(machine_answer, opened, within, machine)

    async def operators(self, tenant: TenantContext, window: Window, asked: OperatorsAsked) -> OperatorPage:
        """Raises NotFound (skill), InvalidRequest (cursor), DatabaseUnavailable."""
        opened, within = await self._open_in(tenant, window)
        return await asyncio.to_thread(operator_page, opened, within, asked)

    async def operator(self, tenant: TenantContext, window: Window, name: str) -> OperatorAnswer:
        """One by id or code; raises NotFound, DatabaseUnavailable."""
        opened, within = await self._open_in(tenant, window)
        operator = operator_named(opened.index.shop, name)
        return await asyncio.to_thread(operator_answer, opened, within, operator)

    async def schedule(self, tenant: TenantContext, window: Window, asked: ScheduleAsked) -> SchedulePage:
        """Raises NotFound (whatever is filtered by), InvalidRequest (cursor), DatabaseUnavailable."""
        after = after_work(asked.cursor)
        reading = 1
        while True:
            opened = await self._open(tenant)
            wanted = await self._wanted(tenant, opened, window, asked)
            if opened.holds(window.interval):
                page = await asyncio.to_thread(work_page, opened, wanted, after, asked.limit)
                break
            stored = await self._work.page(tenant, wanted, after, asked.limit + 1)
            page = WorkPage(stored.rows[: asked.limit], len(stored.rows) > asked.limit)
            if reading == MAX_READINGS or _same_state(opened, stored.data_version):
                break
            reading += 1
        return await asyncio.to_thread(_schedule, opened, window, wanted, page, is_first=after is None)

    async def _wanted(
        self, tenant: TenantContext, opened: Opened, window: Window, asked: ScheduleAsked
    ) -> WorkAsked:
        shop = opened.index.shop
        machine_ids = machines_named(shop, asked.machines) or None
        if asked.work_center is not None:
            of_center = machines_of(shop, asked.work_center)
            machine_ids = of_center if machine_ids is None else machine_ids & of_center
        return WorkAsked(
            window=window.interval,
            machine_ids=machine_ids,
            order_id=None if asked.order is None else await self._order_id(tenant, opened, asked.order),
            operator_id=None if asked.operator is None else operator_named(shop, asked.operator).id,
        )

    async def _order_id(self, tenant: TenantContext, opened: Opened, name: str) -> str:
        """Of an order that the index holds, or of one that was closed long ago."""
        try:
            return order_named(opened.index.shop, name).id
        except NotFound:
            order_id = await self._work.order_id(tenant, name)
            if order_id is None:
                raise
            return order_id

    async def _whole(self, tenant: TenantContext, opened: Opened, order_ids: Sequence[str]) -> PlanIndex:
        """An index of these orders alone, with all their bookings, among the shop's machines and people."""
        found, shop = await self._work.orders(tenant, order_ids), opened.index.shop
        return PlanIndex(
            replace(
                found,
                settings=shop.settings,
                calendars=shop.calendars,
                exceptions=shop.exceptions,
                machines=shop.machines,
                operators=shop.operators,
            )
        )

    async def _open(self, tenant: TenantContext, days_back: int = 0) -> Opened:
        """The plan from this month on, or from that of `days_back` days ago."""
        now = to_minute(tenant.as_of)
        start = month_start(now - days_back * MINUTES_PER_DAY)
        shop, horizon = await load_to_horizon(self._shops, tenant, start, now)
        return Opened(self._index(tenant, shop), now, horizon, (start, horizon))

    async def _open_in(self, tenant: TenantContext, window: Window) -> tuple[Opened, InWindow]:
        """The present, and the index that holds the bookings of the window."""
        reading = 1
        while True:
            opened = await self._open(tenant)
            if opened.holds(window.interval):
                return opened, InWindow(window, opened.index, is_present=True)
            index = self._index(tenant, await load_window(self._shops, tenant, window.interval))
            if reading == MAX_READINGS or _same_state(opened, index.shop.settings.data_version):
                return opened, InWindow(window, index, is_present=False)
            reading += 1

    def _index(self, tenant: TenantContext, shop: Shop) -> PlanIndex:
        key = (tenant.tenant_id, id(shop))
        # While it is kept, the index holds its shop, so that no other one has the same identity.
        index = self._kept.get(key) or PlanIndex(shop)
        self._kept[key] = index
        self._kept.move_to_end(key)
        version = shop.settings.data_version
        for other in [k for k in self._kept if k[0] == tenant.tenant_id]:
            if self._kept[other].shop.settings.data_version != version:
                del self._kept[other]
        while len(self._kept) > self._max_kept:
            self._kept.popitem(last=False)
        return index


def _same_state(opened: Opened, data_version: int) -> bool:
    return opened.index.shop.settings.data_version == data_version


def _schedule(
    opened: Opened, window: Window, wanted: WorkAsked, page: WorkPage, *, is_first: bool
) -> SchedulePage:
    """The page, the first one with what lies behind the bookings."""
    if not is_first:
        return schedule_page(opened, window, page, None)
    shop = opened.index.shop
    machine_ids = shop.machines if wanted.machine_ids is None else wanted.machine_ids
    operator_ids = shop.operators if wanted.operator_id is None else (wanted.operator_id,)
    background = background_of(opened, window.interval, machine_ids, operator_ids)
    return schedule_page(opened, window, page, background)
