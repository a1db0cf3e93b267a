"""What the routes of a board share: how its pages are asked for, answered, and not sent twice."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from leadhand import __version__
from leadhand.context import TenantContext
from runs.desk import Desk
from server.caller import Planner
from server.routes.described import refusal
from tools.boards.opened import BoardAnswer
from tools.boards.windows import board_window
from tools.windows import Window

MAX_NAME_CHARS: Final = 100

# A browser may keep a page, but asks whether it still holds; whose it is depends on the credential.
_HEADERS: Final = {"cache-control": "private, no-cache", "vary": "authorization, x-as-of"}

Text = Annotated[
    str | None,
    Query(min_length=1, max_length=MAX_NAME_CHARS, description="Only rows in whose texts this occurs"),
]
Name = Annotated[str, Path(min_length=1, max_length=MAX_NAME_CHARS, description="The id, or else the code")]
From = Annotated[
    str | None,
    Query(
        alias="from",
        max_length=MAX_NAME_CHARS,
        description="Start of the window: a local date or a timestamp, without an offset by the shop's clock",
        examples=["2026-12-01"],
    ),
]
To = Annotated[
    str | None,
    Query(
        max_length=MAX_NAME_CHARS,
        description="End of the window: a local date, that day included, or a timestamp; at most 62 days",
        examples=["2026-12-07"],
    ),
]


async def _asked_window(tenant: Planner, from_: From = None, to: To = None) -> Window:
    """The next seven days unless it is given; raises InvalidDate, EmptyWindow, WindowTooLong."""
    return board_window(from_, to, tenant)


AskedWindow = Annotated[Window, Depends(_asked_window)]
SAID: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "What `If-None-Match` names is what would be sent"},
    404: refusal("The shop has nothing of that id or code: `not_found`"),
    422: refusal(
        "`invalid_request` (a cursor of another list too), `invalid_date`, `empty_window`, `window_too_long`"
    ),
}


def named(description: str, example: str) -> Any:
    """A filter by one id or code."""
    return Query(max_length=MAX_NAME_CHARS, min_length=1, description=description, examples=[example])


async def board_response(
    request: Request, tenant: TenantContext, desk: Desk, make: Callable[[], Awaitable[BoardAnswer]]
) -> Response:
    """The answer of `make`, or 304 when the client has the one of this state of the plan and this minute."""
    if "if-none-match" in request.headers:
        tag = _tag(tenant, await desk.boards.data_version(tenant))
        if has_tag(request, tag):
            return Response(status_code=304, headers={**_HEADERS, "etag": tag})
    answer = await make()
    headers = {**_HEADERS, "etag": _tag(tenant, answer.data_version)}
    return Response(answer.model_dump_json(), media_type="application/json", headers=headers)


def has_tag(request: Request, tag: str) -> bool:
    """Whether the client says that it has the answer of this tag."""
    return tag in (part.strip() for part in request.headers.get("if-none-match", "").split(","))


def _tag(tenant: TenantContext, data_version: int) -> str:
    """The same for equal answers to one address; another shop's is never taken for it."""
    said = "\n".join((__version__, tenant.tenant_id, tenant.as_of.isoformat(), str(data_version)))
    return f'W/"{blake2b(said.encode(), digest_size=12).hexdigest()}"'
