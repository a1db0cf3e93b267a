"""What the OpenAPI page says about every guarded route."""

from typing import Any, Final

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from server.errors import ErrorBody
from server.json_body import StrictJsonRoute

# Only for the page and its "Authorize" button: the credential is checked by `server.gate`.
_BEARER: Final = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT or API key",
    description="`leadhand token --shop NAME --user NAME` prints a token, `leadhand apikey create` a key.",
)


def refusal(description: str) -> dict[str, Any]:
    return {"model": ErrorBody, "description": description}


_EVERYWHERE: Final[dict[int | str, dict[str, Any]]] = {
    401: refusal("No credential, or one that is not valid: `unauthorized`"),
    403: refusal("The credential lacks a permission: `permission_denied`"),
    408: refusal("The body did not arrive in time: `request_timeout`"),
    422: refusal("`invalid_request`, with the fields in `details`"),
    429: refusal("Too much of something; `Retry-After` says how long to wait: `rate_limited`"),
    503: refusal("Try again: `database_unavailable`, `server_stopping`"),
    504: refusal("The database took too long over it: `query_timeout`"),
}


def api_router(tag: str) -> APIRouter:
    """A router under /api whose routes share the credential, the refusals and the strict JSON reader."""
    return APIRouter(
        prefix="/api",
        tags=[tag],
        route_class=StrictJsonRoute,
        dependencies=[Depends(_BEARER)],
        responses=_EVERYWHERE,
        generate_unique_id_function=_by_name,
    )


def open_router(tag: str) -> APIRouter:
    """A router whose routes take no credential."""
    return APIRouter(tags=[tag], generate_unique_id_function=_by_name)


def _by_name(route: APIRoute) -> str:
    """The id of an operation on the page: the name of its function."""
    return route.name
