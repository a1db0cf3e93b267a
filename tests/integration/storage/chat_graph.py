"""Two small graphs to drive the checkpointer with."""

# LangGraph's own signatures are only partly typed; `Graph` is what the tests see of them.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
from typing import Annotated, Protocol, TypedDict, cast

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt

from storage.saver import TenantSaver


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Graph(Protocol):
    async def ainvoke(
        self, input: object, config: RunnableConfig, *, durability: str
    ) -> dict[str, list[BaseMessage]]: ...


async def _answer(state: Chat) -> Chat:
    await asyncio.sleep(0)
    return {"messages": [AIMessage(f"answer {len(state['messages'])}")]}


async def _check(state: Chat) -> Chat:
    return {"messages": [AIMessage(f"checked by {interrupt('sure?')}")]}


def answering(saver: TenantSaver) -> Graph:
    """Answers each message with the number of messages."""
    graph = StateGraph(Chat)
    graph.add_node("answer", _answer)
    graph.add_edge(START, "answer")
    return cast(Graph, graph.compile(checkpointer=saver))


def asking(saver: TenantSaver, *, in_subgraph: bool = False) -> Graph:
    """Asks who is sure, and waits."""
    inner = StateGraph(Chat)
    inner.add_node("check", _check)
    inner.add_edge(START, "check")
    if not in_subgraph:
        return cast(Graph, inner.compile(checkpointer=saver))
    outer = StateGraph(Chat)
    outer.add_node("inner", inner.compile())
    outer.add_edge(START, "inner")
    return cast(Graph, outer.compile(checkpointer=saver))
