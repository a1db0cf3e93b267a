"""get_machine_availability, through the registry: names, windows, figures, warnings and pages."""

import pytest

from leadhand.errors import Ambiguous, InvalidToolInput, JsonValue, NotFound
from planning.shop import Shop
from tests.unit.tools.shops import OneShop, at, call, plan, tenant, work
from tools.base import ToolContext
from tools.catalog.machine_availability import TOOL, MachineAvailabilityInput, MachineAvailabilityOutput
from tools.nesting import Call, NestedRunner
from tools.rendering import render_for_model

NAME = "get_machine_availability"
BUSY = plan(
    work("1", "puma", (at(1, 6), at(1, 10)), (at(1, 10, 30), at(1, 12))),
    work("2", "puma", (at(2, 6), at(2, 8)), operator="bob", locked=True),
    work("3", "puma2", (at(1, 6), at(1, 9)), operator=None),
)


async def ask(shop: Shop = BUSY, **tool_input: JsonValue) -> MachineAvailabilityOutput:
    return await call(NAME, {**tool_input}, shop, MachineAvailabilityOutput)


async def test_one_machine_by_its_name_tells_status_current_order_next_time_and_figures() -> None:
    found = await ask(machines=["puma 3100"], window="2026-12-01")
    (row,) = found.machines
    assert (row.machine.code, row.machine.name, row.work_center.name) == (
        "PUMA-3100",
        "Puma 3100",
        "CNC turning",
    )
    assert row.status == "partially_booked"
    assert [(c.order, c.operation, c.running) for c in row.current_order] == [("WO-1", "10 Turn", True)]
    assert row.next_available == "2026-12-01T12:00:00-06:00"
    assert (row.next_slot_end, row.next_slot_h) == ("2026-12-01T14:00:00-06:00", 2.0)
    assert (row.figures.available_h, row.figures.load_h, row.figures.free_h) == (7.5, 5.5, 2.0)
    assert row.figures.utilization_pct == 73.3
    assert (found.data_version, found.timezone) == (7, "America/Chicago")
    assert found.as_of == "2026-12-01T07:00:00-06:00"
    assert found.window.start == "2026-12-01T00:00:00-06:00"


async def test_the_schedule_names_order_operator_lock_and_segments_in_local_time() -> None:
    (row,) = (await ask(machines=["PUMA-3100"], window="2026-12-02")).machines
    (booking,) = row.schedule
    assert (booking.order, booking.operators, booking.locked) == ("WO-2", ["Bob Ray"], True)
    assert [(s.start, s.end) for s in booking.segments] == [
        ("2026-12-02T06:00:00-06:00", "2026-12-02T08:00:00-06:00")
    ]
    assert (row.schedule_total, row.schedule_continues) == (1, None)


async def test_without_dates_the_next_seven_days_are_taken_and_said() -> None:
    found = await ask()
    assert (found.window.start, found.window.end) == (
        "2026-12-01T07:00:00-06:00",
        "2026-12-08T07:00:00-06:00",
    )
    assert any("next 7 days" in sentence for sentence in found.assumptions)
    assert any("all 3 machines" in sentence for sentence in found.assumptions)


async def test_all_machines_come_soonest_first_with_counts_and_sums() -> None:
    found = await ask(window="2026-12-01")
    assert [row.machine.code for row in found.machines] == ["GR-1", "PUMA-2600", "PUMA-3100"]
    assert found.by_status.model_dump() == {"free": 1, "partially_booked": 2, "booked": 0, "unavailable": 0}
    assert found.all_machines.available_h == 22.5
    assert found.all_machines.load_h == 8.5


async def test_a_work_center_stands_for_its_machines() -> None:
    found = await ask(work_center="cnc turning", window="2026-12-01")
    assert {row.machine.code for row in found.machines} == {"PUMA-3100", "PUMA-2600"}


async def test_a_holiday_makes_every_machine_unavailable_and_is_named() -> None:
    found = await ask(machines=["Puma 3100"], window="2026-12-08")
    (row,) = found.machines
    assert row.status == "unavailable"
    assert [(r.reason, r.name, r.hours) for r in row.reasons] == [("holiday", "Company day", 7.5)]
    assert [e.ids for e in found.evidence if e.table == "calendar_exception"] == [["hol"]]


async def test_a_weekend_is_closed() -> None:
    (row,) = (await ask(machines=["Puma 3100"], window="2026-12-05")).machines
    assert [(r.reason, r.name) for r in row.reasons] == [("closed", "no shift is planned")]


