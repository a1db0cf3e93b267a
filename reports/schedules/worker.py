"""The worker that makes and delivers reports and looks at alerts, beside the one that runs everything else.

It has places of its own: however many reports are due at six, no answer in a chat waits for one of them.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from jobs.engine import Rhythm
from jobs.worker import Worker
from reports.alerts.due import DueAlerts
from reports.alerts.task import AlertLooker
from reports.delivery.task import Channels, Deliverer
from reports.narrator import narrating
from reports.options import ReportParts
from reports.schedules.due import DueSchedules
from reports.schedules.making import ReportMaker
from reports.ticker import Ticker
from runs.desk import Desk
from storage.shops import ShopReader

# Reports that are made or delivered at once; a shop has one of them at most.
AT_ONCE: Final = 3
# Shops are read for one report after another, and are not kept.
SHOPS_KEPT: Final = AT_ONCE
# No connection is spent on listening: a report may wait for two seconds.
RHYTHM: Final = Rhythm(poll_s=2.0)
# Longer than a worker gives its jobs to finish; whatever is left of it then is abandoned.
STOP_S: Final = 10.0


@asynccontextmanager
async def running_reports(desk: Desk) -> AsyncGenerator[Worker]:
    """Within the context schedules are looked after and reports are made; on leaving, they may finish."""
    async with report_parts(desk) as parts:
        worker = Worker(
            desk.database,
            [
                ReportMaker(desk.database, parts).task(),
                AlertLooker(desk.database, parts).task(),
                Deliverer(desk.database, Channels.of(desk.settings)).task(),
            ],
            listen_url=None,
            concurrency=AT_ONCE,
            ticks=[Ticker((DueSchedules(desk.database).queue, DueAlerts(desk.database).queue)).ticking()],
            rhythm=RHYTHM,
        )
        task = asyncio.create_task(worker.run(), name="worker of reports")
        try:
            yield worker
        finally:
            worker.stop()
            _, running = await asyncio.wait([task], timeout=STOP_S)
            for late in running:
                late.cancel()


@asynccontextmanager
async def report_parts(desk: Desk) -> AsyncGenerator[ReportParts]:
    """What a report of this process is made with; raises InvalidSetting for the small model."""
    async with narrating(desk) as narrator:
        yield ReportParts(desk.registry, ShopReader(desk.database, max_shops=SHOPS_KEPT), narrator)
