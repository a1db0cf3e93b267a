"""The lease that says which process runs a turn. All of its arithmetic is on the database's clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from leadhand.spans import Span
from runs.resumption import ask_to_resume
from storage import run_events, runs, spans, takeover
from storage.database import Database
from storage.run_events import Flush
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

    async def hand_over(self, flushes: Sequence[Flush], traced: Sequence[Span] = ()) -> bool:
        """Keep `flushes` and the spans `traced`, give the run up and have it picked up; False when it is not
        ours any more.

        Raises:
            RunInterrupted: another attempt holds it. DatabaseUnavailable: nobody knows yet.
        """
        async with self.database.transaction(self.tenant, urgent=True) as conn:
            for flush in flushes:
                await run_events.append(conn, run_id=self.run_id, attempt=self.attempt, flush=flush)
            await spans.save(conn, run_id=self.run_id, attempt=self.attempt, spans=traced)
            given_up = await takeover.hand_over(
                conn, run_id=self.run_id, attempt=self.attempt, owner=self.owner
            )
            if given_up:
                await ask_to_resume(conn, run_id=self.run_id, attempt=self.attempt + 1)
        return given_up

    def lapsed(self, *, since_s: float) -> bool:
        """Whether a lease last renewed `since_s` seconds ago may be over before the next try ends."""
        return since_s >= LEASE_S - 2 * LEASE_RENEWAL_S
