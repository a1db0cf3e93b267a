"""Every fault of an HTTP request as the one JSON shape that clients rely on."""

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, JsonValue
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from leadhand.errors import (
    BodyTooLarge,
    InternalFault,
    InvalidRequest,
    LeadhandError,
    MethodNotAllowed,
    NotFound,
    RequestTimeout,
    Throttled,
    Unauthorized,
)
from leadhand.telemetry import correlation_id

MAX_FIELDS_SHOWN: Final = 20
MAX_FIELD_CHARS: Final = 100
# Long enough for a failover or a restart to be over, short enough for a person who waits.
RETRY_AFTER_S: Final = 2
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class ErrorDetail(BaseModel):
    """`code` is stable and for programs, `message` is safe to show to a person."""

    code: str = Field(examples=["thread_busy"])
    message: str = Field(examples=["This conversation is still being answered."])
    retryable: bool = Field(examples=[True])
    correlation_id: str = Field(examples=["0f2c6d0c5f0e4f6f9b5f3c1f2a9b7e31"])
    details: dict[str, JsonValue] | None = None


class ErrorBody(BaseModel):
    """The body of every answer with a 4xx or 5xx status."""

    error: ErrorDetail


def error_response(error: LeadhandError, headers: Mapping[str, str] | None = None) -> Response:
    detail: dict[str, object] = {
        "code": error.code,
        "message": error.message,
        "retryable": error.retryable,
        "correlation_id": correlation_id.get(),
    }
    if error.details:
        detail["details"] = error.details
    sent = dict(headers or {})
    if isinstance(error, Unauthorized):
        sent["www-authenticate"] = "Bearer"
    if isinstance(error, Throttled):
        sent["retry-after"] = str(error.retry_after_s)
    elif error.status == 503:
        sent["retry-after"] = str(RETRY_AFTER_S)
    if isinstance(error, RequestTimeout):
        sent["connection"] = "close"  # the rest of the request may still be on its way
    body = orjson.dumps({"error": detail}, default=str)
    return Response(body, error.status, media_type="application/json", headers=sent)


def internal_fault() -> InternalFault:
    return InternalFault("Something went wrong on our side. The correlation id finds it in our log.")


async def on_error(request: Request, error: Exception) -> Response:
    """The one exception handler. FastAPI wraps what reading a body raised: that cause is the better error."""
    match error:
        case LeadhandError():
            return error_response(error)
        case RequestValidationError():
            return error_response(_invalid(error))
        case HTTPException() if isinstance(error.__cause__, LeadhandError):
            return error_response(error.__cause__)
        case HTTPException(status_code=405):
            return _wrong_method(request)
        case HTTPException():
            return error_response(_plain(error.status_code), error.headers)
        case _:
            raise error


def _invalid(error: RequestValidationError) -> InvalidRequest:
    """FastAPI's validation list, without the input that it echoes."""
    fields: list[JsonValue] = [
        {"field": _path(problem["loc"]), "problem": str(problem["msg"]).removeprefix("Value error, ")}
        for problem in error.errors()[:MAX_FIELDS_SHOWN]
    ]
    return InvalidRequest("The request is not valid; details.fields says where.", details={"fields": fields})


def _wrong_method(request: Request) -> Response:
    """Starlette names the methods of the first route only; a path has one route a method."""
    allow = {"allow": ", ".join(_methods_of_path(request))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    return error_response(MethodNotAllowed("This address does not take that method."), allow)


def _methods_of_path(request: Request) -> list[str]:
    routes: list[BaseRoute] = request.app.routes
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    return [
        method
        for method, scope in scopes.items()
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


def _plain(status: int) -> LeadhandError:
    match status:
        case 404:
            return NotFound("There is nothing here.")
        case 413:
            return BodyTooLarge("The request body is too large.")
        case _ if status < 500:
            return InvalidRequest("The request could not be read.")
        case _:
            return internal_fault()


def _path(location: tuple[int | str, ...]) -> str:
    """`messages.0.role`; outside the body the place comes first: `query.limit`."""
    parts = location[1:] if location[:1] == ("body",) else location
    return ".".join(str(part)[:MAX_FIELD_CHARS] for part in parts)[: 3 * MAX_FIELD_CHARS] or "(body)"
