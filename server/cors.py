"""Pages of other origins that may call: those that the operator has named, and no others."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from leadhand.errors import PermissionDenied
from server.errors import METHODS, error_response

REQUEST_HEADERS: Final = ("Authorization", "Content-Type", "Idempotency-Key", "X-As-Of")
# What a page may read of an answer beyond its body and the headers that every page may read.
EXPOSED_HEADERS: Final = ("Retry-After", "X-Correlation-Id")
PREFLIGHT_LIVES_S: Final = 600


class NamedOrigins(CORSMiddleware):
    """Answers preflights and marks answers for `origins`; a preflight of anybody else gets our one refusal.

    No cookie is ever a credential here, so browsers are never told that they may send any.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_LIVES_S,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        allowed = super().preflight_response(request_headers)
        if allowed.status_code == 200:
            return allowed
        refusal = PermissionDenied("Pages of this origin may not send this request.")
        return error_response(refusal, {"vary": allowed.headers["vary"]})
