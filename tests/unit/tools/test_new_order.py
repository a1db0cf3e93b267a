"""simulate_new_order, through the registry: golden numbers, what gives way, what is refused, how it reads."""

import json
from dataclasses import replace

import pytest

from leadhand.errors import (
    Ambiguous,
    BeyondHorizon,
    EmptyWindow,
    InvalidDate,
    InvalidDuration,
    InvalidRouting,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NoEligibleMachine,
    NoEligibleOperator,
    NotFound,
    WindowTooLong,
)
from planning.insertion import ReadyReason, WaitReason
from planning.new_order_limits import LimitKind
from planning.shop import Alternative, OvertimeSlot, Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from tests.unit.tools.shops import AS_OF, at, call, plan, work
from tests.unit.tools.test_schedule_change import due
from tools.catalog.new_order import NewOrderOutput
from tools.new_order_views import OperationKind
from tools.rendering import MAX_BYTES, render_for_model

NAME = "simulate_new_order"
# On Puma 3100 all of Wednesday 2 December is booked (WO-1, WO-2), on Puma 2600 all of Thursday (WO-3).
BUSY = plan(
    work("1", "puma", (at(2, 6), at(2, 10))),
    work("2", "puma", (at(2, 10, 30), at(2, 14))),
    work("3", "puma2", (at(3, 6), at(3, 10)), (at(3, 10, 30), at(3, 14)), operator="bob"),
)
TURN: dict[str, JsonValue] = {"work_center": "TURN", "setup_min": 30, "run_s_per_piece": 3600}
HARDEN: dict[str, JsonValue] = {"name": "Harden", "subcontract_h": 24}
# 10.5 h of turning, then a day outside.
TEN: dict[str, JsonValue] = {"quantity": 10, "operations": [TURN, HARDEN], "due": "Thursday"}


async def answer(tool_input: dict[str, JsonValue], shop: Shop = BUSY) -> NewOrderOutput:
    return await call(NAME, tool_input, shop, NewOrderOutput)


async def ask(shop: Shop = BUSY, **tool_input: JsonValue) -> NewOrderOutput:
    return await answer(tool_input, shop)


def with_overtime(shop: Shop) -> Shop:
    """Tuesdays from 14:00 to 16:00."""
    slot = OvertimeSlot(2, 14 * 60, 16 * 60)
    return replace(shop, settings=replace(shop.settings, standard_overtime=(slot,)))


async def test_the_order_goes_where_it_ends_first_and_pauses_over_night() -> None:
    found = await answer(TEN)
    turn, harden = found.operations
    assert turn.machine is not None
    assert (turn.machine.code, turn.start, turn.end) == (
        "PUMA-2600",
        "2026-12-01T07:00:00-06:00",
        "2026-12-02T10:00:00-06:00",
    )
    assert [(s.start[11:16], s.end[11:16]) for s in turn.segments] == [
        ("07:00", "10:00"),
        ("10:30", "14:00"),
        ("06:00", "10:00"),
    ]
    assert (turn.work_h, turn.wait_h, turn.wait_reason) == (10.5, 0.0, WaitReason.NONE)
    assert (harden.kind, harden.machine, harden.ready_reason) == (
        OperationKind.SUBCONTRACT,
        None,
        ReadyReason.PREDECESSOR,
    )
    assert (found.finish, found.on_time, found.slack_h, found.tardiness_h) == (
        "2026-12-03T10:00:00-06:00",
        True,
        14.0,
        0.0,
    )
    assert found.answer == (
        "Yes: an order of 10 pieces on Puma 2600 would be finished Thursday 3 December 2026, 10:00, 14 h "
        "before it is due (Thursday 3 December 2026, 24:00)."
    )
    assert found.optimal


async def test_the_latest_start_leaves_the_float_that_the_machines_leave() -> None:
    found = await answer(TEN)
    # Outside it must go on Wednesday at 24:00; before that Puma 2600 has 7.5 h on Wednesday and 3 on Tuesday.
    assert [(o.latest_start, o.float_h) for o in found.operations] == [
        ("2026-12-01T11:00:00-06:00", 4.0),
        ("2026-12-03T00:00:00-06:00", 14.0),
    ]
    assert found.latest_start == "2026-12-01T11:00:00-06:00"


async def test_what_limits_is_the_machine_of_which_one_more_hour_helps() -> None:
    found = await answer(TEN)
    assert [(row.kind, row.machine and row.machine.code, row.gain_h) for row in found.limiting] == [
        (LimitKind.MACHINE_HOURS, "PUMA-2600", 1.0)
    ]


