"""Due dates, calendar entries, holds and re-plans applied through the registry, and taken back."""

from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from jobs.replan_desk import ReplanDesk
from leadhand.context import Principal
from leadhand.errors import JsonValue, StalePlan, WriteRefused
from planning.plan_writes import changed
from planning.shop import Booking, Shop
from planning.zones import from_minute
from storage import proposals
from storage.database import Database
from storage.plan_write_json import row_json
from storage.proposals import Found, PlanChange
from tests.integration.storage.test_plan_writes import Desk, Input, approved, opened
from tests.unit.tools.shops import CHICAGO, at
from tools.registry import ToolRegistry
from tools.writing import AppliedWrite

DUE: Input = {"order": "WO-2", "due": "2026-12-02T08:30", "priority": 5}
DOWN: Input = {
    "kind": "downtime",
    "machine": "Puma 3100",
    "from": "2026-12-02T08:00",
    "to": "2026-12-02T09:00",
}
AWAY: Input = {"kind": "absence", "operator": "Ann Lee", "window": "2026-12-04"}
CLOSED: Input = {"kind": "closure", "from": "2026-12-24", "to": "2026-12-25"}
OVERTIME: Input = {
    "kind": "overtime",
    "machine": "Puma 3100",
    "from": "2026-12-05T06:00",
    "to": "2026-12-05T12:00",
}
HOLD: Input = {"quote": "Miller", "hours": 10, "machines": ["Puma 3100"], "until": "2026-12-03T12:00"}


def rows(shop: Shop) -> tuple[object, ...]:
    return shop.bookings, shop.exceptions, shop.downtimes, shop.absences, dict(shop.orders), dict(shop.holds)


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("update_due_date", DUE),
        ("add_calendar_exception", DOWN),
        ("add_calendar_exception", AWAY),
        ("add_calendar_exception", CLOSED),
        ("add_calendar_exception", OVERTIME),
        ("hold_capacity", HOLD),
    ],
)
async def test_what_was_proposed_is_made_and_taken_back_to_the_row(
    database: Database, two_shops: tuple[Principal, Principal], tool: str, asked: Input
) -> None:
    desk = await opened(database, two_shops[0])
    before = rows(await desk.plan())
    proposal = await desk.propose(tool, asked)
    assert rows(await desk.plan()) == before
    made = await desk.apply(approved(tool, asked, proposal))
    after = await desk.plan()
    assert made.summary == proposal.summary
    assert rows(after) != before
    await desk.do("undo_change", {"write_id": str(made.write_id)})
    assert rows(await desk.plan()) == before


async def test_a_hold_frees_its_hours_at_exactly_its_minute(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    await desk.do("hold_capacity", HOLD)
    expires = at(3, 12)

    async def held(minute: int) -> list[Booking]:
        later = replace(desk.tenant, as_of=from_minute(minute, CHICAGO))
        return [b for b in (await Desk(database, later).plan()).bookings if b.quote_id is not None]

    assert len(await held(expires - 1)) == 1
    assert await held(expires) == []


async def test_a_hold_is_released_before_it_expires(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = rows(await desk.plan())
    await desk.do("hold_capacity", HOLD)
    await desk.do("hold_capacity", {"action": "release", "quote": "Miller"})
    assert rows(await desk.plan()) == before


async def test_hours_that_were_held_meanwhile_are_not_held_twice(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    other: dict[str, JsonValue] = {**HOLD, "quote": "Bolt"}
    late = approved("hold_capacity", other, await desk.propose("hold_capacity", other))
    await desk.do("hold_capacity", HOLD)
    with pytest.raises(StalePlan):
        await desk.apply(late)


class Replanned:
    """A desk with a re-plan that would move WO-3 to the day after."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.registry = ToolRegistry.discover(
            writes=desk.writes, replans=ReplanDesk(desk.database, wait_s=0.0)
        )

    async def propose_plan(self) -> Booking:
        shop, tenant = await self.desk.plan(), self.desk.tenant
        [before] = [b for b in shop.bookings if b.operation_id == "op-3"]
        later = tuple(replace(s, start=s.start + 1440, end=s.end + 1440) for s in before.segments)
        start, end = before.envelope_start + 1440, before.envelope_end + 1440
        after = replace(before, envelope_start=start, envelope_end=end, segments=later)
        table, proposal_id = changed(before, after).table, uuid7()
        old, new = row_json(table, before), row_json(table, after)
        assert old is not None
        assert new is not None
        found = Found(
            "proposed",
            base_data_version=shop.settings.data_version,
            score_before={},
            score_after={},
            changes=[PlanChange(1, "3", "op-3", old, new)],
        )
        request: dict[str, JsonValue] = {"order_ids": None, "steps": 1, "said": "all open orders"}
        async with self.desk.database.transaction(tenant) as connection:
            await proposals.add(
                connection,
                proposal_id=proposal_id,
                permissions=tenant.permissions,
                as_of=tenant.as_of,
                request=request,
            )
            held = await proposals.claim(connection, proposal_id=proposal_id)
            assert held is not None
            assert await proposals.settle(
                connection, proposal_id=proposal_id, attempt=held.attempt, found=found
            )
        # By the clock of the database it was made now, and the clock of the tests stands still.
        await self.desk.sql("update plan_version set expires_at = '2999-01-01'")
        return after

    async def apply(self) -> AppliedWrite:
        tool, desk = "apply_plan_proposal", self.desk
        proposal = await self.registry.propose(tool, {}, desk.tenant, desk.shops, call_id="c")
        return await self.registry.apply(desk.tenant, approved(tool, {}, proposal), desk.shops)


async def test_a_proposal_becomes_the_plan_once_and_can_be_taken_back(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before, planned = rows(await desk.plan()), Replanned(desk)
    after = await planned.propose_plan()
    made = await planned.apply()
    assert after in (await desk.plan()).bookings
    with pytest.raises(WriteRefused) as again:
        await planned.apply()
    assert again.value.details["reason"] == "already_applied"
    await desk.do("undo_change", {"write_id": str(made.write_id)})
    assert rows(await desk.plan()) == before
    with pytest.raises(StalePlan):
        await planned.apply()


async def test_a_proposal_of_a_plan_that_has_changed_since_is_refused(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    planned = Replanned(desk)
    await planned.propose_plan()
    await desk.do("set_lock", {"order": "WO-1"})
    with pytest.raises(StalePlan) as refused:
        await planned.apply()
    assert "what_to_do" in refused.value.details
