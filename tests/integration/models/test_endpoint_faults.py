"""The model endpoint over a real socket: what is told when it misbehaves, and how often we ask it."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.utils import formatdate

import pytest
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from leadhand.errors import JsonValue, LeadhandError, ModelRejected, ModelTimeout, ModelUnavailable
from leadhand.settings import Settings
from models.factory import ChatModel, open_chat_model
from models.faults import as_leadhand_error
from tests.integration.models.scripted_endpoint import (
    HELLO,
    USAGE,
    WHOLE,
    Reply,
    chunk,
    endpoint,
    fails,
    hangs,
    says,
    streams,
    tool_call_chunk,
)


def settings_for(
    url: str, *, retries: int = 1, read_timeout_s: float = 5.0, key: str | None = None
) -> Settings:
    return Settings().model_copy(
        update={
            "model": "scripted",
            "openai_base_url": url,
            "openai_api_key": SecretStr(key) if key else None,
            "model_max_retries": retries,
            "model_read_timeout_s": read_timeout_s,
            "model_connect_timeout_s": 2.0,
        }
    )


@asynccontextmanager
async def model_at(settings: Settings) -> AsyncGenerator[ChatModel]:
    chat_model = open_chat_model(settings)
    try:
        yield chat_model
    finally:
        await chat_model.aclose()


async def fault_of(chat_model: ChatModel) -> tuple[str, LeadhandError]:
    """The text that came before the fault, and the fault."""
    heard = ""
    try:
        async for part in chat_model.model.astream("hi"):
            heard += part.text
    except Exception as error:
        fault = as_leadhand_error(error)
        if fault is None:
            raise
        return heard, fault
    raise AssertionError(f"no fault, but {heard!r}")


async def fault_after(
    *replies: Reply, retries: int = 1, read_timeout_s: float = 5.0
) -> tuple[str, LeadhandError, int]:
    async with (
        endpoint(*replies) as server,
        model_at(settings_for(server.url, retries=retries, read_timeout_s=read_timeout_s)) as chat_model,
    ):
        heard, fault = await fault_of(chat_model)
        return heard, fault, len(server.calls)


async def test_an_answer_streams_in_pieces_with_its_token_usage() -> None:
    async with endpoint(streams(WHOLE)) as server, model_at(settings_for(server.url)) as chat_model:
        parts = [part async for part in chat_model.model.astream("hi")]
    spent = [part.usage_metadata for part in parts if part.usage_metadata]
    assert [part.text for part in parts if part.text] == ["Hel", "lo"]
    spent = [part.usage_metadata for part in parts if part.usage_metadata]
    assert [(usage["input_tokens"], usage["output_tokens"]) for usage in spent] == [(7, 2)]
    assert server.calls[0]["stream_options"] == {"include_usage": True}
    assert server.paths == ["/v1/chat/completions"]


async def test_a_local_endpoint_needs_no_key_and_a_key_is_sent_when_there_is_one() -> None:
    async with endpoint(streams(WHOLE)) as server:
        for key in (None, "sk-mine"):
            async with model_at(settings_for(server.url, key=key)) as chat_model:
                await chat_model.model.ainvoke("hi", stream=True)
    assert server.keys == ["bearer none", "bearer sk-mine"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "OPENAI_API_KEY"), (403, "permit"), (404, "LEADHAND_MODEL"), (400, "refuses"), (422, "refuses")],
)
async def test_what_the_operator_must_mend_is_asked_once_and_said_without_the_providers_text(
    status: int, words: str
) -> None:
    _, fault, calls = await fault_after(fails(status), retries=2)
    assert isinstance(fault, ModelRejected)
    assert not fault.retryable
    assert calls == 1
    assert words in fault.note, "the operator learns what to mend"
    assert "_" not in fault.message, "the person who asked is told nothing of settings"
    assert "SECRET" not in fault.message + fault.note


async def test_a_used_up_quota_is_no_matter_of_waiting() -> None:
    _, fault, calls = await fault_after(fails(429, code="insufficient_quota", x_should_retry="false"))
    assert isinstance(fault, ModelRejected)
    assert calls == 1


@pytest.mark.parametrize("wait", ["0", "1"])
async def test_a_short_wait_that_the_provider_asks_for_is_kept(wait: str) -> None:
    async with (
        endpoint(fails(429, retry_after=wait), streams(WHOLE)) as server,
        model_at(settings_for(server.url)) as chat_model,
    ):
        started = time.monotonic()
        answer = await chat_model.model.ainvoke("hi", stream=True)
        waited_s = time.monotonic() - started
    assert answer.text == "Hello"
    assert len(server.calls) == 2
    assert waited_s >= float(wait)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "9999"},
        {"retry_after": "21"},
        {"retry_after_ms": "60000"},
        {"retry_after": formatdate(time.time() + 3600, usegmt=True)},
    ],
    ids=["seconds", "just over", "milliseconds", "date"],
)
async def test_a_long_wait_is_not_sat_out_but_reported_as_unavailable(headers: dict[str, str]) -> None:
    started = time.monotonic()
    _, fault, calls = await fault_after(fails(429, **headers), retries=3)
    assert isinstance(fault, ModelUnavailable)
    assert fault.retryable
    assert calls == 1
    assert time.monotonic() - started < 5


async def test_a_server_fault_is_retried_as_often_as_set_and_then_reported() -> None:
    _, fault, calls = await fault_after(fails(500), retries=1)
    assert isinstance(fault, ModelUnavailable)
    assert calls == 2
    assert "SECRET" not in fault.message


async def test_a_refused_connection_is_unavailable() -> None:
    async with endpoint(streams(WHOLE)) as server:
        url = server.url
    async with model_at(settings_for(url, retries=0)) as chat_model:
        _, fault = await fault_of(chat_model)
    assert isinstance(fault, ModelUnavailable)


async def test_an_endpoint_that_says_nothing_ends_in_a_timeout() -> None:
    _, fault, calls = await fault_after(hangs(), retries=0, read_timeout_s=0.3)
    assert isinstance(fault, ModelTimeout)
    assert calls == 1


async def test_an_answer_that_stalls_ends_in_a_timeout_and_is_not_begun_again_behind_our_back() -> None:
    heard, fault, calls = await fault_after(hangs(HELLO), retries=2, read_timeout_s=0.3)
    assert heard == "Hello"
    assert isinstance(fault, ModelTimeout)
    assert calls == 1


async def test_an_answer_cut_in_the_middle_is_unavailable() -> None:
    heard, fault, calls = await fault_after(streams(HELLO, done=False, end=False), retries=2)
    assert heard == "Hello"
    assert isinstance(fault, ModelUnavailable)
    assert calls == 1


@pytest.mark.parametrize("done", [True, False])
async def test_an_answer_that_ends_in_good_order_but_unfinished_is_not_taken_for_whole(done: bool) -> None:
    heard, fault, _ = await fault_after(streams((*HELLO, USAGE), done=done))
    assert heard == "Hello"
    assert isinstance(fault, ModelUnavailable)


async def test_an_error_inside_the_stream_is_unavailable_and_its_text_stays_inside() -> None:
    broken: dict[str, JsonValue] = {"error": {"message": "SECRET", "type": "server_error", "code": None}}
    _, fault, _ = await fault_after(streams((*HELLO, broken)))
    assert isinstance(fault, ModelUnavailable)
    assert "SECRET" not in fault.message


async def test_a_damaged_event_is_unavailable() -> None:
    _, fault, _ = await fault_after(says('data: {"choices": [\n\n'))
    assert isinstance(fault, ModelUnavailable)


async def test_a_web_page_in_place_of_an_answer_points_to_the_url() -> None:
    _, fault, _ = await fault_after(says("<html>hello</html>", "text/html"))
    assert isinstance(fault, ModelRejected)
    assert "OPENAI_BASE_URL" in fault.note


async def test_a_tool_call_streams_its_arguments_in_fragments() -> None:
    events = (
        tool_call_chunk(name="check_capacity", arguments=""),
        tool_call_chunk(arguments='{"hours"'),
        tool_call_chunk(arguments=": 50}"),
        chunk({}, "tool_calls"),
    )
    async with endpoint(streams(events)) as server, model_at(settings_for(server.url)) as chat_model:
        answer = await chat_model.model.ainvoke("hi", stream=True)
    assert isinstance(answer, AIMessage)
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [("check_capacity", {"hours": 50})]
