"""The machines and people of a board: how they stand now, and the tools' figures of a window."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadhand.errors import EmptyWindow, InvalidDate, NotFound, WindowTooLong
from planning.operator_availability import Presence
from planning.shop import Absence, BookingStatus, Shop
from tests.unit.tools.boards.board import boards
from tests.unit.tools.shops import AS_OF, at, call, plan, tenant, work
from tools.boards.machine_board import MachinePage, MachinesAsked, MachineState
from tools.boards.operator_board import OperatorPage, OperatorsAsked
from tools.boards.windows import board_window
from tools.catalog.machine_availability import MachineAvailabilityOutput
from tools.catalog.operator_availability import OperatorAvailabilityOutput

NOVEMBER = datetime(2026, 11, 3, 13, 0, tzinfo=UTC)


def shop() -> Shop:
    """Puma 3100 runs until 9:00 with a pause from 7:30 to 8:00; Puma 2600 has work on Wednesday."""
    return plan(
        work("run", "puma", (at(1, 6), at(1, 7, 30)), (at(1, 8), at(1, 9))),
        work("next", "puma2", (at(2, 6), at(2, 9)), operator="bob"),
    )


async def machines(
    shop: Shop,
    asked: MachinesAsked | None = None,
    *,
    now: datetime = AS_OF,
    window: tuple[str | None, str | None] = (None, None),
) -> MachinePage:
    who = tenant(now)
    return await boards(shop).machines(who, board_window(*window, who), asked or MachinesAsked(limit=50))


async def operators(
    shop: Shop, asked: OperatorsAsked | None = None, *, now: datetime = AS_OF
) -> OperatorPage:
    who = tenant(now)
    return await boards(shop).operators(who, board_window(None, None, who), asked or OperatorsAsked(50))


async def state_at(shop: Shop, code: str, hour: int, minute: int = 0, day: int = 1) -> tuple[str, str | None]:
    page = await machines(shop, now=datetime(2026, 12, day, hour + 6, minute, tzinfo=UTC))
    [row] = [m for m in page.machines if m.code == code]
    return row.state, row.state_reason


@pytest.mark.parametrize(
    ("code", "day", "hour", "minute", "state"),
    [
        ("PUMA-3100", 1, 7, 0, (MachineState.RUNNING, None)),
        ("PUMA-3100", 1, 7, 30, (MachineState.BLOCKED, None)),
        ("PUMA-3100", 1, 8, 0, (MachineState.RUNNING, None)),
        ("PUMA-3100", 1, 9, 0, (MachineState.FREE, None)),
        ("PUMA-3100", 1, 10, 15, (MachineState.CLOSED, None)),
        ("PUMA-3100", 1, 14, 0, (MachineState.CLOSED, None)),
        ("PUMA-3100", 8, 7, 0, (MachineState.CLOSED, "Company day")),
        ("GR-1", 3, 7, 59, (MachineState.FREE, None)),
        ("GR-1", 3, 8, 0, (MachineState.DOWN, "breakdown: spindle")),
    ],
)
async def test_a_machine_runs_waits_is_free_down_or_closed(
    code: str, day: int, hour: int, minute: int, state: tuple[MachineState, str | None]
) -> None:
    assert await state_at(shop(), code, hour, minute, day) == state


async def test_a_machine_whose_work_was_reported_done_early_is_free() -> None:
    made = shop()
    done = tuple(replace(b, status=BookingStatus.DONE) for b in made.bookings)
    assert (await state_at(replace(made, bookings=done), "PUMA-3100", 7))[0] is MachineState.FREE


async def test_a_board_of_machines_and_the_tool_tell_the_same() -> None:
    page = await machines(shop())
    told = await call("get_machine_availability", {}, shop(), MachineAvailabilityOutput)
    assert page.window == told.window
    of_tool = {row.machine.id: row for row in told.machines}
    assert [m.code for m in page.machines] == ["GR-1", "PUMA-2600", "PUMA-3100"]
    for row in page.machines:
        expected = of_tool[row.id]
        assert (row.figures, row.status, row.next_available, row.current_order) == (
            expected.figures,
            expected.status,
            expected.next_available,
            expected.current_order,
        )
    # From 7:00 on: half an hour before the pause and an hour after it.
    assert page.machines[2].figures.load_h == 1.5
    found = await boards(shop()).machine(tenant(), board_window(None, None, tenant()), "PUMA-3100")
    assert found.machine.schedule == of_tool["puma"].schedule
    assert found.machine.free_slots == of_tool["puma"].free_slots


async def test_a_window_of_last_month_has_its_own_figures_and_the_state_of_now() -> None:
    old = work("old", "puma", (at(1, 6) - 28 * 1440, at(1, 10) - 28 * 1440))
    made = replace(shop(), bookings=(*shop().bookings, old))
    window = ("2026-11-02", "2026-11-08")
    page = await machines(made, window=window)
    told = await call(
        "get_machine_availability", {"from": window[0], "to": window[1]}, made, MachineAvailabilityOutput
    )
    [row] = [m for m in page.machines if m.code == "PUMA-3100"]
    [expected] = [m for m in told.machines if m.machine.code == "PUMA-3100"]
    assert (row.figures.load_h, row.figures) == (4.0, expected.figures)
    assert (row.state, row.next_available) == (MachineState.RUNNING, expected.next_available)
    assert [c.booking_id for c in row.current_order] == ["run"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (MachinesAsked(50, work_center="TURN"), ["PUMA-2600", "PUMA-3100"]),
        (MachinesAsked(50, text="3100"), ["PUMA-3100"]),
        (MachinesAsked(50, active=True), ["PUMA-2600", "PUMA-3100"]),
        (MachinesAsked(50, active=False), ["GR-1"]),
    ],
)
async def test_a_filter_gives_exactly_these_machines(asked: MachinesAsked, expected: list[str]) -> None:
    made = shop()
    retired = replace(made.machines["grinder"], active_to=at(1, 0))
    page = await machines(replace(made, machines={**made.machines, "grinder": retired}), asked)
    assert ([m.code for m in page.machines], page.total) == (expected, len(expected))


async def test_paging_through_machines_gives_each_of_them_once() -> None:
    made, seen, cursor = plan(extra_machines=20), list[str](), None
    while True:
        page = await machines(made, MachinesAsked(5, cursor=cursor))
        seen += [m.code for m in page.machines]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(m.code for m in made.machines.values())


async def test_a_board_of_people_and_the_tool_tell_the_same() -> None:
    sick = Absence("a1", "bob", at(1, 0), at(2, 0), "sick")
    made = replace(shop(), absences=(sick,))
    page = await operators(made)
    told = await call("get_operator_availability", {}, made, OperatorAvailabilityOutput)
    of_tool = {row.operator.id: row for row in told.operators}
    assert [(o.code, o.presence) for o in page.operators] == [
        ("OP-1", Presence.WORKING),
        ("OP-2", Presence.ABSENT),
    ]
    for row in page.operators:
        expected = of_tool[row.id]
        assert (row.figures, row.status, row.next_available, row.doing) == (
            expected.figures,
            expected.status,
            expected.next_available,
            expected.doing,
        )
    assert [(s.code, s.valid) for s in page.operators[0].skills] == [("G", True), ("T", True)]
    found = await boards(made).operator(tenant(), board_window(None, None, tenant()), "OP-2")
    assert (found.operator.absences, found.operator.work) == (of_tool["bob"].absences, of_tool["bob"].work)


async def test_people_are_listed_by_a_skill_that_they_hold_now() -> None:
    page = await operators(shop(), OperatorsAsked(50, skill="G"))
    assert [o.code for o in page.operators] == ["OP-1"]
    assert (await operators(shop(), OperatorsAsked(50, text="bob"))).operators[0].name == "Bob Ray"
    with pytest.raises(NotFound):
        await operators(shop(), OperatorsAsked(50, skill="juggling"))


async def test_people_of_last_month_have_its_figures_and_the_presence_of_now() -> None:
    old = work("old", "puma", (at(1, 6) - 28 * 1440, at(1, 10) - 28 * 1440))
    made = replace(shop(), bookings=(*shop().bookings, old))
    who = tenant()
    page = await boards(made).operators(
        who, board_window("2026-11-02", "2026-11-08", who), OperatorsAsked(50)
    )
    ann = page.operators[0]
    assert (ann.figures.load_h, ann.presence, len(ann.doing)) == (4.0, Presence.WORKING, 1)


def test_a_board_shows_two_months_and_no_more() -> None:
    assert board_window("2026-12-01", "2027-01-31", tenant()).end_min == at(1, 0) + 62 * 1440
    with pytest.raises(WindowTooLong) as refused:
        board_window("2026-12-01", "2027-02-01", tenant())
    assert refused.value.details == {"days": 63, "max_days": 62}
    # In the spring of Chicago a day is lost an hour; it is a day all the same.
    assert board_window("2027-02-01", "2027-04-03", tenant())
    with pytest.raises(EmptyWindow):
        board_window("2026-12-05", "2026-12-01", tenant())
    with pytest.raises(InvalidDate):
        board_window("someday", None, tenant())
