"""Nothing under /api is reached without a verified credential: not a route, not a body, not even a 404."""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from leadhand.context import Principal
from leadhand.errors import Unauthorized
from server.credentials import Verifier, authenticate

GUARDED: Final = "/api"
_STATE_KEY: Final = "principal"


class Gate:
    """Checks the credential before the body is read, and hands the Principal on in the request's state."""

    def __init__(self, app: ASGIApp, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _guarded(scope):
            headers = Headers(scope=scope).getlist("authorization")
            principal = await authenticate(headers, self._verifier)
            scope["state"] = {**scope.get("state", {}), _STATE_KEY: principal}
        await self._app(scope, receive, send)


def _guarded(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    return path == GUARDED or path.startswith(f"{GUARDED}/")


def principal_of_request(request: Request) -> Principal:
    """Raises Unauthorized outside the guarded paths."""
    principal: object = request.scope.get("state", {}).get(_STATE_KEY)
    if not isinstance(principal, Principal):
        raise Unauthorized("This needs a bearer token in the Authorization header.")
    return principal
