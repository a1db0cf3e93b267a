"""A real OpenAI-compatible HTTP server on loopback that answers exactly as the test scripts it.

It speaks `POST /v1/chat/completions` (streamed and whole) over HTTP/1.1 with kept-alive connections, in a
thread with its own event loop. A script is a list of replies, one a request, or a rule that decides from the
request. Nothing is timed: pauses are gates that the test opens.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from types import TracebackType

from tests.acceptance.json_access import at
from tests.acceptance.model_script import (
    Chatter,
    Cut,
    Drop,
    End,
    Hang,
    HttpFault,
    ModelReply,
    ModelRequest,
    Page,
    Pause,
    Raw,
    ReplyRule,
    Silence,
    Streamed,
)
from tests.acceptance.model_wire import (
    HttpRequest,
    closing_frames,
    delta_frame,
    read_request,
    step_delta,
    whole_completion,
    write_chunk,
    write_head,
    write_whole,
)
from tests.acceptance.provider_rules import broken_rule

LOOP_TIMEOUT_S = 10.0
# How often a model that chatters says something.
CHATTER_S = 0.05
NO_REPLY = HttpFault(500, message="the test scripted no reply for this request")


class _Connection(asyncio.StreamReaderProtocol):
    """A stream protocol that tells when its client has gone, without reading from it."""

    def __init__(
        self, serve: Callable[["_Connection", asyncio.StreamWriter], Coroutine[None, None, None]]
    ) -> None:
        self.reader = asyncio.StreamReader()
        self.gone = asyncio.Event()
        super().__init__(self.reader, lambda _, writer: serve(self, writer))

    def eof_received(self) -> bool:
        self.gone.set()
        super().eof_received()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)


class ScriptedModel:
    """Context manager; `base_url` goes into OPENAI_BASE_URL."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rule: ReplyRule | None = None
        self._queue: list[ModelReply] = []
        self._requests: list[ModelRequest] = []
        self._arrived = threading.Condition(self._lock)
        self._unscripted = 0
        self._refused: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="scripted-model", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._port = 0

    def __enter__(self) -> "ScriptedModel":
        self._thread.start()
        self._on_loop(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._on_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LOOP_TIMEOUT_S)
        self._loop.close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def requests(self) -> tuple[ModelRequest, ...]:
        """Every request since the last `play`, in order of arrival."""
        with self._lock:
            return tuple(self._requests)

    @property
    def unscripted(self) -> int:
        """Requests that the script had no reply for (answered with 500): a test that leaves any is wrong."""
        with self._lock:
            return self._unscripted

    @property
    def refused(self) -> tuple[str, ...]:
        """Which rules of providers were broken by requests, ever; each such request got a 400."""
        with self._lock:
            return tuple(self._refused)

    def play(self, *replies: ModelReply) -> None:
        """Forget everything before; the nth request gets the nth reply."""
        self._start(list(replies), None)

    def play_rule(self, rule: ReplyRule) -> None:
        """Forget everything before; `rule` decides each reply from its request."""
        self._start([], rule)

    def wait_request(self, number: int) -> ModelRequest:
        """The `number`th request since `play`, as soon as it has arrived."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self._requests) >= number, timeout=60)
            assert arrived, f"request {number} never reached the model"
            return self._requests[number - 1]

    @contextmanager
    def down(self) -> Generator[None]:
        """Within the block nothing listens: connections are refused, open ones are closed."""
        self._on_loop(self._close())
        try:
            yield
        finally:
            self._on_loop(self._listen())

    def _start(self, replies: list[ModelReply], rule: ReplyRule | None) -> None:
        with self._lock:
            self._queue, self._rule, self._requests, self._unscripted = replies, rule, [], 0

    def _on_loop(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(LOOP_TIMEOUT_S)

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: _Connection(self._serve), "127.0.0.1", self._port
        )
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        open_now = tuple(self._connections)
        for connection in open_now:
            connection.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)

    async def _serve(self, connection: _Connection, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while (request := await read_request(connection.reader)) is not None:
                await self._answer(request, connection, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, the script cut the line, or the test closed the model
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    def _take(self, http: HttpRequest) -> tuple[ModelRequest, ModelReply]:
        with self._arrived:
            request = ModelRequest(len(self._requests) + 1, http.body, http.headers)
            reply: ModelReply = NO_REPLY
            if (broken := broken_rule(request.messages)) is not None:
                self._refused.append(broken)
                reply = HttpFault(400, message=broken)
            elif self._rule is not None:
                reply = self._rule(request)
            elif self._queue:
                reply = self._queue.pop(0)
            else:
                self._unscripted += 1
            self._requests.append(request)
            self._arrived.notify_all()
        return request, reply

    async def _answer(self, http: HttpRequest, connection: _Connection, writer: asyncio.StreamWriter) -> None:
        """Answer one request. Raises ConnectionError when the line is to be dropped or the client left."""
        request, reply = self._take(http)
        talking = asyncio.ensure_future(self._reply(request, reply, writer))
        leaving = asyncio.ensure_future(connection.gone.wait())
        try:
            await asyncio.wait({talking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            # Who leaves in the middle of a word is noticed by the writing, too.
            if not talking.done() or (connection.gone.is_set() and talking.exception() is not None):
                request.gone.set()
                raise ConnectionAbortedError
            talking.result()
        finally:
            talking.cancel()
            leaving.cancel()

    async def _reply(self, request: ModelRequest, reply: ModelReply, writer: asyncio.StreamWriter) -> None:
        match reply:
            case HttpFault(status, headers):
                await write_whole(writer, status, headers, reply.body)
            case Page(body, content_type):
                await write_whole(writer, 200, {"content-type": content_type}, body)
            case Silence():
                await asyncio.Event().wait()
            case Drop():
                raise ConnectionResetError
            case Streamed() if at(request.body, "stream") is True:
                await self._stream(request, reply, writer)
            case Streamed():
                await write_whole(writer, 200, {}, whole_completion(request, reply))

    async def _stream(self, request: ModelRequest, reply: Streamed, writer: asyncio.StreamWriter) -> None:
        await write_head(writer, 200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        await write_chunk(writer, delta_frame(request, {"role": "assistant", "content": ""}))
        for step in reply.steps:
            match step:
                case Pause(gate):
                    await asyncio.shield(asyncio.wrap_future(gate.reach()))
                case Cut():
                    raise ConnectionResetError
                case Hang():
                    await asyncio.Event().wait()
                case Raw(body):
                    await write_chunk(writer, body)
                case Chatter(body):
                    while True:
                        await write_chunk(writer, body)
                        await asyncio.sleep(CHATTER_S)
                case End():
                    await write_chunk(writer, b"")
                    return
                case _:
                    await write_chunk(writer, delta_frame(request, step_delta(step)))
        for closing in closing_frames(request, reply):
            await write_chunk(writer, closing)
        await write_chunk(writer, b"")
