"""What the pages of a board cost after the load, each at a minute of its own, as a board asks that polls."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bench.figures import Spread
from leadhand.context import TenantContext
from planning.booked_work import StoredWork, WorkAsked, WorkKey
from planning.shop import Interval, Shop
from tools.boards.boards import Boards, ScheduleAsked
from tools.boards.machine_board import MachinesAsked
from tools.boards.opened import BoardAnswer
from tools.boards.operator_board import OperatorsAsked
from tools.boards.order_list import OrdersAsked, OrderSort
from tools.boards.windows import board_window

ROWS = 50
SCHEDULE_ROWS = 200

Page = Callable[[Boards, TenantContext], Awaitable[BoardAnswer]]


class _Present:
    """Both sources of a board, for windows of the present alone."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return self.shop

    async def page(
        self, tenant: TenantContext, asked: WorkAsked, after: WorkKey | None, limit: int
    ) -> StoredWork:
        raise NotImplementedError

    async def order_id(self, tenant: TenantContext, name: str) -> str | None:
        raise NotImplementedError

    async def orders(self, tenant: TenantContext, order_ids: Sequence[str]) -> Shop:
        raise NotImplementedError


def _orders(boards: Boards, tenant: TenantContext) -> Awaitable[BoardAnswer]:
    return boards.orders(tenant, OrdersAsked(ROWS, sort=OrderSort.FINISH))


def _machines(boards: Boards, tenant: TenantContext) -> Awaitable[BoardAnswer]:
    return boards.machines(tenant, board_window(None, None, tenant), MachinesAsked(ROWS))


def _operators(boards: Boards, tenant: TenantContext) -> Awaitable[BoardAnswer]:
    return boards.operators(tenant, board_window(None, None, tenant), OperatorsAsked(ROWS))


def _schedule(boards: Boards, tenant: TenantContext) -> Awaitable[BoardAnswer]:
    return boards.schedule(tenant, board_window(None, None, tenant), ScheduleAsked(SCHEDULE_ROWS))


_PAGES: Sequence[tuple[str, Page]] = (
    (f"board: {ROWS} orders", _orders),
    (f"board: {ROWS} machines", _machines),
    (f"board: {ROWS} operators", _operators),
    (f"board: {SCHEDULE_ROWS} bookings with their background", _schedule),
)


async def measure_boards(shop: Shop, tenant: TenantContext, repetitions: int) -> list[tuple[str, Spread]]:
    """CPU time of each page, JSON included; then of the first one on a plan just read."""
    found: list[tuple[str, Spread]] = []
    for name, page in _PAGES:
        boards = Boards(_Present(shop), _Present(shop))
        await page(boards, tenant)
        values = [
            await _cpu_ms(page, boards, replace(tenant, as_of=tenant.as_of + timedelta(minutes=minute)))
            for minute in range(1, repetitions + 1)
        ]
        found.append((name, Spread(tuple(values))))
    for name, page in _PAGES:
        first: list[float] = []
        for _ in range(repetitions):
            source = _Present(replace(shop))
            first.append(await _cpu_ms(page, Boards(source, source), tenant))
        found.append((f"{name}, first on a plan just read", Spread(tuple(first))))
    return found


async def _cpu_ms(page: Page, boards: Boards, tenant: TenantContext) -> float:
    started = time.process_time()
    (await page(boards, tenant)).model_dump_json()
    return (time.process_time() - started) * 1000
