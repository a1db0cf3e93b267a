"""Log lines: whole, on one line, tied to their request, and without what must not be in a log."""

import asyncio
import logging
import warnings
from collections.abc import Iterator

import orjson
import psycopg
import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from leadhand.api_key import ApiKey
from leadhand.errors import NotFound
from leadhand.log_lines import JsonLines, TextLines
from leadhand.log_setup import configure_logging
from leadhand.log_text import Redactor, told
from leadhand.settings import Environment, LogFormat, LogLevel, Settings
from leadhand.telemetry import correlation_id

CANARY = "canary-of-order-4711"


def record_of(message: str, *args: object, name: str = "server.x", **extra: object) -> logging.LogRecord:
    logger = logging.getLogger("test")
    return logger.makeRecord(name, logging.WARNING, __file__, 1, message, args, None, extra=extra)


def record_of_error(error: BaseException, name: str = "server.x") -> logging.LogRecord:
    try:
        raise error
    except type(error) as raised:
        info = (type(raised), raised, raised.__traceback__)
        return logging.LogRecord(name, logging.ERROR, __file__, 1, "failed", (), info)


def parsed(record: logging.LogRecord, *, whole: bool = False) -> dict[str, object]:
    text = JsonLines(whole=whole).format(record)
    assert "\n" not in text
    line: dict[str, object] = orjson.loads(text)
    return line


def test_a_line_says_when_what_and_where() -> None:
    line = parsed(record_of("run %s ended", "r-1", run_id="r-1", duration_ms=12))
    assert line.pop("at")
    assert line == {
        "level": "warning",
        "logger": "server.x",
        "message": "run r-1 ended",
        "run_id": "r-1",
        "duration_ms": 12,
    }


@pytest.mark.parametrize("lines", [JsonLines(), TextLines()])
def test_a_line_of_a_request_carries_its_id(lines: logging.Formatter) -> None:
    token = correlation_id.set("abc123")
    try:
        assert "abc123" in lines.format(record_of("x"))
    finally:
        correlation_id.reset(token)
    assert "abc123" not in lines.format(record_of("x"))


@pytest.mark.parametrize("lines", [JsonLines(), TextLines()])
def test_only_listed_fields_get_in(lines: logging.Formatter) -> None:
    line = lines.format(record_of("x", authorization=f"Bearer {CANARY}", body=CANARY, code="not_found"))
    assert "not_found" in line
    assert CANARY not in line


def test_a_message_cannot_fill_the_log() -> None:
    message = str(parsed(record_of("a\nb" + "x" * 100_000 + "the end"))["message"])
    assert message.startswith("a\nb")
    assert message.endswith("the end")
    assert len(message) < 2_100


def test_a_message_cannot_pass_for_another_line_or_steer_a_terminal() -> None:
    line = TextLines().format(record_of("a\n2026-11-23 07:00:00 INFO forged\r\x1b[2J"))
    first, second = line.split("\n")
    assert first.endswith("server.x: a")
    assert second.startswith("  2026-11-23")
    assert "\x1b" not in line
    assert "\r" not in line


def test_text_that_utf8_cannot_carry_is_still_logged() -> None:
    assert "ud800" in str(parsed(record_of("\ud800"))["message"])


class Order(BaseModel):
    quantity: int


