"""How long a run may wait for work that is done elsewhere, such as a re-plan, and how it calls that off.

A chat turn has none of this: a person looks at it, so its tools answer within seconds.
"""

import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final

from leadhand.errors import LeadhandError

_log = logging.getLogger(__name__)

# Of the run's time: what is left is for saying what came of it.
WAITING_SHARE: Final = 0.9


@dataclass(slots=True)
class LongWork:
    """One attempt of a background run. `asked_at`: when the run was; what was begun before is not its own."""

    asked_at: datetime
    until_s: float
    _under_way: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list[Callable[[], Awaitable[None]]]
    )

    @classmethod
    def of_run(cls, asked_at: datetime, max_run_s: float) -> "LongWork":
        """For an attempt that begins now and may take `max_run_s`."""
        return cls(asked_at, monotonic() + WAITING_SHARE * max_run_s)

    @property
    def left_s(self) -> float:
        """Seconds that a tool may still wait."""
        return max(0.0, self.until_s - monotonic())

    @contextmanager
    def under_way(self, call_off: Callable[[], Awaitable[None]]) -> Generator[None]:
        """Around the wait for work: left by an error or a cancellation, it can be called off afterwards."""
        self._under_way.append(call_off)
        yield
        self._under_way.remove(call_off)

    async def call_off(self) -> None:
        """The run is over before its work: what is still under way is stopped. Never raises."""
        while self._under_way:
            try:
                await self._under_way.pop()()
            except LeadhandError as error:
                _log.warning("work of a run that was stopped goes on: %s", error.code)


# Set by `runs` in the task that drives the graph of a background run.
current_long_work: ContextVar[LongWork | None] = ContextVar("current_long_work", default=None)


def long_work() -> LongWork | None:
    """What the run of this task may wait for; None where somebody waits for an answer."""
    return current_long_work.get()
