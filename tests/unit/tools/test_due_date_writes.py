"""update_due_date, through the registry: the order before and after, who is late then, what is refused."""

from dataclasses import replace

import pytest

from leadhand.errors import (
    Ambiguous,
    EmptyWindow,
    InvalidDate,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    WriteRefused,
)
from planning.shop import Order, OrderStatus, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.writing import ProposedWrite

BUSY = plan(work("1", "puma", (at(2, 6), at(2, 10))), work("2", "puma", (at(2, 10, 30), at(2, 14))))


async def ask(shop: Shop = BUSY, **tool_input: JsonValue) -> ProposedWrite:
    return await call("update_due_date", tool_input, shop, ProposedWrite)


async def test_an_earlier_due_date_makes_the_order_late_by_what_the_plan_says() -> None:
    found = await ask(order="WO-2", due="2026-12-02T08:00")
    assert found.summary == (
        "WO-2 is due Wednesday 2 December 2026, 08:00 instead of Saturday 19 December 2026, 24:00; it is "
        "planned to finish Wednesday 2 December 2026, 14:00, 6 h late."
    )
    assert [(row.order.code, row.late_h) for row in found.newly_late] == [("WO-2", 6.0)]
    [change] = [change.row_change() for change in found.changes]
    assert isinstance(change.after, Order)
    assert change.before == BUSY.orders["2"]
    assert change.after == replace(BUSY.orders["2"], due_at=at(2, 8))


async def test_a_later_due_date_makes_a_late_order_one_that_is_in_time() -> None:
    late = replace(BUSY, orders={**BUSY.orders, "2": replace(BUSY.orders["2"], due_at=at(2, 8))})
    found = await ask(late, order="WO-2", due="Friday")
    assert [row.order.code for row in found.no_longer_late] == ["WO-2"]
    assert found.summary.endswith("58 h before.")


async def test_a_date_ends_at_the_shops_cutoff() -> None:
    early = replace(BUSY, settings=replace(BUSY.settings, due_cutoff_local_min=12 * 60))
    found = await ask(early, order="WO-2", due="2026-12-04")
    assert found.rows[0].after is not None
    assert found.rows[0].after.due == "2026-12-04T12:00:00-06:00"


async def test_a_priority_alone_changes_nothing_else() -> None:
    found = await ask(order="WO-1", priority=5)
    assert found.summary == "WO-1 has priority 5 instead of 3."
    assert (found.total_newly_late, found.new_conflicts.total) == (0, 0)
    [change] = [change.row_change() for change in found.changes]
    assert change.after == replace(BUSY.orders["1"], priority=5)


async def test_an_order_that_is_not_wholly_planned_says_so_instead_of_a_finish() -> None:
    found = await ask(plan(unbooked=["9"]), order="WO-9", due="Friday")
    assert found.summary.endswith("; not all of its work is scheduled.")


CLOSED = replace(BUSY, orders={**BUSY.orders, "2": replace(BUSY.orders["2"], status=OrderStatus.DONE)})


@pytest.mark.parametrize(
    ("shop", "tool_input", "error"),
    [
        (BUSY, {"order": "WO-1"}, InvalidToolInput),
        (BUSY, {"order": "WO-1", "priority": 6}, InvalidToolInput),
        (BUSY, {"order": "WO-9", "due": "Friday"}, NotFound),
        (BUSY, {"order": "Acme", "due": "Friday"}, Ambiguous),
        (BUSY, {"order": "WO-1", "due": "2026-11-30"}, EmptyWindow),
        (BUSY, {"order": "WO-1", "due": "31 February"}, InvalidDate),
        (BUSY, {"order": "WO-1", "priority": 3}, WriteRefused),
        (CLOSED, {"order": "WO-2", "due": "Friday"}, WriteRefused),
    ],
)
async def test_what_cannot_be_proposed_is_refused(
    shop: Shop, tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await ask(shop, **tool_input)
