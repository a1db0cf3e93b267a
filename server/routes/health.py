"""Liveness and readiness, for load balancers: outside /api, with no credential."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from server.caller import keeper
from server.routes.described import refusal

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="The process is alive")
async def healthz() -> Health:
    return Health(status="ok")


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="The server can answer turns",
    responses={503: refusal("The reason: `database_unavailable`, `schema_outdated`, `server_stopping`")},
)
async def readyz(request: Request) -> Health:
    await keeper(request).check_ready()
    return Health(status="ready")