async def test_a_breakdown_until_further_notice_leaves_no_next_time_and_has_no_end() -> None:
    (row,) = (await ask(machines=["Grinder"], window="2026-12-04", min_free_minutes=1200)).machines
    assert row.status == "unavailable"
    assert [r.reason for r in row.reasons] == ["downtime"]
    assert (row.next_available, row.next_available_reason) == (None, "beyond_horizon")
    assert [(d.kind, d.note, d.end) for d in row.downtimes] == [("breakdown", "spindle", None)]


async def test_the_length_asked_for_decides_which_gap_counts() -> None:
    (long,) = (await ask(machines=["Puma 3100"], min_free_minutes=121)).machines
    assert long.next_available == "2026-12-02T08:00:00-06:00"
    (whole,) = (await ask(machines=["Puma 3100"], min_free_minutes=211, splittable=False)).machines
    assert whole.next_available == "2026-12-03T06:00:00-06:00"


async def test_free_slots_of_a_window_are_listed() -> None:
    (row,) = (await ask(machines=["Puma 3100"], window="2026-12-02")).machines
    assert [(s.start, s.end, s.hours) for s in row.free_slots] == [
        ("2026-12-02T08:00:00-06:00", "2026-12-02T14:00:00-06:00", 5.5)
    ]


async def test_double_bookings_missing_people_and_unscheduled_work_are_warned_of() -> None:
    shop = plan(
        work("1", "puma", (at(1, 6), at(1, 9))),
        work("2", "puma", (at(1, 8), at(1, 10)), operator=None),
        unbooked=["9"],
    )
    found = await ask(shop, machines=["Puma 3100"], window="2026-12-01")
    told = " ".join(found.warnings)
    assert "Double-booked in the window: Puma 3100 (1.0 h of work)." in told
    assert "No operator yet for 2.0 h of work on 1 booking." in told
    assert "1 open operation that could run here" in told
    (row,) = found.machines
    assert [(d.hours, [b.order for b in d.bookings]) for d in row.double_bookings] == [
        (1.0, ["WO-1", "WO-2"])
    ]


async def test_nothing_wrong_means_no_warnings() -> None:
    assert (await ask(plan(), window="2026-12-01")).warnings == []


async def test_evidence_lists_the_rows_behind_the_figures() -> None:
    found = await ask(machines=["Puma 3100"], window="2026-12-01")
    assert {e.table: e.ids for e in found.evidence} == {"machine": ["puma"], "booking": ["1"]}


async def test_a_misspelt_name_that_can_only_mean_one_machine_is_taken_and_said() -> None:
    found = await ask(machines=["Pumma 3100"])
    assert [row.machine.code for row in found.machines] == ["PUMA-3100"]
    assert any("Pumma 3100" in sentence for sentence in found.assumptions)


async def test_an_unknown_machine_is_not_found_with_suggestions() -> None:
    with pytest.raises(NotFound) as caught:
        await ask(machines=["Puma 3200"])
    assert caught.value.details is not None
    assert caught.value.details["suggestions"]


async def test_a_name_that_fits_several_machines_is_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        await ask(machines=["Puma"])


async def test_machines_come_in_pages_of_fifty() -> None:
    shop = plan(extra_machines=60)
    first = await ask(shop)
    assert (len(first.machines), first.total_machines, first.next_cursor) == (50, 63, "50")
    second = await ask(shop, cursor="50")
    assert (len(second.machines), second.next_cursor) == (13, None)
    codes = {row.machine.code for row in (*first.machines, *second.machines)}
    assert len(codes) == 63
    assert first.all_machines == second.all_machines


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5"])
async def test_a_cursor_of_nobodys_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidToolInput):
        await ask(cursor=cursor)


async def test_the_plan_is_loaded_from_now_to_the_horizon_in_whole_days() -> None:
    source = OneShop(BUSY)
    await TOOL.run(MachineAvailabilityInput(), _context(source))
    (window,) = source.asked
    assert window[0] <= at(1, 7)
    assert window[1] >= at(1, 7) + 180 * 1440
    assert window[0] % 1440 == window[1] % 1440 == 0


def _context(source: OneShop) -> ToolContext:
    async def nothing(call: Call) -> MachineAvailabilityOutput:
        raise AssertionError(call.name)

    return ToolContext(tenant(), source, NestedRunner(nothing, Call("t", {}, tenant(), source, "c", 0)))


async def test_what_a_model_reads_of_sixty_machines_fits_and_keeps_the_first() -> None:
    text = render_for_model(await ask(plan(extra_machines=60)), "r1")
    assert len(text.encode()) <= 8000
    assert "next_available" in text
