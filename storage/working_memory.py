"""What a person told about themselves: one row for each person of a shop, under row level security."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from psycopg.rows import scalar_row

from leadhand.context import TenantIdentity
from storage.database import Database
from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.round_trip import one_trip
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("working_memory")
# Of the query `read`, in its order.
_COLUMNS = (
    "version",
    "updated_at",
    "name",
    "role",
    "language",
    "units",
    "preferences",
    "goals",
    "facts",
    "notes",
    "calls",
)

Units: TypeAlias = Literal["decimal_hours", "hours_and_minutes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`language`: an ISO 639 code such as "de". `units`: how durations are written.

    What of it is free text is one line an entry.
    """

    name: str | None = None
    role: str | None = None
    language: str | None = None
    units: Units | None = None
    preferences: list[str] = field(default_factory=list[str])
    goals: list[str] = field(default_factory=list[str])
    facts: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingMemory(Profile):
    """`version` 0: nothing was ever kept. `calls`: the newest tool calls that changed it."""

    version: int = 0
    updated_at: datetime | None = None
    calls: list[str] = field(default_factory=list[str])

    @property
    def profile(self) -> Profile:
        return Profile(
            name=self.name,
            role=self.role,
            language=self.language,
            units=self.units,
            preferences=self.preferences,
            goals=self.goals,
            facts=self.facts,
            notes=self.notes,
        )


async def read(database: Database, who: TenantIdentity) -> WorkingMemory:
    """The caller's, in one trip, since every call of a model needs it; an empty one when there is none."""
    [found] = await one_trip(database.pool, who, Statement(_SQL["read"]))
    return WorkingMemory(**dict(zip(_COLUMNS, found.rows[0], strict=True))) if found.rows else WorkingMemory()


async def hold(connection: Connection) -> WorkingMemory:
    """The caller's, made if new. Nobody else changes it until this transaction ends."""
    held = await fetch_one(connection, _SQL["hold"], {}, WorkingMemory)
    assert held is not None, "inserted or found"  # noqa: S101
    return held


async def save(connection: Connection, profile: Profile, *, calls: list[str]) -> WorkingMemory:
    """Store it as the next version of the one that is held."""
    saved = await fetch_one(connection, _SQL["save"], {**asdict(profile), "calls": calls}, WorkingMemory)
    assert saved is not None, "it is held"  # noqa: S101
    return saved


async def forget(connection: Connection) -> bool:
    """Whether there was anything."""
    return await execute(connection, _SQL["forget"], {}) > 0


async def said(connection: Connection, *, thread_id: UUID, last: int) -> tuple[str, ...]:
    """The newest texts that the caller wrote in their thread, newest first."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["said"], {"thread_id": thread_id, "last": last})
        return tuple(str(text) for text in await cursor.fetchall())
