"""The scripted model against the client that the product uses: what is played is what is read."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

import httpx2
import openai
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.acceptance.json_access import text_at
from tests.acceptance.model_script import (
    CallFragment,
    CallStart,
    Cut,
    Gate,
    HttpFault,
    ModelReply,
    ModelRequest,
    Pause,
    Silence,
    Text,
    Usage,
    calls,
    plays,
    says,
)
from tests.acceptance.scripted_model import ScriptedModel


class ChatMaker(Protocol):
    def __call__(self, *, retries: int = 0, read_timeout_s: float = 30.0) -> ChatOpenAI: ...


@pytest.fixture
async def chat_model(scripted_model: ScriptedModel) -> AsyncGenerator[ChatMaker]:
    async with httpx2.AsyncClient() as client:

        def make(*, retries: int = 0, read_timeout_s: float = 30.0) -> ChatOpenAI:
            return ChatOpenAI(
                model="scripted-1",
                base_url=scripted_model.base_url,
                api_key=SecretStr("test"),
                http_async_client=client,
                stream_usage=True,
                use_responses_api=False,
                max_retries=retries,
                timeout=httpx2.Timeout(read_timeout_s),
            )

        yield make


async def read(chat: ChatOpenAI, question: str) -> AIMessageChunk:
    whole: AIMessageChunk | None = None
    async for chunk in chat.astream(question):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    return whole


async def test_a_scripted_answer_arrives_in_its_deltas_with_usage(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    scripted_model.play(says("The Puma ", "is free.", usage=Usage(11, 7)))
    whole = await read(chat_model(), "When is the Puma free?")
    assert whole.text == "The Puma is free."
    assert whole.usage_metadata is not None
    assert (whole.usage_metadata["input_tokens"], whole.usage_metadata["output_tokens"]) == (11, 7)
    assert scripted_model.requests[0].last_user_text == "When is the Puma free?"
    assert scripted_model.requests[0].headers["authorization"] == "Bearer test"


async def test_two_parallel_calls_in_one_character_fragments_are_whole_again(
    scripted_model: ScriptedModel,
    chat_model: ChatMaker,
) -> None:
    scripted_model.play(calls(("first", {"a": 1}), ("second", {"b": "x y"}), fragment_chars=1))
    whole = await read(chat_model(), "go")
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("first", {"a": 1}),
        ("second", {"b": "x y"}),
    ]


async def test_a_gate_holds_the_answer_until_the_test_opens_it(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    gate = Gate()
    scripted_model.play(plays(Text("one "), Pause(gate), Text("two")))
    reading = asyncio.create_task(read(chat_model(), "go"))
    await asyncio.to_thread(gate.wait_reached)
    assert not reading.done()
    gate.open()
    assert (await reading).text == "one two"


async def test_a_cut_in_mid_stream_is_an_error_at_the_client(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    scripted_model.play(plays(CallStart(0, "c", "tool"), CallFragment(0, '{"a'), Cut()))
    with pytest.raises((httpx2.HTTPError, openai.APIError)):
        await read(chat_model(), "go")


async def test_a_silent_model_meets_the_read_timeout_and_notices_the_client_leaving(
    scripted_model: ScriptedModel,
    chat_model: ChatMaker,
) -> None:
    scripted_model.play(Silence())
    with pytest.raises(openai.APITimeoutError):
        await read(chat_model(read_timeout_s=0.2), "go")
    assert await asyncio.to_thread(scripted_model.requests[0].gone.wait, 10)


async def test_a_fault_with_retry_after_is_followed_by_the_next_reply(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    scripted_model.play(HttpFault(429, {"retry-after-ms": "1"}), says("late but well"))
    assert (await read(chat_model(retries=1), "go")).text == "late but well"
    assert len(scripted_model.requests) == 2


async def test_a_rule_decides_by_what_the_request_says(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    def echo(request: ModelRequest) -> ModelReply:
        return says(request.last_user_text.upper())

    scripted_model.play_rule(echo)
    chat = chat_model()
    answers = await asyncio.gather(read(chat, "east"), read(chat, "west"))
    assert [answer.text for answer in answers] == ["EAST", "WEST"]


async def test_a_model_that_is_down_refuses_connections_and_comes_back_on_the_same_address(
    scripted_model: ScriptedModel,
    chat_model: ChatMaker,
) -> None:
    chat = chat_model()
    with scripted_model.down(), pytest.raises(openai.APIConnectionError):
        await read(chat, "go")
    scripted_model.play(says("back"))
    assert (await read(chat, "go")).text == "back"


async def test_a_request_beyond_the_script_is_refused_and_counted(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    with pytest.raises(openai.InternalServerError):
        await read(chat_model(), "go")
    assert scripted_model.unscripted == 1
    scripted_model.play()


async def test_a_whole_completion_carries_the_same_reply(
    scripted_model: ScriptedModel, chat_model: ChatMaker
) -> None:
    scripted_model.play(calls(("tool", {"a": [1]})))
    answer = await chat_model().ainvoke("go")
    assert answer.tool_calls[0]["args"] == {"a": [1]}
    assert text_at(scripted_model.requests[0].body, "model") == "scripted-1"
