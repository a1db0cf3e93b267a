"""Bounds on a request body, held before anything parses it."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadhand.errors import BodyTooLarge

# A client that is still sending reads our 413 only if we take its bytes for a while; then the line is cut.
DRAIN_BYTES: Final = 16_000_000


class BodyLimit:
    """Refuses a body above `max_bytes` by its Content-Length, and while it streams in."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self._max_bytes:
                    if message.get("more_body", False):
                        await _drain(receive)
                    raise self._refusal()
            return message

        if _announced(scope) > self._max_bytes:
            await _drain(receive)
            raise self._refusal()
        await self._app(scope, limited, send)

    def _refusal(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request body is larger than {self._max_bytes} bytes.",
            details={"max_bytes": self._max_bytes},
        )


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
