"""The worker of a process, supervised: one that ends without being told to is started again."""

import asyncio
import logging
import time
from collections.abc import Sequence
from enum import StrEnum

from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker as EngineWorker

from jobs.backoff import Backoff
from jobs.engine import Rhythm, new_worker, open_engine
from jobs.engine_database import EngineDatabase
from jobs.task import Task, Tick
from storage.database import Database

# A worker that ran for so long was well; what ends it then is a new fault.
WELL_AFTER_S = 30.0

log = logging.getLogger(__name__)


class WorkerState(StrEnum):
    """Only a running one takes jobs; they wait meanwhile, or another worker takes them."""

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class Worker:
    """Runs jobs until it is stopped, whatever happens to the database."""

    def __init__(
        self,
        database: Database,
        tasks: Sequence[Task],
        *,
        listen_url: str | None,
        concurrency: int,
        ticks: Sequence[Tick] = (),
        rhythm: Rhythm = Rhythm(),  # noqa: B008 - frozen
        backoff: Backoff | None = None,
    ) -> None:
        """`listen_url` None: no connection that listens; new jobs are looked for every `rhythm.poll_s`."""
        self._tasks = tasks
        self._ticks = ticks
        self._listens = listen_url is not None
        self._concurrency = concurrency
        self._rhythm = rhythm
        self._backoff = backoff or Backoff()
        self._stopping = asyncio.Event()
        self._failed = False
        self._current: EngineWorker | None = None
        engine_database = EngineDatabase(
            database.pool,
            listen_url=listen_url or database.url,
            stopping=self._stopping,
            on_lost=self._end_current,
        )
        self._engine = open_engine(database, engine_database, tasks, rhythm, ticks)

    @property
    def state(self) -> WorkerState:
        if self._current is not None and self._current.worker_id is not None:
            return WorkerState.RUNNING
        if self._stopping.is_set():
            return WorkerState.STOPPED
        return WorkerState.RESTARTING if self._failed else WorkerState.STARTING

    def stop(self) -> None:
        """Take no more jobs; those that run may finish, for a while. `run` returns then."""
        self._stopping.set()
        self._end_current()

    async def run(self) -> None:
        """Work until `stop`. Never raises: a fault is logged, and the worker starts again."""
        while not self._stopping.is_set():
            started = time.monotonic()
            await self._work()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > WELL_AFTER_S:
                self._backoff.reset()
            self._failed = True
            wait_s = self._backoff.next_s()
            log.error("the worker ended and starts again", extra={"retry_in_s": wait_s})
            await self._pause(wait_s)

    def _end_current(self) -> None:
        """End the present worker: what it counted as running is found by the sweep once it is gone."""
        if self._current is not None:
            self._current.stop()

    async def _work(self) -> None:
        self._current = new_worker(
            self._engine,
            self._tasks,
            self._ticks,
            concurrency=self._concurrency,
            rhythm=self._rhythm,
            listens=self._listens,
        )
        try:
            await self._current.run()
        except ConnectorException as error:
            log.warning("the worker lost the database: %s", error.__cause__ or error)
        except Exception:  # the worker's border
            log.exception("the worker failed")
        finally:
            self._current = None

    async def _pause(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()
        except TimeoutError:
            return
