"""A small plan to change, and proposals made of it without a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import JsonValue, NotFound
from planning.shop import Booking, Shop
from storage.plan_writes import KeptWrite, PlanWrite, RefusedWrite
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.registry import ToolRegistry
from tools.writing import ProposedWrite

WRITE_ID = UUID("0190b6d2-0000-7000-8000-000000000001")
MADE_AT = datetime(2026, 12, 1, 13, 5, tzinfo=UTC)


def shop_with_work(*more: Booking) -> Shop:
    """WO-1 runs; WO-2 is locked on the Puma 3100; WO-3 is on the 2600 meanwhile; WO-4 is not booked."""
    return plan(
        work("1", "puma", (at(1, 6), at(1, 8))),
        work("2", "puma", (at(2, 8), at(2, 9, 30)), locked=True),
        work("3", "puma2", (at(2, 8), at(2, 9, 30)), operator="bob"),
        *more,
        unbooked=["4"],
    )


@dataclass
class OneWrite:
    """A port that finds one write, whoever asks, and remembers what was refused."""

    write: KeptWrite | None = None
    refused: list[RefusedWrite] = field(default_factory=list[RefusedWrite])

    async def apply(self, tenant: TenantContext, write: PlanWrite) -> KeptWrite:
        raise AssertionError("nothing is applied here")

    async def find(self, tenant: TenantContext, write_id: UUID | None) -> KeptWrite:
        if self.write is None or write_id not in {None, self.write.id}:
            raise NotFound("There is no such change.")
        return self.write

    async def note_refusal(self, tenant: TenantContext, refused: RefusedWrite) -> None:
        self.refused.append(refused)


@cache
def _registry() -> ToolRegistry:
    """Its port finds no write."""
    return ToolRegistry.discover(writes=OneWrite())


async def propose(
    tool: str,
    asked: dict[str, JsonValue],
    shop: Shop,
    *,
    writes: OneWrite | None = None,
    who: TenantContext | None = None,
) -> ProposedWrite:
    """Through the registry, as a call of the model."""
    registry = _registry() if writes is None else ToolRegistry.discover(writes=writes)
    return await registry.propose(tool, asked, who or tenant(), OneShop(shop), call_id="c1")


def kept(proposal: ProposedWrite) -> KeptWrite:
    """The proposal as if it had been made."""
    return KeptWrite(
        id=WRITE_ID,
        tool="a tool",
        summary=proposal.summary,
        changes=tuple(change.row_change() for change in proposal.changes),
        requested_by="ann",
        approved_by="bea",
        applied_at=MADE_AT,
        data_version=proposal.data_version + 1,
        undoes=None,
        undone_by=None,
    )
