"""The HTTP application: layers, routes, life."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from leadhand import __version__
from leadhand.errors import LeadhandError
from leadhand.settings import Settings
from reports.opening import open_desk
from server import api_page
from server.api_keys import ApiKeys
from server.border import Border, Refusals
from server.cors import NamedOrigins
from server.credentials import open_verifier
from server.desk_keeper import DeskKeeper, DeskOpener
from server.errors import on_error
from server.gate import Gate
from server.limits import BodyLimit
from server.rate_limits import RateLimits, Rates
from server.routes import (
    alerts,
    approvals,
    chat,
    graph,
    health,
    knowledge,
    machines,
    memory,
    metrics,
    operators,
    orders,
    recall,
    reports,
    runs,
    schedule,
    threads,
    tools,
    traces,
)
from server.shop_directory import ShopDirectory
from server.streams_open import OpenStreams

_ABOUT: Final = (
    "Production planning assistant for machine shops. Every route under `/api` needs a token or an API "
    "key as bearer. A refusal has the shape `{error: {code, message, retryable, correlation_id, details?}}`."
)

_BOARDS: Final = (orders, machines, operators, schedule)
_PARTS: Final = (
    chat,
    runs,
    approvals,
    threads,
    memory,
    recall,
    knowledge,
    reports,
    alerts,
    tools,
    *_BOARDS,
    traces,
    graph,
    health,
    metrics,
    api_page,
)


def create_app(settings: Settings, *, opener: DeskOpener = open_desk) -> FastAPI:
    """The application; its lifespan opens the desk with `opener` and closes it.

    Raises:
        InvalidSetting: no secret to check tokens with.
    """
    keeper = DeskKeeper(settings, opener)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await keeper.start()
        try:
            yield
        finally:
            await keeper.close()

    app = FastAPI(
        title="Leadhand",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Not by `include_router`, which makes every route a second time at an application's first request.
        routes=[route for part in _PARTS for route in part.router.routes],
        # Traces and figures of a run are our own; nothing is handed to collectors found in the environment.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.settings = settings
    app.state.keeper = keeper
    app.state.open_streams = OpenStreams.of(settings)
    for kind in (LeadhandError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, on_error)
    # The last one added is the outermost: border, then credential, then rates, then body, then routes.
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        timeout_s=settings.body_timeout_s,
        of_paths={knowledge.UPLOAD_PATH: settings.max_document_bytes},
    )
    app.add_middleware(RateLimits, rates=Rates.of(settings))
    directory = ShopDirectory(lambda: keeper.desk)
    keys = ApiKeys(lambda: keeper.desk.database)
    app.add_middleware(Gate, verifier=open_verifier(settings), shop_of=directory.shop_of, keys=keys)
    app.add_middleware(Refusals)
    if settings.origins:
        app.add_middleware(NamedOrigins, origins=settings.origins)
    app.add_middleware(Border)
    return app
