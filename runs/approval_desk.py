"""Approvals of a shop: answered in the chat that asked, or by somebody else over the list of what waits."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from jobs.context import run_owner
from jobs.engine_database import engine_transaction
from jobs.task import JobRow
from leadhand.context import Permission, Principal, TenantContext, TenantIdentity
from leadhand.errors import LeadhandError, NotFound, ServerStopping
from runs.active import ActiveRun, FollowedRun
from runs.answers import Answer, AnswerDesk, Taken, absent
from runs.log import RunLog
from runs.service import RunService
from storage import approvals, threads
from storage.approvals import ExpiredApproval, ListedApproval
from storage.transactions import translated_errors

log = logging.getLogger(__name__)

# How long an approval may be overdue before the turn goes on without it.
CLOSE_S = 5.0
# Looked at in one sweep; the next sweep sees the others.
AT_MOST = 100


@dataclass(frozen=True, slots=True)
class ApprovalDesk:
    """One a process."""

    runs: RunService

    async def pending(
        self, tenant: TenantContext, *, limit: int, before: UUID | None
    ) -> tuple[ListedApproval, ...]:
        """What waits, newest first: all of the shop for who may approve, else what they asked for."""
        everybody = Permission.APPROVE in tenant.permissions
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            return await approvals.pending(
                conn, requested_by=None if everybody else tenant.user_id, limit=limit, before=before
            )

    async def get(self, tenant: TenantContext, approval_id: UUID) -> ListedApproval:
        """One approval, however it stands.

        Raises:
            NotFound: there is none, or it is not for the caller to see.
        """
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            found = await approvals.get_approval(conn, approval_id=approval_id)
        if found is None:
            raise absent()
        if found.requested_by != tenant.user_id and Permission.APPROVE not in tenant.permissions:
            raise absent()
        return found

    async def answer(self, tenant: TenantContext, answer: Answer) -> ListedApproval:
        """The approval, answered by `tenant`; if it was the last that waited, the run goes on here.

        Raises:
            PermissionDenied: the caller may not approve. NotFound: their shop has no such approval.
            ApprovalAnswered, ApprovalSuperseded, ApprovalExpired, ApprovalChanged, ThreadBusy: see `take`.
        """
        tenant.require(Permission.APPROVE)
        approval = await self.get(tenant, answer.approval_id)
        asker = Principal(tenant.tenant_id, approval.requested_by, frozenset())
        taken, _ = await self._take(asker, approval.thread_id, [answer], tenant)
        if taken.refused is not None:
            raise taken.refused
        return await self.get(tenant, answer.approval_id)

    async def answer_in_chat(
        self, tenant: TenantContext, chat_id: str, answers: Sequence[Answer]
    ) -> FollowedRun:
        """Answers in the thread that asked; the run that goes on, or the answer so far while others wait.

        Answers that come too late do not count; they are refused if none counts.

        Raises:
            As `answer`.
        """
        tenant.require(Permission.APPROVE)
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            thread = await threads.get_thread(conn, who=tenant, chat_id=chat_id)
        if thread is None:
            raise NotFound("There is no such conversation.")
        taken, run = await self._take(tenant, thread.id, answers, tenant)
        if not taken.counted and taken.refused is not None:
            raise taken.refused
        return run

    async def close_overdue(self) -> None:
        """Go on without what nobody answered in time, in all shops.

        Raises:
            DatabaseUnavailable, QueryTimeout: the next time finds what this one did not.
        """
        database = self.runs.database
        with translated_errors():
            async with engine_transaction(database.pool) as connection:
                found = await approvals.expired(connection, at_most=AT_MOST)
        for overdue in found:
            await self._close(overdue)

    async def _close(self, overdue: ExpiredApproval) -> None:
        asker = Principal(overdue.tenant_id, overdue.user_id, frozenset())
        async with self.runs.database.transaction(asker, snapshot=True) as conn:
            approval = await approvals.get_approval(conn, approval_id=overdue.approval_id)
        owner = None
        if approval is not None:
            owner = await run_owner(self.runs.database, JobRow(approval.tenant_id, approval.run_id))
        if approval is None or owner is None:
            return
        try:
            await self._take(asker, approval.thread_id, [], owner.tenant)
        except LeadhandError as error:
            log.warning("an approval that is overdue is closed later: %s", error.code)

    async def _take(
        self, asker: TenantIdentity, thread_id: UUID, answers: Sequence[Answer], by: TenantContext
    ) -> tuple[Taken, ActiveRun]:
        """What came of the answers; and the run that goes on, or the one that waits, to be shown."""
        if self.runs.stopping:
            raise ServerStopping("The server is restarting. Please try again in a moment.")
        async with self.runs.database.transaction(asker) as conn:
            taken = await AnswerDesk(self.runs.owner, self.runs.model_name).take(
                conn, thread_id, answers, by=by.user_id, timezone=by.timezone
            )
        if not taken.goes_on:
            run, log_so_far = taken.run, RunLog(taken.events)
            waiting = ActiveRun(
                str(run.id), taken.answer_id, run.model, log_so_far, trace_parent=run.trace_parent
            )
            return taken, waiting
        owner = TenantContext(
            asker.tenant_id,
            asker.user_id,
            frozenset(Permission(name) for name in taken.run.permissions),
            by.timezone,
            by.locale,
            taken.run.as_of,
        )
        return taken, self.runs.go_on(owner, taken)


@asynccontextmanager
async def closing_overdue(desk: ApprovalDesk) -> AsyncGenerator[None]:
    """Within the context what nobody answers in time is closed; a database that is away is asked again."""
    leaving = asyncio.Event()
    task = asyncio.create_task(_keep_closing(desk, leaving), name="approvals that are overdue")
    try:
        yield
    finally:
        # Not cancelled: a connection that is left in the midst of its statements keeps the pool from closing.
        leaving.set()
        await task


async def _keep_closing(desk: ApprovalDesk, leaving: asyncio.Event) -> None:
    while not leaving.is_set():
        try:
            await desk.close_overdue()
        except LeadhandError as error:
            log.warning("approvals that are overdue are closed later: %s", error.code)
        except Exception:  # the worker's border: one that cannot be read does not end the closing
            log.exception("approvals that are overdue could not be closed")
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await leaving.wait()
