"""/metrics: figures for Prometheus. They say nothing of any shop or person."""

import hmac
from typing import Final

from fastapi import Request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from leadhand import metrics
from leadhand.errors import LeadhandError, NotFound, Unauthorized
from leadhand.settings import Environment, Settings
from server.caller import keeper
from server.pool_figures import show_pool
from server.routes.described import open_router, refusal
from storage.database import Database

router = open_router("health")

_EXAMPLE: Final = (
    "# HELP leadhand_turns_total Turns that ended, and how: finished, stopped, or failed with a code.\n"
    "# TYPE leadhand_turns_total counter\n"
    'leadhand_turns_total{code="",outcome="finished"} 42.0\n'
)


@router.get(
    "/metrics",
    response_class=Response,
    summary="Figures of this process for Prometheus",
    responses={
        200: {"description": "docs/operations.md", "content": {"text/plain": {"example": _EXAMPLE}}},
        401: refusal("`LEADHAND_METRICS_TOKEN` is set and was not sent: `unauthorized`"),
        404: refusal("In production without `LEADHAND_METRICS_TOKEN`: `not_found`"),
    },
)
async def show(request: Request) -> Response:
    """In development open; in production it takes `Authorization: Bearer` with LEADHAND_METRICS_TOKEN."""
    _admit(request, request.app.state.settings)
    show_pool(_database(request))
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _admit(request: Request, settings: Settings) -> None:
    if settings.metrics_token is None:
        if settings.env is Environment.PRODUCTION:
            raise NotFound("There is nothing here.")
        return
    wanted = f"Bearer {settings.metrics_token.get_secret_value()}".encode()
    sent = request.headers.get("authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(sent, wanted):
        raise Unauthorized("This needs the token of LEADHAND_METRICS_TOKEN in the Authorization header.")


def _database(request: Request) -> Database | None:
    try:
        return keeper(request).desk.database
    except LeadhandError:
        return None
