"""Bookings that are proposed: where they go, what that makes late, and why some may not be touched."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadhand.context import Permission
from leadhand.errors import (
    BeyondHorizon,
    InvalidToolInput,
    JsonValue,
    NoEligibleMachine,
    NoEligibleOperator,
    NotFound,
    PermissionDenied,
    StalePlan,
    WriteRefused,
)
from planning.shop import Booking, Operation, OrderStatus, Shop
from tests.unit.tools.shops import AS_OF, at, plan, tenant, work
from tests.unit.tools.writing import WRITE_ID, OneWrite, kept, propose, shop_with_work
from tools.proposing import applied
from tools.registry import ToolRegistry
from tools.writing import ProposedWrite, proposal_hash


def row_after(proposal: ProposedWrite) -> Booking:
    """The one booking that there is afterwards."""
    [change] = [change.row_change() for change in proposal.changes]
    assert isinstance(change.after, Booking)
    return change.after


def two_steps() -> Shop:
    """WO-5: operation 10 on the Puma 3100 until Wednesday 9:30, operation 20 not booked."""
    made = plan(work("5", "puma", (at(2, 8), at(2, 9, 30))))
    first = made.operations["op-5"]
    second = Operation("op-5b", "5", 20, 30, 60, "Finish", alternatives=first.alternatives)
    return replace(made, operations={**made.operations, second.id: second})


# ── book_operation ──────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_start_work_goes_where_it_ends_first_and_gets_somebody_who_may_do_it() -> None:
    proposal = await propose("book_operation", {"order": "WO-4"}, shop_with_work())
    row = row_after(proposal)
    assert (row.operation_id, row.machine_id) == ("op-4", "puma2")
    assert (row.envelope_start, row.envelope_end) == (at(1, 7), at(1, 9, 30))
    assert {s.operator_id for s in row.segments} == {"bob"}


async def test_a_later_operation_waits_for_the_one_before_it() -> None:
    proposal = await propose("book_operation", {"order": "WO-5"}, two_steps())
    assert row_after(proposal).operation_id == "op-5b"
    assert row_after(proposal).envelope_start == at(2, 9, 30)
    assert proposal.new_conflicts.total == 0


async def test_of_several_operations_that_lack_a_booking_one_less_is_no_new_conflict() -> None:
    shop = two_steps()
    third = replace(shop.operations["op-5b"], id="op-5c", seq=30)
    proposal = await propose(
        "book_operation", {"order": "WO-5"}, replace(shop, operations={**shop.operations, third.id: third})
    )
    assert (proposal.new_conflicts.total, proposal.solved_conflicts.total) == (0, 0)
    last = await propose("book_operation", {"order": "WO-5"}, shop)
    assert [row.type for row in last.solved_conflicts.rows] == ["NOT_FULLY_SCHEDULED"]


async def test_an_exact_start_before_its_predecessor_is_shown_as_a_conflict() -> None:
    asked: dict[str, JsonValue] = {"order": "WO-5", "operation": 20, "start": "2026-12-02T06:00"}
    proposal = await propose("book_operation", asked, two_steps())
    assert row_after(proposal).envelope_start == at(2, 6)
    assert "PRECEDENCE" in [row.type for row in proposal.new_conflicts.rows]
    assert any("new conflict" in text for text in proposal.warnings)


@pytest.mark.parametrize(
    ("start", "reason", "next_start"),
    [
        ("2026-12-02T08:30", "machine_busy", "2026-12-02T09:30:00-06:00"),
        ("2026-12-02T07:00", "no_room", "2026-12-02T09:30:00-06:00"),
        ("2026-12-02T20:00", "machine_closed", "2026-12-03T06:00:00-06:00"),
    ],
)
async def test_an_exact_start_is_kept_or_refused_with_the_next_one(
    start: str, reason: str, next_start: str
) -> None:
    asked: dict[str, JsonValue] = {"order": "WO-4", "machine": "Puma 3100", "start": start}
    with pytest.raises(WriteRefused) as refused:
        await propose("book_operation", asked, shop_with_work())
    assert (refused.value.details["reason"], refused.value.details["next_start"]) == (reason, next_start)


async def test_a_machine_that_is_down_and_a_person_who_is_busy_are_named() -> None:
    shop = shop_with_work()
    down = replace(shop.downtimes[0], machine_id="puma", start=at(3, 8), end=at(3, 12))
    asked: dict[str, JsonValue] = {"order": "WO-4", "machine": "Puma 3100"}
    with pytest.raises(WriteRefused) as refused:
        await propose(
            "book_operation", {**asked, "start": "2026-12-03T09:00"}, replace(shop, downtimes=(down,))
        )
    assert refused.value.details["reason"] == "machine_down"
    free = replace(shop, bookings=tuple(b for b in shop.bookings if b.id != "2"))
    with pytest.raises(WriteRefused) as refused:
        await propose("book_operation", {**asked, "start": "2026-12-02T08:00", "operator": "Bob Ray"}, free)
    assert refused.value.details["reason"] == "no_operator"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"order": "WO-4", "machine": "Grinder"}, NoEligibleMachine),
        ({"order": "WO-4", "operation": 99}, NotFound),
        ({"order": "WO-99"}, NotFound),
        ({"order": "WO-3", "operation": 10}, WriteRefused),
        ({"order": "WO-4", "start": "yesterday 8:00"}, WriteRefused),
    ],
)
async def test_what_cannot_be_booked_is_refused(asked: dict[str, JsonValue], error: type[Exception]) -> None:
    with pytest.raises(error):
        await propose("book_operation", asked, shop_with_work())


async def test_who_lacks_the_skill_is_not_booked() -> None:
    shop = shop_with_work()
    bob = replace(shop.operators["bob"], skills=())
    with pytest.raises(NoEligibleOperator):
        await propose(
            "book_operation",
            {"order": "WO-4", "operator": "Bob Ray"},
            replace(shop, operators={**shop.operators, "bob": bob}),
        )


async def test_an_order_that_is_done_is_planned_no_more() -> None:
    shop = shop_with_work()
    done = replace(shop.orders["4"], status=OrderStatus.DONE)
    with pytest.raises(WriteRefused) as refused:
        await propose("book_operation", {"order": "WO-4"}, replace(shop, orders={**shop.orders, "4": done}))
    assert refused.value.details["reason"] == "closed"


# ── reschedule_order ────────────────────────────────────────────────────────────────────────────────────


async def test_an_order_moves_to_the_first_place_from_a_day_on() -> None:
    proposal = await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}, shop_with_work())
    row = row_after(proposal)
    assert (row.machine_id, row.envelope_start, row.envelope_end) == ("puma2", at(7, 6), at(7, 7, 30))
    assert [(r.what, r.before and r.before.start) for r in proposal.rows] == [
        ("WO-3 operation 10 Turn", "2026-12-02T08:00:00-06:00")
    ]


async def test_on_another_machine_it_takes_as_long_as_it_takes_there() -> None:
    shop = shop_with_work()
    later = replace(shop, bookings=tuple(b for b in shop.bookings if b.id != "2"))
    moved = await propose("reschedule_order", {"order": "WO-3", "machine": "Puma 3100"}, later)
    assert row_after(moved).machine_id == "puma"
    assert row_after(moved).envelope_start == at(1, 8)
    there = await propose(
        "reschedule_order", {"order": "WO-3", "start": "2026-12-07", "other_machines": True}, later
    )
    assert row_after(there).machine_id in {"puma", "puma2"}


async def test_a_move_past_the_due_date_is_told_as_newly_late_and_back_as_no_longer() -> None:
    shop = shop_with_work()
    due = replace(shop.orders["3"], due_at=at(4, 0))
    tight = replace(shop, orders={**shop.orders, "3": due})
    late = await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}, tight)
    assert [row.order.code for row in late.newly_late] == ["WO-3"]
    assert (late.total_newly_late, late.total_no_longer_late) == (1, 0)
    moved = row_after(late)
    rows = tuple(moved if b.id == moved.id else b for b in tight.bookings)
    early = await propose("reschedule_order", {"order": "WO-3"}, replace(tight, bookings=rows))
    assert [row.order.code for row in early.no_longer_late] == ["WO-3"]


async def test_work_that_follows_moves_along_when_it_would_begin_too_early() -> None:
    shop = two_steps()
    second = Booking(
        "5b",
        "op-5b",
        "puma",
        at(2, 12),
        at(2, 13, 30),
        segments=(replace(shop.bookings[0].segments[0], start=at(2, 12), end=at(2, 13, 30)),),
    )
    proposal = await propose(
        "reschedule_order",
        {"order": "WO-5", "operations": [10], "start": "2026-12-03"},
        replace(shop, bookings=(*shop.bookings, second)),
    )
    assert proposal.total_rows == 2
    after = {change.id: change.row_change().after for change in proposal.changes}
    first, then = after["5"], after["5b"]
    assert isinstance(first, Booking)
    assert isinstance(then, Booking)
    assert first.envelope_start >= at(3, 0)
    assert then.envelope_start >= first.envelope_end


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"order": "WO-2"}, "locked"),
        ({"order": "WO-1"}, "started"),
        ({"order": "WO-4"}, "not_booked"),
        ({"order": "WO-3", "start": "2026-12-07", "end_by": "2026-12-07T07:00"}, "too_late"),
        ({"order": "WO-3", "start": "2026-11-30T08:00"}, "in_the_past"),
    ],
)
async def test_what_may_not_move_is_refused_with_its_reason(asked: dict[str, JsonValue], reason: str) -> None:
    with pytest.raises(WriteRefused) as refused:
        await propose("reschedule_order", asked, shop_with_work())
    assert refused.value.details["reason"] == reason


async def test_work_inside_the_frozen_zone_stays() -> None:
    shop = shop_with_work()
    frozen = replace(shop, settings=replace(shop.settings, frozen_hours=72))
    with pytest.raises(WriteRefused) as refused:
        await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}, frozen)
    assert refused.value.details["reason"] == "frozen"


async def test_work_without_a_place_before_the_horizon_is_not_proposed() -> None:
    shop = shop_with_work()
    short = replace(shop, settings=replace(shop.settings, horizon_days=2))
    with pytest.raises(BeyondHorizon):
        await propose("reschedule_order", {"order": "WO-3", "start": "2027-12-24"}, short)


# ── release_booking, set_lock ───────────────────────────────────────────────────────────────────────────


async def test_released_work_is_told_as_not_scheduled_any_more() -> None:
    proposal = await propose("release_booking", {"order": "WO-3"}, shop_with_work())
    assert [(row.what, row.after) for row in proposal.rows] == [("WO-3 operation 10 Turn", None)]
    assert [row.type for row in proposal.new_conflicts.rows] == ["NOT_FULLY_SCHEDULED"]


async def test_of_a_machine_what_may_go_goes_and_the_rest_is_told() -> None:
    more = work("6", "puma", (at(2, 10, 30), at(2, 12)))
    proposal = await propose(
        "release_booking", {"machine": "Puma 3100", "window": "tomorrow"}, shop_with_work(more)
    )
    assert [change.id for change in proposal.changes] == ["6"]
    assert "Locked, so it stays as it is: WO-2 operation 10." in proposal.warnings


async def test_locked_work_that_is_named_is_not_released() -> None:
    with pytest.raises(WriteRefused) as refused:
        await propose("release_booking", {"order": "WO-2", "operations": [10]}, shop_with_work())
    assert refused.value.details["reason"] == "locked"


async def test_a_lock_changes_nothing_but_the_lock() -> None:
    shop = shop_with_work()
    locked = await propose("set_lock", {"order": "WO-3"}, shop)
    assert row_after(locked) == replace(shop.bookings[2], locked=True)
    open_again = await propose("set_lock", {"order": "WO-2", "locked": False}, shop)
    assert row_after(open_again).locked is False
    assert (locked.new_conflicts.total, open_again.new_conflicts.total) == (0, 0)


@pytest.mark.parametrize("tool", ["set_lock", "release_booking"])
@pytest.mark.parametrize("asked", [{}, {"operations": [10]}, {"operations": [10], "machine": "Puma 3100"}])
async def test_without_an_order_or_a_machine_nothing_is_meant(tool: str, asked: dict[str, JsonValue]) -> None:
    with pytest.raises(InvalidToolInput):
        await propose(tool, asked, shop_with_work())


async def test_a_lock_that_is_there_already_is_no_change() -> None:
    with pytest.raises(WriteRefused) as refused:
        await propose("set_lock", {"order": "WO-2"}, shop_with_work())
    assert refused.value.details["reason"] == "nothing_to_change"


# ── undo_change ─────────────────────────────────────────────────────────────────────────────────────────


async def test_an_undo_proposes_the_rows_the_other_way_round() -> None:
    shop = shop_with_work()
    done = await propose("set_lock", {"order": "WO-3"}, shop)
    rows = tuple(row_after(done) if b.id == "3" else b for b in shop.bookings)
    undo = await propose("undo_change", {}, replace(shop, bookings=rows), writes=OneWrite(kept(done)))
    assert row_after(undo) == shop.bookings[2]
    assert (undo.undoes, undo.summary) == (WRITE_ID, f"Taken back: {done.summary}")


async def test_an_undo_of_what_has_changed_since_is_stale_and_of_nothing_is_not_found() -> None:
    shop = shop_with_work()
    done = await propose("set_lock", {"order": "WO-3"}, shop)
    with pytest.raises(StalePlan):
        await propose("undo_change", {}, shop, writes=OneWrite(kept(done)))
    with pytest.raises(NotFound):
        await propose("undo_change", {"write_id": "no id"}, shop)


async def test_an_undo_does_not_plan_work_in_the_past() -> None:
    shop = shop_with_work()
    done = await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}, shop)
    rows = tuple(row_after(done) if b.id == "3" else b for b in shop.bookings)
    with pytest.raises(WriteRefused) as refused:
        await propose(
            "undo_change",
            {},
            replace(shop, bookings=rows),
            writes=OneWrite(kept(done)),
            who=tenant(AS_OF + timedelta(days=2)),
        )
    assert refused.value.details["reason"] == "in_the_past"


# ── what all proposals have ─────────────────────────────────────────────────────────────────────────────


async def test_a_proposal_expires_when_its_work_would_begin_or_after_an_hour() -> None:
    soon = await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-01T07:40"}, shop_with_work())
    assert soon.expires_at == "2026-12-01T07:40:00-06:00"
    later = await propose("set_lock", {"order": "WO-3"}, shop_with_work())
    assert later.expires_at == "2026-12-01T08:00:00-06:00"


async def test_the_hash_is_that_of_tool_input_plan_and_rows() -> None:
    asked: dict[str, JsonValue] = {"order": "WO-3"}
    one = await propose("set_lock", asked, shop_with_work())
    again = await propose("set_lock", asked, shop_with_work())
    assert proposal_hash("set_lock", asked, one) == proposal_hash("set_lock", asked, again)
    others = {
        proposal_hash("set_lock", asked, one),
        proposal_hash("release_booking", asked, one),
        proposal_hash("set_lock", {"order": "WO-2"}, one),
        proposal_hash("set_lock", asked, one.model_copy(update={"data_version": 8})),
        proposal_hash("set_lock", asked, one.model_copy(update={"changes": []})),
        proposal_hash("set_lock", asked, one.model_copy(update={"effect": "x"})),
    }
    assert len(others) == 6


async def test_what_was_made_says_what_was_proposed_and_how_to_take_it_back() -> None:
    proposal = await propose("set_lock", {"order": "WO-3"}, shop_with_work())
    made = applied(proposal, kept(proposal))
    assert (made.rows, made.summary, made.write_id) == (proposal.rows, proposal.summary, WRITE_ID)
    assert (made.applied_at, made.data_version) == ("2026-12-01T07:05:00-06:00", proposal.data_version + 1)
    registry = ToolRegistry.discover()
    for output in (proposal, made):
        assert registry.read_output("set_lock", output.model_dump(mode="json")) == output


async def test_who_may_not_write_is_not_offered_the_tools_and_a_try_is_noted() -> None:
    registry, port = ToolRegistry.discover(), OneWrite()
    offered = {str(tool["function"]) for tool in registry.openai_tools(frozenset({Permission.PLANNING_READ}))}
    assert not any("set_lock" in tool for tool in offered)
    viewer = replace(tenant(), permissions=frozenset({Permission.PLANNING_READ}))
    with pytest.raises(PermissionDenied):
        await propose("set_lock", {"order": "WO-3"}, shop_with_work(), writes=port, who=viewer)
    assert [(row.tool, row.code) for row in port.refused] == [("set_lock", "permission_denied")]
