"""The outermost layers: correlation id, security headers, one log line; and the last catch of all."""

import logging
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadhand.errors import LeadhandError
from leadhand.metrics import http_request_duration, http_requests
from leadhand.telemetry import correlation_id, new_correlation_id
from server.errors import METHODS, error_response, internal_fault
from server.gate import admitted_to

logger = logging.getLogger(__name__)

# Headers that an answer gets unless its route set its own.
DEFAULT_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
KNOWN_METHODS: Final = {*METHODS, "OPTIONS"}
# Probed every few seconds; their log lines would drown the rest.
QUIET_ROUTES: Final = {"/healthz", "/readyz", "/metrics"}


class Border:
    """No answer leaves without a correlation id and a log line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(send)
        token = correlation_id.set(exchange.correlation_id)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, exchange.send)
        finally:
            _note(scope, exchange.status, time.perf_counter() - started)
            correlation_id.reset(token)


class Refusals:
    """Nothing that is raised below gets past it: it becomes the one shape of an error.

    What marks errors as well as answers (the origins that may read them) stands between this and `Border`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = False

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except LeadhandError as error:
            logger.info("refused: %s", error.code, extra={"code": error.code})
            if not answered:
                await error_response(error)(scope, receive, send)
        except Exception:  # the request's border: a client gets a code and an id, the log gets the text
            logger.exception("request failed")
            if not answered:
                await error_response(internal_fault())(scope, receive, send)


class _Exchange:
    """One answer on its way out; `status` is 0 until it has started."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.correlation_id = new_correlation_id()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            headers["x-correlation-id"] = self.correlation_id
            for name, value in DEFAULT_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _note(scope: Scope, status: int, duration_s: float) -> None:
    """Count the request and log its line: the route's template, not the path, which holds ids."""
    route = str(getattr(scope.get("route"), "path", "-"))
    # A method that is none of ours is a word of the caller's choice, and no label.
    method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
    http_requests.labels(method, route, status).inc()
    http_request_duration.labels(method, route).observe(duration_s)
    admitted = admitted_to(scope)
    logger.log(
        logging.DEBUG if route in QUIET_ROUTES else logging.INFO,
        "%s %s %d",
        method,
        route,
        status,
        extra={
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(duration_s * 1000),
            "tenant_id": admitted.principal.tenant_id if admitted else None,
        },
    )
