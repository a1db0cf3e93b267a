"""check_capacity, through the registry: names, windows, verdicts, what is assumed, and how it reads."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadhand.errors import (
    BeyondHorizon,
    EmptyWindow,
    InvalidDate,
    InvalidDuration,
    InvalidRouting,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NoEligibleMachine,
    NotFound,
    WindowTooLong,
)
from planning.capacity import Verdict
from planning.capacity_options import OptionKind
from planning.shop import Absence, Machine, OvertimeSlot, Shop
from tests.unit.tools.shops import OneShop, at, call, plan, tenant, work
from tools.catalog.capacity import TOOL, CapacityOutput
from tools.registry import ToolRegistry
from tools.rendering import render_for_model

NAME = "check_capacity"
EMPTY = plan()
# Puma 3100 is taken on Wednesday 2 December from 6:00 to 10:00, the other lathe on Thursday all day.
BUSY = plan(work("1", "puma", (at(2, 6), at(2, 10))), work("2", "puma2", (at(3, 6), at(3, 14))))


def with_overtime(shop: Shop) -> Shop:
    saturday = OvertimeSlot(6, 6 * 60, 12 * 60)
    return replace(shop, settings=replace(shop.settings, standard_overtime=(saturday,)))


async def ask(shop: Shop = EMPTY, **tool_input: JsonValue) -> CapacityOutput:
    return await call(NAME, {**tool_input}, shop, CapacityOutput)


async def test_hours_on_one_machine_are_answered_with_verdict_finish_and_figures() -> None:
    found = await ask(hours=20, machines=["puma 3100"], window="2026-12-01")
    # 20 h from Tuesday 7:00: 6.5 h, 7.5 h, and 6 h of Thursday; the window ends on Tuesday.
    assert found.verdict is Verdict.NO
    assert found.earliest_finish is not None
    assert found.earliest_finish.finish == "2026-12-03T12:30:00-06:00"
    assert found.earliest_finish.late_h == 36.5
    (center,) = found.work_centers
    assert (center.code, center.name, center.machine_count) == ("TURN", "CNC turning", 1)
    assert (center.needed_h, center.available_h, center.load_h, center.free_h) == (20.0, 6.5, 0.0, 6.5)
    assert (center.utilization_pct, center.utilization_after_pct) == (0.0, 307.7)
    assert center.shortfall_h == found.shortfall_h == 13.5
    assert (found.data_version, found.timezone, found.as_of) == (
        7,
        "America/Chicago",
        "2026-12-01T07:00:00-06:00",
    )


async def test_the_fifty_hour_order_of_next_month() -> None:
    found = await ask(hours=50, window="next month", machines=["Puma 3100"])
    # January 2027 begins on a Friday: 7.5 h, then 5 days of 37.5 h, then 5 h of Monday 11.
    assert found.verdict is Verdict.YES
    assert (found.plan and found.plan.finish) == "2027-01-11T11:30:00-06:00"
    assert found.answer == "Yes: 50 h fit, in one block on Puma 3100, finished Monday 11 January 2027, 11:30."
    assert found.window.text == "next month: 1 to 31 January 2027"
    assert found.due == "2027-02-01T00:00:00-06:00"
    # An hour less ends at 10:00, when the break begins.
    assert found.what_limits_text == "one more hour on Puma 3100 would bring the finish forward by 1.5 h"


async def test_without_a_machine_every_work_center_with_machines_is_checked_and_it_is_said() -> None:
    found = await ask(BUSY, hours=5, window="2026-12-02")
    assert [(c.code, c.verdict) for c in found.work_centers] == [
        ("GRIND", Verdict.YES),
        ("TURN", Verdict.YES),
    ]
    assert found.total_work_centers == 2
    assert any("each of the 2 work centers" in sentence for sentence in found.assumptions)
    assert found.comparison == "It is the same for all 2 work centers checked."


async def test_the_overall_verdict_is_the_best_of_the_work_centers_and_all_are_counted() -> None:
    found = await ask(BUSY, hours=30, window="2026-12-02 to 2026-12-04", max_utilization_pct=100)
    # The grinder is down from Thursday on; the lathes together have 2 x 22.5 h less 3.5 and 7.5 h.
    assert found.verdict is Verdict.YES_SPLIT
    assert found.where == "CNC turning"
    assert [(g.verdict, g.count, g.text) for g in found.verdicts] == [
        (Verdict.YES_SPLIT, 1, "CNC turning"),
        (Verdict.NO, 1, "Grinding"),
    ]
    assert found.comparison == "Of 2 work centers checked: yes, if it is split: 1; no: 1."


async def test_options_name_their_machines_starts_finishes_and_setups() -> None:
    found = await ask(hours=13, setup_min=30, work_centers=["turning"], window="2026-12-01 to 2026-12-02")
    by_kind = {option.kind: option for option in found.options}
    block, lots = by_kind[OptionKind.ONE_BLOCK], by_kind[OptionKind.LOTS]
    assert block.text == "in one block on Puma 2600"
    assert (block.start, block.finish, block.setup_h) == (
        "2026-12-01T07:00:00-06:00",
        "2026-12-02T13:30:00-06:00",
        0.5,
    )
    assert lots.text == "in 2 lots in parallel on Puma 2600 and Puma 3100"
    assert [machine.code for machine in lots.machines] == ["PUMA-2600", "PUMA-3100"]
    assert (lots.finish, lots.setup_h) == ("2026-12-02T06:30:00-06:00", 1.0)
    assert found.plan is not None
    assert [part.work_h for part in found.plan.parts] == [13.5]


async def test_a_window_that_began_in_the_past_counts_from_now_and_says_so() -> None:
    found = await ask(hours=1, window="2026-12-01")
    assert found.window.start == "2026-12-01T07:00:00-06:00"
    assert any("counts from now" in sentence for sentence in found.assumptions)


async def test_without_dates_the_next_thirty_days_are_taken_and_said() -> None:
    found = await ask(hours=1)
    assert (found.window.start, found.window.end) == (
        "2026-12-01T07:00:00-06:00",
        "2026-12-31T07:00:00-06:00",
    )
    assert any("next 30 days" in sentence for sentence in found.assumptions)


async def test_a_due_date_alone_means_from_now_until_the_end_of_its_day() -> None:
    found = await ask(hours=10, machines=["Puma 3100"], due="Wednesday")
    assert (found.verdict, found.due) == (Verdict.YES, "2026-12-03T00:00:00-06:00")
    assert found.due_text == "Wednesday 2 December 2026, 24:00"


async def test_a_due_date_inside_the_window_is_what_counts() -> None:
    found = await ask(hours=10, machines=["Puma 3100"], window="next week", due="2026-12-07T12:00")
    assert found.verdict is Verdict.NO
    assert found.work_centers[0].available_h == 5.5
    assert any("figures count until then" in sentence for sentence in found.assumptions)


async def test_the_shops_due_cutoff_ends_the_day() -> None:
    shop = replace(EMPTY, settings=replace(EMPTY.settings, due_cutoff_local_min=12 * 60))
    assert (await ask(shop, hours=1, due="2 December")).due == "2026-12-02T12:00:00-06:00"


async def test_over_target_names_the_utilization_and_the_target() -> None:
    found = await ask(hours=7, machines=["Puma 3100"], due="2026-12-02")
    assert found.verdict is Verdict.YES
    found = await ask(hours=7, machines=["Puma 3100"], due="2026-12-02", max_utilization_pct=40)
    assert found.verdict is Verdict.YES_OVER_TARGET
    assert (found.utilization_after_pct, found.max_utilization_pct) == (50.0, 40.0)
    assert "utilization would be 50 % in CNC turning, the target is 40 %" in found.answer
    assert not any("threshold" in sentence for sentence in found.assumptions)


async def test_the_shops_threshold_is_the_target_unless_another_is_given() -> None:
    found = await ask(hours=13, machines=["Puma 3100"], due="2026-12-02")
    assert (found.verdict, found.utilization_after_pct) == (Verdict.YES_OVER_TARGET, 92.9)
    assert any("Over 85 %" in sentence for sentence in found.assumptions)


async def test_standard_overtime_says_slots_hours_and_who_could_come() -> None:
    found = await ask(with_overtime(EMPTY), hours=40, machines=["Puma 3100"], due="2026-12-06")
    # From Tuesday 7:00 to Friday: 6.5 + 3 x 7.5 = 29 h; Saturday has 6 h: not enough.
    assert (found.verdict, found.shortfall_h, found.overtime.shortfall_h) == (Verdict.NO, 11.0, 5.0)
    found = await ask(with_overtime(EMPTY), hours=33, machines=["Puma 3100"], due="2026-12-06")
    assert found.verdict is Verdict.YES_WITH_OVERTIME
    overtime = found.overtime
    assert (overtime.source, overtime.needed, overtime.used_h, overtime.slots_offered) == (
        "standard",
        True,
        4.0,
        1,
    )
    (slot,) = overtime.slots
    assert (slot.start, slot.finish) == ("2026-12-05T06:00:00-06:00", "2026-12-05T12:00:00-06:00")
    assert (slot.people, slot.covered) == (2, True)
    assert found.plan is not None
    assert found.plan.finish == "2026-12-05T10:00:00-06:00"
    assert "Only with overtime: 33 h fit with 4 h of overtime" in found.answer


async def test_overtime_for_which_nobody_is_there_is_warned_about() -> None:
    away = tuple(Absence(f"a-{who}", who, at(4, 0), at(7, 0), "vacation") for who in EMPTY.operators)
    shop = with_overtime(replace(EMPTY, absences=away))
    found = await ask(shop, hours=33, machines=["Puma 3100"], due="2026-12-06")
    assert found.verdict is Verdict.YES_WITH_OVERTIME
    assert not found.overtime.people_covered
    assert any("too few qualified people" in sentence for sentence in found.warnings)


async def test_overtime_slots_can_be_given_as_they_are_said() -> None:
    found = await ask(
        hours=33,
        machines=["Puma 3100"],
        due="2026-12-06",
        overtime=[{"from": "2026-12-05T06:00", "to": "2026-12-05T11:00"}],
    )
    assert (found.verdict, found.overtime.source, found.overtime.used_h) == (
        Verdict.YES_WITH_OVERTIME,
        "asked",
        4.0,
    )


async def test_people_are_shown_beside_the_verdict_and_a_lack_of_them_is_warned_about() -> None:
    shop = replace(EMPTY, operators={"ann": EMPTY.operators["ann"]})
    found = await ask(shop, hours=20, work_centers=["turning"], due="2026-12-02")
    assert found.verdict is Verdict.YES_SPLIT
    people = found.work_centers[0].people
    assert (people.qualified, people.free_h, people.needed_h, people.enough) == (1, 14.0, 20.0, False)
    assert any("fewer free hours" in sentence for sentence in found.warnings)


async def test_a_routing_is_checked_step_by_step() -> None:
    found = await ask(
        routing=[
            {"work_center": "CNC turning", "setup_min": 60, "run_s_per_piece": 600},
            {"subcontract_h": 24},
            {"machines": ["Grinder"], "run_s_per_piece": 30, "attendance": "none"},
        ],
        quantity=12,
        due="2026-12-03",
    )
    # Turned until 10:00 (3 h), back on Wednesday 10:00, where the break ends at 10:30; 6 minutes of grinding.
    assert (found.verdict, found.quantity, found.needed_h) == (Verdict.YES, 12, 3.1)
    assert found.plan is not None
    assert found.plan.finish == "2026-12-02T10:36:00-06:00"
    assert [(part.machine.code, part.pieces) for part in found.plan.parts] == [
        ("PUMA-2600", 12),
        ("GR-1", 12),
    ]
    assert [(c.code, c.verdict, c.needed_h, c.options) for c in found.work_centers] == [
        ("TURN", Verdict.YES, 3.0, []),
        ("GRIND", Verdict.YES, 0.1, []),
    ]
    assert found.work_centers[1].people.needed_h == 0.0


async def test_machines_no_longer_in_use_are_left_out_and_said() -> None:
    gone = replace(EMPTY.machines["puma2"], active_to=at(1, 0))
    shop = replace(EMPTY, machines={**EMPTY.machines, "puma2": gone})
    found = await ask(shop, hours=1, machines=["Puma 2600", "Puma 3100"])
    assert found.where == "Puma 3100"
    assert any("Puma 2600 is not in use" in sentence for sentence in found.assumptions)
    with pytest.raises(NoEligibleMachine):
        await ask(shop, hours=1, machines=["Puma 2600"])


async def test_named_work_centers_are_alternatives() -> None:
    found = await ask(hours=1, work_centers=["turning", "grinding"])
    assert len(found.work_centers) == 2
    assert any("alternatives" in sentence for sentence in found.assumptions)


async def test_evidence_names_the_rows_behind_the_figures() -> None:
    found = await ask(BUSY, hours=1, work_centers=["turning"], window="2026-12-02")
    assert {e.table: e.ids for e in found.evidence} == {
        "work_center": ["turning"],
        "machine": ["puma", "puma2"],
        "booking": ["1"],
    }


ROUTING: JsonValue = [{"work_center": "turning", "run_s_per_piece": 60}]


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({}, InvalidDuration),
        ({"hours": 0}, InvalidDuration),
        ({"hours": -5}, InvalidDuration),
        ({"hours": 10_001}, InvalidDuration),
        ({"hours": 1e300}, InvalidDuration),
        ({"hours": 1, "setup_min": -1}, InvalidDuration),
        ({"hours": "plenty"}, InvalidToolInput),
        ({"hours": 1, "lots": 0}, InvalidToolInput),
        ({"hours": 1, "operator": "Ann"}, InvalidToolInput),
        ({"hours": 1, "machines": ["Hyperlathe"]}, NotFound),
        ({"hours": 1, "work_centers": ["WELD"]}, NotFound),
        ({"hours": 1, "work_centers": ["sawing"]}, NoEligibleMachine),
        ({"hours": 1, "window": "last week"}, EmptyWindow),
        ({"hours": 1, "from": "2026-12-10", "to": "2026-12-02"}, EmptyWindow),
        ({"hours": 1, "due": "2026-11-30"}, EmptyWindow),
        ({"hours": 1, "window": "next month", "due": "2026-12-20"}, EmptyWindow),
        ({"hours": 1, "window": "soonish"}, InvalidDate),
        ({"hours": 1, "from": "2026-12-10", "to": "2036-12-02"}, WindowTooLong),
        ({"hours": 1, "window": "December 2027"}, BeyondHorizon),
        ({"hours": 1, "due": "2029-01-01"}, BeyondHorizon),
        ({"routing": ROUTING}, InvalidRouting),
        ({"routing": ROUTING, "quantity": 0}, InvalidRouting),
        ({"routing": ROUTING, "quantity": 5, "hours": 1}, InvalidRouting),
        ({"routing": ROUTING, "quantity": 5, "machines": ["Puma 3100"]}, InvalidRouting),
        ({"routing": [{"run_s_per_piece": 60}], "quantity": 5}, InvalidRouting),
        ({"routing": [{"work_center": "turning"}], "quantity": 5}, InvalidRouting),
        ({"routing": [{"machines": ["Puma 3100", "GR-1"], "setup_min": 1}], "quantity": 5}, InvalidRouting),
        ({"routing": [{"work_center": "sawing", "setup_min": 1}], "quantity": 5}, NoEligibleMachine),
        ({"routing": [{"subcontract_h": -1}], "quantity": 5}, InvalidDuration),
        ({"routing": [{"subcontract_h": 24, "run_s_per_piece": 60}], "quantity": 5}, InvalidRouting),
        ({"routing": [{"subcontract_h": 24, "work_center": "turning"}], "quantity": 5}, InvalidRouting),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await call(NAME, tool_input, EMPTY, CapacityOutput)


async def test_nothing_before_now_is_loaded_and_the_plan_is_loaded_to_its_horizon() -> None:
    source = OneShop(EMPTY)
    await ToolRegistry.discover().run(NAME, {"hours": 1}, tenant(), source, call_id="c1")
    now = at(1, 7)
    assert [(start <= now < start + 1440, end >= now + 180 * 1440) for start, end in source.asked] == [
        (True, True)
    ]


async def test_two_shops_asked_at_once_do_not_see_each_other() -> None:
    questions = [
        ask(shop, hours=3.5, machines=["Puma 3100"], due="2026-12-02T10:00") for shop in (EMPTY, BUSY)
    ]
    free, taken = await asyncio.gather(*questions)
    assert (free.verdict, taken.work_centers[0].load_h) == (Verdict.YES, 4.0)


async def test_the_same_question_gives_the_same_answer() -> None:
    first, second = [await ask(BUSY, hours=30, window="this month") for _ in range(2)]
    assert first == second


async def test_the_rendering_for_the_model_keeps_verdict_sentence_limits_and_overtime() -> None:
    centers = {
        f"w{i}": replace(EMPTY.work_centers["turning"], id=f"w{i}", code=f"W{i}", name=f"Cell {i}")
        for i in range(30)
    }
    machines = {f"k{i}": Machine(f"k{i}", f"K{i}", f"Machine {i}", f"w{i}", "cal") for i in range(30)}
    shop = replace(
        EMPTY, work_centers={**EMPTY.work_centers, **centers}, machines={**EMPTY.machines, **machines}
    )
    found = await ask(with_overtime(shop), hours=50, window="next month")
    text = render_for_model(found, "r1")
    assert len(text.encode()) <= 8_000
    shown = json.loads(text)
    assert shown["answer"] == found.answer
    assert shown["comparison"] == "Of 32 work centers checked: yes: 31; no: 1."
    assert shown["what_limits_text"] == found.what_limits_text
    assert shown["overtime"]["text"] == found.overtime.text
    assert shown["earliest_finish"]["finish"]


async def test_the_clock_of_the_turn_decides_what_is_past() -> None:
    later = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
    found = await call(NAME, {"hours": 1, "window": "2026-12-02"}, EMPTY, CapacityOutput, as_of=later)
    assert found.window.start == "2026-12-02T12:00:00-06:00"
    assert found.work_centers[0].available_h == 2.0


def test_a_model_is_told_to_pass_names_and_dates_on_as_they_were_said() -> None:
    assert "as the person said them" in TOOL.description
    spec = next(spec for spec in ToolRegistry.discover().specs() if spec.name == NAME)
    assert "hours" in json.dumps(spec.input_schema)
