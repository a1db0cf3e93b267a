"""Who gets in, what is said to the others, and a server whose database is away."""

import asyncio
import hmac
import http.server
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable, SigningKeysUnavailable, Unauthorized
from leadhand.settings import Settings
from runs.desk import Desk, open_desk
from server.app import create_app
from server.credentials import KeySetVerifier, authenticate
from tests.integration.server.conftest import READER, bearer, calling, refusal

ROUTES = [
    ("POST", "/api/chat"),
    ("GET", "/api/chat/x/stream"),
    ("POST", "/api/chat/x/stop"),
    ("GET", "/api/threads"),
    ("GET", "/api/threads/x"),
    ("PATCH", "/api/threads/x"),
    ("DELETE", "/api/threads/x"),
    ("GET", "/api/threads/x/messages"),
    ("GET", "/api/memory"),
    ("PUT", "/api/memory"),
    ("DELETE", "/api/memory"),
    ("GET", "/api/memory/search"),
    ("POST", "/api/knowledge/documents"),
    ("GET", "/api/knowledge/documents"),
    ("GET", "/api/knowledge/documents/x"),
    ("DELETE", "/api/knowledge/documents/x"),
    ("POST", "/api/knowledge/search"),
    ("GET", "/api/tools"),
    ("POST", "/api/tools/check_capacity"),
    ("GET", "/api/orders"),
    ("GET", "/api/orders/x"),
    ("GET", "/api/machines"),
    ("GET", "/api/machines/x"),
    ("GET", "/api/operators"),
    ("GET", "/api/operators/x"),
    ("GET", "/api/schedule"),
    ("GET", "/api/graph"),
    ("GET", "/api/approvals"),
    ("GET", "/api/approvals/x"),
    ("POST", "/api/approvals/x"),
    ("GET", "/api/runs"),
    ("POST", "/api/runs"),
    ("GET", "/api/runs/x"),
    ("GET", "/api/runs/x/events"),
    ("POST", "/api/runs/x/cancel"),
    ("GET", "/api/reports"),
    ("POST", "/api/reports"),
    ("GET", "/api/reports/x"),
    ("GET", "/api/reports/x.x"),
    ("POST", "/api/reports/x/deliveries/x/retry"),
    ("GET", "/api/reports/schedules"),
    ("POST", "/api/reports/schedules"),
    ("GET", "/api/reports/schedules/x"),
    ("PATCH", "/api/reports/schedules/x"),
    ("DELETE", "/api/reports/schedules/x"),
    ("GET", "/api/alerts"),
    ("POST", "/api/alerts"),
    ("GET", "/api/alerts/x"),
    ("PATCH", "/api/alerts/x"),
    ("DELETE", "/api/alerts/x"),
    ("GET", "/api/traces"),
    ("GET", "/api/traces/x"),
]
BODY = {
    "id": "x",
    "title": "x",
    "message": {"role": "user", "parts": [{"type": "text", "text": "Hello?"}]},
}


def body_of(method: str, path: str) -> dict[str, object] | None:
    if method not in {"POST", "PATCH"}:
        return None
    return {} if path.startswith("/api/tools") else dict(BODY)


def test_the_routes_checked_here_are_all_that_there_are(app_settings: Settings) -> None:
    paths = create_app(app_settings).openapi()["paths"]
    guarded = {
        (method.upper(), re.sub(r"{\w+}", "x", path.replace("{name}", "check_capacity")))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/api")
    }
    assert guarded == set(ROUTES)


async def test_a_token_without_the_right_to_read_opens_no_route(
    app: FastAPI, two_shops: tuple[Principal, Principal]
) -> None:
    poor = Principal(two_shops[0].tenant_id, "paul", frozenset({Permission.STUDIO}))
    async with calling(app, poor) as caller:
        for method, path in ROUTES:
            response = await caller.http.request(method, path, json=body_of(method, path))
            error = refusal(response, 403, "permission_denied")
            assert error["details"] == {"permission": "planning:read"}


async def test_a_token_of_an_unknown_shop_opens_no_route(app: FastAPI) -> None:
    async with calling(app, Principal("no-such-shop", "paul", READER)) as caller:
        for method, path in ROUTES:
            response = await caller.http.request(method, path, json=body_of(method, path))
            refusal(response, 401, "unauthorized")


async def test_no_token_and_a_forged_one_open_no_route(
    app: FastAPI, two_shops: tuple[Principal, Principal]
) -> None:
    async with calling(app, two_shops[0]) as caller:
        forged = bearer(two_shops[0], secret="another-secret-of-thirty-two-bytes!!")
        for headers in ({"authorization": ""}, {"authorization": forged}):
            for method, path in ROUTES:
                refusal(await caller.http.request(method, path, headers=headers), 401, "unauthorized")


