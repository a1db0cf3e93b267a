"""Signs bearer tokens as the server checks them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import jwt

from leadhand.context import Permission
from leadhand.dev_secret import signing_secret
from leadhand.errors import InvalidSetting
from leadhand.settings import Settings


def sign(
    settings: Settings, *, shop: str, user: str, permissions: Sequence[Permission], expires: datetime
) -> str:
    """A JWT (HS256) for `user` in `shop` until `expires` (aware).

    Raises:
        InvalidSetting: the server takes tokens of an identity provider only, or there is no secret.
    """
    if settings.jwks_url is not None:
        raise InvalidSetting(
            "LEADHAND_JWKS_URL: the server takes only the identity provider's tokens; get one from there"
        )
    claims: dict[str, object] = {
        "sub": user,
        "tenant": shop,
        "permissions": sorted({p.value for p in permissions}),
        "iat": datetime.now(UTC),
        "exp": expires,
    }
    if settings.jwt_issuer is not None:
        claims["iss"] = settings.jwt_issuer
    if settings.jwt_audience is not None:
        claims["aud"] = settings.jwt_audience
    return jwt.encode(claims, signing_secret(settings), algorithm="HS256")
