"""Pages of other origins: who may call, and that errors are as readable to them as answers."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from leadhand.errors import InvalidSetting
from leadhand.settings import Settings, load_settings
from server.app import create_app
from tests.unit.server.test_layers import refusal

PAGE = "https://planning.example"
PREFLIGHT = {
    "origin": PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,idempotency-key,x-as-of",
}


def app(origins: str | None) -> FastAPI:
    return create_app(Settings.model_validate({"jwt_secret": "s" * 32, "allowed_origins": origins}))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app(f"{PAGE}, http://localhost:3000"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("path", ["/api/chat", "/api/threads/x", "/api/nowhere"])
async def test_a_named_origin_may_ask_before_it_sends_without_a_credential(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.options(path, headers=PREFLIGHT)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == PAGE
    assert {"POST", "PATCH", "DELETE"} <= set(response.headers["access-control-allow-methods"].split(", "))
    allowed = {name.lower() for name in response.headers["access-control-allow-headers"].split(", ")}
    assert {"authorization", "content-type", "idempotency-key", "x-as-of"} <= allowed
    assert "origin" in response.headers["vary"].lower()
    assert response.headers["x-correlation-id"]


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/api/threads", 401, "unauthorized"), ("/nowhere", 404, "not_found")]
)
async def test_a_refusal_is_readable_to_the_page_with_its_correlation_id(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    response = await client.get(path, headers={"origin": PAGE})
    refusal(response, status, code)
    assert response.headers["access-control-allow-origin"] == PAGE
    assert "X-Correlation-Id" in response.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "stranger",
    [
        "https://evil.example",
        "https://planning.example.evil.example",
        "http://planning.example",
        "https://planning.example:8443",
        "null",
        "*",
    ],
)
async def test_any_other_origin_is_allowed_nothing(client: httpx.AsyncClient, stranger: str) -> None:
    preflight = await client.options("/api/chat", headers={**PREFLIGHT, "origin": stranger})
    refusal(preflight, 403, "permission_denied")
    answer = await client.get("/healthz", headers={"origin": stranger})
    assert answer.status_code == 200
    for response in (preflight, answer):
        assert "access-control-allow-origin" not in response.headers
        assert "origin" in response.headers["vary"].lower()


@pytest.mark.parametrize(
    "asked", [{"access-control-request-method": "TRACE"}, {"access-control-request-headers": "x-tenant"}]
)
async def test_a_method_or_header_that_we_do_not_take_is_refused_beforehand(
    client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    refusal(await client.options("/api/chat", headers={**PREFLIGHT, **asked}), 403, "permission_denied")


async def test_without_named_origins_no_page_of_another_origin_may_call() -> None:
    transport = httpx.ASGITransport(app=app(None))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        refusal(await client.options("/api/chat", headers=PREFLIGHT), 401, "unauthorized")
        response = await client.get("/healthz", headers={"origin": PAGE})
        assert not [name for name in response.headers if name.startswith("access-control")]


def test_origins_are_read_from_a_list_with_commas() -> None:
    settings = Settings(allowed_origins=f" {PAGE} ,http://localhost:3000,{PAGE},https://[::1]:8443,")
    assert settings.origins == (PAGE, "http://localhost:3000", "https://[::1]:8443")


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "null",
        "planning.example",
        "https://planning.example/",
        "https://planning.example/app",
        "https://Planning.example",
        "https://*.example",
        "https://planning.example:443",
        "http://planning.example:80",
        "ftp://planning.example",
        "https://me:secret@planning.example",
        "https://planning.example;https://b.example",
    ],
)
def test_what_no_browser_would_send_is_refused_with_its_place_in_the_list(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("LEADHAND_ALLOWED_ORIGINS", f"{PAGE},{wrong}")
    with pytest.raises(InvalidSetting) as refused:
        load_settings()
    assert refused.value.message.startswith("LEADHAND_ALLOWED_ORIGINS: origin 2 must ")
    assert "secret" not in refused.value.message
