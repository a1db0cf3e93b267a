"""Keeps a run's events in Postgres: with its checkpoints where there are some, by the clock where not.

What a checkpoint holds is in the log when the checkpoint is, since both are committed together. In between,
deltas follow within FLUSH_S; losing the last of them to a crash costs nothing, since that model call is made
again.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, QueryTimeout
from leadhand.events import RunEnding
from runs.event_codec import encode_events
from runs.log import RunLog
from storage.database import Database
from storage.pipeline import Statement
from storage.round_trip import one_trip
from storage.run_events import UNHURRIED, Flush, append_statement

log = logging.getLogger(__name__)

# A reader in another process is so far behind at most; each flush costs a small transaction.
FLUSH_S = 0.1
# After a database that was away.
RETRY_S = 1.0


class EventRecorder:
    """The saver's company of one run. Flushes are numbered, so that one that is sent twice counts once."""

    def __init__(
        self, log: RunLog, database: Database, tenant: TenantContext, run_id: UUID, attempt: int
    ) -> None:
        self._log = log
        self._database = database
        self._tenant = tenant
        self._run_id = run_id
        self._attempt = attempt
        self._cut = len(log.events)
        self._seq = 0
        self._waiting: dict[int, Flush] = {}

    def leave(self) -> "FlushesUnderWay":
        """What is not kept yet and not on its way."""
        if new := self._log.events[self._cut :]:
            self._cut += len(new)
            self._seq += 1
            self._waiting[self._seq] = Flush(self._seq, encode_events(new))
        under_way, self._waiting = self._waiting, {}
        return FlushesUnderWay(self, under_way)

    def closing(self, ending: RunEnding) -> Sequence[Flush]:
        """All that is not kept yet, the run's end included; for the transaction that ends the run."""
        rest = [*self._log.events[self._cut :], ending]
        # Not counted: should the transaction fail, the same number is used again.
        return [*self._waiting.values(), Flush(self._seq + 1, encode_events(rest))]

    def give_back(self, flushes: dict[int, Flush]) -> None:
        """They did not arrive, or nobody knows."""
        self._waiting = dict(sorted((self._waiting | flushes).items()))

    def statement(self, flush: Flush) -> Statement:
        return append_statement(run_id=self._run_id, attempt=self._attempt, flush=flush)

    async def keep(self) -> None:
        """Flush what no checkpoint takes along; until cancelled.

        Raises:
            RunInterrupted: the run is held by another attempt.
        """
        while True:
            if not self._waiting:
                await self._log.grown_beyond(self._cut)
            await asyncio.sleep(FLUSH_S)
            flushes = self.leave()
            if not flushes.statements:
                continue
            committed = False
            try:
                await one_trip(self._database.pool, self._tenant, UNHURRIED, *flushes.statements)
                committed = True
            except (DatabaseUnavailable, QueryTimeout) as error:
                log.warning("events of run %s are not kept yet: %s", self._run_id, error.code)
                await asyncio.sleep(RETRY_S)
            finally:
                flushes.arrived(committed=committed)


@dataclass(frozen=True, slots=True)
class FlushesUnderWay:
    """Flushes in a transaction that is not over."""

    recorder: EventRecorder
    flushes: dict[int, Flush]

    @property
    def statements(self) -> Sequence[Statement]:
        return [self.recorder.statement(flush) for flush in self.flushes.values()]

    def arrived(self, *, committed: bool) -> None:
        if not committed:
            self.recorder.give_back(self.flushes)
