"""Writes to a shop's plan and report schedules: each once, in one transaction, if all is as it was shown."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
from pydantic import TypeAdapter
from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.errors import ApprovalSuperseded, IdempotencyConflict, JsonValue, NotFound, StalePlan
from planning.plan_writes import RowChange, effect_of, moved_since
from planning.shop import Minute, Shop, ShopSettings
from planning.zones import MINUTES_PER_DAY
from storage import approvals, audit
from storage.database import Database
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.plan_rows import Origin, change_rows
from storage.plan_write_json import JsonRow, change_from, change_json, parted
from storage.rows import execute, fetch_one, fetch_value
from storage.schedule_changes import ScheduleChange, change_schedules
from storage.shop_rows import build_shop
from storage.shops import read_rows, read_settings, whole_months
from storage.transactions import Connection

# What was approved in time may be made this much later: a run that goes on elsewhere takes a moment.
GRACE_MIN = 5
# As the tools load it (tools.views): enough for the effect, whatever the planning horizon.
LOADED_DAYS = 180
# Rows that a refusal names.
MAX_TOLD = 20

_SQL = named_queries("plan_writes")
_ORIGINS = TypeAdapter(tuple[Origin, ...])


@dataclass(frozen=True, slots=True)
class PlanWrite:
    """An approved write: who asked for what in which call, and exactly which rows it changes.

    The ledger knows it by (shop, `thread_id`, `call_id`). `proposal_hash` tells it from another write of the
    same call. `as_of`, `base_data_version` and `effect` (`WriteEffect.digest`) are those of the proposal;
    `expires_at` is when it must have been approved. `undoes`: the write that it takes back; `applies`: the
    re-plan's proposal that it takes up; `schedules`: what it changes beside the plan.
    """

    thread_id: UUID
    run_id: UUID
    call_id: str
    tool: str
    input: JsonValue
    summary: str
    changes: tuple[RowChange, ...]
    as_of: Minute
    base_data_version: int
    effect: str
    expires_at: datetime
    proposal_hash: str
    approved_by: str
    undoes: UUID | None = None
    applies: UUID | None = None
    schedules: tuple[ScheduleChange, ...] = ()

    @property
    def told_changes(self) -> list[JsonRow]:
        """Every row, as ledger and audit keep it."""
        return [change_json(change) for change in (*self.changes, *self.schedules)]


@dataclass(frozen=True, slots=True)
class KeptWrite:
    """A write of the ledger. `data_version`: of the plan right after it; `undone_by`: what took it back."""

    id: UUID
    tool: str
    summary: str
    changes: tuple[RowChange, ...]
    requested_by: str
    approved_by: str
    applied_at: datetime
    data_version: int
    undoes: UUID | None
    undone_by: UUID | None
    schedules: tuple[ScheduleChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedWrite:
    """A write that was not made, and the code that says why."""

    tool: str
    call_id: str
    input: JsonValue
    code: str


@dataclass(frozen=True, slots=True)
class _Origins:
    origins: list[JsonRow]


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    tool: str
    summary: str
    changes: list[JsonRow]
    requested_by: str
    approved_by: str
    applied_at: datetime
    data_version: int
    undoes: UUID | None
    undone_by: UUID | None
    proposal_hash: str

    def kept(self) -> KeptWrite:
        changes, schedules = parted([change_from(change) for change in self.changes])
        return KeptWrite(
            id=self.id,
            tool=self.tool,
            summary=self.summary,
            changes=changes,
            requested_by=self.requested_by,
            approved_by=self.approved_by,
            applied_at=self.applied_at,
            data_version=self.data_version,
            undoes=self.undoes,
            undone_by=self.undone_by,
            schedules=schedules,
        )


@dataclass(frozen=True, slots=True)
class PlanWrites:
    """Where a shop's writes are made and found again; the tools' port (`tools.write_port`)."""

    database: Database

    async def apply(self, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
        """Make the write, with its ledger and audit rows, or nothing of it.

        The same call again gives what is kept of it. Writers of one shop wait for one another.

        Raises:
            StalePlan: a row is not what it was, the effect is another one, or the time is over.
            IdempotencyConflict: another write was made for this call.
            ApprovalSuperseded: the approval was withdrawn meanwhile.
            DatabaseUnavailable, QueryTimeout: made or not; the same call tells, or makes it.
        """
        try:
            return await self._made(tenant, write)
        except StalePlan as stale:
            async with self.database.transaction(tenant) as connection:
                await audit.record(connection, _audited(tenant, write, "write_refused", code=stale.code))
            raise

    async def _made(self, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
        try:
            async with self.database.transaction(tenant) as connection:
                return await _apply(connection, tenant, write)
        except psycopg.IntegrityError as error:
            raise StalePlan(
                "The plan has changed since: what was approved no longer fits into it."
            ) from error

    async def find(self, tenant: TenantContext, write_id: UUID | None) -> KeptWrite:
        """The write; None: the newest that the caller asked for and that is not taken back.

        Raises:
            NotFound: there is none, or it is another shop's.
        """
        async with self.database.transaction(tenant, snapshot=True) as connection:
            if write_id is None:
                found = await fetch_one(connection, _SQL["newest_own"], {}, _Row)
            else:
                found = await fetch_one(connection, _SQL["by_id"], {"id": write_id}, _Row)
        if found is None:
            nothing = "You have made no change that could be undone."
            raise NotFound(nothing if write_id is None else f"There is no change {write_id}.")
        return found.kept()

    async def note_refusal(self, tenant: TenantContext, refused: RefusedWrite) -> None:
        """Leave a row in the audit, of a write that did not get as far as an approval."""
        entry = audit.AuditEntry(
            "write_refused",
            refused.tool,
            refused.input,
            requested_by=tenant.user_id,
            call_id=refused.call_id,
            code=refused.code,
        )
        async with self.database.transaction(tenant) as connection:
            await audit.record(connection, entry)


async def _apply(connection: Connection, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
    version = await fetch_value(connection, _SQL["lock_plan"], {}, int)
    if version is None:
        raise NotFound("There is no such shop.")
    call = {"thread_id": write.thread_id, "call_id": write.call_id}
    made = await fetch_one(connection, _SQL["of_call"], call, _Row)
    if made is not None:
        if made.proposal_hash != write.proposal_hash:
            raise IdempotencyConflict("Another change was made for this call.")
        return made.kept()
    await _check_time(connection, write)
    await _use_approval(connection, write)
    settings = await read_settings(connection, tenant_id=tenant.tenant_id)
    if write.changes and version != write.base_data_version:
        shop = await _fresh_shop(connection, tenant, write, settings)
        await asyncio.to_thread(_check_same, shop, write)
    write_id = uuid7()
    origins = await _take_back(connection, write, write_id)
    await change_schedules(connection, tenant, write.schedules)
    gone = await change_rows(connection, write.changes, settings, origins)
    return await _note_made(connection, tenant, write, (write_id, gone))


async def _use_approval(connection: Connection, write: PlanWrite) -> None:
    """An approval that was withdrawn until now is none: a server that lost its run may still be at work."""
    used = await approvals.use(
        connection, thread_id=write.thread_id, call_id=write.call_id, proposal_hash=write.proposal_hash
    )
    if not used:
        raise ApprovalSuperseded("The conversation went on before this change was made.")


async def _check_time(connection: Connection, write: PlanWrite) -> None:
    params = {"expires_at": write.expires_at, "grace_min": GRACE_MIN}
    if await fetch_value(connection, _SQL["is_over"], params, bool):
        raise StalePlan("The time by which this change had to be approved is over.")


async def _fresh_shop(
    connection: Connection, tenant: TenantContext, write: PlanWrite, settings: ShopSettings
) -> Shop:
    """The plan as it is now; nobody changes it while this transaction holds its lock."""
    days = max(LOADED_DAYS, settings.horizon_days)
    window = whole_months((write.as_of, write.as_of + days * MINUTES_PER_DAY))
    rows = await read_rows(connection, tenant_id=tenant.tenant_id, window=window)
    return await asyncio.to_thread(build_shop, rows, write.as_of)


def _check_same(shop: Shop, write: PlanWrite) -> None:
    """Other parts of the plan may have changed; what the person saw may not."""
    moved: list[JsonValue] = [change.row_id for change in moved_since(shop, write.changes)]
    if moved:
        raise StalePlan(
            "What the change is about has itself been changed since it was proposed.",
            details={"moved": moved[:MAX_TOLD]},
        )
    if effect_of(shop, write.changes, write.as_of).digest != write.effect:
        raise StalePlan("The plan has changed since: the change would not have the effect that was shown.")


async def _take_back(connection: Connection, write: PlanWrite, write_id: UUID) -> tuple[Origin, ...]:
    """Mark the write that this one takes back, which can be taken back once; where its rows came from."""
    if write.undoes is None:
        return ()
    params = {"id": write.undoes, "undone_by": write_id}
    if await execute(connection, _SQL["mark_undone"], params) == 0:
        raise StalePlan("That change has been taken back already.")
    found = await fetch_one(connection, _SQL["origins"], {"id": write.undoes}, _Origins)
    return () if found is None else _ORIGINS.validate_python(found.origins)


async def _note_made(
    connection: Connection, tenant: TenantContext, write: PlanWrite, made: tuple[UUID, tuple[Origin, ...]]
) -> KeptWrite:
    write_id, gone = made
    params = {
        "id": write_id,
        "thread_id": write.thread_id,
        "run_id": write.run_id,
        "call_id": write.call_id,
        "tool": write.tool,
        "input": to_jsonb(write.input),
        "proposal_hash": write.proposal_hash,
        "summary": storable_text(write.summary),
        "approved_by": write.approved_by,
        "base_data_version": write.base_data_version,
        "changes": to_jsonb([*write.told_changes]),
        "origins": to_jsonb([{"id": o.id, "source": o.source, "external_id": o.external_id} for o in gone]),
        "undoes": write.undoes,
        "applies": write.applies,
    }
    row = await fetch_one(connection, _SQL["add"], params, _Row)
    assert row is not None, "the ledger's row comes back"  # noqa: S101
    entry = replace(
        _audited(tenant, write, "write_applied"),
        write_id=write_id,
        changes=write.told_changes,
    )
    await audit.record(connection, entry)
    return row.kept()


def _audited(
    tenant: TenantContext, write: PlanWrite, action: audit.Action, *, code: str | None = None
) -> audit.AuditEntry:
    return audit.AuditEntry(
        action,
        write.tool,
        write.input,
        requested_by=tenant.user_id,
        approved_by=write.approved_by,
        thread_id=write.thread_id,
        run_id=write.run_id,
        call_id=write.call_id,
        code=code,
    )
