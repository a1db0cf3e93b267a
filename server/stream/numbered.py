"""A run's chunks with numbers, for a reader that comes back and says which was the last it had.

The number counts the chunks from the run's first. They are made of the log alone, which only grows, so each
keeps its number, at whatever server and however often it is read.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from typing import Final

from leadhand.errors import LeadhandError
from leadhand.events import RunEvent
from runs.background_runs import ToldRun
from server.stream.chunks import encode
from server.stream.sse import DONE, HEARTBEAT, HEARTBEAT_S, WRITE_TIMEOUT_S, RunStream
from server.stream.translate import StreamTranslator

logger = logging.getLogger(__name__)

# The chunk that ends a run is followed by [DONE], which has no number.
_NOTHING: Final = b""


class _Numbering:
    def __init__(self, told: ToldRun) -> None:
        run = told.run
        self._translator = StreamTranslator(
            run.run_id, run.assistant_message_id, run.model_name, trace_id=run.trace_id
        )
        self.number = 0

    @property
    def ended(self) -> bool:
        return self._translator.ended

    def frames(self, events: Iterable[RunEvent], *, after: int) -> bytes:
        """Those with a number above `after`."""
        frames: list[bytes] = []
        for event in events:
            for chunk in self._translator.translate(event):
                self.number += 1
                if self.number > after:
                    frames.append(b"id: %d\n%b" % (self.number, encode(chunk)))
        return b"".join(frames)


def told_all(told: ToldRun, *, after: int) -> bool:
    """Whether the run is over and a reader of the first `after` chunks has all of them."""
    if told.whole is None:
        return False
    numbering = _Numbering(told)
    numbering.frames(told.whole, after=after)
    return numbering.number <= after


async def numbered_frames(
    told: ToldRun, *, after: int, heartbeat_s: float = HEARTBEAT_S
) -> AsyncGenerator[bytes, None]:
    """Every chunk after the first `after`, live ones as they come, then `[DONE]`; a comment in every silence.

    Without `[DONE]` something went wrong here, not in the run: whoever asks again goes on where it broke off.
    """
    numbering = _Numbering(told)
    batches = told.told()
    reading = asyncio.ensure_future(anext(batches, None))
    try:
        while not numbering.ended:
            await asyncio.wait({reading}, timeout=heartbeat_s)
            if not reading.done():
                yield HEARTBEAT
                continue
            if (batch := reading.result()) is None:
                return
            if frames := numbering.frames(batch, after=after):
                yield frames
            if not numbering.ended:
                reading = asyncio.ensure_future(anext(batches, None))
        yield DONE
    except LeadhandError as error:
        logger.warning("events ended by %s", error.code, extra={"run_id": told.run.run_id})
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await reading
        await batches.aclose()


class NumberedStream(RunStream):
    """The 200 of `GET /api/runs/{id}/events`."""

    def __init__(
        self,
        told: ToldRun,
        *,
        after: int,
        heartbeat_s: float = HEARTBEAT_S,
        write_timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        super().__init__(told.run, heartbeat_s=heartbeat_s, write_timeout_s=write_timeout_s)
        self._told = told
        self._after = after

    def frames(self) -> AsyncGenerator[bytes, None]:
        return numbered_frames(self._told, after=self._after, heartbeat_s=self._heartbeat_s)
