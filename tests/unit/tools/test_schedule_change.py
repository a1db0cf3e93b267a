"""simulate_schedule_change, through the registry: each kind of change, what is refused, and how it reads."""

import json
from dataclasses import replace

import pytest

from leadhand.errors import (
    Ambiguous,
    BeyondHorizon,
    EmptyWindow,
    InvalidDate,
    InvalidRouting,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    WindowTooLong,
)
from planning.conflict_items import ConflictType
from planning.order_status import Outlook
from planning.replanning import after_change
from planning.shop import BookingStatus, OrderStatus, OvertimeSlot, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.schedule_change import ScheduleChangeOutput
from tools.rendering import MAX_BYTES, render_for_model

NAME = "simulate_schedule_change"
# Wednesday 2 December on Puma 3100: WO-1 from 6:00 to 10:00, WO-2 from 10:30 to 14:00, both with Ann.
BUSY = plan(
    work("1", "puma", (at(2, 6), at(2, 10))),
    work("2", "puma", (at(2, 10, 30), at(2, 14))),
    work("3", "puma2", (at(3, 6), at(3, 14)), operator="bob"),
)


async def ask(shop: Shop = BUSY, **tool_input: JsonValue) -> ScheduleChangeOutput:
    return await answer(tool_input, shop)


async def answer(tool_input: dict[str, JsonValue], shop: Shop = BUSY) -> ScheduleChangeOutput:
    return await call(NAME, tool_input, shop, ScheduleChangeOutput)


def due(shop: Shop, order: str, minute: int) -> Shop:
    return replace(shop, orders={**shop.orders, order: replace(shop.orders[order], due_at=minute)})


async def test_a_machine_that_is_down_pushes_its_work_to_when_it_is_back() -> None:
    found = await ask(change="machine_down", machine="puma 3100", window="tomorrow")
    assert found.lost_h == 7.5
    assert [
        (r.order and r.order.code, r.hit, r.after and r.after.start, r.later_h) for r in found.affected
    ] == [
        ("WO-1", True, "2026-12-03T06:00:00-06:00", 24.0),
        ("WO-2", True, "2026-12-03T10:30:00-06:00", 24.0),
    ]
    assert [(r.order.code, r.finish_after, r.later_h) for r in found.orders] == [
        ("WO-1", "2026-12-03T10:00:00-06:00", 24.0),
        ("WO-2", "2026-12-03T14:00:00-06:00", 24.0),
    ]
    assert found.summary == (
        "If Puma 3100 is down (tomorrow: Wednesday 2 December 2026): 7.5 h of working time are lost; "
        "2 bookings change; no order becomes late."
    )


async def test_an_order_that_misses_its_due_date_then_is_newly_late_and_a_new_conflict() -> None:
    found = await ask(
        due(BUSY, "2", at(2, 20)), change="machine_down", machine="puma 3100", window="tomorrow"
    )
    assert [(r.order.code, r.late_h, r.outlook_after) for r in found.newly_late] == [
        ("WO-2", 18.0, Outlook.LATE)
    ]
    assert [(c.type, c.count) for c in found.new_conflicts.by_type] == [(ConflictType.LATE, 1)]
    assert found.new_conflicts.rows[0].order == "WO-2"
    assert [c.type for c in found.solved_conflicts.by_type] == [ConflictType.AT_RISK]


async def test_another_machine_that_can_do_it_takes_the_work() -> None:
    found = await ask(
        change="machine_down", machine="puma 3100", until_further_notice=True, policy="alternatives"
    )
    assert {r.after.machine.code for r in found.affected if r.after} == {"PUMA-2600"}
    assert found.total_unplaced == 0
    assert found.change.end is None


async def test_work_of_a_machine_that_never_comes_back_has_no_place_and_its_orders_no_finish() -> None:
    found = await ask(change="machine_down", machine="puma 3100", until_further_notice=True)
    assert (found.total_unplaced, found.unplaced_h) == (2, 7.5)
    assert [r.after for r in found.affected] == [None, None]
    assert [(r.order.code, r.finish_after) for r in found.no_longer_scheduled] == [
        ("WO-1", None),
        ("WO-2", None),
    ]
    assert (found.total_newly_late, found.total_no_longer_late) == (0, 0)
    assert "2 bookings found no place before the planning horizon ends." in found.warnings


