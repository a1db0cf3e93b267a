# LangGraph leaves types of its builder open.
# pyright: reportUnknownMemberType=false
"""/metrics and /api/graph of the real application: what a turn leaves there, and who may read it."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from langgraph.graph import END, START, StateGraph
from pydantic import SecretStr

from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.settings import Environment, Settings
from server.app import create_app
from server.desk_keeper import DeskKeeper
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.server.conftest import Caller, refusal

SAMPLE = re.compile(r"^(\w+(?:\{.*\})?) (\S+)$", re.MULTILINE)
TOKEN = "a-token-for-prometheus"


async def figures(http: httpx.AsyncClient) -> dict[str, float]:
    response = await http.get("/metrics")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {name: float(value) for name, value in SAMPLE.findall(response.text)}


async def test_a_turn_leaves_its_figures(small_planner: Caller, model: ScriptedModel) -> None:
    before = await figures(small_planner.http)
    model.play(calls(("get_machine_availability", {})), says("It is free on Monday."))
    await small_planner.ask("When is the Puma free?")
    await small_planner.http.get("/api/threads/an-id-of-nobody")
    await small_planner.http.request("BREW", "/healthz")
    after = await figures(small_planner.http)
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    for series, by in {
        'leadhand_turns_total{code="",outcome="finished"}': 1,
        'leadhand_turn_duration_seconds_count{outcome="finished"}': 1,
        'leadhand_model_calls_total{model="scripted",outcome="ok"}': 2,
        'leadhand_tool_calls_total{outcome="ok",tool="get_machine_availability"}': 1,
        'leadhand_http_requests_total{method="POST",route="/api/chat",status="200"}': 1,
        'leadhand_http_requests_total{method="GET",route="/api/threads/{id}",status="404"}': 1,
        'leadhand_http_requests_total{method="other",route="/healthz",status="405"}': 1,
    }.items():
        assert grown.get(series) == by, series
    assert grown['leadhand_model_tokens_total{direction="input",model="scripted"}'] > 0
    assert after["leadhand_running_turns"] == after["leadhand_open_streams"] == 0
    assert after['leadhand_database_pool_connections{state="idle"}'] >= 1
    for word in (
        small_planner.who.tenant_id,
        small_planner.who.user_id,
        small_planner.chat_id,
        "Puma",
        "nobody",
    ):
        assert not [series for series in after if word in series]


async def test_a_tool_that_a_client_made_up_is_no_series(small_planner: Caller) -> None:
    await small_planner.http.post("/api/tools/of-my-own-making", json={})
    after = await figures(small_planner.http)
    assert after['leadhand_tool_calls_total{outcome="unknown_tool",tool="unknown"}'] >= 1
    assert not [series for series in after if "making" in series]


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://leadhand") as http:
        yield http


async def test_with_a_token_only_who_sends_it_reads_the_figures(app_settings: Settings) -> None:
    settings = app_settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    async with serving(settings) as http:
        for sent in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
            refusal(await http.get("/metrics", headers=sent), 401, "unauthorized")
        assert (await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 200


async def test_in_production_nobody_reads_the_figures_until_there_is_a_token(app_settings: Settings) -> None:
    async with serving(app_settings.model_copy(update={"env": Environment.PRODUCTION})) as http:
        refusal(await http.get("/metrics"), 404, "not_found")


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://leadhand") as http:
        yield http


async def test_in_development_the_figures_are_open(anonymous: httpx.AsyncClient) -> None:
    assert 'leadhand_build_info{version="' in "".join(await figures(anonymous))


async def test_the_picture_shows_every_step_and_the_ways_between_them(anna: Caller) -> None:
    picture = (await anna.http.get("/api/graph")).json()
    assert set(picture["nodes"]) == {
        "__start__", "guard", "recall", "summarize", "route", "retrieve", "agent", "call_tools", "__end__",
    }  # fmt: skip
    ways = {(edge["source"], edge["target"]): edge["conditional"] for edge in picture["edges"]}
    assert ways["__start__", "guard"] is False
    assert ways["agent", "call_tools"] is True
    assert ways["call_tools", "agent"] is False
    assert picture["mermaid"].startswith("graph TD;")
    assert all(node in picture["mermaid"] for node in picture["nodes"])


async def test_the_graph_that_is_shown_is_the_graph_that_runs(app: FastAPI, anna: Caller) -> None:
    passed: list[str] = []

    async def only_step(state: TurnState) -> TurnState:
        passed.append("only_step")
        return state

    other = StateGraph(TurnState, context_schema=TenantContext)
    other.add_node("only_step", only_step)
    other.add_edge(START, "only_step")
    other.add_edge("only_step", END)
    keeper: DeskKeeper = app.state.keeper
    runs = keeper.desk.runs
    runs.graph = other.compile(checkpointer=runs.saver)
    assert (await anna.http.get("/api/graph")).json()["nodes"] == ["__start__", "only_step", "__end__"]
    await anna.ask("Hello?")
    assert passed == ["only_step"]
