"""The wire to an endpoint that is reached without a proxy: connections of our own, kept for a while."""

import asyncio
import ssl
from collections import defaultdict
from dataclasses import replace
from typing import TypeAlias
from weakref import WeakSet

import httpx2

from models.lean.connection import Connection
from models.lean.wire import POST, Request, Timeouts, WireFault, WireTimeout

MAX_CONNECTIONS = 200
MAX_IDLE = 50
# Common servers close an idle connection after five seconds: no request should cross that.
KEEP_S = 4.0
# How long the end of a body may take once the answer in it is complete.
END_WITHIN_S = 0.5
MAX_REDIRECTS = 20
MOVED, FOUND, SEE_OTHER = 301, 302, 303
REDIRECTS = frozenset({MOVED, FOUND, SEE_OTHER, 307, 308})
PORTS = {"http": 80, "https": 443}

Origin: TypeAlias = tuple[str, str, int]


class DirectWire:
    """A Wire. At most MAX_CONNECTIONS requests are under way; more wait for a place as for a connection."""

    def __init__(self, timeouts: Timeouts, tls: ssl.SSLContext) -> None:
        self._timeouts = timeouts
        self._tls = tls
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        # The event loop holds those that are open.
        self._open: WeakSet[Connection] = WeakSet()
        self._closed = False

    async def send(self, request: Request) -> "DirectResponse":
        """As `Wire.send`."""
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._exchange(request)
            if response.status not in REDIRECTS or "location" not in response.headers:
                return response
            await response.aclose()
            request = redirected(request, response.status, response.headers["location"])
        raise WireFault("the endpoint redirects in a circle")

    async def aclose(self) -> None:
        """As `Wire.aclose`."""
        self._closed = True
        for connection in list(self._open):
            connection.abort()

    async def _exchange(self, request: Request) -> "DirectResponse":
        await self._take_place()
        try:
            connection = await self._connection(_origin(request.url))
        except BaseException:
            self._places.release()
            raise
        response = DirectResponse(self, _origin(request.url), connection)
        try:
            connection.start(_head(request) + request.body)
            await connection.wait_for_head(self._timeouts.read_s)
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._timeouts.connect_s):
                await self._places.acquire()
        except TimeoutError:
            raise WireTimeout("every connection to the endpoint is in use") from None

    async def _connection(self, origin: Origin) -> Connection:
        if self._closed:
            raise WireFault("the client is closed")
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
        return await self._connect(origin)

    async def _connect(self, origin: Origin) -> Connection:
        scheme, host, port = origin
        context = self._tls if scheme == "https" else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeouts.connect_s):
                _, connection = await loop.create_connection(Connection, host, port, ssl=context)
        except TimeoutError:
            raise WireTimeout("the endpoint took too long to accept the connection") from None
        except (OSError, UnicodeError) as error:
            raise WireFault(f"no connection to the endpoint: {type(error).__name__}") from error
        self._open.add(connection)
        return connection

    def leave(self, origin: Origin, connection: Connection, *, soon_over: bool) -> None:
        """Take back the connection of an exchange that is over, or `soon_over` save for the body's end."""
        self._places.release()
        if soon_over and not connection.whole:
            connection.expect_end(END_WITHIN_S, lambda connection: self._keep(origin, connection))
        else:
            self._keep(origin, connection)

    def _keep(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle[origin]
        if len(idle) >= MAX_IDLE:
            idle[:] = [kept for kept in idle if kept.reusable]
        if connection.reusable and not self._closed and len(idle) < MAX_IDLE:
            connection.close_after(KEEP_S)
            idle.append(connection)
        else:
            connection.abort()


class DirectResponse:
    """A Response."""

    def __init__(self, wire: DirectWire, origin: Origin, connection: Connection) -> None:
        self._wire = wire
        self._origin = origin
        self._connection = connection
        self._left = False

    @property
    def status(self) -> int:
        return self._connection.status

    @property
    def headers(self) -> dict[str, str]:
        return self._connection.headers

    async def read(self, timeout_s: float) -> bytes:
        """As `Response.read`."""
        return await self._connection.read(timeout_s)

    async def finish(self) -> None:
        """As `Response.finish`."""
        self._leave(soon_over=True)

    async def aclose(self) -> None:
        """As `Response.aclose`."""
        self._leave(soon_over=False)

    def _leave(self, *, soon_over: bool) -> None:
        if not self._left:
            self._left = True
            self._wire.leave(self._origin, self._connection, soon_over=soon_over)


def redirected(request: Request, status: int, location: str) -> Request:
    """The request that a redirect asks for, as browsers and the provider's client understand it.

    Raises:
        WireFault: the location is not one that can be asked.
    """
    try:
        url = request.url.join(location)
    except httpx2.InvalidURL:
        url = None
    if url is None or url.scheme not in PORTS or not url.host:
        raise WireFault("the endpoint redirects to an address that is none")
    follow = replace(request, url=url)
    if status in {MOVED, FOUND, SEE_OTHER}:
        follow = replace(follow, method=b"GET", body=b"")
    if _origin(url) != _origin(request.url) and not _only_to_https(request.url, url):
        kept = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
        follow = replace(follow, headers=kept)
    return follow


def _only_to_https(before: httpx2.URL, after: httpx2.URL) -> bool:
    same_host = before.host == after.host
    return same_host and (_origin(before)[::2], _origin(after)[::2]) == (("http", 80), ("https", 443))


def _origin(url: httpx2.URL) -> Origin:
    return url.scheme, url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]


def _head(request: Request) -> bytes:
    lines = [
        request.method + b" " + request.url.raw_path + b" HTTP/1.1",
        b"host: " + request.url.netloc,
        *(f"{name}: {value}".encode("ascii") for name, value in request.headers.items()),
    ]
    if request.method == POST:
        lines.append(b"content-length: " + str(len(request.body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"