async def test_a_late_order_whose_work_finds_no_place_is_not_called_in_time() -> None:
    late = due(BUSY, "1", at(1, 0))
    found = await ask(late, change="machine_down", machine="puma 3100", until_further_notice=True)
    assert found.no_longer_late == []


async def test_a_colleague_takes_over_from_somebody_who_is_ill_and_it_is_said_who() -> None:
    found = await ask(change="operator_absent", operator="Ann Lee", window="tomorrow")
    assert found.lost_h == 7.5
    assert [
        (r.operator.name, r.instead_of, r.order and r.order.code, r.start, r.hours)
        for r in found.replacements
    ] == [
        ("Bob Ray", "Ann Lee", "WO-1", "2026-12-02T06:00:00-06:00", 4.0),
        ("Bob Ray", "Ann Lee", "WO-2", "2026-12-02T10:30:00-06:00", 3.5),
    ]
    assert found.orders == []


async def test_locked_work_that_is_hit_stays_and_a_person_must_decide() -> None:
    shop = plan(work("1", "puma", (at(2, 6), at(2, 10)), locked=True))
    found = await ask(shop, change="machine_down", machine="puma 3100", window="tomorrow")
    assert [(r.order and r.order.code, r.reason) for r in found.stuck] == [("WO-1", "locked")]
    assert (found.total_affected, found.total_hit) == (0, 0)
    assert "a person must decide" in found.warnings[0]


async def test_work_that_should_have_begun_is_said_to_have_begun_and_is_not_called_frozen() -> None:
    begun = replace(work("1", "puma", (at(1, 6), at(1, 10))), status=BookingStatus.PLANNED)
    found = await ask(plan(begun), change="machine_down", machine="puma 3100", window="today")
    assert [r.reason for r in found.stuck] == ["in_progress"]


async def test_work_that_must_stay_is_told_in_order_of_time() -> None:
    later = work("1", "puma", (at(2, 10, 30), at(2, 14)), locked=True)
    earlier = work("2", "puma", (at(2, 6), at(2, 10)), locked=True)
    found = await ask(plan(later, earlier), change="machine_down", machine="puma 3100", window="tomorrow")
    assert [r.booking_id for r in found.stuck] == ["2", "1"]


async def test_work_that_runs_now_and_work_of_the_frozen_zone_stay_too() -> None:
    running = plan(work("1", "puma", (at(1, 6), at(1, 10))), work("2", "puma", (at(1, 10, 30), at(1, 12))))
    frozen = replace(running, settings=replace(running.settings, frozen_hours=8))
    found = await ask(frozen, change="machine_down", machine="puma 3100", window="today")
    assert [r.reason for r in found.stuck] == ["in_progress", "frozen"]
    assert "Work of the next 8 h is frozen and does not move." in found.assumptions


async def test_overtime_is_told_by_two_plans_pulled_forward_and_takes_somebody_qualified_in() -> None:
    slot: dict[str, JsonValue] = {"from": "2026-12-01T14:00", "to": "2026-12-01T18:00"}
    found = await answer({"change": "overtime", "machine": "puma 3100", **slot})
    # Pulled forward, WO-2 runs today from 11:30; without overtime it ends tomorrow at 7:00.
    assert [(r.order.code, r.finish_before, r.finish_after, r.later_h) for r in found.orders] == [
        ("WO-2", "2026-12-02T07:00:00-06:00", "2026-12-01T15:00:00-06:00", -16.0)
    ]
    assert "Ann Lee, who is qualified, is taken to come in for it." in found.assumptions
    assert any(text.startswith("Two plans are compared") for text in found.assumptions)


async def test_overtime_on_a_day_without_hours_is_the_shops_standard_overtime() -> None:
    saturday = OvertimeSlot(6, 6 * 60, 12 * 60)
    shop = replace(BUSY, settings=replace(BUSY.settings, standard_overtime=(saturday,)))
    found = await ask(shop, change="overtime", machine="puma 3100", window="Saturday")
    assert (found.change.start, found.change.end) == (
        "2026-12-05T06:00:00-06:00",
        "2026-12-05T12:00:00-06:00",
    )
    assert found.summary.endswith("no booking and no order is affected.")


