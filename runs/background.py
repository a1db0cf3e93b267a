"""The workers of a process and the tasks that they have; `leadhand serve` and `leadhand worker` run them.

What makes vectors has a worker of its own: it may take minutes, on a processor that turns use first, and
nobody's background run waits for it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from jobs.engine import Rhythm
from jobs.machine_slots import MachineSlots, usable_cores
from jobs.replan_task import Replanner
from jobs.task import Task
from jobs.worker import Worker
from knowledge.ingestion import Ingestion
from leadhand.settings import Settings
from memory.recall_index import RecallIndex
from memory.small_calls import SmallCalls
from memory.summaries import SummaryWriter
from memory.titles import TitleWriter
from models.embeddings.embedder import Embedder
from models.factory import ChatModel
from models.small import open_small_model
from runs.resumption import TASK as RESUME
from runs.service import RunService
from storage.database import Database
from storage.shops import ShopReader

# Longer than a worker gives its jobs to finish; whatever is left of it then is abandoned.
STOP_S = 10.0
# The worker is told of new jobs on a connection of its own, beside the pool.
LISTENING_CONNECTIONS = 1
# No connection is spent on listening for documents and messages: they may wait for two seconds.
RHYTHM_OF_VECTORS = Rhythm(poll_s=2.0)


def listen_url(settings: Settings, database: Database) -> str:
    """Where notifications arrive: past a pooler, where one stands between."""
    return settings.listen_url.get_secret_value() if settings.listen_url else database.url


@asynccontextmanager
async def running_worker(
    settings: Settings,
    database: Database,
    runs: RunService,
    chat_model: ChatModel,
    embedder: Embedder | None,
) -> AsyncGenerator[Worker]:
    """The worker of what people wait for, beside that which makes vectors; on leaving, jobs may finish.

    `runs`: where runs go on that are picked up. `chat_model` serves as small model where none is named.

    Raises:
        InvalidSetting: the small model cannot be opened.
    """
    small_model = open_small_model(settings, chat_model)
    try:
        small = SmallCalls(database, small_model, runs.limits, runs.prices)
        replans = settings.replan_processes or max(1, usable_cores() - 1)
        replanner = Replanner(
            database, ShopReader(database, max_shops=1), MachineSlots(replans), settings.replan_max_s
        )
        worker = Worker(
            database,
            [
                TitleWriter(database, small).task(),
                SummaryWriter(database, small).task(),
                replanner.task(),
                resuming(runs),
            ],
            listen_url=listen_url(settings, database),
            # Re-plans take their time; other jobs do not wait for them.
            concurrency=settings.worker_concurrency + replans,
        )
        vectors = Worker(
            database,
            [RecallIndex(database, embedder).task(), Ingestion(database, embedder).task()],
            listen_url=None,
            concurrency=settings.worker_concurrency,
            rhythm=RHYTHM_OF_VECTORS,
        )
        tasks = [
            asyncio.create_task(worker.run(), name="worker"),
            asyncio.create_task(vectors.run(), name="worker of vectors"),
        ]
        try:
            yield worker
        finally:
            worker.stop()
            vectors.stop()
            _, running = await asyncio.wait(tasks, timeout=STOP_S)
            for late in running:
                late.cancel()
    finally:
        await small_model.aclose()


def resuming(runs: RunService) -> Task:
    """Picking up a run that is offered; a worker that stops leaves it to the next one at once."""
    return Task(RESUME, runs.resume, first_retry_s=0.5, last_retry_s=5.0)
