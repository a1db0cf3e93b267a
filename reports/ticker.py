"""The one ticker of reports: it looks in all shops for what is due, schedules and alerts alike.

Any number of workers have it; one at a time looks, and what two see is begun once all the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from jobs.task import Tick

TICK: Final = "report_tick"
EVERY_S: Final = 10

log = logging.getLogger(__name__)

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
        failed = [one for one in done if isinstance(one, BaseException)]
        for other in failed[1:]:
            log.error("a second look for what is due failed: %s", type(other).__name__, exc_info=other)
        if failed:
            raise failed[0]
        return sum(one for one in done if isinstance(one, int))
