"""Background runs, as they are asked for, counted and listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.named_queries import named_queries
from storage.rows import fetch_all, fetch_one
from storage.run_events import Flush
from storage.runs import Run
from storage.takeover import NOBODY
from storage.transactions import Connection

_SQL = named_queries("background_runs")


@dataclass(frozen=True, slots=True)
class ListedRun(Run):
    """A run and its conversation; `next_run_id`: the run that goes on with its answer after an approval."""

    chat_id: str = ""
    next_run_id: UUID | None = None

    @property
    def queued(self) -> bool:
        """Whether it waits for a worker."""
        return self.status == "running" and self.owner == NOBODY


@dataclass(frozen=True, slots=True)
class BackgroundTaken:
    """Background runs that are queued or running."""

    of_shop: int
    of_user: int


async def taken(connection: Connection) -> BackgroundTaken:
    """Those of the caller's shop and of the caller."""
    found = await fetch_one(connection, _SQL["taken"], {}, BackgroundTaken)
    assert found is not None, "a function returns a row"  # noqa: S101
    return found


async def newest(connection: Connection, *, limit: int, before: UUID | None) -> tuple[ListedRun, ...]:
    """The caller's background runs, the newest first; after `before`, if it is given."""
    return await fetch_all(connection, _SQL["newest"], {"limit": limit, "before": before}, ListedRun)


async def find(connection: Connection, *, run_id: UUID) -> ListedRun | None:
    """Any run of the caller; None for what is not theirs."""
    return await fetch_one(connection, _SQL["find"], {"run_id": run_id}, ListedRun)


async def last_flushes(connection: Connection, *, run_id: UUID, limit: int) -> Sequence[Flush]:
    """The end of the run's log, the last flush first."""
    return await fetch_all(connection, _SQL["last_flushes"], {"run_id": run_id, "limit": limit}, Flush)