async def test_the_next_best_way_is_another_machine_with_its_own_finish() -> None:
    found = await answer(TEN)
    assert [(way.text, way.later_h, way.on_time) for way in found.alternatives] == [
        ("on Puma 3100: Saturday 5 December 2026, 09:00", 47.0, False)
    ]


async def test_standard_overtime_is_worked_until_the_finish_and_told_with_its_hours() -> None:
    found = await answer(TEN, with_overtime(BUSY))
    told = found.standard_overtime
    assert (told.used_h, told.brings_forward_h, told.finish) == (2.0, 2.0, "2026-12-03T08:00:00-06:00")
    assert found.finish == "2026-12-03T10:00:00-06:00"


async def test_overtime_of_the_planner_is_part_of_the_answer() -> None:
    slot: dict[str, JsonValue] = {"from": "2026-12-01T14:00", "to": "2026-12-01T15:00"}
    found = await answer({**TEN, "overtime": [slot]})
    assert (found.finish, found.overtime_used_h) == ("2026-12-03T09:00:00-06:00", 1.0)


async def test_late_is_said_with_hours() -> None:
    found = await answer({**TEN, "due": "Wednesday"})
    assert (found.on_time, found.tardiness_h, found.slack_h, found.latest_start) == (False, 10.0, -10.0, None)
    assert found.answer.startswith("No: an order of 10 pieces")


async def test_work_waits_for_its_material_and_says_so() -> None:
    step: dict[str, JsonValue] = {**TURN, "run_s_per_piece": 60, "material": "tomorrow"}
    found = await ask(quantity=30, operations=[step])
    [row] = found.operations
    # There at the end of Wednesday; on Thursday Puma 2600 is booked.
    assert row.machine is not None
    assert (row.ready, row.ready_reason, row.machine.code, row.start) == (
        "2026-12-03T00:00:00-06:00",
        ReadyReason.MATERIAL,
        "PUMA-3100",
        "2026-12-03T06:00:00-06:00",
    )
    assert (row.wait_reason, row.wait_h, row.working_wait_h) == (WaitReason.CLOSED, 6.0, 0.0)


async def test_operators_are_needed_only_where_that_is_asked() -> None:
    nobody = replace(BUSY, operators={})
    assert (await answer(TEN, nobody)).on_time
    with pytest.raises(NoEligibleOperator):
        await answer({**TEN, "operators": "required"}, nobody)


async def test_with_operators_each_stretch_has_its_person() -> None:
    found = await answer({**TEN, "operators": "required"})
    assert {s.operator for s in found.operations[0].segments} == {"Ann Lee", "Bob Ray"}
    # Without a handover nobody can do it alone from Tuesday on: Ann works elsewhere on Wednesday, Bob on
    # Thursday, and Bob has Wednesday free.
    alone = await answer({**TEN, "operators": "required", "handover": False})
    assert {s.operator for s in alone.operations[0].segments} == {"Bob Ray"}


async def test_unlocked_work_of_lower_priority_gives_way_and_is_put_back() -> None:
    shop = due(BUSY, "1", at(2, 10))
    asked: dict[str, JsonValue] = {
        "quantity": 60,
        "operations": [{"machines": ["PUMA-3100"], "setup_min": 0, "run_s_per_piece": 60 * 13}],
        "priority": 5,
    }
    kept = await answer(asked, shop)
    found = await answer({**asked, "move_unlocked": True}, shop)
    # 13 h: Tuesday 6.5, Wednesday 6.5 where WO-1 and WO-2 were.
    assert (kept.finish, found.finish) == ("2026-12-04T12:00:00-06:00", "2026-12-02T13:00:00-06:00")
    moves = found.moves
    assert (kept.moves.total_moved, moves.total_moved) == (0, 2)
    assert [
        (r.order and r.order.code, r.hit, r.after and (r.after.machine.code, r.after.start[:16]))
        for r in moves.moved
    ] == [
        ("WO-1", True, ("PUMA-2600", "2026-12-01T07:00")),
        ("WO-2", True, ("PUMA-2600", "2026-12-01T09:30")),
    ]
    assert (moves.total_newly_late, moves.total_unplaced, moves.total_faults) == (0, 0, 0)


async def test_an_order_that_becomes_late_by_giving_way_is_named() -> None:
    only = replace(BUSY.operations["op-2"], alternatives=BUSY.operations["op-2"].alternatives[:1])
    shop = due(replace(BUSY, operations={**BUSY.operations, "op-2": only}), "2", at(2, 14))
    found = await ask(
        shop,
        quantity=1,
        operations=[{"machines": ["PUMA-3100"], "hours": 13}],
        priority=4,
        move_unlocked=True,
    )
    # 3.5 h from Wednesday 13:00 on, so until Thursday 8:30; it is due Wednesday 14:00.
    assert [(r.order.code, r.late_h) for r in found.moves.newly_late] == [("WO-2", 18.5)]


