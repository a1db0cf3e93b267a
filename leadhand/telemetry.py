"""Log lines: one JSON object each, with the id that ties them to a request.

Only the listed extra fields get in, so that no message text, body, token or header can slip into a log by
way of `extra`. Exceptions are logged whole: their text stays on this side of the wire.
"""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import orjson

NO_CORRELATION: Final = "-"
# Set for each request; a run that the request starts inherits it, and so do its log lines.
correlation_id: ContextVar[str] = ContextVar("correlation_id", default=NO_CORRELATION)

LOGGED_FIELDS: Final = (
    "tenant_id",
    "run_id",
    "method",
    "route",
    "status",
    "duration_ms",
    "code",
    "tool",
    "attempt",
    "retry_in_s",
)
MAX_MESSAGE_CHARS: Final = 2_000
MAX_EXCEPTION_CHARS: Final = 16_000


def new_correlation_id() -> str:
    return uuid4().hex


class JsonLines(logging.Formatter):
    """`{"at", "level", "logger", "message", "correlation_id", …, "exception"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _shortened(record.getMessage()),
        }
        if (correlation := correlation_id.get()) != NO_CORRELATION:
            line["correlation_id"] = correlation
        for name in LOGGED_FIELDS:
            if (value := record.__dict__.get(name)) is not None:
                line[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)[-MAX_EXCEPTION_CHARS:]
        return _one_line(line)


def _shortened(text: str) -> str:
    """Both ends: a foreign traceback says in its last lines what happened."""
    if len(text) <= MAX_MESSAGE_CHARS:
        return text
    return f"{text[: MAX_MESSAGE_CHARS // 2]} … {text[-MAX_MESSAGE_CHARS // 2 :]}"


def _one_line(line: dict[str, object]) -> str:
    try:
        return orjson.dumps(line, default=str).decode()
    except orjson.JSONEncodeError:  # lone surrogates or giant integers
        return orjson.dumps({name: ascii(value) for name, value in line.items()}).decode()


def configure_logging(level: int = logging.INFO) -> None:
    """Send every logger's lines to stderr as JSON. Called once, by the process's entry point."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
