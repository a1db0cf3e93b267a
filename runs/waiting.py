"""Background runs that wait for a worker, and how many of them a process runs at once."""

from collections import Counter
from dataclasses import dataclass, field

from jobs.context import run_owner
from jobs.queue import defer_in_line
from jobs.task import JobRow
from runs.resumption import TASK
from storage.database import Database
from storage.takeover import NOBODY

# So long a background run waits to be taken, at first and after its process is lost; then it fails.
WAITS_S = 3600.0
NOT_STARTED_TEXT = "No worker was free to begin it. Please ask again."
# Until a process that runs enough of them looks again.
FULL_WAIT_S = 2.0


@dataclass(slots=True)
class BackgroundPlaces:
    """Background runs of one process. A shop gets half of the places, so that it never holds all of them.

    Runs that are picked up at the same moment may be a few more.
    """

    most: int
    _of_shop: Counter[str] = field(default_factory=Counter[str])

    def full(self, tenant_id: str) -> bool:
        return self._of_shop.total() >= self.most or self._of_shop[tenant_id] >= max(1, self.most // 2)

    def take(self, tenant_id: str) -> None:
        self._of_shop[tenant_id] += 1

    def give_back(self, tenant_id: str) -> None:
        self._of_shop[tenant_id] -= 1
        if self._of_shop[tenant_id] <= 0:
            del self._of_shop[tenant_id]


async def put_back(database: Database, row: JobRow) -> bool:
    """Have the run `row` looked at again in a moment, by any worker; False if it is no background run.

    Raises:
        DatabaseUnavailable: try again.
    """
    found = await run_owner(database, row)
    if found is None or not found.run.background:
        return False
    if found.run.status == "running" and found.run.owner == NOBODY:
        line = f"{row.row_id}:{found.run.attempt}"
        async with database.transaction(found.tenant) as connection:
            await defer_in_line(connection, task=TASK, row_id=row.row_id, line=line, after_s=FULL_WAIT_S)
    return True