async def test_locked_begun_frozen_and_more_important_work_stays() -> None:
    asked: dict[str, JsonValue] = {
        "quantity": 1,
        "operations": [{"machines": ["PUMA-3100"], "hours": 13}],
        "move_unlocked": True,
    }
    kept = "2026-12-04T12:00:00-06:00"
    locked = plan(work("1", "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 14)), locked=True))
    frozen = replace(BUSY, settings=replace(BUSY.settings, frozen_hours=48))
    assert (await answer({**asked, "priority": 5}, locked)).finish == kept
    assert (await answer({**asked, "priority": 5}, frozen)).finish == kept
    assert (await answer({**asked, "priority": 3})).finish == kept


async def test_a_routing_can_be_that_of_an_order_of_the_plan() -> None:
    found = await ask(like_order="WO-1", quantity=120)
    assert (found.total_operations, found.operations[0].number, found.work_h) == (1, 10, 2.5)
    assert found.order_text == "an order of 120 pieces like WO-1 on Puma 3100"
    assert (await ask(like_order="wo-1")).quantity == 60


async def test_lots_run_in_parallel_each_with_its_setup_and_are_not_called_optimal() -> None:
    found = await ask(quantity=11, operations=[TURN], lots=2)
    assert [(o.lot, o.pieces, o.machine and o.machine.code, o.work_h) for o in found.operations] == [
        (1, 6, "PUMA-2600", 6.5),
        (2, 5, "PUMA-3100", 5.5),
    ]
    assert not found.optimal
    assert "not proven the best" in found.warnings[0]
    # Lots that only change places are no other way.
    assert found.alternatives[0].machines != found.alternatives[1].machines


async def test_branches_run_side_by_side_and_join() -> None:
    found = await ask(
        quantity=1,
        operations=[
            {"number": 1, "machines": ["PUMA-2600"], "hours": 2},
            {"number": 2, "machines": ["GR-1"], "hours": 1, "predecessors": []},
            {"number": 3, "milestone": True, "predecessors": [1, 2]},
        ],
    )
    starts = {o.number: o.start[11:16] for o in found.operations}
    assert starts == {1: "07:00", 2: "07:00", 3: "09:00"}
    assert found.optimal


async def test_branches_that_share_a_machine_never_overlap_and_say_that_better_may_exist() -> None:
    step: dict[str, JsonValue] = {"machines": ["PUMA-2600"], "hours": 2}
    found = await ask(quantity=1, operations=[step, {**step, "predecessors": []}])
    first, second = found.operations
    assert first.end == second.start
    assert not found.optimal


async def test_the_same_question_has_the_same_name_and_another_one_another() -> None:
    one, again, other = await answer(TEN), await answer(TEN), await answer({**TEN, "priority": 4})
    newer = await answer(TEN, replace(BUSY, settings=replace(BUSY.settings, data_version=8)))
    assert one.sim_id == again.sim_id
    assert len({one.sim_id, other.sim_id, newer.sim_id}) == 3


CYCLE: JsonValue = [{**TURN, "predecessors": [2]}, {**TURN, "predecessors": [1]}]


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"quantity": 1}, InvalidRouting),
        ({**TEN, "like_order": "WO-1"}, InvalidRouting),
        ({"quantity": 1, "operations": CYCLE}, InvalidRouting),
        ({"quantity": 1, "operations": [{**TURN, "predecessors": [7]}]}, InvalidRouting),
        ({"quantity": 1, "operations": [{**TURN, "number": 5}, {**TURN, "number": 5}]}, InvalidRouting),
        ({"quantity": 0, "operations": [TURN]}, InvalidRouting),
        ({"operations": [TURN]}, InvalidRouting),
        ({"quantity": 1, "operations": [TURN], "lots": 2}, InvalidRouting),
        ({"quantity": 1, "operations": [{"work_center": "TURN"}]}, InvalidRouting),
        ({"quantity": 1, "operations": [{**TURN, "setup_min": -1}]}, InvalidRouting),
        ({"quantity": 1, "operations": [{"hours": 2}]}, InvalidRouting),
        ({"quantity": 1, "operations": [{**TURN, "hours": 2}]}, InvalidRouting),
        ({"operations": [{"work_center": "TURN", "hours": 0}]}, InvalidDuration),
        ({"operations": [{"work_center": "TURN", "hours": 20_000}]}, InvalidDuration),
        ({"quantity": 1_000_000, "operations": [TURN]}, InvalidDuration),
        ({**TEN, "release": "2028-01-01"}, BeyondHorizon),
        ({"operations": [{"subcontract_h": 24, "milestone": True}]}, InvalidRouting),
        ({"operations": [{"subcontract_h": 24, "work_center": "TURN"}]}, InvalidRouting),
        ({"operations": [{"subcontract_h": 24, "hours": 2}]}, InvalidRouting),
        ({"operations": [{"milestone": True, "setup_min": 30, "machines": ["GR-1"]}]}, InvalidRouting),
        ({"operations": [{"machines": ["GR-1"], "hours": 20}]}, BeyondHorizon),
        ({**TEN, "due": "2026-11-01"}, EmptyWindow),
        ({**TEN, "release": "Friday"}, EmptyWindow),
        ({**TEN, "due": "the thirtieth of never"}, InvalidDate),
        ({**TEN, "overtime": [{"from": "2026-12-01", "to": "2028-12-01"}]}, WindowTooLong),
        ({"operations": [{"machines": ["Lathe 99"], "hours": 2}]}, NotFound),
        ({"operations": [{"machines": ["Puma"], "hours": 2}]}, Ambiguous),
        ({"like_order": "WO-99"}, NotFound),
        ({**TEN, "priority": 9}, InvalidToolInput),
        ({**TEN, "machine": "Puma"}, InvalidToolInput),
    ],
)
async def test_what_cannot_be_tried_out_is_refused_with_its_code(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await answer(tool_input)


async def test_a_circle_names_the_operations_that_wait_for_one_another() -> None:
    with pytest.raises(InvalidRouting) as caught:
        await ask(quantity=1, operations=CYCLE)
    assert caught.value.details["operations"] in ([1, 2, 1], [2, 1, 2])


async def test_a_machine_that_is_no_longer_in_use_cannot_do_it() -> None:
    gone = replace(BUSY.machines["grinder"], active_to=at(1, 0))
    shop = replace(BUSY, machines={**BUSY.machines, "grinder": gone})
    with pytest.raises(NoEligibleMachine):
        await ask(shop, operations=[{"machines": ["GR-1"], "hours": 2}])


async def test_a_machine_whose_calendar_has_no_shifts_never_finishes() -> None:
    empty = replace(BUSY.calendars["cal"], id="none", shifts=())
    shop = replace(
        BUSY,
        calendars={**BUSY.calendars, "none": empty},
        machines={**BUSY.machines, "grinder": replace(BUSY.machines["grinder"], calendar_id="none")},
    )
    with pytest.raises(BeyondHorizon) as caught:
        await ask(shop, operations=[{"machines": ["GR-1"], "hours": 2}])
    assert caught.value.details == {"step": 1}


async def test_a_long_routing_fits_what_a_model_reads_with_its_sentence() -> None:
    steps: list[JsonValue] = [{**TURN, "run_s_per_piece": 1200} for _ in range(30)]
    found = await ask(quantity=6, operations=steps)
    text = render_for_model(found, "r1")
    assert (found.total_operations, len(found.operations)) == (30, 30)
    assert len(text.encode()) <= MAX_BYTES
    assert json.loads(text)["answer"] == found.answer


async def test_what_is_missing_about_the_machines_of_the_order_is_told() -> None:
    shop = replace(BUSY, last_import_at=to_minute(AS_OF) - 9 * MINUTES_PER_DAY)
    bare = replace(
        BUSY.operations["op-1"], setup_min=0, run_s_per_piece=0, alternatives=(Alternative("puma", 0, 0),)
    )
    timeless = replace(shop, operations={**shop.operations, "op-1": bare})
    told = (await answer(TEN, timeless)).warnings
    assert told[-2].startswith("The newest import of the plan is 9 days old")
    assert told[-1].startswith("1 operation of an open order has neither setup nor run time (WO-1 op 10)")
    assert (await answer(TEN)).warnings == []


async def test_people_without_skills_are_told_only_where_people_count() -> None:
    novice = replace(BUSY.operators["bob"], skills=())
    shop = replace(BUSY, operators={**BUSY.operators, "cid": replace(novice, id="cid", name="Cid Fox")})
    with_people = (await ask(shop, **TEN, operators="required")).warnings
    assert any(text.startswith("1 person has no skills recorded (Cid Fox)") for text in with_people)
    assert (await answer(TEN, shop)).warnings == []
