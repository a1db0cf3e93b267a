"""JSON bodies, read strictly: what Postgres or a recursive reader would choke on is refused here."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from leadhand.errors import InvalidRequest, JsonValue

# A UI message with a tool's result nests about 12 deep.
MAX_DEPTH: Final = 64


def parse_json(body: bytes) -> JsonValue:
    """`body` as JSON.

    Raises:
        InvalidRequest: not UTF-8, not JSON, half a surrogate pair, a NUL character, or nested too deep.
    """
    try:
        value: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refusal(_what_is_wrong(body, error)) from None
    check_depth(value)
    # JSON has one way to write a NUL; the search over the bytes spares almost every body the walk.
    if b"\\u0000" in body and _holds_nul(value):
        raise _refusal("The text holds a NUL character.")
    return value


def check_depth(value: JsonValue) -> None:
    """Raises InvalidRequest for more than MAX_DEPTH levels of objects and lists."""
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise _refusal(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _inside(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _holds_nul(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    while level:
        if any("\0" in text for text in level if isinstance(text, str)):
            return True
        if any("\0" in key for outer in level if isinstance(outer, dict) for key in outer):
            return True
        level = [inner for outer in level for inner in _inside(outer)]
    return False


def _what_is_wrong(body: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "The body is not UTF-8."
    if "surrogate" in error.msg:
        return "The text holds half of a surrogate pair."
    if "depth" in error.msg:
        return f"The body is nested deeper than {MAX_DEPTH} levels."
    return f"The body is not JSON (line {error.lineno}, column {error.colno})."


def _refusal(message: str) -> InvalidRequest:
    return InvalidRequest(message, details={"fields": [{"field": "(body)", "problem": message}]})


class StrictRequest(Request):
    """A request whose `json()` is `parse_json`."""

    async def json(self) -> JsonValue:
        return parse_json(await self.body())


class StrictJsonRoute(APIRoute):
    """The route class of every router with a body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict
