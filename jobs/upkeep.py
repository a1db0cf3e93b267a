"""The engine's own work: jobs of dead workers go on elsewhere, old failures are forgotten."""

import logging
from dataclasses import dataclass
from typing import Literal

from jobs.engine_database import engine_transaction
from storage.database import Database
from storage.named_queries import named_queries
from storage.rows import fetch_all
from storage.transactions import translated_errors

# A job may be taken up by so many workers that die of it; then it has failed.
MAX_ATTEMPTS = 5
# Failed jobs can be looked at for this long.
KEEP_FAILED_H = 30 * 24

_SQL = named_queries("jobs")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stalled:
    """A job whose worker is gone, and what became of it."""

    id: int
    task: str
    attempts: int
    verdict: Literal["released", "failed", "dropped"]


async def release_stalled(
    database: Database, *, stalled_after_s: float, max_attempts: int = MAX_ATTEMPTS
) -> tuple[Stalled, ...]:
    """Put jobs back whose worker has given no sign of life for so long, or none at all.

    Raises:
        DatabaseUnavailable: the next sweep finds them too.
    """
    params = {"stalled_after_s": stalled_after_s, "max_attempts": max_attempts}
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            found = await fetch_all(connection, _SQL["release_stalled"], params, Stalled)
    for job in found:
        _log.log(
            logging.ERROR if job.verdict == "failed" else logging.WARNING,
            "the worker of job %s (%s) is gone: %s",
            job.id,
            job.task,
            "it failed for good" if job.verdict == "failed" else job.verdict,
            extra={"attempt": job.attempts},
        )
    return found
