"""One HTTP/1.1 connection on asyncio and httptools, the parser that the server runs on as well."""

import asyncio
from collections.abc import Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from models.lean.wire import WireFault, WireTimeout

# Providers send about 2 kB of head.
MAX_HEAD_BYTES = 64 * 1024
# What may wait to be read before the sender is held back.
MAX_WAITING_BYTES = 1024 * 1024

OK_NO_CONTENT, CONTINUE, OK = 204, 100, 200


class Connection(asyncio.Protocol):
    """One exchange at a time: `start`, `wait_for_head`, `read` until it is empty."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._fault = ""
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._when_whole: Callable[[Connection], None] | None = None
        self._between_exchanges = True

    def start(self, request: bytes) -> None:
        """Send a whole request on a connection that is not in use."""
        self._parser = HttpResponseParser(self)
        self.status = 0
        self.headers: dict[str, str] = {}
        self.whole = False
        self._head_is_whole = False
        self._head_bytes = 0
        self._until_close = False
        self._body: list[bytes] = []
        self._waiting_bytes = 0
        self._reusable = False
        self._between_exchanges = False
        self._cancel_timer()
        self._transport.write(request)

    async def wait_for_head(self, timeout_s: float) -> None:
        """Until `status` and `headers` are there; each arrival of bytes starts the time anew."""
        while not self._head_is_whole:
            self._raise_fault()
            await self._news(timeout_s)

    async def read(self, timeout_s: float) -> bytes:
        """As `Response.read`."""
        while not self._body:
            if self.whole:
                return b""
            self._raise_fault()
            await self._news(timeout_s)
        data = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        if self._waiting_bytes > MAX_WAITING_BYTES and not self._fault:
            self._transport.resume_reading()
        self._waiting_bytes = 0
        return data

    @property
    def reusable(self) -> bool:
        """Whether the last exchange is over and the connection may carry another one."""
        return self.whole and self._reusable and not self._fault

    def expect_end(self, within_s: float, when_whole: Callable[["Connection"], None]) -> None:
        """Drop what still comes of the body; afterwards tell `when_whole`, or close if it takes too long."""
        self._when_whole = when_whole
        self.close_after(within_s)

    def close_after(self, seconds: float) -> None:
        """Close unless another exchange starts before."""
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, self.abort)

    def abort(self) -> None:
        """Close at once; whoever waits gets a fault."""
        self._end("the connection was closed on our side")

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._between_exchanges:
            self._end("the endpoint sent bytes that nobody asked for")
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._end("the endpoint's answer is not HTTP/1.1")
        if not self._head_is_whole:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._end("the endpoint's answer has an endless head")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and not self._between_exchanges and self._head_is_whole and self._until_close:
            self.whole = True
        self._end("the endpoint closed the connection")

    # What the parser tells.

    def on_message_begin(self) -> None:
        if self.whole:
            raise WireFault("a second answer to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self.headers.get(key)
        self.headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if CONTINUE <= self.status < OK:
            self.headers.clear()
            return
        self._head_is_whole = True
        self._until_close = "content-length" not in self.headers and "transfer-encoding" not in self.headers

    def on_body(self, data: bytes) -> None:
        if self._when_whole is not None:
            return
        self._body.append(data)
        was_low = self._waiting_bytes <= MAX_WAITING_BYTES
        self._waiting_bytes += len(data)
        if was_low and self._waiting_bytes > MAX_WAITING_BYTES:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if not self._head_is_whole:
            return  # 1xx: the answer proper follows
        self.whole = True
        self._between_exchanges = True
        self._reusable = self._parser.should_keep_alive()
        if self._when_whole is not None:
            when_whole, self._when_whole = self._when_whole, None
            when_whole(self)

    def _end(self, fault: str) -> None:
        self._fault = self._fault or fault
        self._cancel_timer()
        self._transport.abort()
        self._wake()

    def _raise_fault(self) -> None:
        if self._fault:
            raise WireFault(self._fault)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _time_out(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(WireTimeout("the endpoint was silent for too long"))

    async def _news(self, timeout_s: float) -> None:
        """Wait until something has changed."""
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout_s, self._time_out)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
