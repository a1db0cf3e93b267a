"""Log lines: whole, on one line, and without what must not be in a log."""

import logging
import sys

import orjson

from leadhand.telemetry import MAX_MESSAGE_CHARS, JsonLines, correlation_id


def line_of(message: str, *args: object, **extra: object) -> dict[str, object]:
    logger = logging.getLogger("test")
    record = logger.makeRecord("server.x", logging.WARNING, __file__, 1, message, args, None, extra=extra)
    text = JsonLines().format(record)
    assert "\n" not in text
    parsed: dict[str, object] = orjson.loads(text)
    return parsed


def test_a_line_says_when_what_and_where() -> None:
    line = line_of("run %s ended", "r-1", run_id="r-1", duration_ms=12)
    assert line.pop("at")
    assert line == {
        "level": "warning",
        "logger": "server.x",
        "message": "run r-1 ended",
        "run_id": "r-1",
        "duration_ms": 12,
    }


def test_a_line_of_a_request_carries_its_id() -> None:
    token = correlation_id.set("abc")
    try:
        assert line_of("x")["correlation_id"] == "abc"
    finally:
        correlation_id.reset(token)


def test_only_listed_fields_get_in() -> None:
    assert "authorization" not in line_of("x", authorization="Bearer secret", body="secret")


def test_a_message_cannot_forge_a_second_line_or_fill_the_log() -> None:
    message = str(line_of("a\nb" + "x" * 100_000 + "the end")["message"])
    assert message.startswith("a\nb")
    assert message.endswith("the end")
    assert len(message) < MAX_MESSAGE_CHARS + 10


def test_text_that_utf8_cannot_carry_is_still_logged() -> None:
    assert "ud800" in str(line_of("\ud800")["message"])


def test_an_exception_is_logged_with_its_place() -> None:
    try:
        raise ValueError("what happened")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line: dict[str, object] = orjson.loads(JsonLines().format(record))
    assert "ValueError: what happened" in str(line["exception"])
    assert "test_log_lines.py" in str(line["exception"])
