"""Requests to a model's endpoint in the call tree: each try is a span, from sending to the answer's head."""

from typing import Any

import httpx2

from leadhand import metrics
from leadhand.errors import ModelTimeout, ModelUnavailable
from leadhand.spans import Span, SpanKind, span
from models.counted import RETRY_HEADER
from models.lean.wire import WireFault, WireTimeout

FIRST_REFUSAL = 400


def request_span(retries: int) -> Span:
    """Around one try, the first of them with `retries` 0."""
    return span(SpanKind.REQUEST, "request", code=_code, try_number=retries + 1)


def note_status(sent: Span, status: int) -> None:
    """What the endpoint answered."""
    sent.note(http_status=status)
    if status >= FIRST_REFUSAL:
        sent.fail(f"http_{status}")


class TracedClient(httpx2.AsyncClient):
    """What the stock client sends through."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As the base class."""
        retries = request.headers.get(RETRY_HEADER, "0")
        with request_span(int(retries) if retries.isdecimal() else 0) as sent:
            response = await super().send(request, **options)
            note_status(sent, response.status_code)
            return response


def _code(error: BaseException) -> str:
    if isinstance(error, WireTimeout | httpx2.TimeoutException):
        return ModelTimeout.code
    if isinstance(error, WireFault | httpx2.TransportError):
        return ModelUnavailable.code
    return metrics.code_of(error)
