"""The agent that the documentation of FastAPI and LangGraph leads to, as a yardstick.

The stock client, the stock Postgres checkpointer, one tool with one query, tokens streamed as they come. No
tenants, no transcript, no runs that outlive their connection.
"""
# The library leaves types open in the signatures of `bind_tools`, `add_node` and `compile`.
# pyright: reportUnknownMemberType=false

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import httpx2
import psycopg
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from langchain_core.messages import AIMessageChunk, HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from bench.installation import Installation
from bench.process_cost import ProcessTree
from tests.acceptance.server_process import free_port

DATABASE = "docs_agent"
MODEL_VARIABLE, DATABASE_VARIABLE = "BENCH_MODEL_URL", "BENCH_DATABASE_URL"
START_TIMEOUT_S = 60.0


@contextmanager
def docs_agent(here: Installation) -> Generator[Installation]:
    """The agent in a process of its own, on the same Postgres and model; asked like `here`."""
    folder, port = here.database.socket_folder, free_port()
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {DATABASE}")
    environment = {
        **os.environ,
        MODEL_VARIABLE: here.model_url,
        DATABASE_VARIABLE: f"host={folder} user=postgres dbname={DATABASE}",
        "OPENAI_API_KEY": "bench",
    }
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.docs_agent", str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_ready(port)
        yield replace(here, port=port, server=ProcessTree(process.pid))
    finally:
        process.terminate()
        process.wait()


def _wait_ready(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/openapi.json").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the agent of the documentation does not start")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        os.environ[DATABASE_VARIABLE],
        max_size=20,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        open=False,
    )
    async with pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()

        async def get_machine_availability(machines: list[str], window: str) -> str:
            """When machines are free within a window of time."""
            async with pool.connection() as connection:
                found = await connection.execute(
                    "select repeat(%s, 40) as text", (f"{machines} {window} free. ",)
                )
                row = await found.fetchone()
            return str(row and row["text"])

        model = ChatOpenAI(model="bench-1", base_url=os.environ[MODEL_VARIABLE], stream_usage=True)
        bound = model.bind_tools([get_machine_availability])

        async def agent(state: MessagesState) -> dict[str, Any]:
            return {"messages": [await bound.ainvoke(state["messages"])]}

        graph = StateGraph(MessagesState)
        graph.add_node("agent", agent)
        graph.add_node("tools", ToolNode([get_machine_availability]))
        graph.add_edge(START, "agent")
        graph.add_conditional_edges("agent", tools_condition)
        graph.add_edge("tools", "agent")
        app.state.graph = graph.compile(checkpointer=saver)
        yield


app = FastAPI(lifespan=_lifespan)


@app.post("/api/chat")
async def chat(request: Request) -> StreamingResponse:
    """The same body and, as far as the bench reads it, the same stream as Leadhand's."""
    body = await request.json()
    question = HumanMessage(body["message"]["parts"][0]["text"])
    config = RunnableConfig(configurable={"thread_id": body["id"]})

    async def frames() -> AsyncIterator[str]:
        stream = app.state.graph.astream(
            {"messages": [question]}, config, stream_mode="messages", durability="sync"
        )
        async for chunk, _ in stream:
            if isinstance(chunk, AIMessageChunk) and chunk.text:
                delta = {"type": "text-delta", "delta": chunk.text}
                yield f"data: {json.dumps(delta, separators=(',', ':'))}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(frames(), media_type="text/event-stream")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
