"""What it costs to load an open plan from Postgres: on a server of its own, in a folder that is then gone."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.figures import Spread
from bench.process_cost import ProcessTree
from leadhand.context import Permission, Principal, TenantContext
from leadhand.settings import Settings
from planning.shop import Interval, Shop
from storage import embedded
from storage.database import Database
from storage.shop_writer import write_shop
from storage.shops import ShopReader

# CPU time of other processes is told in hundredths of a second, so Postgres is measured over a whole batch.
BATCH = 5
POSTMASTER_PID_FILE = Path("postgres") / "postmaster.pid"


@dataclass(frozen=True, slots=True)
class Loads:
    """CPU time of both processes, and Postgres's share. Cold: not in our cache; Postgres has its pages.

    `uncounted`: cold, before Postgres has counted the rows just written, within a minute or two.
    """

    uncounted: Spread
    uncounted_in_postgres: Spread
    cold: Spread
    cold_in_postgres: Spread
    warm: Spread
    warm_in_postgres: Spread


async def measure_loads(shop: Shop, *, tenant: TenantContext, window: Interval, repetitions: int) -> Loads:
    """Write `shop` as `tenant`'s and load it again and again."""
    with TemporaryDirectory(prefix="leadhand-bench-") as folder:
        settings = Settings(data_dir=Path(folder), database_pool_max=2)
        async with Database.open(settings) as database:
            await _write(database, tenant.tenant_id, shop)
            postgres = postgres_of(settings.data_dir)
            kept = ShopReader(database)

            async def cold() -> None:
                await ShopReader(database).load(tenant, window)

            async def warm() -> None:
                await kept.load(tenant, window)

            async def measured(work: Callable[[], Awaitable[None]], batch: int) -> tuple[Spread, Spread]:
                for _ in range(2):  # Postgres's pages and plans
                    await work()
                return await _measure(work, postgres, repetitions, batch)

            uncounted = await measured(cold, BATCH)
            await asyncio.to_thread(_count_rows, settings.data_dir)
            return Loads(*uncounted, *await measured(cold, BATCH), *await measured(warm, BATCH * 20))


async def write_plan(settings: Settings, name: str, shop: Shop) -> None:
    """Write `shop` under that name."""
    async with Database.open(settings) as database:
        await _write(database, name, shop)


async def _write(database: Database, name: str, shop: Shop) -> None:
    async with database.transaction(Principal(name, "bench", frozenset(Permission))) as connection:
        await write_shop(connection, tenant_id=name, shop=shop)


def _count_rows(data_dir: Path) -> None:
    with (
        embedded.embedded_server(data_dir) as server,
        psycopg.connect(server.owner_url, autocommit=True) as owner,
    ):
        owner.execute("vacuum analyze")


def postgres_of(data_dir: Path) -> ProcessTree:
    """The embedded server of a data directory."""
    return ProcessTree(int((data_dir / POSTMASTER_PID_FILE).read_text().split()[0]))


async def _measure(
    work: Callable[[], Awaitable[None]], postgres: ProcessTree, repetitions: int, batch: int
) -> tuple[Spread, Spread]:
    """Each value is the mean of a batch."""
    both: list[float] = []
    in_postgres: list[float] = []
    for _ in range(max(2, repetitions // BATCH)):
        await asyncio.sleep(0)
        ours, theirs = time.process_time(), postgres.cpu_s()
        for _ in range(batch):
            await work()
        spent_ours, spent_theirs = time.process_time() - ours, postgres.cpu_s() - theirs
        both.append((spent_ours + spent_theirs) * 1000 / batch)
        in_postgres.append(spent_theirs * 1000 / batch)
    return Spread(tuple(both)), Spread(tuple(in_postgres))
