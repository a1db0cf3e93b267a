"""identify_bottlenecks, through the registry: the ranking, what waits, one more hour, and what is refused."""

import json
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
    WindowTooLong,
)
from planning.overtime_hour import Attending
from planning.relief import NoRelief
from planning.shop import Machine, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.bottlenecks import BottlenecksOutput
from tools.rendering import MAX_BYTES, render_for_model

NAME = "identify_bottlenecks"
WEEK: dict[str, JsonValue] = {"from": "2026-12-01", "to": "2026-12-04"}


def day(number: int) -> tuple[tuple[int, int], ...]:
    """The whole shift of a day of December."""
    return (at(number, 6), at(number, 10)), (at(number, 10, 30), at(number, 14))


def busy() -> Shop:
    """Puma 3100 is full from Tuesday to Thursday; WO-4, due on Thursday at 0:00, runs on Friday."""
    base = plan(
        work("1", "puma", *day(1)),
        work("2", "puma", *day(2)),
        work("3", "puma", *day(3)),
        work("4", "puma", (at(4, 6), at(4, 10))),
    )
    late = replace(base.orders["4"], release_at=at(1, 7), due_at=at(3, 0))
    return replace(base, orders={**base.orders, "4": late})


BUSY = busy()


async def ask(shop: Shop = BUSY, **tool_input: JsonValue) -> BottlenecksOutput:
    return await answer({**WEEK, **tool_input}, shop)


async def answer(tool_input: dict[str, JsonValue], shop: Shop = BUSY) -> BottlenecksOutput:
    return await call(NAME, tool_input, shop, BottlenecksOutput)


async def test_a_work_center_whose_machines_are_out_of_use_with_work_on_them_is_no_bottleneck() -> None:
    retired = {
        key: replace(machine, active_to=at(1, 0)) if machine.work_center_id == "turning" else machine
        for key, machine in BUSY.machines.items()
    }
    found = await ask(replace(BUSY, machines=retired), level="work_center")
    assert [(row.code, row.utilization_pct, row.load_h) for row in found.ranking if row.load_h] == [
        ("TURN", None, 26.5)
    ]
    assert found.bottleneck is None
    assert found.relief == []


async def test_the_fullest_machine_over_the_threshold_is_the_bottleneck_with_all_its_figures() -> None:
    found = await ask()
    assert found.bottleneck is not None
    assert (found.bottleneck.code, found.bottleneck.utilization_pct) == ("PUMA-3100", 88.3)
    first = found.ranking[0]
    assert (first.rank, first.load_h, first.available_h, first.free_h) == (1, 26.5, 30.0, 3.5)
    assert first.peak is not None
    assert (first.peak.label, first.peak.utilization_pct) == ("2026-12-01", 100.0)
    # WO-4 stood ready for the rest of Tuesday (6.5 h) and two whole days.
    assert first.queue_h == 21.5
    assert [(d.order, d.waited_h, d.late_h) for d in first.delayed] == [("WO-4", 23.0, 34.0)]
    assert found.summary == (
        "Puma 3100 is the bottleneck: 88.3 % utilization, over the threshold of 85 % (1 to 4 December 2026)."
    )


async def test_one_more_hour_behind_the_shift_saves_an_hour_of_lateness() -> None:
    found = (await ask()).relief[0]
    assert (found.machine.code, found.start, found.operator) == (
        "PUMA-3100",
        "2026-12-01T14:00:00-06:00",
        "Ann Lee",
    )
    assert found.attending is Attending.COMES
    assert (found.saved_late_h, found.orders_earlier, found.no_longer_late) == (1.0, 3, [])
    assert "would save 1 h of lateness; 3 orders would finish earlier" in found.text


async def test_an_hour_that_saves_a_due_date_names_the_order() -> None:
    due = replace(BUSY.orders["4"], due_at=at(4, 9))
    found = await ask(replace(BUSY, orders={**BUSY.orders, "4": due}))
    assert found.relief[0].no_longer_late == ["WO-4"]
    assert found.relief[0].text.endswith("no longer late: WO-4.")


async def test_below_the_threshold_there_is_no_bottleneck_but_a_fullest_machine() -> None:
    found = await ask(threshold_pct=90)
    assert found.bottleneck is None
    assert found.highest is not None
    assert found.highest.code == "PUMA-3100"
    assert found.summary.startswith("There is no bottleneck: the fullest machine, Puma 3100, is not over")


async def test_an_empty_plan_has_no_bottleneck_and_nothing_to_relieve() -> None:
    found = await ask(plan())
    assert (found.bottleneck, found.relief, found.total_over_threshold) == (None, [], 0)
    assert "has no load" in found.summary


async def test_without_any_available_time_there_is_no_utilization_to_rank() -> None:
    found = await answer({"window": "8 December"}, plan(work("1", "puma", (at(8, 6), at(8, 7)))))
    assert (found.highest, found.bottleneck) == (None, None)
    assert found.summary.startswith("No machine has any available time in the window")
    assert any(text.startswith("Loaded without any available time") for text in found.warnings)


async def test_named_machines_are_shown_alone_with_their_rank_among_all() -> None:
    found = await ask(machines=["Puma 2600"])
    assert [(row.rank, row.code) for row in found.ranking] == [(3, "PUMA-2600")]
    assert (found.total_ranked, found.bottleneck and found.bottleneck.code) == (3, "PUMA-3100")
    assert [row.machine.code for row in found.relief] == ["PUMA-2600"]
    assert found.relief[0].text.endswith("would save no lateness: no order gains.")


