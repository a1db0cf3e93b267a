"""A worker of reports with a clock of the test's; to be killed in the middle of its work.

While there is a file `hold` it says `making` where it reads the plan for a report, and waits.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from jobs.backoff import Backoff
from jobs.task import Tick
from jobs.worker import Worker
from leadhand.context import TenantContext
from leadhand.settings import Settings
from planning.shop import Interval, Shop
from reports.delivery.task import Channels, Deliverer
from reports.delivery.webhook import Webhooks
from reports.options import ReportParts
from reports.schedules.due import DueSchedules
from reports.schedules.making import ReportMaker
from reports.ticker import TICK, Ticker
from storage.database import Database
from storage.shops import ShopReader
from tests.integration.jobs.conftest import QUICK
from tools.registry import ToolRegistry


class Held(ShopReader):
    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database)
        self._hold = folder / "hold"

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        if await asyncio.to_thread(self._hold.exists):
            sys.stdout.write("making\n")
            sys.stdout.flush()
        while await asyncio.to_thread(self._hold.exists):  # noqa: ASYNC110 - another process removes it
            await asyncio.sleep(0.02)
        return await super().load(tenant, window)


async def main(url: str, folder: Path) -> None:
    settings = Settings(database_url=SecretStr(url), data_dir=folder, database_pool_max=4)
    async with Database.open(settings) as database:
        due = DueSchedules(database, lambda: datetime.fromisoformat((folder / "clock").read_text()))
        parts = ReportParts(ToolRegistry.discover(timeout_s=20.0), Held(database, folder))
        channels = Channels(None, Webhooks(private=True), None)
        worker = Worker(
            database,
            [
                ReportMaker(database, parts, first_retry_s=0.2).task(),
                Deliverer(database, channels, first_retry_s=0.2).task(),
            ],
            listen_url=None,
            concurrency=2,
            ticks=[Tick(TICK, 1, Ticker((due.queue,)).ticking().run)],
            rhythm=QUICK,
            backoff=Backoff(first_s=0.1, last_s=0.5),
        )
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