async def test_the_pages_for_people_and_balancers_need_no_token(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://leadhand") as http:
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        assert (await http.get("/readyz")).json() == {"status": "ready"}
        assert (await http.head("/readyz")).content == b""
        page = await http.get("/docs")
        assert "//" not in page.text.replace("</", "")  # no other host is named
        assert "script-src 'self'" in page.headers["content-security-policy"]
        for path in ("/docs/start.js", "/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"):
            assert (await http.get(path)).status_code == 200
        refusal(await http.get("/docs/assets/..%2f__init__.py"), 404, "not_found")
        refusal(await http.get("/docs/assets/redoc.standalone.js"), 422, "invalid_request")
        assert (await http.get("/openapi.json")).json()["info"]["title"] == "Leadhand"


class AwayThenBack:
    """A desk whose database is away until the test says otherwise."""

    def __init__(self) -> None:
        self.back = asyncio.Event()
        self.opened = asyncio.Event()

    @asynccontextmanager
    async def __call__(self, settings: Settings) -> AsyncGenerator[Desk]:
        if not self.back.is_set():
            raise DatabaseUnavailable("The database cannot be reached right now.")
        async with open_desk(settings) as desk:
            self.opened.set()
            yield desk


async def test_a_server_whose_database_is_away_starts_says_so_and_heals(
    app_settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    opener = AwayThenBack()
    app = create_app(app_settings, opener=opener)
    async with app.router.lifespan_context(app), calling(app, two_shops[0]) as caller:
        assert (await caller.http.get("/healthz")).status_code == 200
        not_ready = await caller.http.get("/readyz")
        assert refusal(not_ready, 503, "database_unavailable")["retryable"] is True
        assert "retry-after" in not_ready.headers
        for method, path in ROUTES:
            response = await caller.http.request(method, path, json=body_of(method, path))
            refusal(response, 503, "database_unavailable")
        refusal(await caller.http.get("/api/tools", headers={"authorization": "x"}), 401, "unauthorized")
        opener.back.set()
        await opener.opened.wait()
        assert (await caller.http.get("/readyz")).status_code == 200
        assert (await caller.http.get("/api/threads")).status_code == 200


async def test_a_fault_that_only_a_person_can_mend_stops_the_start(app_settings: Settings) -> None:
    def opener(settings: Settings) -> AbstractAsyncContextManager[Desk]:
        raise RuntimeError("unsafe")

    app = create_app(app_settings, opener=opener)
    with pytest.raises(RuntimeError, match="unsafe"):
        async with app.router.lifespan_context(app):
            pass


class KeyServer:
    """An identity provider on loopback: its keys, and how often it was asked."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.keys: list[dict[str, object]] = [
            {**RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True), "kid": "rsa-1"},
            {**ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True), "kid": "ec-1"},
        ]
        self.asked = 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                body = orjson.dumps({"keys": provider.keys})
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/jwks.json"


@pytest.fixture
def provider() -> Iterator[KeyServer]:
    keys = KeyServer()
    thread = threading.Thread(target=keys.server.serve_forever, daemon=True)
    thread.start()
    yield keys
    keys.server.shutdown()
    keys.server.server_close()
    thread.join()


def key_set_verifier(url: str) -> KeySetVerifier:
    settings = Settings.model_validate({"jwks_url": url, "jwt_issuer": "idp", "jwt_audience": "leadhand"})
    return KeySetVerifier(settings, url)


CLAIMS: dict[str, object] = {
    "sub": "erika",
    "tenant": "demo",
    "iss": "idp",
    "aud": "leadhand",
    "exp": datetime.now(UTC) + timedelta(hours=1),
}


def signed_with_the_public_key(provider: KeyServer) -> str:
    """HS256 with what everybody can read: the classic forgery, which PyJWT refuses to make."""
    public = provider.rsa.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {**CLAIMS, "exp": 4_000_000_000}
    signed = (
        _base64url(orjson.dumps({"alg": "HS256", "kid": "rsa-1"})) + b"." + _base64url(orjson.dumps(claims))
    )
    return (signed + b"." + _base64url(hmac.digest(public, signed, "sha256"))).decode()


def _base64url(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


async def test_tokens_of_an_identity_provider_are_checked_by_its_keys(provider: KeyServer) -> None:
    verifier = key_set_verifier(provider.url)
    by_rsa = jwt.encode(CLAIMS, provider.rsa, "RS256", headers={"kid": "rsa-1"})
    by_ec = jwt.encode(CLAIMS, provider.ec, "ES256", headers={"kid": "ec-1"})
    for token in (by_rsa, by_ec, by_rsa):
        who = await authenticate([f"Bearer {token}"], verifier)
        assert who == Principal("demo", "erika", frozenset())
    assert provider.asked == 1


async def test_forgeries_against_a_key_set_are_refused_and_do_not_make_us_ask_again(
    provider: KeyServer,
) -> None:
    verifier = key_set_verifier(provider.url)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forgeries = [
        signed_with_the_public_key(provider),
        jwt.encode(CLAIMS, stranger, "RS256", headers={"kid": "rsa-1"}),
        jwt.encode(CLAIMS, stranger, "RS256", headers={"kid": "ec-1"}),
        jwt.encode(CLAIMS, provider.rsa, "RS256", headers={"kid": "../../rsa-1"}),
        jwt.encode(CLAIMS, provider.rsa, "RS256"),
        jwt.encode(CLAIMS, provider.rsa, "RS512", headers={"kid": "rsa-1"}),
        jwt.encode({**CLAIMS, "aud": "another"}, provider.rsa, "RS256", headers={"kid": "rsa-1"}),
        jwt.encode({**CLAIMS, "iss": "another"}, provider.rsa, "RS256", headers={"kid": "rsa-1"}),
        "x.y.z",
    ]
    for forgery in forgeries:
        with pytest.raises(Unauthorized):
            await authenticate([f"Bearer {forgery}"], verifier)
    assert provider.asked <= 2


async def test_a_provider_that_is_away_is_no_forgery(provider: KeyServer) -> None:
    token = jwt.encode(CLAIMS, provider.rsa, "RS256", headers={"kid": "rsa-1"})
    provider.server.server_close()
    verifier = key_set_verifier("http://127.0.0.1:1/jwks.json")
    for _ in range(2):
        with pytest.raises(SigningKeysUnavailable):
            await authenticate([f"Bearer {token}"], verifier)
