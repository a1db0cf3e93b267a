"""Log lines for programs (a JSON object each) and for people, with the id that ties them to a request.

Only the listed extra fields get in, so that no message text, body, token or header can slip into a log by
way of `extra`.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import orjson

from leadhand.log_text import Redactor, message_of, traceback_of
from leadhand.telemetry import NO_CORRELATION, correlation_id

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
# They stand in the message of a request already.
_SAID_IN_WORDS: Final = {"method", "route", "status"}
MAX_EXCEPTION_CHARS: Final = 16_000


class _Lines(logging.Formatter):
    """`whole`: with the texts of foreign exceptions, as they come."""

    def __init__(self, redact: Redactor | None = None, *, whole: bool = False) -> None:
        super().__init__()
        self._redact = redact or Redactor()
        self._whole = whole

    def _message(self, record: logging.LogRecord) -> str:
        return self._redact(message_of(record, whole=self._whole))

    def _fields(self, record: logging.LogRecord) -> Mapping[str, object]:
        extra = record.__dict__
        fields = {name: extra[name] for name in LOGGED_FIELDS if extra.get(name) is not None}
        correlation: object = extra.get("correlation_id") or correlation_id.get()
        return fields if correlation == NO_CORRELATION else {"correlation_id": correlation, **fields}

    def _exception(self, record: logging.LogRecord) -> str | None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return None
        return self._redact(traceback_of(error, whole=self._whole))[-MAX_EXCEPTION_CHARS:]


class JsonLines(_Lines):
    """`{"at", "level", "logger", "message", "correlation_id"?, …, "exception"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
            **self._fields(record),
        }
        if (exception := self._exception(record)) is not None:
            line["exception"] = exception
        return _one_line(line)


class TextLines(_Lines):
    """`2026-11-23 07:00:01.123 INFO    logger: message name=value …`; further lines are indented."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(" ", timespec="milliseconds")
        told = [
            f"{name}={value}" for name, value in self._fields(record).items() if name not in _SAID_IN_WORDS
        ]
        line = " ".join((f"{at[:23]} {record.levelname:7} {record.name}:", self._message(record), *told))
        exception = self._exception(record)
        return _for_a_terminal(line if exception is None else f"{line}\n{exception}")


def _for_a_terminal(text: str) -> str:
    """Nothing steers the terminal or passes for another line of the log."""
    lines = ("".join(char if char.isprintable() else " " for char in line) for line in text.split("\n"))
    return "\n  ".join(lines)


def _one_line(line: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(line, default=str).decode()
    except orjson.JSONEncodeError:  # lone surrogates or giant integers
        return orjson.dumps({name: ascii(value) for name, value in line.items()}).decode()