async def test_an_order_moved_to_a_later_day_goes_there_and_lets_other_work_pass() -> None:
    found = await ask(change="order_move", order="WO-1", window="Monday")
    assert [(r.order and r.order.code, r.after and r.after.start) for r in found.affected] == [
        ("WO-1", "2026-12-07T06:00:00-06:00")
    ]


async def test_a_cancelled_order_frees_its_time_and_nothing_else_moves() -> None:
    found = await ask(change="cancel", order="WO-1")
    assert [(r.order and r.order.code, r.after) for r in found.affected] == [("WO-1", None)]
    assert (found.total_unplaced, found.warnings, found.no_longer_scheduled) == (0, [], [])
    assert [r.outlook_after for r in found.orders] == [Outlook.CANCELLED]


async def test_more_pieces_take_longer_and_push_what_follows() -> None:
    found = await ask(change="quantity", order="WO-1", quantity=300)
    # 240 pieces more at a minute each: four hours more.
    assert [(r.order and r.order.code, r.hit, r.after and r.after.end) for r in found.affected] == [
        ("WO-1", True, "2026-12-03T06:30:00-06:00"),
        ("WO-2", False, "2026-12-03T10:00:00-06:00"),
    ]


async def test_another_due_date_moves_nothing_and_may_make_the_order_late() -> None:
    found = await ask(change="due_date", order="WO-3", due="tomorrow")
    assert (found.affected, [r.order.code for r in found.newly_late]) == ([], ["WO-3"])
    late = await ask(due(BUSY, "3", at(1, 8)), change="due_date", order="WO-3", due="Friday")
    assert [r.order.code for r in late.no_longer_late] == ["WO-3"]


async def test_a_change_that_touches_nothing_has_empty_lists_and_a_sentence() -> None:
    found = await ask(change="machine_down", machine="GR-1", window="2026-12-02")
    assert (found.affected, found.stuck, found.orders, found.replacements) == ([], [], [], [])
    assert (found.new_conflicts.total, found.solved_conflicts.total) == (0, 0)
    assert found.summary.endswith("no booking and no order is affected.")


async def test_the_simulation_id_tells_two_questions_apart_and_is_the_same_for_one() -> None:
    down: dict[str, JsonValue] = {"change": "machine_down", "machine": "puma 3100"}
    first = await answer({**down, "window": "tomorrow"})
    again = await answer({**down, "window": "2026-12-02"})
    assert first.sim_id == again.sim_id
    others = [
        await answer({**down, "window": "tomorrow", "policy": "alternatives"}),
        await answer({**down, "window": "Thursday"}),
        await answer(
            {**down, "window": "tomorrow"}, replace(BUSY, settings=replace(BUSY.settings, data_version=8))
        ),
    ]
    assert len({first.sim_id, *(o.sim_id for o in others)}) == 4


async def test_the_shop_that_was_asked_about_is_left_as_it_was() -> None:
    before = repr(BUSY)
    await ask(change="machine_down", machine="puma 3100", window="tomorrow")
    assert repr(BUSY) == before


async def test_an_outage_without_dates_is_seven_days_and_it_is_said() -> None:
    found = await ask(change="machine_down", machine="puma 3100")
    assert found.assumptions[0].startswith("No dates were given, so the window is the next 7 days")


async def test_an_order_with_a_higher_priority_takes_the_place_of_one_that_can_wait() -> None:
    pressing = due(due(BUSY, "1", at(2, 12)), "2", at(2, 10))
    asked: dict[str, JsonValue] = {"change": "priority", "order": "WO-2", "priority": 5}
    found = await answer(asked, pressing)
    assert found.policy.value == "replan"
    assert [o.order.code for o in found.no_longer_late] == ["WO-2"]
    assert found.summary.startswith("If WO-2 has priority 5 instead of ")


async def test_a_priority_moves_nothing_where_the_plan_is_only_pushed_right() -> None:
    found = await ask(change="priority", order="WO-2", priority=5, policy="push_right")
    assert (found.total_affected, found.total_orders) == (0, 0)
    assert any("a priority moves no work" in text for text in found.assumptions)