async def test_equally_full_machines_are_ranked_by_load_then_by_code() -> None:
    found = await ask(plan())
    assert [row.code for row in found.ranking] == ["GR-1", "PUMA-2600", "PUMA-3100"]
    assert any("the one with more load comes first" in text for text in found.assumptions)


async def test_a_work_center_is_all_its_machines_and_its_hour_goes_to_the_fullest() -> None:
    found = await ask(level="work_center")
    first = found.ranking[0]
    assert (first.code, first.machines, first.utilization_pct) == ("TURN", 2, 44.2)
    assert found.relief[0].machine.code == "PUMA-3100"


async def test_one_work_center_can_be_looked_at_alone() -> None:
    found = await ask(work_center="grinding")
    assert [row.code for row in found.ranking] == ["GR-1"]
    assert "Only Grinding is looked at." in found.assumptions


async def test_people_are_ranked_by_the_skills_that_machines_need() -> None:
    found = await ask(level="operator")
    # Only Ann can grind, and all of her work counts; Bob turns as well.
    assert [(row.code, row.operators, row.utilization_pct) for row in found.ranking] == [
        ("G", 1, 88.3),
        ("T", 2, 44.2),
    ]
    assert found.relief == []
    assert any("worked out for machines, not for people" in text for text in found.assumptions)


async def test_work_that_awaits_a_qualified_person_queues_before_the_skill() -> None:
    shop = replace(BUSY, operators={"ann": BUSY.operators["ann"]})
    # Ann is on the Puma 3100; WO-5 stands ready before the empty Puma 2600 until she is free on Friday.
    both = plan(*BUSY.bookings, work("5", "puma2", (at(4, 10, 30), at(4, 12)), operator="ann"))
    late = replace(both.orders["5"], release_at=at(1, 7), due_at=at(4, 0))
    shop = replace(both, operators=shop.operators, orders={**both.orders, "5": late})
    found = await ask(shop, level="operator")
    turning = next(row for row in found.ranking if row.code == "T")
    # 6.5 h on Tuesday, 15 h on Wednesday and Thursday, 4 h on Friday.
    assert turning.queue_h == 25.5
    assert [(d.order, d.waited_h) for d in turning.delayed] == [("WO-5", 25.5)]


async def test_weeks_are_told_apart_in_a_long_window_and_days_in_a_short_one() -> None:
    assert (await ask()).bucket == "day"
    found = await answer({})
    assert (found.bucket, found.ranking[0].peak and found.ranking[0].peak.label) == ("week", "2026-W49")
    assert found.assumptions[0].startswith("No dates were given, so the window is the next 30 days")
    assert (await ask(bucket="month")).ranking[0].peak is not None


async def test_relief_can_be_left_out_and_is_none_in_a_window_that_is_over() -> None:
    assert (await ask(relief=False)).relief == []
    past = await answer({"from": "2026-11-23", "to": "2026-11-27"})
    assert past.relief == []
    assert "The window is over, so no hour can be added in it." in past.assumptions


async def test_a_routing_that_is_a_circle_is_left_out_and_said_so() -> None:
    circle = replace(BUSY.operations["op-4"], predecessor_ids=("op-4",))
    found = await ask(replace(BUSY, operations={**BUSY.operations, "op-4": circle}))
    assert found.ranking[0].queue_h == 0
    assert any("operations wait for one another: WO-4" in text for text in found.warnings)
    assert found.relief[0].not_computed is NoRelief.INVALID_ROUTING
    assert "was not worked out" in found.relief[0].text


async def test_what_is_not_scheduled_is_counted_as_such() -> None:
    found = await ask(plan(work("1", "puma", *day(1)), unbooked=["9"]))
    assert "Not scheduled, so not counted: 1 operation of open orders." in found.warnings


async def test_named_machines_say_what_else_was_left_aside() -> None:
    found = await ask(machines=["puma 3100"], work_center="grinding", level="work_center")
    assert "Machines were named, so machines are compared." in found.assumptions
    assert "Machines were named, so the work center was left aside." in found.assumptions


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"machines": ["Okuma"]}, NotFound),
        ({"machines": ["Puma"]}, Ambiguous),
        ({"work_center": "welding"}, NotFound),
        ({"window": "next blue moon"}, InvalidDate),
        ({"from": "2026-12-04", "to": "2026-12-01"}, EmptyWindow),
        ({"from": "2026-01-01", "to": "2027-12-31"}, WindowTooLong),
        ({"cursor": "x"}, InvalidToolInput),
        ({"level": "shop"}, InvalidToolInput),
        ({"threshold_pct": 0}, InvalidToolInput),
    ],
)
async def test_what_cannot_be_answered_is_refused_with_its_code(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await answer(tool_input)


async def test_the_rows_behind_the_figures_are_named() -> None:
    found = {e.table: set(e.ids) for e in (await ask()).evidence}
    assert found == {"machine": {"puma", "puma2", "grinder"}, "production_order": {"4"}}


async def test_more_than_a_page_is_asked_for_with_the_cursor() -> None:
    shop = plan(extra_machines=60)
    first = await ask(shop)
    assert (len(first.ranking), first.total_ranked, first.next_cursor) == (50, 63, "50")
    assert (await ask(shop, cursor="50")).ranking[0].rank == 51


async def test_a_long_ranking_stays_readable_for_the_model() -> None:
    text = render_for_model(await ask(replace(BUSY, machines=_many())), "r1")
    assert len(text.encode()) <= MAX_BYTES
    told = json.loads(text)
    assert told["summary"].startswith("Puma 3100 is the bottleneck")
    assert told["relief"][0]["saved_late_h"] == 1.0


def _many() -> dict[str, Machine]:
    return {**BUSY.machines, **plan(extra_machines=60).machines}
