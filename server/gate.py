"""Nothing under /api is reached without a credential of a shop we have: no route, no body, not even a 404."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from leadhand.context import Principal
from leadhand.errors import Unauthorized
from server.credentials import KeyRing, Verifier, authenticate
from storage.tenants import TenantSettings

GUARDED: Final = "/api"
_STATE_KEY: Final = "admitted"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A verified person, and the settings of their shop."""

    principal: Principal
    shop: TenantSettings


# The shop of a credential; raises Unauthorized when there is none, DatabaseUnavailable when nobody can tell.
ShopLookup: TypeAlias = Callable[[Principal], Awaitable[TenantSettings]]


class Gate:
    """Checks the credential before the body is read, and hands on who came in."""

    def __init__(
        self, app: ASGIApp, verifier: Verifier, shop_of: ShopLookup, keys: KeyRing | None = None
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._keys = keys
        self._shop_of = shop_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _guarded(scope):
            headers = Headers(scope=scope).getlist("authorization")
            principal = await authenticate(headers, self._verifier, self._keys)
            admitted = Admitted(principal, await self._shop_of(principal))
            scope["state"] = {**scope.get("state", {}), _STATE_KEY: admitted}
        await self._app(scope, receive, send)


def path_of(scope: Scope) -> str:
    """The address as the routes know it."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


def _guarded(scope: Scope) -> bool:
    path = path_of(scope)
    return path == GUARDED or path.startswith(f"{GUARDED}/")


def admitted_to(scope: Scope) -> Admitted | None:
    """Who came in; None outside the guarded paths."""
    admitted: object = scope.get("state", {}).get(_STATE_KEY)
    return admitted if isinstance(admitted, Admitted) else None


def admitted_of(request: Request) -> Admitted:
    """Raises Unauthorized outside the guarded paths."""
    admitted = admitted_to(request.scope)
    if admitted is None:
        raise Unauthorized("This needs a bearer token in the Authorization header.")
    return admitted
