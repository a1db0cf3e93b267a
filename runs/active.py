"""A run that is alive in this process, or a finished one that is replayed: both can be followed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from leadhand.events import RunEvent
from leadhand.spans import TraceParent, trace_id_of
from runs.log import RunLog


class StopCause(StrEnum):
    """Why a run is asked to end before its answer."""

    PERSON = "person"
    SHUTDOWN = "shutdown"


class FollowedRun(Protocol):
    """What a reader needs of a run, wherever it runs."""

    @property
    def run_id(self) -> str: ...
    @property
    def assistant_message_id(self) -> str: ...
    @property
    def model_name(self) -> str: ...
    @property
    def trace_id(self) -> str: ...
    def follow(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """Every event from the first, in batches, then live; ends after the terminal event."""
        ...


@dataclass(slots=True)
class ActiveRun:
    """What the server needs of a run. Following it or leaving it never touches the run itself.

    `elsewhere`: how it goes on for a reader of this process, should it leave the process. `trace_parent`:
    None where a person began it. `fold_through`: messages up to this seq are to leave the thread's window.
    """

    run_id: str
    assistant_message_id: str
    model_name: str
    log: RunLog = field(default_factory=RunLog)
    stop_cause: StopCause | None = None
    stop_requested: asyncio.Event = field(default_factory=asyncio.Event)
    elsewhere: Callable[[], AsyncGenerator[tuple[RunEvent, ...]]] | None = None
    trace_parent: TraceParent | None = None
    fold_through: int | None = None

    @property
    def trace_id(self) -> str:
        """As OpenTelemetry writes it."""
        return trace_id_of(UUID(self.run_id), self.trace_parent).hex

    async def follow(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """Every event from the first, in batches, then live; ends after the terminal event.

        Raises:
            NotFound, DatabaseUnavailable: it has left this process; see RemoteRun.
        """
        async with aclosing(self.log.follow()) as here:
            async for batch in here:
                yield batch
        if self.log.ended or self.elsewhere is None:
            return
        async with aclosing(self.elsewhere()) as there:
            async for batch in there:
                yield batch

    def request_stop(self, cause: StopCause) -> None:
        """Ask the run to end; the first cause counts."""
        if self.stop_cause is None:
            self.stop_cause = cause
        self.stop_requested.set()
