"""The lease that says which process runs a turn. All of its arithmetic is on the database's clock."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from storage import runs
from storage.database import Database
from storage.runs import Held

# A run whose lease has passed is nobody's: long enough for a slow commit, short enough for a person to wait.
LEASE_S = 8.0
LEASE_RENEWAL_S = 2.0


@dataclass(frozen=True, slots=True)
class RunLease:
    database: Database
    tenant: TenantContext
    run_id: UUID
    attempt: int
    owner: str

    async def renew(self) -> Held | None:
        """Push the lease out; None when the run is no longer ours.

        Raises:
            DatabaseUnavailable: no answer within the renewal interval.
        """
        try:
            # Behind the queue of a busy shop the renewals of all its runs would come too late at once.
            async with (
                asyncio.timeout(LEASE_RENEWAL_S),
                self.database.transaction(self.tenant, urgent=True) as conn,
            ):
                return await runs.renew_lease(
                    conn, run_id=self.run_id, attempt=self.attempt, owner=self.owner, lease_s=LEASE_S
                )
        except TimeoutError:
            raise DatabaseUnavailable("The database did not answer in time.") from None

    def lapsed(self, *, since_s: float) -> bool:
        """Whether a lease last renewed `since_s` seconds ago may be over before the next try ends."""
        return since_s >= LEASE_S - 2 * LEASE_RENEWAL_S
