"""Bounds on a request body, its size and its time, held before anything parses it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadhand.errors import BodyTooLarge, RequestTimeout
from server.gate import path_of

# A client that is still sending reads our 413 only if we take its bytes for a while; then the line is cut.
DRAIN_BYTES: Final = 16_000_000


class BodyLimit:
    """Refuses a body above `max_bytes` by its Content-Length, and while it streams in; one that takes longer
    than `timeout_s` too. `of_paths`: the bounds of paths that have their own."""

    def __init__(
        self, app: ASGIApp, max_bytes: int, timeout_s: float, of_paths: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._of_paths = of_paths or {}
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._of_paths.get(path_of(scope), self._max_bytes)
        taken = 0
        more = True
        in_time = _InTime(receive, self._timeout_s)

        async def limited() -> Message:
            nonlocal taken, more
            if not more:  # what comes now is the end of the connection, whenever that is
                return await receive()
            message = await in_time()
            more = bool(message.get("more_body", False))
            taken += len(message.get("body", b""))
            if taken > max_bytes:
                if more:
                    await _drain(in_time)
                raise _too_large(max_bytes)
            return message

        if _announced(scope) > max_bytes:
            await _drain(in_time)
            raise _too_large(max_bytes)
        await self._app(scope, limited, send)


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The request body is larger than {max_bytes} bytes.", details={"max_bytes": max_bytes}
    )


class _InTime:
    """`receive` until a deadline that begins with the first call."""

    def __init__(self, receive: Receive, timeout_s: float) -> None:
        self._receive = receive
        self._timeout_s = timeout_s
        self._deadline: float | None = None

    async def __call__(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._timeout_s
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            raise RequestTimeout("The body of the request did not arrive in time.") from None


def _announced(scope: Scope) -> int:
    """The Content-Length, 0 if there is none that is a number."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


async def _drain(receive: Receive) -> None:
    """Read and forget the rest, within bounds."""
    left = DRAIN_BYTES
    while left > 0:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
