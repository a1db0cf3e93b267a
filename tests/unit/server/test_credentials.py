"""Who is let in by a bearer token, and who is not."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from leadhand.context import Permission, Principal
from leadhand.dev_secret import signing_secret
from leadhand.errors import Unauthorized
from leadhand.settings import Settings
from server.credentials import SharedSecretVerifier, authenticate, principal_of

SECRET = "a-secret-of-at-least-thirty-two-bytes"
GOOD: dict[str, object] = {
    "sub": "erika",
    "tenant": "demo",
    "permissions": ["planning:read"],
    "exp": datetime.now(UTC) + timedelta(hours=1),
}


def verifier(**changed: object) -> SharedSecretVerifier:
    return SharedSecretVerifier(Settings.model_validate({"jwt_secret": SECRET, **changed}))


def token(key: str = SECRET, algorithm: str = "HS256", **changed: object) -> str:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def unsigned(header: object, claims: object) -> str:
    parts = (json.dumps(part, default=str).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


async def let_in(credential: str, checker: SharedSecretVerifier | None = None) -> Principal:
    return await authenticate([f"Bearer {credential}"], checker or verifier())


async def test_a_genuine_token_names_shop_person_and_rights() -> None:
    assert await let_in(token()) == Principal("demo", "erika", frozenset({Permission.PLANNING_READ}))


async def test_a_permission_of_a_later_version_is_ignored() -> None:
    who = await let_in(token(permissions=["planning:read", "teleport", "studio"]))
    assert who.permissions == {Permission.PLANNING_READ, Permission.STUDIO}


async def test_a_token_without_permissions_has_none() -> None:
    assert (await let_in(token(permissions=None))).permissions == frozenset()


async def test_a_clock_that_is_seconds_behind_is_forgiven() -> None:
    assert (await let_in(token(exp=datetime.now(UTC) - timedelta(seconds=2)))).user_id == "erika"


FORGERIES: dict[str, str] = {
    "expired": token(exp=datetime.now(UTC) - timedelta(minutes=1)),
    "not yet valid": token(nbf=datetime.now(UTC) + timedelta(days=1)),
    "without expiry": token(exp=None),
    "without person": token(sub=None),
    "without shop": token(tenant=None),
    "another secret": token("another-secret-of-thirty-two-bytes!!"),
    "another algorithm": token("a-secret-of-at-least-thirty-two-bytes" * 2, "HS512"),
    "no algorithm": unsigned({"alg": "none", "typ": "JWT"}, GOOD),
    "no algorithm in capitals": unsigned({"alg": "NONE", "typ": "JWT"}, GOOD),
    "header that is a list": unsigned([], GOOD),
    "header nested to the recursion limit": base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.",
    "not a token": "x",
    "dots": "..",
    "not ASCII": "é.é.é",
    "too long": "a" * 9_000,
    "empty": "",
    "expiry that is no number": token(exp="soon"),
    "endless expiry": jwt.encode({**GOOD, "exp": float("inf")}, SECRET),
    "shop in capitals": token(tenant="Demo"),
    "shop with a path": token(tenant="../demo"),
    "shop with a line end": token(tenant="demo\n"),
    "empty shop": token(tenant=""),
    "long shop": token(tenant="d" * 64),
    "shop that is a list": token(tenant=["demo"]),
    "empty person": token(sub=""),
    "long person": token(sub="e" * 201),
    "person with a NUL": token(sub="erika\0"),
    "person with a surrogate": unsigned({"alg": "HS256"}, {**GOOD, "sub": "\ud800"}),
    "person that is blank": token(sub="  "),
    "permissions that are a text": token(permissions="planning:read"),
    "permissions that are numbers": token(permissions=[1]),
}


@pytest.mark.parametrize("kind", FORGERIES)
async def test_every_forgery_gets_the_same_answer(kind: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        await let_in(FORGERIES[kind])
    assert refused.value.message == "The bearer token is not valid."
    assert refused.value.details == {}


@pytest.mark.parametrize(
    "headers", [["Basic ZXJpa2E6eA=="], ["Bearer"], ["Bearer "], [f"Bearer {token()}"] * 2, [""]]
)
async def test_other_schemes_and_doubled_credentials_are_refused(headers: list[str]) -> None:
    with pytest.raises(Unauthorized):
        await authenticate(headers, verifier())


async def test_a_request_without_a_credential_is_told_what_is_missing() -> None:
    with pytest.raises(Unauthorized, match="needs a bearer token"):
        await authenticate([], verifier())


async def test_the_scheme_is_read_without_regard_to_case() -> None:
    assert (await authenticate([f"bearer {token()}"], verifier())).user_id == "erika"


async def test_issuer_and_audience_count_when_they_are_set() -> None:
    strict = verifier(jwt_issuer="https://id.example", jwt_audience="leadhand")
    genuine = token(iss="https://id.example", aud="leadhand")
    assert (await let_in(genuine, strict)).tenant_id == "demo"
    for wrong in (token(), token(iss="https://id.example", aud="other"), token(iss="x", aud="leadhand")):
        with pytest.raises(Unauthorized):
            await let_in(wrong, strict)


async def test_an_audience_is_no_obstacle_when_none_is_set() -> None:
    assert (await let_in(token(aud="someone"))).tenant_id == "demo"


async def test_development_without_a_secret_uses_the_one_in_the_data_directory(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    checker = SharedSecretVerifier(settings)
    assert (await let_in(token(signing_secret(settings)), checker)).tenant_id == "demo"
    with pytest.raises(Unauthorized):
        await let_in(token(), checker)


def test_a_hundred_permissions_are_enough() -> None:
    claims = {**GOOD, "permissions": ["planning:read"] * 101}
    with pytest.raises(ValueError, match="permissions"):
        principal_of(claims)
