"""add_calendar_exception, through the registry: the rows, the hours, the work that lies in lost time."""

from dataclasses import replace
from datetime import date

import pytest

from leadhand.errors import (
    Ambiguous,
    BeyondHorizon,
    EmptyWindow,
    InvalidDate,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    WindowTooLong,
    WriteRefused,
)
from planning.conflict_items import ConflictType
from planning.plan_writes import WritableTable
from planning.shop import (
    Absence,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    OvertimeSlot,
    Shop,
)
from tests.unit.tools.shops import at, call, plan, work
from tools.calendar_views import CalendarEffectView
from tools.catalog.schedule_change import ScheduleChangeOutput
from tools.writing import ProposedWrite

# Wednesday 2 December on Puma 3100: WO-1 from 6:00 to 10:00, WO-2 from 10:30 to 14:00, both with Ann.
BUSY = plan(
    work("1", "puma", (at(2, 6), at(2, 10))),
    work("2", "puma", (at(2, 10, 30), at(2, 14))),
    work("3", "puma2", (at(3, 6), at(3, 14)), operator="bob"),
)
DOWN: dict[str, JsonValue] = {
    "kind": "downtime",
    "machine": "Puma 3100",
    "from": "2026-12-02T08:00",
    "to": "2026-12-02T12:00",
}


async def enter(tool_input: dict[str, JsonValue], shop: Shop = BUSY) -> ProposedWrite:
    return await call("add_calendar_exception", tool_input, shop, ProposedWrite)


def effect(found: ProposedWrite) -> CalendarEffectView:
    assert found.calendar is not None
    return found.calendar


def rows(found: ProposedWrite) -> list[object]:
    return [replace(change.row_change().after, id="") for change in found.changes]  # type: ignore[type-var]


async def test_a_downtime_costs_the_hours_and_hits_the_work_that_lies_in_it_and_moves_none() -> None:
    found = await enter(DOWN)
    told = effect(found)
    assert rows(found) == [Downtime("", "puma", at(2, 8), at(2, 12), DowntimeKind.BREAKDOWN)]
    # 8:00 to 10:00 of WO-1, 10:30 to 12:00 of WO-2; the break is no working time.
    assert [(row.order and row.order.code, row.hours) for row in told.hit] == [("WO-1", 2.0), ("WO-2", 1.5)]
    assert (told.machines_lose_h, told.machines_win_h, told.people_lose_h) == (3.5, 0.0, 0.0)
    assert [(c.type, c.count) for c in found.new_conflicts.by_type] == [(ConflictType.MACHINE_DOWN, 2)]
    assert {change.table for change in found.changes} == {WritableTable.DOWNTIME}


async def test_the_hours_lost_are_those_that_the_simulation_of_the_same_outage_tells() -> None:
    found = await enter(DOWN)
    asked: dict[str, JsonValue] = {key: value for key, value in DOWN.items() if key != "kind"}
    simulated = await call(
        "simulate_schedule_change", {**asked, "change": "machine_down"}, BUSY, ScheduleChangeOutput
    )
    assert effect(found).machines_lose_h == simulated.lost_h


async def test_an_absence_hits_the_persons_own_work_alone() -> None:
    found = await enter(
        {"kind": "absence", "operator": "Ann Lee", "window": "tomorrow", "reason": "vacation"}
    )
    assert rows(found) == [Absence("", "ann", at(2, 0), at(3, 0), "vacation")]
    assert (effect(found).people_lose_h, effect(found).machines_lose_h, effect(found).total_hit) == (
        7.5,
        0,
        2,
    )
    assert [c.type for c in found.new_conflicts.by_type] == [ConflictType.OPERATOR_ABSENT]


async def test_an_open_ended_downtime_counts_to_the_horizon_and_says_so() -> None:
    found = await enter({"kind": "downtime", "machine": "Puma 3100", "until_further_notice": True})
    assert rows(found) == [Downtime("", "puma", at(1, 7), None, DowntimeKind.BREAKDOWN)]
    assert any("no known end" in text for text in found.assumptions)


async def test_overtime_wins_hours_for_the_machine_and_says_whom_it_still_needs() -> None:
    slot: dict[str, JsonValue] = {"from": "2026-12-05T06:00", "to": "2026-12-05T12:00"}
    found = await enter({"kind": "overtime", "machine": "Puma 3100", **slot})
    [row] = rows(found)
    assert row == CalendarException(
        "", ExceptionKind.OVERTIME, "Overtime", machine_id="puma", interval=(at(5, 6), at(5, 12))
    )
    assert (effect(found).machines_win_h, effect(found).people_win_h) == (6.0, 0.0)
    assert "Ann Lee could come" in found.warnings[0]
    both = await enter({"kind": "overtime", "machine": "Puma 3100", "operator": "Ann Lee", **slot})
    assert (effect(both).machines_win_h, effect(both).people_win_h, both.warnings) == (6.0, 6.0, [])


