"""A run's event log, in memory while the run is alive: the one truth that every reader is a projection of."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from leadhand.events import RunEnding, RunEvent, StepReset, StepStarted
from runs.replay import past_of


class RunLog:
    """An EventSink that any number of readers follow, each at its own pace.

    Its size is bounded by the run's bounds: the reader of the model limits an answer, steps and tool calls
    limit how many there are.
    """

    def __init__(self, events: Sequence[RunEvent] = ()) -> None:
        self._events: list[RunEvent] = list(events)
        self._readers: set[asyncio.Event] = set()
        self._left = False

    @property
    def events(self) -> Sequence[RunEvent]:
        return self._events

    @property
    def ended(self) -> bool:
        return bool(self._events) and isinstance(self._events[-1], RunEnding)

    @property
    def over(self) -> bool:
        """Whether nothing is added any more: the run has ended, or goes on elsewhere."""
        return self._left or self.ended

    def emit(self, event: RunEvent) -> None:
        """Append, unless the run is over: a straggling task changes nothing any more."""
        if self.over:
            return
        if isinstance(event, StepStarted) and self._events and isinstance(self._events[-1], StepReset):
            return  # the step that was reset is open already
        self._events.append(event)
        self._tell()

    def leave(self) -> None:
        """The run goes on elsewhere: its readers here have read what there is."""
        self._left = True
        self._tell()

    def _tell(self) -> None:
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
        """What the first reader saw of the past, then new events as they come.

        Ends after the terminal one, or when the run has left this process.
        """
        news = asyncio.Event()
        self._readers.add(news)
        read = 0
        try:
            while True:
                news.clear()
                batch = tuple(self._events[read:])
                if batch:
                    yield batch if read else past_of(batch)
                    read += len(batch)
                if read < len(self._events):
                    continue
                if self.over:
                    return
                await news.wait()
        finally:
            self._readers.discard(news)
