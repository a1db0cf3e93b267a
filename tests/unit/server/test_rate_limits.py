"""Rates between credential and body: whose share is used up, and what those of others still get."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2 as httpx
import orjson
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from leadhand.context import Principal
from leadhand.errors import JsonValue, LeadhandError
from leadhand.settings import Settings
from server.border import Border, Refusals
from server.credentials import Claims
from server.errors import on_error
from server.gate import Gate
from server.rate_limits import RateLimits, Rates
from storage.tenants import TenantSettings


class NamesItself:
    """A verifier of tokens such as `north.anna`."""

    async def claims_of(self, token: str) -> Claims:
        shop, user = token.split(".")
        return {"tenant": shop, "sub": user}


async def any_shop(who: Principal) -> TenantSettings:
    return TenantSettings(who.tenant_id, "Europe/Berlin", "de-DE", 1)


async def answer(request: Request) -> str:
    return (await request.body()).decode()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(pause_s=0) as client:
        yield client


@asynccontextmanager
async def client_of(*, pause_s: float, shop_turns_per_min: int = 3) -> AsyncGenerator[httpx.AsyncClient]:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    for path in ("/api/chat", "/api/tools/check_capacity", "/api/threads", "/healthz"):
        app.add_api_route(path, answer, methods=["GET", "POST"])
    app.add_exception_handler(LeadhandError, on_error)
    settings = Settings(
        max_user_requests_per_min=5,
        max_shop_requests_per_min=max(8, shop_turns_per_min),
        max_user_turns_per_min=2,
        max_shop_turns_per_min=shop_turns_per_min,
    )
    app.add_middleware(RateLimits, rates=Rates.of(settings), pause_s=pause_s)
    app.add_middleware(Gate, verifier=NamesItself(), shop_of=any_shop)
    app.add_middleware(Refusals)
    app.add_middleware(Border)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client


def by(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def refused(response: httpx.Response, limit: str, most: int) -> None:
    assert response.status_code == 429, response.text
    error: dict[str, JsonValue] = orjson.loads(response.content)["error"]
    wait_s = int(response.headers["retry-after"])
    assert 1 <= wait_s <= 60
    assert (error["code"], error["retryable"]) == ("rate_limited", True)
    assert error["details"] == {"limit": limit, "max": most, "retry_after_s": wait_s}


async def test_a_person_above_their_share_is_refused_and_their_colleague_is_not(
    client: httpx.AsyncClient,
) -> None:
    for _ in range(5):
        assert (await client.get("/api/threads", headers=by("north.anna"))).status_code == 200
    refused(await client.get("/api/threads", headers=by("north.anna")), "user_requests_per_min", 5)
    assert (await client.get("/api/threads", headers=by("north.carl"))).status_code == 200


async def test_a_shop_above_its_share_is_refused_and_another_shop_is_not(client: httpx.AsyncClient) -> None:
    for user in ("anna", "carl") * 4:
        assert (await client.get("/api/threads", headers=by(f"north.{user}"))).status_code == 200
    refused(await client.get("/api/threads", headers=by("north.dora")), "shop_requests_per_min", 8)
    # The same name in another shop is another person.
    assert (await client.get("/api/threads", headers=by("south.anna"))).status_code == 200


async def test_what_was_refused_to_a_person_is_not_taken_from_their_shop(client: httpx.AsyncClient) -> None:
    for _ in range(50):
        await client.get("/api/threads", headers=by("north.anna"))
    for _ in range(3):
        assert (await client.get("/api/threads", headers=by("north.carl"))).status_code == 200


async def test_questions_have_a_share_of_their_own(client: httpx.AsyncClient) -> None:
    for path in ("/api/chat", "/api/tools/check_capacity"):
        assert (await client.post(path, headers=by("north.anna"))).status_code == 200
    refused(await client.post("/api/chat", headers=by("north.anna")), "user_turns_per_min", 2)
    assert (await client.get("/api/threads", headers=by("north.anna"))).status_code == 200
    assert (await client.post("/api/chat", headers=by("north.carl"))).status_code == 200
    refused(await client.post("/api/chat", headers=by("north.dora")), "shop_turns_per_min", 3)


async def test_a_refusal_does_not_wait_for_the_body(client: httpx.AsyncClient) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    for _ in range(5):
        await client.get("/api/threads", headers=by("north.anna"))
    response = await client.post("/api/threads", headers=by("north.anna"), content=unread())
    refused(response, "user_requests_per_min", 5)


async def test_what_needs_no_credential_has_no_limit(client: httpx.AsyncClient) -> None:
    assert {(await client.get("/healthz")).status_code for _ in range(20)} == {200}


async def test_a_forged_credential_takes_nothing_from_anybody(client: httpx.AsyncClient) -> None:
    for _ in range(20):
        assert (await client.get("/api/threads", headers=by("forged"))).status_code == 401
    assert (await client.get("/api/threads", headers=by("north.anna"))).status_code == 200


async def test_a_refusal_is_held_back_and_nobody_else_waits_for_it() -> None:
    async with client_of(pause_s=3600) as client:
        for _ in range(5):
            await client.get("/api/threads", headers=by("north.anna"))
        held = asyncio.create_task(client.get("/api/threads", headers=by("north.anna")))
        assert (await client.get("/api/threads", headers=by("north.carl"))).status_code == 200
        assert (await client.get("/api/threads", headers=by("south.anna"))).status_code == 200
        assert not held.done()
        held.cancel()


async def test_a_shop_does_not_get_the_turns_of_a_whole_minute_in_one_moment() -> None:
    async with client_of(pause_s=0, shop_turns_per_min=100) as client:
        for number in range(10):
            assert (await client.post("/api/chat", headers=by(f"north.anna{number}"))).status_code == 200
        response = await client.post("/api/chat", headers=by("north.dora"))
        refused(response, "shop_turns_per_5_s", 10)
        assert int(response.headers["retry-after"]) <= 5
        assert (await client.post("/api/chat", headers=by("south.anna"))).status_code == 200
