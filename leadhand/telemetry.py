"""The id that ties log lines to a request and to the run that it started."""

from contextvars import ContextVar
from typing import Final
from uuid import uuid4

NO_CORRELATION: Final = "-"
# Set for each request; a run that the request starts inherits it, and so do its log lines.
correlation_id: ContextVar[str] = ContextVar("correlation_id", default=NO_CORRELATION)


def new_correlation_id() -> str:
    return uuid4().hex


def current_correlation_id() -> str:
    """The id of this request or job; a new one outside of both."""
    known = correlation_id.get()
    return new_correlation_id() if known == NO_CORRELATION else known
