"""Whoever follows a run through LangGraph or LangSmith sees the model's answer, whichever client reads it."""

from typing import TypedDict, cast

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langgraph.graph import START, StateGraph

from leadhand.settings import ModelClient
from models.factory import ChatModel
from models.lean.source import is_followed
from tests.integration.models.asking import Recorder, ask, model_at, settings_for
from tests.integration.models.scripted_endpoint import WHOLE, endpoint, streams


class State(TypedDict):
    question: str


async def followed_text(chat_model: ChatModel) -> str:
    """What the message stream of a graph shows, as LangGraph Studio reads it."""

    async def agent(state: State) -> State:
        await ask(chat_model, Recorder(), state["question"])
        return state

    graph = StateGraph(State)
    graph.add_node("agent", agent)  # pyright: ignore[reportUnknownMemberType] - LangGraph leaves a type open
    graph.add_edge(START, "agent")
    text = ""
    async for message, _ in graph.compile().astream({"question": "hi"}, stream_mode="messages"):  # pyright: ignore[reportUnknownMemberType]
        text += cast("AIMessageChunk", message).text
    return text


@pytest.mark.parametrize("client", ModelClient)
async def test_the_message_stream_of_a_graph_shows_the_answer(client: ModelClient) -> None:
    async with (
        endpoint(streams(WHOLE)) as server,
        model_at(settings_for(server.url, client=client)) as chat_model,
    ):
        assert await followed_text(chat_model) == "Hello"


@pytest.mark.parametrize("client", ModelClient)
async def test_an_answer_can_be_had_through_langchain_in_one_piece(client: ModelClient) -> None:
    prompt: list[BaseMessage] = [HumanMessage("hi")]
    async with (
        endpoint(streams(WHOLE)) as server,
        model_at(settings_for(server.url, client=client)) as chat_model,
    ):
        answer = await chat_model.model.ainvoke(prompt, stream=True)
    assert answer.text == "Hello"
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["total_tokens"] == 9


async def test_nobody_follows_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSMITH_TRACING", raising=False)
    assert not is_followed()
