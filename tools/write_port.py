"""What the tools need of writes: an approved one is made here, once, and earlier ones are found again."""

from typing import Protocol
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from storage.plan_writes import KeptWrite, PlanWrite, RefusedWrite


class WritePort(Protocol):
    """Writes to one shop's plan; `storage` implements it."""

    async def apply(self, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
        """Make the write in one transaction; the same call again gives what is kept of it, and nothing more.

        Raises:
            StalePlan: what it changes, or what it would cause, is not what was approved; nothing is changed.
            IdempotencyConflict: another write was made for this call.
        """
        ...

    async def find(self, tenant: TenantContext, write_id: UUID | None) -> KeptWrite:
        """The write; None: the caller's newest that is not taken back yet. Raises NotFound."""
        ...

    async def note_refusal(self, tenant: TenantContext, refused: RefusedWrite) -> None:
        """Leave a row in the audit."""
        ...


class NoWrites:
    """Where there is no database that could be written to."""

    async def apply(self, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
        del tenant, write
        raise _away()

    async def find(self, tenant: TenantContext, write_id: UUID | None) -> KeptWrite:
        del tenant, write_id
        raise _away()

    async def note_refusal(self, tenant: TenantContext, refused: RefusedWrite) -> None:
        del tenant, refused


def _away() -> DatabaseUnavailable:
    return DatabaseUnavailable("Changes are made in the database, and there is none here.")
