"""A run as server-sent events, sent with bare ASGI messages.

Starlette's StreamingResponse costs as much CPU as the server below it, so the send loop is written out. The
response only follows the run: a client that leaves ends the reading and nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from leadhand.errors import InternalFault, LeadhandError, RunInterrupted
from leadhand.events import RunEvent, RunFailed
from leadhand.metrics import open_streams
from runs.active import FollowedRun
from server.stream.chunks import encode
from server.stream.merge import FLUSH_INTERVAL_S, DeltaMerger
from server.stream.translate import StreamTranslator

logger = logging.getLogger(__name__)

# Proxies commonly cut connections that are silent for 30 to 60 s; a third of that survives a lost tick.
HEARTBEAT_S: Final = 10.0
# A client that takes nothing for this long is cut; it may come back and gets a full replay.
WRITE_TIMEOUT_S: Final = 30.0
HEARTBEAT: Final = b": keep-alive\n\n"
DONE: Final = b"data: [DONE]\n\n"
STREAM_HEADERS: Final[dict[str, str]] = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "connection": "keep-alive",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}


async def frames(
    run: FollowedRun,
    *,
    heartbeat_s: float = HEARTBEAT_S,
    flush_s: float = FLUSH_INTERVAL_S,
    going_on: bool = False,
) -> AsyncGenerator[bytes, None]:
    """Frames of the whole stream, from `start` to `[DONE]`, with a heartbeat comment in every silence.

    `going_on`: without what runs before said of the same answer, for a client that has it.

    Nothing is read ahead of the consumer: a slow one is served from the run's own log, not from a buffer.
    """
    translator = StreamTranslator(
        run.run_id, run.assistant_message_id, run.model_name, trace_id=run.trace_id, going_on=going_on
    )
    try:
        async with contextlib.aclosing(_paced(run.follow(), heartbeat_s, flush_s)) as batches:
            async for events in batches:
                frame = b"".join(encode(chunk) for event in events for chunk in translator.translate(event))
                if frame or not events:
                    yield frame or HEARTBEAT
                if translator.ended:
                    break
        fault = RunInterrupted("The answer was interrupted. Please ask again.")
        last: LeadhandError | None = None if translator.ended else fault
    except LeadhandError as error:
        logger.warning("stream ended by %s", error.code, extra={"run_id": run.run_id})
        last = error
    except Exception:  # the request's border: after the 200 only an error chunk can tell the client
        logger.exception("stream failed", extra={"run_id": run.run_id})
        last = InternalFault("Something went wrong on our side.")
    if last is not None:
        failed = RunFailed(last.code, last.message, last.retryable)
        yield b"".join(encode(chunk) for chunk in translator.translate(failed))
    yield DONE


async def _paced(
    batches: AsyncGenerator[tuple[RunEvent, ...]], heartbeat_s: float, flush_s: float
) -> AsyncGenerator[list[RunEvent], None]:
    """Batches with deltas merged to one flush per `flush_s`; an empty list after `heartbeat_s` of silence."""
    clock = asyncio.get_running_loop().time
    merger = DeltaMerger()
    last_flush = clock() - flush_s
    reading = asyncio.ensure_future(_next(batches))
    try:
        while True:
            quiet_s = flush_s if merger.waiting else heartbeat_s
            await asyncio.wait({reading}, timeout=max(0.0, last_flush + quiet_s - clock()))
            more = True
            if reading.done():
                batch = reading.result()
                more = batch is not None
                merger.add(batch or ())
                if more:
                    reading = asyncio.ensure_future(_next(batches))
            due = merger.urgent or clock() >= last_flush + flush_s
            silent = not merger.waiting and clock() >= last_flush + heartbeat_s
            if (merger.waiting and (due or not more)) or silent:
                last_flush = clock()
                yield merger.take()
            if not more:
                return
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await reading
        await batches.aclose()


async def _next(batches: AsyncGenerator[tuple[RunEvent, ...]]) -> tuple[RunEvent, ...] | None:
    return await anext(batches, None)


class RunStream(Response):
    """The 200 of `POST /api/chat` and of `GET /api/chat/{id}/stream`."""

    def __init__(
        self,
        run: FollowedRun,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        write_timeout_s: float = WRITE_TIMEOUT_S,
        going_on: bool = False,
    ) -> None:
        super().__init__(headers=STREAM_HEADERS)
        del self.headers["content-length"]
        self._run = run
        self._heartbeat_s = heartbeat_s
        self._write_timeout_s = write_timeout_s
        self._going_on = going_on

    def frames(self) -> AsyncGenerator[bytes, None]:
        """What is sent."""
        return frames(self._run, heartbeat_s=self._heartbeat_s, going_on=self._going_on)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with open_streams.track_inprogress():
            await self._send_or_leave(receive, send)

    async def _send_or_leave(self, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_client_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            outcomes = await asyncio.gather(sending, leaving, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
                raise outcome

    async def _send_all(self, send: Send) -> None:
        try:
            await self._put(
                send, {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async with contextlib.aclosing(self.frames()) as stream:
                async for frame in stream:
                    await self._put(send, {"type": "http.response.body", "body": frame, "more_body": True})
            await self._put(send, {"type": "http.response.body", "body": b"", "more_body": False})
        except _NotReadingError:
            logger.info("client does not read: cut", extra={"run_id": self._run.run_id})

    async def _put(self, send: Send, message: Message) -> None:
        try:
            async with asyncio.timeout(self._write_timeout_s):
                await send(message)
        except TimeoutError:
            raise _NotReadingError from None


class _NotReadingError(Exception):
    """The client takes no bytes."""


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
