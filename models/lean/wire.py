"""What the client needs of HTTP: one request, a head, and the body as it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx2

POST = b"POST"


class WireFault(Exception):
    """The connection could not be made or broke, or what came is not HTTP."""


class WireTimeout(WireFault):
    """Nothing came in time."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to reach the endpoint (or to get one of the connections), and between two arrivals from it."""

    connect_s: float
    read_s: float


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` are complete but for host and content-length, which the wire adds."""

    url: httpx2.URL
    headers: Mapping[str, str]
    body: bytes
    method: bytes = POST


class Response(Protocol):
    """Closed exactly once, by `aclose` or by `finish`."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case; of repeated ones the values joined by commas."""
        ...

    async def read(self, timeout_s: float) -> bytes:
        """All that has arrived since the last call, as it came over the wire; waits while there is nothing.

        Empty at the end of the body.

        Raises:
            WireTimeout: nothing came within `timeout_s`.
            WireFault: the connection broke before the end of the body.
        """
        ...

    async def finish(self) -> None:
        """The rest of the body does not matter: keep the connection if that rest is short."""
        ...

    async def aclose(self) -> None:
        """Let go at once: an unfinished body ends with its connection."""
        ...


class Wire(Protocol):
    async def send(self, request: Request) -> Response:
        """Send the request, follow redirects, wait for the head of the answer.

        Raises:
            WireTimeout: no connection, or nothing of the head, in time.
            WireFault: no connection, or a broken one, or no HTTP.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; requests under way fail."""
        ...
