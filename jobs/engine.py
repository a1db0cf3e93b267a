"""procrastinate, set up: our tasks, the upkeep, and the way to the database."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from procrastinate import App
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker as EngineWorker

from jobs.attempts import Retries, attempted
from jobs.engine_database import EngineDatabase
from jobs.task import Task, Tick
from jobs.upkeep import KEEP_FAILED_H, release_stalled
from leadhand.errors import DatabaseUnavailable
from storage.database import Database

log = logging.getLogger(__name__)

UPKEEP = "upkeep"
# Jobs that run get this long when the worker stops; then they are stopped too, and another worker goes on.
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a worker shows that it lives, and looks for work; in seconds."""

    heartbeat_s: float = 10.0
    stalled_after_s: float = 30.0
    sweep_every_s: int = 10
    poll_s: float = 5.0


def open_engine(
    database: Database,
    engine_database: EngineDatabase,
    tasks: Sequence[Task],
    rhythm: Rhythm,
    ticks: Sequence[Tick] = (),
) -> App:
    """The engine with these tasks; nothing is sent yet."""
    quieten()
    app = App(connector=engine_database)
    for task in tasks:
        app.task(name=task.name, queue=task.name, retry=Retries(task), pass_context=True)(attempted(task))

    async def sweep(timestamp: int) -> None:
        del timestamp
        try:
            await release_stalled(database, stalled_after_s=rhythm.stalled_after_s)
        except DatabaseUnavailable:
            return  # said in the log; the next sweep finds what this one did not
        except Exception:  # the worker's border, as below
            log.exception("release_stalled failed, and comes up again")

    async def forget(timestamp: int) -> None:
        del timestamp
        await app.job_manager.delete_old_jobs(nb_hours=KEEP_FAILED_H, include_failed=True)

    for name, cron, run in (
        ("release_stalled", f"* * * * * */{rhythm.sweep_every_s}", sweep),
        ("forget_failed", "17 3 * * *", forget),
    ):
        app.periodic(cron=cron)(app.task(name=name, queue=UPKEEP, queueing_lock=name)(run))
    for tick in ticks:
        _add_tick(app, tick)
    return app


def _add_tick(app: App, tick: Tick) -> None:
    async def run(timestamp: int) -> None:
        del timestamp
        try:
            await tick.run()
        except DatabaseUnavailable:
            return  # said in the log; the next tick finds what this one did not
        except Exception:  # the worker's border: the engine's own lines about it are not shown
            log.exception("%s failed, and comes up again", tick.name)

    # A queue of its own: only workers that have it take it.
    task = app.task(name=tick.name, queue=tick.name, queueing_lock=tick.name)(run)
    app.periodic(cron=f"* * * * * */{tick.every_s}")(task)


def new_worker(
    app: App,
    tasks: Sequence[Task],
    ticks: Sequence[Tick] = (),
    *,
    concurrency: int,
    rhythm: Rhythm,
    listens: bool = True,
) -> EngineWorker:
    """A worker of this process, for the queues of its tasks and the upkeep. It `listens` for new jobs on a
    connection of its own, or looks for them every `rhythm.poll_s`."""
    return EngineWorker(
        app,
        queues=[*(work.name for work in (*tasks, *ticks)), UPKEEP],
        listen_notify=listens,
        concurrency=concurrency,
        fetch_job_polling_interval=rhythm.poll_s,
        # Jobs are never aborted one by one; a stopping worker knows of its own.
        abort_job_polling_interval=3600.0,
        shutdown_graceful_timeout=GRACE_S,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
        install_signal_handlers=False,
        update_heartbeat_interval=rhythm.heartbeat_s,
        stalled_worker_timeout=rhythm.stalled_after_s,
    )


def quieten() -> None:
    """Of the library's lines keep its faults: each of our jobs has its own, without foreign text."""
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