async def test_a_quick_re_plan_says_that_it_is_one() -> None:
    found = await ask(change="machine_down", machine="puma 3100", window="tomorrow", policy="replan")
    assert found.total_unplaced == 0
    assert any("a quick re-plan, not the best there is" in text for text in found.assumptions)
    assert not any("ended by its time" in text for text in found.warnings)


async def test_a_quick_re_plan_that_ran_out_of_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_change, "MAX_TIME_S", 0.0)
    found = await ask(change="machine_down", machine="puma 3100", window="tomorrow", policy="replan")
    assert any("ended by its time" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"change": "machine_down", "machine": "Haas"}, NotFound),
        ({"change": "machine_down", "machine": "Puma", "window": "tomorrow"}, Ambiguous),
        ({"change": "operator_absent", "operator": "Zoe"}, NotFound),
        ({"change": "cancel", "order": "WO-9"}, NotFound),
        ({"change": "machine_down", "machine": "GR-1", "window": "yesterday"}, EmptyWindow),
        ({"change": "due_date", "order": "WO-1", "due": "2026-11-30"}, EmptyWindow),
        ({"change": "machine_down", "machine": "GR-1", "window": "sometime"}, InvalidDate),
        ({"change": "machine_down", "machine": "GR-1", "from": "today", "to": "2029-01-01"}, WindowTooLong),
        ({"change": "order_move", "order": "WO-1", "window": "2028-01-03"}, BeyondHorizon),
        ({"change": "machine_down"}, InvalidToolInput),
        ({"change": "priority", "order": "WO-1"}, InvalidToolInput),
        ({"change": "priority", "order": "WO-1", "priority": 6}, InvalidToolInput),
        ({"change": "cancel", "order": "WO-1", "policy": "best"}, InvalidToolInput),
        ({"change": "cancel", "order": "WO-1", "window": "Monday"}, InvalidToolInput),
        ({"change": "quantity", "order": "WO-1", "quantity": 0}, InvalidToolInput),
        ({"change": "overtime", "window": "Saturday"}, InvalidToolInput),
        ({"change": "overtime", "machine": "GR-1"}, InvalidToolInput),
        ({"change": "overtime", "machine": "GR-1", "window": "Saturday"}, InvalidToolInput),
        ({"change": "due_date", "order": "WO-1"}, InvalidToolInput),
    ],
)
async def test_what_cannot_be_simulated_is_refused_with_its_code(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await answer(tool_input)


async def test_a_missing_field_and_one_too_many_are_both_named() -> None:
    with pytest.raises(InvalidToolInput, match="The change due_date needs `due`") as caught:
        await ask(change="due_date", order="WO-1", quantity=3)
    fields = caught.value.details["fields"]
    assert isinstance(fields, list)
    assert [f["field"] for f in fields if isinstance(f, dict)] == ["due", "quantity"]


async def test_an_order_that_is_done_has_nothing_left_to_change() -> None:
    done = replace(BUSY, orders={**BUSY.orders, "1": replace(BUSY.orders["1"], status=OrderStatus.DONE)})
    with pytest.raises(InvalidToolInput, match="WO-1 is done"):
        await ask(done, change="cancel", order="WO-1")


async def test_a_routing_that_is_a_circle_is_refused() -> None:
    circle = replace(BUSY.operations["op-1"], predecessor_ids=("op-1",))
    with pytest.raises(InvalidRouting):
        await ask(
            replace(BUSY, operations={**BUSY.operations, "op-1": circle}),
            change="machine_down",
            machine="puma 3100",
            window="tomorrow",
        )


async def test_a_long_answer_fits_what_a_model_reads_with_its_sentence() -> None:
    days = [d for d in range(1, 31) if d not in {1, 5, 6, 8, 12, 13, 19, 20, 26, 27}]
    rows = [work(f"{d}{h}", "puma", (at(d, h), at(d, h + 1))) for d in days for h in (6, 7, 8, 12, 13)]
    found = await ask(
        plan(*rows), change="machine_down", machine="puma 3100", window="from 2 to 25 December 2026"
    )
    assert (found.total_affected > len(found.affected), len(found.affected)) == (True, 50)
    text = render_for_model(found, "r1")
    assert len(text.encode()) <= MAX_BYTES
    assert json.loads(text)["summary"] == found.summary
