"""A refusal as bytes, for where there is no request that an application could answer."""

from http import HTTPStatus

from leadhand.errors import LeadhandError
from leadhand.telemetry import correlation_id, new_correlation_id
from server.border import DEFAULT_HEADERS
from server.errors import error_response


def raw_refusal(error: LeadhandError, status: int | None = None) -> bytes:
    """A whole HTTP/1.1 answer that ends its connection; `status` instead of the error's own."""
    token = correlation_id.set(new_correlation_id())
    try:
        response = error_response(error)
        response.headers["x-correlation-id"] = correlation_id.get()
    finally:
        correlation_id.reset(token)
    response.headers["connection"] = "close"
    for name, value in DEFAULT_HEADERS.items():
        response.headers.setdefault(name, value)
    code = HTTPStatus(status or error.status)
    lines = [b"HTTP/1.1 %d %s" % (code, code.phrase.encode())]
    lines += [b"%s: %s" % header for header in response.raw_headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body)
