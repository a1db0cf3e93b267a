"""uvicorn's HTTP protocol with bounds on what a connection may take: time, bytes, and places.

uvicorn waits for ever for the rest of a header or a body, takes a header of any length, and keeps what a
client does not read for as long as the client likes.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadhand.errors import HeadersTooLarge, InvalidRequest, LeadhandError, RequestTimeout, TooManyConnections
from leadhand.settings import Settings
from server.raw_refusal import raw_refusal

logger = logging.getLogger(__name__)

# The application refuses a slow body with a clean answer first; a client that goes on anyway is cut.
BODY_GRACE_S: Final = 5.0
# A client that still sends would lose our last words if the connection were closed at once.
LINGER_S: Final = 1.0
# Requests sent ahead of their answers on one connection. Hardly any client sends one.
MAX_PIPELINED: Final = 16
# ": " and the end of the line.
HEADER_PUNCTUATION_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """Settings of the same names; seconds, bytes, connections of the process."""

    max_connections: int
    max_header_bytes: int
    header_timeout_s: float
    body_timeout_s: float
    write_timeout_s: float
    keep_alive_timeout_s: float

    @classmethod
    def of(cls, settings: Settings) -> "ConnectionBounds":
        return cls(
            max_connections=settings.max_connections,
            max_header_bytes=settings.max_header_bytes,
            header_timeout_s=settings.header_timeout_s,
            body_timeout_s=settings.body_timeout_s,
            write_timeout_s=settings.write_timeout_s,
            keep_alive_timeout_s=settings.keep_alive_timeout_s,
        )


def bounded_protocol(bounds: ConnectionBounds) -> type[HttpToolsProtocol]:
    """The protocol class for uvicorn's `http`, with these bounds."""
    return type("BoundedProtocol", (BoundedProtocol,), {"bounds": bounds})


class BoundedProtocol(HttpToolsProtocol):
    """One timer at a time watches what the connection waits for; a request in one piece needs none."""

    bounds: ClassVar[ConnectionBounds]

    _refused = False
    _refusal: LeadhandError | None = None
    # Of the message being read: `_in_header` from its first byte, `_in_body` from its header's end.
    _in_header = False
    _in_body = False
    # Whether a header or a message ended in the bytes just read, so that a new wait begins.
    _turned = False
    _header_bytes = 0
    _unread_header_bytes = 0
    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(  # pyright: ignore[reportIncompatibleMethodOverride] - uvicorn narrows it, too
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self.timeout_keep_alive = self.bounds.keep_alive_timeout_s  # pyright: ignore[reportAttributeAccessIssue] - only handed to call_later
        if len(self.connections) > self.bounds.max_connections:
            logger.warning("%d connections: the next is refused", self.bounds.max_connections)
            self._refuse(TooManyConnections("The server has too many connections. Try again in a moment."))
        else:
            self._watch(self.bounds.header_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch(None)
        self._watch_reader(on=False)
        super().connection_lost(exc)

    # What comes in

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._turned = False
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        if self._turned:
            self._watch(None)
            self._unread_header_bytes = 0
        if self._in_body:
            if self._late is None:
                self._watch(self.bounds.body_timeout_s + BODY_GRACE_S)
        elif self._in_header or not self._turned:
            self._wait_for_header(len(data))

    def _wait_for_header(self, came_bytes: int) -> None:
        """Also for the line ends that may stand before a request: they are no request."""
        if not self._turned:
            self._unread_header_bytes += came_bytes
        if self._unread_header_bytes > self.bounds.max_header_bytes:
            self._refuse(self._too_large())
        elif self._late is None:
            self._watch(self.bounds.header_timeout_s)

    def on_message_begin(self) -> None:
        self._in_header = True
        self._header_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._header_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + HEADER_PUNCTUATION_BYTES
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_header, self._in_body, self._turned = False, True, True
        if self._header_bytes > self.bounds.max_header_bytes:
            self._refusal = self._too_large()
        elif len(self.pipeline) >= MAX_PIPELINED:
            self._refusal = InvalidRequest("Too many requests were sent ahead of their answers.")
        if self._refusal is not None:
            raise self._refusal  # ends the parser, which has `send_400_response` called
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body, self._turned = False, True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        del msg
        if self._refusal is None:
            self._refuse(InvalidRequest("This is not a request that can be read as HTTP."), status=400)
        else:
            self._refuse(self._refusal)

    # What goes out

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader(on=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._watch_reader(on=False)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_reader(on=True)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_reader(on=True)

    # Bounds

    @property
    def _answering(self) -> bool:
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] - None before the first

    def _watch(self, wait_s: float | None) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None if wait_s is None else self.loop.call_later(wait_s, self._too_late)

    def _too_late(self) -> None:
        self._late = None
        if self._in_body:
            if self.flow.read_paused:  # it is we who do not read
                self._watch(self.bounds.body_timeout_s)
            else:
                self.transport.abort()
        elif self._answering:
            self._watch(self.bounds.header_timeout_s)
        elif self._in_header or self._unread_header_bytes:
            self._refuse(RequestTimeout("The header of the request did not arrive in time."))
        else:
            self.transport.close()

    def _watch_reader(self, *, on: bool) -> None:
        if on and self._stalled is None:
            self._stalled = self.loop.call_later(self.bounds.write_timeout_s, self._cut_reader)
        elif not on and self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _cut_reader(self) -> None:
        logger.info("client does not read: cut")
        self.transport.abort()

    def _too_large(self) -> HeadersTooLarge:
        limit = self.bounds.max_header_bytes
        return HeadersTooLarge(
            f"Address and headers are larger than {limit} bytes.", details={"max_bytes": limit}
        )

    def _refuse(self, error: LeadhandError, status: int | None = None) -> None:
        """Answer with `error` and end the connection; in the middle of another answer only end it."""
        self._refused = True
        self._watch(None)
        if self._answering:
            self.transport.abort()
            return
        self.transport.write(raw_refusal(error, status))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._late = self.loop.call_later(LINGER_S, self.transport.abort)
