"""Who a job works for: rebuilt from rows, never taken from the job."""

from dataclasses import dataclass

from jobs.engine_database import engine_transaction
from jobs.task import JobRow
from leadhand.context import Permission, Principal, TenantContext
from storage import proposals
from storage.database import Database
from storage.named_queries import named_queries
from storage.proposals import PlanVersion
from storage.rows import fetch_value
from storage.runs import Run, get_run
from storage.tenants import read_tenant
from storage.transactions import translated_errors

_SQL = named_queries("jobs")


@dataclass(frozen=True, slots=True)
class RunOwner:
    """A run, and the context in which it was admitted: its person, rights and clock."""

    run: Run
    tenant: TenantContext


@dataclass(frozen=True, slots=True)
class ProposalOwner:
    """A proposed plan, and the context in which it was asked for."""

    proposal: PlanVersion
    tenant: TenantContext


async def run_owner(database: Database, row: JobRow) -> RunOwner | None:
    """The run that the job is about; None when the job's shop has no such run (any more).

    Raises:
        DatabaseUnavailable: try again.
    """
    who = await _person(database, row, "person_of_run")
    if who is None:
        return None
    async with database.transaction(who, snapshot=True) as connection:
        run = await get_run(connection, run_id=row.row_id)
        shop = await read_tenant(connection, tenant_id=row.tenant_id)
    if run is None or shop is None:
        return None
    rights = frozenset(Permission(name) for name in run.permissions)
    return RunOwner(
        run, TenantContext(row.tenant_id, who.user_id, rights, shop.timezone, shop.locale, run.as_of)
    )


async def proposal_owner(database: Database, row: JobRow) -> ProposalOwner | None:
    """The proposed plan that the job is about; None when the job's shop has none of that id (any more).

    Raises:
        DatabaseUnavailable: try again.
    """
    who = await _person(database, row, "person_of_plan_version")
    if who is None:
        return None
    async with database.transaction(who, snapshot=True) as connection:
        found = await proposals.get(connection, proposal_id=row.row_id)
        shop = await read_tenant(connection, tenant_id=row.tenant_id)
    if found is None or shop is None:
        return None
    rights = frozenset(Permission(name) for name in found.permissions)
    tenant = TenantContext(row.tenant_id, found.requested_by, rights, shop.timezone, shop.locale, found.as_of)
    return ProposalOwner(found, tenant)


async def _person(database: Database, row: JobRow, query: str) -> Principal | None:
    """Who stands in the row; all that is asked before a shop is known, and it gives no right."""
    params = {"tenant_id": row.tenant_id, "row_id": row.row_id}
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            user_id = await fetch_value(connection, _SQL[query], params, str)
    return None if user_id is None else Principal(row.tenant_id, user_id, frozenset())
