"""The real application on the real database, spoken to over ASGI; its model is scripted on loopback."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2 as httpx
import jwt
import orjson
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from leadhand.context import Permission, Principal
from leadhand.errors import JsonValue
from leadhand.settings import Settings
from server.app import create_app
from storage.database import Database
from storage.shop_writer import write_shop
from tests.acceptance.json_access import items_at, parse, text_at
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.storage.small_shop import small_shop
from tests.unit.server.protocol_checker import Json, read_stream

SECRET = "a-secret-of-at-least-thirty-two-bytes"
READER = frozenset({Permission.PLANNING_READ})


def bearer(who: Principal, secret: str = SECRET) -> str:
    claims = {
        "sub": who.user_id,
        "tenant": who.tenant_id,
        "permissions": [permission.value for permission in who.permissions],
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    return f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"


def question(chat_id: str, text: str, **more: JsonValue) -> Json:
    parts: list[JsonValue] = [{"type": "text", "text": text}]
    message: Json = {"id": uuid4().hex[:16], "role": "user", "parts": parts}
    return {"id": chat_id, "message": message, **more}


def refusal(response: httpx.Response, status: int, code: str) -> Json:
    """The error of a refused request, without its correlation id."""
    assert response.status_code == status, response.text
    error: Json = orjson.loads(response.content)["error"]
    assert error.pop("correlation_id") == response.headers["x-correlation-id"]
    assert error["code"] == code, error
    return error


@dataclass
class Caller:
    """One person with a token."""

    who: Principal
    http: httpx.AsyncClient
    chat_id: str = field(default_factory=lambda: uuid4().hex)

    async def ask(self, text: str, chat_id: str | None = None, **headers: str) -> list[Json]:
        """The checked chunks of a whole turn."""
        body = question(chat_id or self.chat_id, text)
        response = await self.http.post("/api/chat", json=body, headers=headers)
        assert response.status_code == 200, response.text
        return read_stream(response.content)

    async def history(self, chat_id: str | None = None) -> list[JsonValue]:
        response = await self.http.get(f"/api/threads/{chat_id or self.chat_id}/messages")
        assert response.status_code == 200, response.text
        return items_at(parse(response.content), "messages")


def text_of(stream: list[Json]) -> str:
    return "".join(text_at(chunk, "delta") for chunk in stream if chunk["type"] == "text-delta")


@pytest.fixture(scope="session")
def model_endpoint() -> Iterator[ScriptedModel]:
    with ScriptedModel() as model:
        yield model


@pytest.fixture
def model(model_endpoint: ScriptedModel) -> Iterator[ScriptedModel]:
    """Scripted by the test; a request without a scripted reply fails it."""
    model_endpoint.play()
    yield model_endpoint
    assert model_endpoint.unscripted == 0


@pytest.fixture
def app_settings(settings: Settings, model: ScriptedModel) -> Settings:
    return settings.model_copy(
        update={
            "jwt_secret": SecretStr(SECRET),
            "openai_base_url": model.base_url,
            "openai_api_key": SecretStr("sk-test"),
            "model": "scripted",
            "model_max_retries": 0,
            "max_body_bytes": 50_000,
        }
    )


@pytest_asyncio.fixture
async def app(app_settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(app_settings)
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def calling(app: FastAPI, who: Principal) -> AsyncGenerator[Caller]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    headers = {"authorization": bearer(who)}
    async with httpx.AsyncClient(transport=transport, base_url="http://leadhand", headers=headers) as http:
        yield Caller(who, http)


@pytest_asyncio.fixture
async def anna(app: FastAPI, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Caller]:
    """A planner of a shop without a plan; she may only read."""
    async with calling(app, Principal(two_shops[0].tenant_id, "anna", READER)) as caller:
        yield caller


@pytest_asyncio.fixture
async def carl(app: FastAPI, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Caller]:
    """Anna's colleague in the same shop."""
    async with calling(app, Principal(two_shops[0].tenant_id, "carl", READER)) as caller:
        yield caller


@pytest_asyncio.fixture
async def bert(app: FastAPI, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Caller]:
    """A planner of another shop, under Anna's name."""
    async with calling(app, Principal(two_shops[1].tenant_id, "anna", READER)) as caller:
        yield caller


@pytest_asyncio.fixture
async def small_planner(app: FastAPI, database: Database) -> AsyncIterator[Caller]:
    """A planner of the small shop, who may also fix the clock."""
    who = Principal(f"small-{uuid4().hex[:12]}", "erika", READER | {Permission.STUDIO})
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    async with calling(app, who) as caller:
        yield caller


async def in_thread(block: Callable[[], object]) -> None:
    """Wait for something of the scripted model without holding up the application's loop."""
    await asyncio.to_thread(block)
