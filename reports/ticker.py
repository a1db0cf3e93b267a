"""The one ticker of reports: it looks in all shops for what is due, schedules and alerts alike.

Any number of workers have it; one at a time looks, and what two see is begun once all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from jobs.task import Tick

TICK: Final = "report_tick"
EVERY_S: Final = 10

# Queues what is due of one kind and says how much that was.
Look: TypeAlias = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Ticker:
    looks: Sequence[Look]

    def ticking(self) -> Tick:
        async def run() -> None:
            await self.tick()

        return Tick(TICK, EVERY_S, run)

    async def tick(self) -> int:
        """How many jobs were queued. What goes wrong with one kind keeps no other waiting.

        Raises:
            DatabaseUnavailable, QueryTimeout: the next tick finds what this one did not.
        """
        done = await asyncio.gather(*(look() for look in self.looks), return_exceptions=True)
        for one in done:
            if isinstance(one, BaseException):
                raise one
        return sum(one for one in done if isinstance(one, int))
