"""Limits as a client of the whole application meets them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI

from leadhand.context import Permission, Principal
from leadhand.settings import Settings
from server.desk_keeper import DeskKeeper
from tests.acceptance.json_access import at
from tests.acceptance.model_script import Gate, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.server.conftest import (
    READER,
    Caller,
    bearer,
    calling,
    in_thread,
    question,
    refusal,
    text_of,
)

PRICES = '{"scripted": {"input": 2, "output": 10, "currency": "EUR"}}'


@pytest.fixture
def app_settings(app_settings: Settings) -> Settings:
    return app_settings.model_copy(
        update={
            "prices": PRICES,
            "max_user_requests_per_min": 5,
            "max_user_runs": 1,
            "user_tokens_per_day": 1_000,
        }
    )


@pytest_asyncio.fixture
async def engineer(app: FastAPI, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Caller]:
    """Somebody who may try out models."""
    who = Principal(two_shops[0].tenant_id, "engineer", READER | {Permission.STUDIO})
    async with calling(app, who) as caller:
        yield caller


async def test_requests_above_the_rate_are_refused_and_those_of_a_colleague_are_not(
    anna: Caller, carl: Caller
) -> None:
    for _ in range(5):
        assert (await anna.http.get("/api/threads")).status_code == 200
    response = await anna.http.get("/api/threads")
    assert refusal(response, 429, "rate_limited")["retryable"] is True
    assert int(response.headers["retry-after"]) > 0
    assert (await carl.http.get("/api/threads")).status_code == 200


async def test_one_turn_too_many_is_refused_with_the_seconds_to_wait(
    anna: Caller, carl: Caller, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Pause(gate), Text("Monday.")), says("Tuesday."))
    first = asyncio.create_task(anna.ask("When?"))
    await in_thread(gate.wait_reached)
    response = await anna.http.post("/api/chat", json=question("another", "And the other?"))
    refusal(response, 429, "too_many_runs")
    assert response.headers["retry-after"] == "5"
    assert text_of(await carl.ask("When?")) == "Tuesday."
    gate.open()
    assert text_of(await first) == "Monday."


async def test_a_spent_budget_is_refused_until_the_shops_next_day(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("Monday."), says("Tuesday."))
    end = (await anna.ask("When?"))[-1]
    assert at(end, "messageMetadata", "cost") == {"amount": "0.002200", "currency": "EUR"}
    await anna.ask("And then?")
    response = await anna.http.post("/api/chat", json=question(anna.chat_id, "And then?"))
    error = refusal(response, 429, "budget_exhausted")
    assert at(error, "details", "budget") == "user_tokens_per_day"
    assert 0 < int(response.headers["retry-after"]) <= 25 * 3600


async def test_a_stranger_who_is_refused_costs_the_database_nothing(
    app: FastAPI, two_shops: tuple[Principal, Principal]
) -> None:
    keeper: DeskKeeper = app.state.keeper
    pool = keeper.desk.database.pool
    before = pool.get_stats()["requests_num"]
    forged = bearer(two_shops[0], secret="another secret of at least thirty-two bytes")
    async with calling(app, two_shops[0]) as caller:
        for token in (forged, "Bearer x", "Basic x", "", "Bearer lh_no_key_of_ours"):
            response = await caller.http.get("/api/threads", headers={"authorization": token})
            refusal(response, 401, "unauthorized")
    assert pool.get_stats()["requests_num"] == before


@pytest.mark.parametrize("asked", [{"model": "scripted"}, {"temperature": 0.5}])
async def test_model_and_temperature_are_not_everybodys_to_choose(
    anna: Caller, asked: dict[str, str | float]
) -> None:
    response = await anna.http.post("/api/chat", json=question(anna.chat_id, "When?", **asked))
    assert refusal(response, 403, "permission_denied")["details"] == {"permission": "studio"}


@pytest.mark.parametrize(
    ("asked", "field"), [({"model": "other"}, "model"), ({"temperature": 2}, "temperature")]
)
async def test_a_model_or_temperature_that_is_not_to_be_had_is_refused_and_not_ignored(
    engineer: Caller, asked: dict[str, str | float], field: str
) -> None:
    response = await engineer.http.post("/api/chat", json=question(engineer.chat_id, "When?", **asked))
    assert at(refusal(response, 422, "invalid_request"), "details", "fields", 0, "field") == field


async def test_the_servers_own_model_may_be_named(engineer: Caller, model: ScriptedModel) -> None:
    model.play(says("Monday."))
    body = question(engineer.chat_id, "When?", model="scripted", temperature=None)
    assert (await engineer.http.post("/api/chat", json=body)).status_code == 200
