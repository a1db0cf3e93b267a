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
from leadhand.events import RunEnding, StepStarted
from leadhand.spans import Span, Trace
from runs.event_codec import encode_events
from runs.log import RunLog
from storage.database import Database
from storage.pipeline import Statement
from storage.round_trip import one_trip
from storage.run_events import UNHURRIED, Flush, append_statement
from storage.spans import save_statement
from storage.takeover import hold_statement

log = logging.getLogger(__name__)

# A reader in another process is so far behind at most; each flush costs a small transaction.
FLUSH_S = 0.1
# After a database that was away.
RETRY_S = 1.0


class EventRecorder:
    """The saver's company of one run. Flushes are numbered, so that one that is sent twice counts once."""

    def __init__(
        self,
        log: RunLog,
        database: Database,
        tenant: TenantContext,
        run_id: UUID,
        attempt: int,
        *,
        seq: int = 0,
        trace: Trace | None = None,
    ) -> None:
        """`seq`: of the last flush of the attempts before; what `log` holds already is theirs.

        `trace`: None where the run begins one of its own.
        """
        self.trace = trace or Trace(run_id, attempt=attempt)
        self._log = log
        self._database = database
        self._tenant = tenant
        self._run_id = run_id
        self._attempt = attempt
        self._cut = len(log.events)
        self._seq = seq
        # Not known to be kept. Each departure takes all of them: none is kept without those before it.
        self._unkept: dict[int, Flush] = {}
        # How many events of `log` there were with each flush.
        self._cuts = {seq: self._cut}

    def leave(self) -> "FlushesUnderWay":
        """All that is not known to be kept."""
        if new := self._log.events[self._cut :]:
            self._cut += len(new)
            self._seq += 1
            self._cuts[self._seq] = self._cut
            self._unkept[self._seq] = Flush(self._seq, encode_events(new))
        # Spans go with events: those of a step that says nothing wait for the next.
        spans = self.trace.take() if self._unkept else ()
        return FlushesUnderWay(self, tuple(self._unkept.values()), spans)

    def closing(self, ending: RunEnding) -> Sequence[Flush]:
        """All that is not kept yet, the run's end included; for the transaction that ends the run."""
        rest = [*self._log.events[self._cut :], ending]
        # Not counted: should the transaction fail, the same number is used again.
        return [*self._unkept.values(), Flush(self._seq + 1, encode_events(rest))]

    def step_began_after(self, seq: int) -> bool:
        """Whether the readers of this process saw a step begin that the log does not have up to `seq`."""
        if seq > self._seq:
            return False  # that flush held the run's end, and all before it
        told = self._log.events[self._cuts.get(seq, 0) :]
        return any(isinstance(event, StepStarted) for event in told)

    def forget(self, flushes: Sequence[Flush]) -> None:
        """They are kept."""
        for flush in flushes:
            self._unkept.pop(flush.seq, None)

    def statement(self, flush: Flush) -> Statement:
        return append_statement(run_id=self._run_id, attempt=self._attempt, flush=flush)

    def save(self, spans: Sequence[Span]) -> Statement:
        all_new = all(span.times_taken == 1 for span in spans)
        return save_statement(run_id=self._run_id, attempt=self._attempt, spans=spans, all_new=all_new)

    def held(self) -> Statement:
        """Fails the transaction unless this attempt holds the run."""
        return hold_statement(run_id=self._run_id, attempt=self._attempt)

    async def keep(self) -> None:
        """Flush what no checkpoint takes along; until cancelled.

        Raises:
            RunInterrupted: the run is held by another attempt.
        """
        while True:
            if not self._unkept:
                await self._log.grown_beyond(self._cut)
            await asyncio.sleep(FLUSH_S)
            flushes = self.leave()
            if not flushes.flushes:
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
    flushes: Sequence[Flush]
    spans: Sequence[Span] = ()

    @property
    def statements(self) -> Sequence[Statement]:
        """Each fails when another attempt holds the run; so does a checkpoint that comes without news."""
        held = [self.recorder.statement(flush) for flush in self.flushes] or [self.recorder.held()]
        return [*held, self.recorder.save(self.spans)] if self.spans else held

    def arrived(self, *, committed: bool) -> None:
        if committed:
            self.recorder.forget(self.flushes)
        else:
            self.recorder.trace.give_back(self.spans)
