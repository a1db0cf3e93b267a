"""One question to a scripted endpoint through either client, and all that came of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables.config import var_child_runnable_config
from pydantic import SecretStr

from graph.reading import ModelAnswer, read_answer
from leadhand.errors import JsonValue, LeadhandError
from leadhand.events import RunEvent, TextDelta
from leadhand.settings import ModelClient, Settings
from models.factory import ChatModel, open_chat_model
from models.faults import as_leadhand_error
from tests.integration.models.scripted_endpoint import Reply, endpoint

TOOLS: list[dict[str, JsonValue]] = [
    {
        "type": "function",
        "function": {
            "name": "check_capacity",
            "description": "Hours that are free.",
            "parameters": {"type": "object", "properties": {"hours": {"type": "number"}}},
        },
    }
]


class Way(StrEnum):
    """How the same endpoint is asked; every way must come to the same."""

    STOCK = "stock client"
    LEAN = "lean client"
    FOLLOWED = "lean client, followed through LangChain"
    PROXIED = "lean client, on the wire for proxies"


class Follower(AsyncCallbackHandler):
    """Somebody who watches through LangChain's callbacks."""


@dataclass
class Outcome:
    """What a person would notice, and how often the endpoint was asked."""

    text: str = ""
    calls: list[tuple[str, JsonValue]] = field(default_factory=list[tuple[str, JsonValue]])
    tokens: tuple[int, int] = (0, 0)
    finish: str = ""
    fault: type[LeadhandError] | None = None
    requests: int = 1


@dataclass
class Recorder:
    """An EventSink."""

    events: list[RunEvent] = field(default_factory=list[RunEvent])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def emit(self, event: RunEvent) -> None:
        self.events.append(event)
        self.news.set()

    async def hears(self, text: str) -> None:
        """Until this is the whole text so far."""
        while self.text != text:
            self.news.clear()
            await self.news.wait()

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


def settings_for(
    url: str,
    *,
    client: ModelClient = ModelClient.LEAN,
    retries: int = 1,
    read_timeout_s: float = 5.0,
    key: str | None = None,
) -> Settings:
    return Settings().model_copy(
        update={
            "model": "scripted",
            "openai_base_url": url,
            "openai_api_key": SecretStr(key) if key else None,
            "model_max_retries": retries,
            "model_read_timeout_s": read_timeout_s,
            "model_connect_timeout_s": 2.0,
            "model_client": client,
        }
    )


@asynccontextmanager
async def model_at(settings: Settings) -> AsyncGenerator[ChatModel]:
    chat_model = open_chat_model(settings)
    try:
        yield chat_model
    finally:
        await chat_model.aclose()


@contextmanager
def environment_of(way: Way) -> Generator[ModelClient]:
    """The client of `way`, with what makes the way one set up around it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        if way is Way.PROXIED:
            patch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
            patch.setenv("NO_PROXY", "127.0.0.1")
        followed = var_child_runnable_config.set({"callbacks": [Follower()]} if way is Way.FOLLOWED else None)
        try:
            yield ModelClient.OPENAI if way is Way.STOCK else ModelClient.LEAN
        finally:
            var_child_runnable_config.reset(followed)


async def ask(chat_model: ChatModel, recorder: Recorder, question: str = "hi") -> ModelAnswer:
    prompt: list[BaseMessage] = [HumanMessage(question)]
    return await read_answer(chat_model.with_tools(TOOLS).stream(prompt), recorder)


async def fault_of(asking: Awaitable[ModelAnswer]) -> LeadhandError:
    """The coded error that ends the asking."""
    try:
        answer = await asking
    except Exception as error:
        fault = as_leadhand_error(error)
        if fault is None:
            raise
        return fault
    raise AssertionError(f"no fault, but {answer}")


async def outcome_of(chat_model: ChatModel) -> Outcome:
    """Ask once; faults are outcomes, too."""
    recorder = Recorder()
    try:
        answer = await ask(chat_model, recorder)
    except Exception as error:
        fault = as_leadhand_error(error)
        if fault is None:
            raise
        assert "SECRET" not in fault.message + fault.note
        return Outcome(text=recorder.text, fault=type(fault))
    return Outcome(
        text=answer.text,
        calls=[(call.tool, call.problem or call.input) for call in answer.calls],
        tokens=(answer.tokens.input, answer.tokens.output),
        finish=answer.finish_reason,
    )


async def outcome(way: Way, *replies: Reply, retries: int = 1, read_timeout_s: float = 5.0) -> Outcome:
    """What comes of one question to an endpoint that replies so."""
    with environment_of(way) as client:
        async with (
            endpoint(*replies) as server,
            model_at(
                settings_for(server.url, client=client, retries=retries, read_timeout_s=read_timeout_s)
            ) as chat_model,
        ):
            found = await outcome_of(chat_model)
            return replace(found, requests=len(server.calls))
