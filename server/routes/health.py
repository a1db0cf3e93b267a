"""Liveness and readiness, for load balancers: outside /api, with no credential."""

from fastapi import Request
from pydantic import BaseModel, Field

from jobs.worker import WorkerState
from server.caller import keeper
from server.routes.described import open_router, refusal

router = open_router("health")


class Health(BaseModel):
    status: str
    worker: WorkerState | None = Field(
        default=None,
        description="The worker in this process, if it has one; turns can be answered without it.",
    )


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="The process is alive", response_model_exclude_none=True)
async def healthz() -> Health:
    return Health(status="ok")


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="The server can answer turns",
    response_model_exclude_none=True,
    responses={503: refusal("The reason: `database_unavailable`, `schema_outdated`, `server_stopping`")},
)
async def readyz(request: Request) -> Health:
    await keeper(request).check_ready()
    worker = keeper(request).desk.worker
    return Health(status="ready", worker=None if worker is None else worker.state)
