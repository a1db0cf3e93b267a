"""A planner of one shop with a small plan and all tools, and a colleague who says yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import uuid4

from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import (
    JsonValue,
)
from planning.shop import (
    Shop,
)
from reports.delivery.recipients import DeliveryBounds
from reports.schedules.chat import ChatSchedules
from reports.schedules.service import ReportDesk
from storage import audit
from storage.database import Database
from storage.plan_writes import PlanWrites
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.unit.tools.shops import AS_OF, at, plan, work
from tools.registry import ToolRegistry
from tools.writing import AppliedWrite, ApprovedWrite, ProposedWrite

LATER = datetime(2999, 1, 1, tzinfo=UTC)
Input = Mapping[str, JsonValue]


def shop() -> Shop:
    """WO-1 and WO-2 one after the other on the Puma 3100, WO-3 on the 2600; WO-4 is not booked."""
    return plan(
        work("1", "puma", (at(2, 6), at(2, 7, 30))),
        work("2", "puma", (at(2, 8), at(2, 9, 30))),
        work("3", "puma2", (at(2, 8), at(2, 9, 30)), operator="bob"),
        unbooked=["4"],
    )


@dataclass(frozen=True)
class Desk:
    """A planner of one shop with all tools, and what approves for them."""

    database: Database
    tenant: TenantContext

    @property
    def writes(self) -> PlanWrites:
        return PlanWrites(self.database)

    @cached_property
    def registry(self) -> ToolRegistry:
        schedules = ReportDesk(self.database, DeliveryBounds(True, True, False))
        return ToolRegistry.discover(writes=self.writes, report_schedules=ChatSchedules(schedules))

    @cached_property
    def shops(self) -> ShopReader:
        return ShopReader(self.database)

    async def propose(self, tool: str, asked: Input) -> ProposedWrite:
        return await self.registry.propose(tool, {**asked}, self.tenant, self.shops, call_id="call")

    async def apply(self, write: ApprovedWrite) -> AppliedWrite:
        return await self.registry.apply(self.tenant, write, self.shops)

    async def do(self, tool: str, asked: Input) -> AppliedWrite:
        return await self.apply(approved(tool, asked, await self.propose(tool, asked)))

    async def plan(self) -> Shop:
        return await self.shops.load(self.tenant, (at(1, 0), at(30, 0)))

    async def count(self, table: str) -> int:
        async with self.database.transaction(self.tenant) as connection:
            row = await (await connection.execute(f"select count(*) as n from {table}".encode())).fetchone()
        assert row is not None
        return int(row["n"])

    async def sql(self, text: str) -> None:
        async with self.database.transaction(self.tenant) as connection:
            await connection.execute(text.encode())

    async def audited(self) -> tuple[audit.KeptAuditEntry, ...]:
        async with self.database.transaction(self.tenant) as connection:
            return await audit.newest(connection, most=10)


def approved(tool: str, asked: Input, proposal: ProposedWrite, **other: str) -> ApprovedWrite:
    """Said yes to by a colleague; the clock of the tests stands still, that of the database does not."""
    kept = proposal.model_copy(update={"expires_at": LATER.isoformat()})
    call_id = other.get("call_id", str(uuid4()))
    return ApprovedWrite(uuid4(), uuid4(), call_id, tool, {**asked}, kept, "bea")


def desk_of(database: Database, who: Principal) -> Desk:
    tenant = TenantContext(
        who.tenant_id, who.user_id, frozenset(Permission), "America/Chicago", "en-US", AS_OF
    )
    return Desk(database, tenant)


async def opened(database: Database, who: Principal) -> Desk:
    """A desk whose shop has the plan above."""
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=shop())
    return desk_of(database, who)