async def test_overtime_in_working_time_wins_nothing_and_it_is_said() -> None:
    found = await enter({**DOWN, "kind": "overtime"})
    # The break of half an hour is all that it adds.
    assert effect(found).machines_win_h == 0.5
    inside = await enter({**DOWN, "kind": "overtime", "to": "2026-12-02T09:00"})
    assert any("Nothing is won" in text for text in inside.warnings)


async def test_overtime_without_hours_is_the_shops_standard_overtime_of_the_day() -> None:
    slots = (OvertimeSlot(6, 6 * 60, 12 * 60),)
    shop = replace(BUSY, settings=replace(BUSY.settings, standard_overtime=slots))
    found = await enter({"kind": "overtime", "machine": "Puma 3100", "window": "Saturday"}, shop)
    assert effect(found).machines_win_h == 6.0


async def test_a_closed_day_of_the_shop_takes_the_shifts_that_begin_on_it_from_everybody() -> None:
    found = await enter({"kind": "closure", "window": "tomorrow", "reason": "Stocktaking"})
    assert rows(found) == [
        CalendarException(
            "", ExceptionKind.CLOSURE, "Stocktaking", calendar_id="cal", production_date=date(2026, 12, 2)
        )
    ]
    # Three machines and two people, 7.5 hours each.
    assert (effect(found).machines_lose_h, effect(found).people_lose_h) == (22.5, 15.0)


async def test_a_closure_of_a_machine_with_clock_times_takes_exactly_those_minutes() -> None:
    found = await enter({**DOWN, "kind": "closure"})
    [row] = rows(found)
    assert isinstance(row, CalendarException)
    assert (row.machine_id, row.interval, row.production_date) == ("puma", (at(2, 8), at(2, 12)), None)


async def test_what_is_entered_already_is_refused_and_of_several_days_only_the_new_ones_are_entered() -> None:
    monday: dict[str, JsonValue] = {"kind": "closure", "from": "2026-12-07", "to": "2026-12-07"}
    with pytest.raises(WriteRefused):
        # 8 December is a holiday already.
        await enter({"kind": "closure", "from": "2026-12-08", "to": "2026-12-08"})
    found = await enter({**monday, "to": "2026-12-08"})
    assert found.total_rows == 1
    assert "What is entered already was left out." in found.assumptions


async def test_the_same_entry_asked_for_twice_is_the_same_row() -> None:
    first, second = await enter(DOWN), await enter(DOWN)
    assert [change.id for change in first.changes] == [change.id for change in second.changes]


OVER: dict[str, JsonValue] = {"from": "2026-11-02", "to": "2026-11-03"}


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"kind": "downtime", "window": "tomorrow"}, InvalidToolInput),
        ({"kind": "absence", "window": "tomorrow"}, InvalidToolInput),
        ({"kind": "overtime", "window": "tomorrow"}, InvalidToolInput),
        ({"kind": "downtime", "machine": "Puma 3100"}, InvalidToolInput),
        ({"kind": "downtime", "machine": "Puma 3100", "from": "tomorrow"}, InvalidToolInput),
        (
            {"kind": "downtime", "machine": "Puma 3100", "operator": "Ann", "window": "Friday"},
            InvalidToolInput,
        ),
        ({"kind": "closure", "machine": "GR-1", "operator": "Ann", "window": "Friday"}, InvalidToolInput),
        ({"kind": "overtime", "machine": "Puma 3100", "window": "next week"}, InvalidToolInput),
        ({"kind": "downtime", "machine": "Haas", "window": "tomorrow"}, NotFound),
        ({"kind": "downtime", "machine": "Puma", "window": "tomorrow"}, Ambiguous),
        ({"kind": "absence", "operator": "Zoe", "window": "tomorrow"}, NotFound),
        ({"kind": "downtime", "machine": "Puma 3100", **OVER}, EmptyWindow),
        ({"kind": "downtime", "machine": "Puma 3100", "window": "31 February"}, InvalidDate),
        ({"kind": "closure", "from": "2026-12-01", "to": "2028-12-01"}, WindowTooLong),
        (
            {"kind": "downtime", "machine": "Puma 3100", "from": "2028-01-01", "to": "2028-01-02"},
            BeyondHorizon,
        ),
    ],
)
async def test_what_cannot_be_entered_is_refused(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await enter(tool_input)
