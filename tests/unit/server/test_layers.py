"""The layers around the routes: border, credential, body, and the one shape of every refusal."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx2 as httpx
import orjson
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from leadhand.context import Principal
from leadhand.errors import DatabaseUnavailable, JsonValue, LeadhandError, ThreadBusy, Unauthorized
from server.border import Border, Refusals
from server.credentials import Claims
from server.errors import on_error
from server.gate import Gate, admitted_of
from server.json_body import StrictJsonRoute, StrictRequest
from server.limits import BodyLimit
from storage.tenants import TenantSettings

router = APIRouter(route_class=StrictJsonRoute)
TOKEN = {"authorization": "Bearer good"}
# Short, but a body that is there at once needs no time at all.
BODY_TIMEOUT_S = 0.2


class Order(BaseModel):
    code: str = Field(max_length=5)
    quantity: int


class GoodIsErika:
    """A verifier that knows one token."""

    async def claims_of(self, token: str) -> Claims:
        if token not in {"good", "of-no-shop"}:
            raise ValueError("secret detail of the forgery")
        return {"tenant": "demo" if token == "good" else "none", "sub": "erika"}


@router.post("/api/orders")
async def take(order: Order) -> str:
    return order.code


@router.get("/api/orders")
async def show() -> str:
    return "orders"


@router.get("/api/whoami")
async def whoami(request: StrictRequest) -> Principal:
    return admitted_of(request).principal


@router.get("/busy")
async def busy() -> None:
    raise ThreadBusy("Busy.", details={"since": "08:00"})


@router.get("/away")
async def away() -> None:
    raise DatabaseUnavailable("The database is away.")


@router.get("/bug")
async def bug() -> None:
    raise RuntimeError("SELECT secret FROM /etc/passwd")


@router.get("/open")
async def open_door() -> str:
    return "open"


async def demo_shop(who: Principal) -> TenantSettings:
    if who.tenant_id != "demo":
        raise Unauthorized("The bearer token is not valid.")
    return TenantSettings("Demo", "Europe/Berlin", "de-DE", 1)


def small_app() -> FastAPI:
    app = FastAPI(
        docs_url=None, redoc_url=None, telemetry={"tracing": False, "metrics": False, "logs": False}
    )
    app.include_router(router)
    for kind in (LeadhandError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, on_error)
    app.add_middleware(BodyLimit, max_bytes=1000, timeout_s=BODY_TIMEOUT_S)
    app.add_middleware(Gate, verifier=GoodIsErika(), shop_of=demo_shop)
    app.add_middleware(Refusals)
    app.add_middleware(Border)
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=small_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def refusal(response: httpx.Response, status: int, code: str) -> dict[str, JsonValue]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body: dict[str, dict[str, JsonValue]] = orjson.loads(response.content)
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) - {"details"} == {"code", "message", "retryable", "correlation_id"}
    assert error["correlation_id"] == response.headers["x-correlation-id"]
    assert error["code"] == code
    return error


async def test_a_refusal_carries_code_message_retryable_and_details(client: httpx.AsyncClient) -> None:
    error = refusal(await client.get("/busy"), 409, "thread_busy")
    assert (error["message"], error["retryable"], error["details"]) == ("Busy.", True, {"since": "08:00"})


async def test_a_503_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    response = await client.get("/away")
    refusal(response, 503, "database_unavailable")
    assert int(response.headers["retry-after"]) > 0


async def test_a_bug_is_told_to_the_log_and_not_to_the_client(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await client.get("/bug")
    error = refusal(response, 500, "internal_error")
    assert "passwd" not in response.text
    assert "details" not in error
    assert "passwd" in caplog.text


async def test_an_unknown_route_has_the_same_shape(client: httpx.AsyncClient) -> None:
    refusal(await client.get("/nowhere"), 404, "not_found")


async def test_a_wrong_method_is_told_which_are_right(client: httpx.AsyncClient) -> None:
    response = await client.delete("/api/orders", headers=TOKEN)
    refusal(response, 405, "method_not_allowed")
    assert {method.strip() for method in response.headers["allow"].split(",")} == {"GET", "POST"}


async def test_options_names_the_methods(client: httpx.AsyncClient) -> None:
    response = await client.options("/api/orders", headers=TOKEN)
    assert (response.status_code, response.content) == (204, b"")
    assert "GET" in response.headers["allow"]


async def test_a_body_of_the_wrong_shape_is_told_field_by_field(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/orders", json={"code": "too long", "quantity": "x"}, headers=TOKEN)
    error = refusal(response, 422, "invalid_request")
    assert error["details"] == {
        "fields": [
            {"field": "code", "problem": "String should have at most 5 characters"},
            {
                "field": "quantity",
                "problem": "Input should be a valid integer, unable to parse string as an integer",
            },
        ]
    }
    assert "too long" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", rb'{"code": "\ud800", "quantity": 1}', rb'{"code": "\u0000", "quantity": 1}', b"[" * 900],
)
async def test_a_body_that_is_no_clean_json_is_invalid(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {**TOKEN, "content-type": "application/json"}
    refusal(await client.post("/api/orders", content=body, headers=headers), 422, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_body_that_is_not_said_to_be_json_is_not_read_as_json(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {**TOKEN, **({"content-type": content_type} if content_type else {})}
    response = await client.post("/api/orders", content=b'{"code":"a","quantity":1}', headers=headers)
    refusal(response, 422, "invalid_request")


async def test_a_body_above_the_limit_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/orders", content=b"x" * 1001, headers=TOKEN)
    assert refusal(response, 413, "body_too_large")["details"] == {"max_bytes": 1000}


async def test_a_body_that_grows_above_the_limit_is_refused_while_it_comes(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30_000):
            yield b"x" * 999

    response = await client.post(
        "/api/orders", content=endless(), headers={**TOKEN, "content-type": "application/json"}
    )
    refusal(response, 413, "body_too_large")


async def test_a_body_that_never_ends_is_refused_and_the_connection_closed(client: httpx.AsyncClient) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b'{"code":'
        await asyncio.Event().wait()

    response = await client.post(
        "/api/orders", content=stuck(), headers={**TOKEN, "content-type": "application/json"}
    )
    assert refusal(response, 408, "request_timeout")["retryable"] is True
    assert response.headers["connection"] == "close"


async def test_a_body_at_the_limit_passes(client: httpx.AsyncClient) -> None:
    body = b'{"code":"a","quantity":1}'.ljust(1000)
    response = await client.post(
        "/api/orders", content=body, headers={**TOKEN, "content-type": "application/json"}
    )
    assert (response.status_code, response.json()) == (200, "a")


@pytest.mark.parametrize("path", ["/api", "/api/orders", "/api/nowhere", "/api/"])
async def test_nothing_under_api_answers_without_a_credential(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path, content=b"x" * 5000)
    refusal(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_behind_a_path_prefix_the_same_paths_are_guarded() -> None:
    transport = httpx.ASGITransport(app=small_app(), root_path="/planning")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        refusal(await client.get("/planning/api/orders"), 401, "unauthorized")
        assert (await client.get("/planning/api/orders", headers=TOKEN)).json() == "orders"


@pytest.mark.parametrize("token", ["forged", "of-no-shop"])
@pytest.mark.parametrize("path", ["/api/orders", "/api/nowhere"])
async def test_a_forged_token_and_one_of_no_shop_learn_nothing(
    client: httpx.AsyncClient, token: str, path: str
) -> None:
    response = await client.get(path, headers={"authorization": f"Bearer {token}"})
    error = refusal(response, 401, "unauthorized")
    assert error["message"] == "The bearer token is not valid."


async def test_the_principal_is_that_of_the_credential(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/whoami", headers={**TOKEN, "x-tenant": "other"})
    assert response.json()["tenant_id"] == "demo"


async def test_outside_api_no_credential_is_asked_for(client: httpx.AsyncClient) -> None:
    assert (await client.get("/open")).json() == "open"


async def test_every_answer_has_its_own_correlation_id_and_safe_headers(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/open"), await client.get("/nowhere")
    assert first.headers["x-correlation-id"] != second.headers["x-correlation-id"]
    for response in (first, second):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_the_log_has_one_line_a_request_without_ids_bodies_or_tokens(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="server")
    await client.post("/api/orders?token=q-secret", json={"code": "c-secret", "quantity": 1}, headers=TOKEN)
    lines = [record for record in caplog.records if record.name.startswith("server")]
    assert [record.getMessage() for record in lines] == ["POST /api/orders 422"]
    assert "secret" not in caplog.text
