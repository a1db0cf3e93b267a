"""Bearer credentials, tokens and API keys: a Principal, or one refusal for every kind of forgery."""

import re
from collections.abc import Mapping
from typing import Final, Protocol, cast

import jwt
from jwt.types import Options

from leadhand.api_key import API_KEY_PREFIX
from leadhand.context import Permission, Principal
from leadhand.dev_secret import signing_secret
from leadhand.errors import Unauthorized
from leadhand.settings import Settings
from server.key_set import KeySet

TENANT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
MAX_USER_CHARS: Final = 200
MAX_TOKEN_CHARS: Final = 8_000
MAX_PERMISSIONS: Final = 100
# Clocks of two machines differ by seconds, not by minutes.
LEEWAY_S: Final = 10
REQUIRED_CLAIMS: Final = ("exp", "sub", "tenant")
SHARED_SECRET_ALGORITHMS: Final = ("HS256",)
KEY_SET_ALGORITHMS: Final = ("RS256", "ES256")
# What PyJWT and the JSON reader below it raise for a token made to break them.
_FORGERIES: Final = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)

Claims = Mapping[str, object]


class Verifier(Protocol):
    async def claims_of(self, token: str) -> Claims:
        """The claims of a token that is genuine and in force; raises one of `_FORGERIES` if it is not."""
        ...


class KeyRing(Protocol):
    async def principal_of(self, text: str) -> Principal:
        """Whom an API key in force stands for; raises ValueError for every other text."""
        ...


class SharedSecretVerifier:
    """HS256 with the server's own secret."""

    def __init__(self, settings: Settings) -> None:
        self._secret = signing_secret(settings)
        self._settings = settings

    async def claims_of(self, token: str) -> Claims:
        return _decode(token, self._secret, SHARED_SECRET_ALGORITHMS, self._settings)


class KeySetVerifier:
    """RS256 or ES256 by the keys of an identity provider; its shared secret, if any, opens nothing."""

    def __init__(self, settings: Settings, url: str) -> None:
        self._keys = KeySet(url)
        self._settings = settings

    async def claims_of(self, token: str) -> Claims:
        header = cast("dict[str, object]", jwt.get_unverified_header(token))
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in KEY_SET_ALGORITHMS or not isinstance(key_id, str):
            raise jwt.InvalidTokenError
        return _decode(token, await self._keys.find(key_id), KEY_SET_ALGORITHMS, self._settings)


def _decode(
    token: str, key: str | jwt.PyJWK, algorithms: tuple[str, ...], settings: Settings
) -> Mapping[str, object]:
    options: Options = {
        "require": list(REQUIRED_CLAIMS),
        "verify_aud": settings.jwt_audience is not None,
        "verify_iss": settings.jwt_issuer is not None,
    }
    return cast(
        "Mapping[str, object]",
        jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
            leeway=LEEWAY_S,
            options=options,
        ),
    )


def open_verifier(settings: Settings) -> Verifier:
    """The one kind of token that this server takes: by key set if there is one, else by secret."""
    if settings.jwks_url is not None:
        return KeySetVerifier(settings, settings.jwks_url)
    return SharedSecretVerifier(settings)


async def authenticate(
    authorizations: list[str], verifier: Verifier, keys: KeyRing | None = None
) -> Principal:
    """Who the request's `Authorization` headers say it is. Without `keys` no API key opens anything.

    Raises:
        Unauthorized: no credential, or one that is forged, expired, revoked or about nobody; all alike to
            the caller.
        SigningKeysUnavailable: the identity provider's keys cannot be read just now.
        DatabaseUnavailable: an API key cannot be looked up just now.
    """
    if not authorizations:
        raise Unauthorized("This needs a bearer token in the Authorization header.")
    try:
        token = _token(authorizations)
        if keys is not None and token.startswith(API_KEY_PREFIX):
            return await keys.principal_of(token)
        return principal_of(await verifier.claims_of(token))
    except _FORGERIES:
        raise Unauthorized("The bearer token is not valid.") from None


def _token(authorizations: list[str]) -> str:
    if len(authorizations) != 1:
        raise ValueError("more than one credential")
    scheme, _, token = authorizations[0].partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
        raise ValueError("no bearer token")
    return token


def principal_of(claims: Claims) -> Principal:
    """Raises ValueError for a claim of the wrong type, length or charset."""
    tenant, user = claims.get("tenant"), claims.get("sub")
    if not isinstance(tenant, str) or TENANT.fullmatch(tenant) is None:
        raise ValueError("tenant")
    if not isinstance(user, str) or not 0 < len(user) <= MAX_USER_CHARS:
        raise ValueError("sub")
    if not user.isprintable() or user != user.strip():
        raise ValueError("sub")
    return Principal(tenant, user, _permissions(claims.get("permissions", [])))


def _permissions(claim: object) -> frozenset[Permission]:
    """The known ones; names of a later version are no reason to refuse the token."""
    if not isinstance(claim, list):
        raise ValueError("permissions")
    names = cast("list[object]", claim)
    if len(names) > MAX_PERMISSIONS or not all(isinstance(name, str) for name in names):
        raise ValueError("permissions")
    return frozenset(permission for permission in Permission if permission.value in names)
