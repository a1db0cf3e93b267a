"""What is remembered of the caller: read, edited and deleted by them."""

from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from leadhand.context import TenantContext
from server.caller import OpenDesk, Reader
from server.forgetting import forget_all_conversations
from server.routes.described import api_router, refusal
from storage.working_memory import Profile, Units, WorkingMemory

router = api_router("memory")

_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    409: refusal("It has changed since `version` was read: `memory_changed`"),
    422: refusal("`invalid_request`, or more than is kept: `memory_full`, with the bound in `details`"),
}
# A number that every JSON reader keeps.
MAX_VERSION: Final = 2**53 - 1

Language = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z]{2,3}$")]


class PersonProfile(BaseModel):
    """All of it is optional. `language` is an ISO 639 code; `units` is how durations are written."""

    name: str | None = Field(default=None, examples=["Ada"])
    role: str | None = Field(default=None, examples=["planner of the turning shop"])
    language: Language | None = Field(default=None, examples=["en"])
    units: Units | None = Field(default=None, examples=["hours_and_minutes"])
    preferences: list[str] = Field(default_factory=list, examples=[["short answers"]])
    goals: list[str] = Field(default_factory=list, examples=[["fewer late orders"]])
    facts: list[str] = Field(default_factory=list, examples=[["I work the late shift"]])
    notes: list[str] = Field(default_factory=list)


class PersonMemory(PersonProfile):
    """`version` grows with each change, whoever makes it; 0: nothing was ever kept."""

    version: int
    updated_at: datetime | None


class EditedMemory(PersonProfile):
    """The whole of it, as it shall be; `version` is the one that was read."""

    version: int = Field(ge=0, le=MAX_VERSION, examples=[0])


@router.get("/memory", summary="What is remembered of the caller")
async def read_memory(tenant: Reader, desk: OpenDesk) -> PersonMemory:
    return _told(await desk.memory.read(tenant), tenant)


@router.put("/memory", summary="Edit what is remembered of the caller", responses=_REFUSED)
async def edit_memory(body: EditedMemory, tenant: Reader, desk: OpenDesk) -> PersonMemory:
    """What is left out is removed."""
    profile = Profile(**body.model_dump(exclude={"version"}))
    return _told(await desk.memory.replace(tenant, profile, version=body.version), tenant)


@router.delete(
    "/memory", status_code=204, response_class=Response, summary="Delete all that is remembered of the caller"
)
async def delete_memory(
    tenant: Reader,
    desk: OpenDesk,
    *,
    conversations: Annotated[bool, Query(description="All of the caller's conversations as well")] = False,
) -> Response:
    """Quizzes outside of conversations go too; conversations themselves only if it is said."""
    if conversations:
        await forget_all_conversations(desk, tenant)
    await desk.memory.forget(tenant)
    return Response(status_code=204)


def _told(memory: WorkingMemory, tenant: TenantContext) -> PersonMemory:
    kept = memory.updated_at if memory.version else None
    return PersonMemory(
        version=memory.version,
        updated_at=kept.astimezone(ZoneInfo(tenant.timezone)) if kept else None,
        name=memory.name,
        role=memory.role,
        language=memory.language,
        units=memory.units,
        preferences=memory.preferences,
        goals=memory.goals,
        facts=memory.facts,
        notes=memory.notes,
    )
