"""A run's event log, in memory while the run is alive: the one truth that every reader is a projection of."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from leadhand.events import RunEnding, RunEvent


class RunLog:
    """An EventSink that any number of readers follow, each at its own pace.

    Its size is bounded by the run's bounds: the reader of the model limits an answer, steps and tool calls
    limit how many there are.
    """

    def __init__(self, events: Sequence[RunEvent] = ()) -> None:
        self._events: list[RunEvent] = list(events)
        self._readers: set[asyncio.Event] = set()

    @property
    def events(self) -> Sequence[RunEvent]:
        return self._events

    @property
    def over(self) -> bool:
        return bool(self._events) and isinstance(self._events[-1], RunEnding)

    def emit(self, event: RunEvent) -> None:
        """Append, unless the run is over: a straggling task changes nothing any more."""
        if self.over:
            return
        self._events.append(event)
        for reader in self._readers:
            reader.set()

    async def grown_beyond(self, count: int) -> None:
        """Return when there are more than `count` events."""
        news = asyncio.Event()
        self._readers.add(news)
        try:
            while len(self._events) <= count:
                news.clear()
                await news.wait()
        finally:
            self._readers.discard(news)

    async def follow(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """All events from the first on, then new ones as they come; ends after the terminal one."""
        news = asyncio.Event()
        self._readers.add(news)
        read = 0
        try:
            while True:
                news.clear()
                batch = tuple(self._events[read:])
                if batch:
                    read += len(batch)
                    yield batch
                    if isinstance(batch[-1], RunEnding):
                        return
                else:
                    await news.wait()
        finally:
            self._readers.discard(news)
