"""Every error that the model libraries can raise has a code; nothing else is claimed."""

from types import ModuleType

import httpx2
import langchain_core.exceptions
import langchain_openai.chat_models.base
import openai
import pytest
from langchain_core.exceptions import LangChainException, TracerException
from langchain_openai import StreamChunkTimeoutError

from leadhand.errors import (
    ContextOverflow,
    JsonValue,
    LeadhandError,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    StepLimit,
)
from models.faults import as_leadhand_error
from models.retry import MAX_RETRY_AFTER_S, retry_after_s, too_long

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def status_error(status: int, body: JsonValue = None) -> openai.APIStatusError:
    return openai.APIStatusError("SECRET", response=httpx2.Response(status, request=REQUEST), body=body)


def error_classes(module: ModuleType, base: type[Exception]) -> list[type[Exception]]:
    """Classes, not instances: some take a whole response to build."""
    # Not asked for their class: a lazy member of `openai` would load all of its API.
    members = [member for member in vars(module).values() if issubclass(type(member), type)]
    return [member for member in members if issubclass(member, base)]


LIBRARY_ERRORS = [
    *error_classes(openai, openai.OpenAIError),
    *error_classes(langchain_openai.chat_models.base, openai.OpenAIError),
    *error_classes(langchain_core.exceptions, langchain_core.exceptions.ModelError),
    *error_classes(httpx2, httpx2.HTTPError),
    httpx2.InvalidURL,
    StreamChunkTimeoutError,
]


@pytest.mark.parametrize("kind", LIBRARY_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_class_of_the_model_libraries_has_a_code(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    if isinstance(error, openai.APIError):
        error.body = None
    if isinstance(error, openai.APIStatusError):
        error.status_code = 400
    fault = as_leadhand_error(error)
    assert isinstance(fault, ContextOverflow | ModelRejected | ModelTimeout | ModelUnavailable)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (408, ModelTimeout),
        (409, ModelUnavailable),
        (418, ModelRejected),
        (500, ModelUnavailable),
        (503, ModelUnavailable),
        (599, ModelUnavailable),
    ],
)
def test_a_status_without_a_class_of_its_own_is_told_by_its_number(
    status: int, expected: type[LeadhandError]
) -> None:
    fault = as_leadhand_error(status_error(status))
    assert fault is not None
    assert type(fault) is expected
    assert "SECRET" not in fault.message


def test_a_quota_that_is_used_up_is_not_retryable_but_a_busy_minute_is() -> None:
    def limited(code: str) -> LeadhandError | None:
        response = httpx2.Response(429, request=REQUEST)
        return as_leadhand_error(openai.RateLimitError("", response=response, body={"code": code}))

    assert isinstance(limited("insufficient_quota"), ModelRejected)
    assert isinstance(limited("rate_limit_exceeded"), ModelUnavailable)


def test_our_own_errors_pass_through_and_foreign_ones_are_not_claimed() -> None:
    mine = StepLimit("enough")
    assert as_leadhand_error(mine) is mine
    for foreign in (ValueError("x"), TimeoutError(), KeyError("x"), TracerException(), LangChainException()):
        assert as_leadhand_error(foreign) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "1"}, 1.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:02:00 GMT"}, 20.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e999"}, float("inf")),
    ],
)
def test_how_long_the_provider_asks_to_wait(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_s(headers, now_s=100.0) == expected


def test_only_a_wait_beyond_our_bound_is_too_long() -> None:
    assert not too_long({"retry-after": str(MAX_RETRY_AFTER_S)}, now_s=0.0)
    assert too_long({"retry-after": str(MAX_RETRY_AFTER_S + 1)}, now_s=0.0)
    assert not too_long({}, now_s=0.0)