def of_validation() -> ValidationError:
    try:
        Order.model_validate({"quantity": CANARY})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        RuntimeError(f"at {CANARY}"),
        NotFound(f"There is no order {CANARY}.", details={"suggestions": [CANARY]}),
        of_validation(),
        psycopg.errors.CheckViolation(f"new row violates\nDETAIL:  Failing row contains ({CANARY})."),
        psycopg.DataError(f'invalid input syntax for type uuid: "{CANARY}"'),
        ExceptionGroup(CANARY, [ValueError(CANARY)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_logged_by_type_and_place_and_not_by_what_it_quotes(error: Exception) -> None:
    try:
        raise RuntimeError(CANARY) from error
    except RuntimeError as outer:
        line = parsed(record_of_error(outer))
    assert CANARY not in str(line)
    assert type(error).__name__ in str(line["exception"])
    assert "test_log_lines.py" in str(line["exception"])
    assert CANARY in str(parsed(record_of_error(error), whole=True))


def test_an_error_that_speaks_of_code_or_connections_keeps_its_words() -> None:
    away = psycopg.OperationalError("connection refused")
    assert told(away) == "psycopg.OperationalError: connection refused"
    assert told(TypeError("an integer is required")) == "TypeError: an integer is required"
    assert told(NotFound(CANARY)) == "leadhand.errors.NotFound: not_found"


async def test_what_a_lost_task_raised_does_not_come_in_by_way_of_asyncio() -> None:
    heard: list[logging.LogRecord] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    async def fails() -> None:
        raise ValueError(CANARY)

    task = asyncio.ensure_future(fails())
    await asyncio.wait([task])
    logger, handler = logging.getLogger("asyncio"), Listening()
    logger.addHandler(handler)
    try:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": task.exception(), "future": task}
        )
    finally:
        logger.removeHandler(handler)
    line = parsed(heard[0])
    assert line["message"] == "Task exception was never retrieved"
    assert "ValueError" in str(line["exception"])
    assert CANARY not in str(line)


@pytest.mark.parametrize(
    ("name", "message", "args"),
    [
        ("langchain_core.callbacks.manager", "Error in %s callback: %s", ("x", repr(ValueError(CANARY)))),
        ("openai._base_client", "Request options: %s", ({"json_data": CANARY},)),
        ("psycopg.pool", "error connecting: %s", (psycopg.DataError(CANARY),)),
        ("uvicorn.error", f"Exception in ASGI application\n{CANARY}", ()),
        ("py.warnings", "%s", (f"/lib/x.py:12: UserWarning: input_value='{CANARY}'\n  warn()",)),
    ],
)
def test_a_library_cannot_put_somebodys_text_into_the_log(
    name: str, message: str, args: tuple[object, ...]
) -> None:
    line = parsed(record_of(message, *args, name=name))
    assert CANARY not in str(line)
    assert str(line["message"])


KEY = ApiKey("b3d5" * 4, "8cef" * 16)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        (f"tried {KEY.text} in vain", KEY.text.rsplit("_", 1)[1], f"tried lh_{KEY.id}_… in vain"),
        (f"token {JWT}", JWT, "token …token…"),
        ("Authorization: Bearer abcdefgh12345", "abcdefgh", "Authorization: Bearer …"),
        ("postgresql://app:s3cret@db/leadhand", "s3cret", "postgresql://app:…@db/leadhand"),
        ("host=db password=s3cret", "s3cret", "host=db password=…"),
        ("Incorrect API key provided: sk-proj-12345678", "12345678", "Incorrect API key provided: sk-…"),
        ("the word of this house: hush-hush", "hush-hush", "the word of this house: …"),
    ],
)
def test_what_looks_like_a_credential_is_blanked(text: str, secret: str, shown: str) -> None:
    redacted = Redactor(["hush-hush", "db"])(text)
    assert secret not in redacted
    assert redacted == shown


@pytest.fixture
def own_log() -> Iterator[None]:
    """The root logger as it was, afterwards; warnings as if no test before had sent them to a log."""
    logging.captureWarnings(False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


SETTINGS = Settings(
    jwt_secret=SecretStr("the-signing-secret-of-this-test-server"),
    openai_api_key=SecretStr("key-of-the-model"),
    database_url=SecretStr("postgresql://app:database-word@db/leadhand"),
)


@pytest.mark.usefixtures("own_log")
def test_the_secrets_of_the_settings_are_blanked_wherever_they_come_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(SETTINGS, debug=True)
    secrets = ("the-signing-secret-of-this-test-server", "key-of-the-model", "database-word")
    logging.getLogger("anything").error("%s", secrets)
    logging.getLogger("anything").error("%s", "x", exc_info=RuntimeError(*secrets))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(secrets[0], stacklevel=1)
    said = capsys.readouterr().err
    assert said.count("ERROR") == 2
    assert "UserWarning" in said
    assert not [secret for secret in secrets if secret in said]


@pytest.mark.usefixtures("own_log")
@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({}, "2"),
        ({"env": Environment.PRODUCTION}, "{"),
        ({"log_format": LogFormat.JSON}, "{"),
        ({"env": Environment.PRODUCTION, "log_format": LogFormat.TEXT}, "2"),
    ],
)
def test_lines_are_for_programs_in_production_and_for_people_in_development(
    capsys: pytest.CaptureFixture[str], changed: dict[str, object], first: str
) -> None:
    configure_logging(SETTINGS.model_copy(update=changed))
    logging.getLogger("server").info("ready")
    assert capsys.readouterr().err.startswith(first)


@pytest.mark.usefixtures("own_log")
def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(SETTINGS.model_copy(update={"log_level": LogLevel.WARNING}))
    logging.getLogger("server").info("ready")
    logging.getLogger("server").warning("careful")
    assert "ready" not in (said := capsys.readouterr().err)
    assert "careful" in said
