"""get_order_status of one order: its figures, its schedule, and what is said where something is missing."""

from dataclasses import replace

import pytest

from leadhand.errors import (
    Ambiguous,
    NotFound,
)
from planning.shop import (
    ProgressReport,
)
from tests.unit.tools.shops import at
from tests.unit.tools.status_shop import SHOP, ask, booked, order, shop, step


async def test_one_order_tells_finish_lateness_slack_and_what_is_left() -> None:
    found = await ask(order="WO-4001")
    (row,) = found.orders
    assert (row.order.code, row.order.customer, row.status, row.outlook) == (
        "WO-4001",
        "Acme Pumps",
        "released",
        "late",
    )
    assert (row.planned_finish, row.due) == ("2026-12-03T08:00:00-06:00", "2026-12-03T00:00:00-06:00")
    assert row.due_date == "2026-12-02"
    # Eight hours after midnight, two of them in the shift that begins at six.
    assert (row.tardiness_h, row.tardiness_working_h, row.slack_h) == (8.0, 2.0, -8.0)
    # Until the due date 6.5 h of Tuesday's shift are left and 7.5 h of Wednesday's; the work is 7.5 h.
    assert (row.remaining_h, row.work_slack_h, row.critical_ratio) == (7.5, 6.5, 1.87)
    assert (found.data_version, found.as_of, found.filter) == (7, "2026-12-01T07:00:00-06:00", None)


async def test_the_schedule_names_machines_people_and_times() -> None:
    (row,) = (await ask(order="4001")).orders
    assert [
        (o.operation, o.state, [m.code for m in o.machines], o.start, o.end, o.work_h, o.operators)
        for o in row.schedule
    ] == [
        (
            "10 Turn",
            "planned",
            ["PUMA-3100"],
            "2026-12-02T06:00:00-06:00",
            "2026-12-02T12:00:00-06:00",
            5.5,
            ["Ann Lee"],
        ),
        (
            "20 Grind",
            "planned",
            ["PUMA-2600"],
            "2026-12-03T06:00:00-06:00",
            "2026-12-03T08:00:00-06:00",
            2.0,
            ["Bob Ray"],
        ),
    ]
    assert row.next_operation == row.schedule[0]


async def test_reported_pieces_are_shown_and_make_what_is_left() -> None:
    reports = (ProgressReport(at(1, 6, 30), 4, 1), ProgressReport(at(1, 8), 3))
    found = await ask(replace(SHOP, progress={"4001-10": reports}), order="WO-4001")
    first, second, *_ = found.orders[0].schedule
    assert (first.good_pieces, first.scrap_pieces) == (4, 1)
    assert (second.good_pieces, second.scrap_pieces) == (None, None)
    assert found.orders[0].remaining_h == first.remaining_h + second.remaining_h


async def test_an_order_with_unscheduled_work_has_no_finish_no_causes_and_is_never_late() -> None:
    found = await ask(order="WO-4004")
    (row,) = found.orders
    assert (row.outlook, row.planned_finish, row.tardiness_h, row.slack_h, row.causes) == (
        "unscheduled",
        None,
        None,
        None,
        None,
    )
    assert (row.remaining_h, row.remaining_unscheduled_h) == (3.5, 1.5)
    assert [o.state.value for o in row.schedule] == ["planned", "not_scheduled"]
    assert found.warnings == ["Not scheduled, so no finish is known: 20 Grind of WO-4004."]


async def test_an_order_on_hold_says_so() -> None:
    found = await ask(order="WO-4005")
    assert (found.orders[0].status, found.orders[0].outlook) == ("hold", "no_due_date")
    assert found.warnings == ["WO-4005 is on hold: the plan may not be followed until it is released again."]


async def test_a_done_order_is_found_by_its_code_with_nothing_left_to_do() -> None:
    (row,) = (await ask(order="WO-4006")).orders
    assert (row.outlook, row.remaining_h, row.next_operation) == ("done", 0.0, None)
    assert (row.operations_done, row.work_slack_h, row.critical_ratio) == (1, None, None)


async def test_a_shop_without_a_site_calendar_says_what_it_cannot_know() -> None:
    bare = replace(SHOP, settings=replace(SHOP.settings, site_calendar_id=None))
    found = await ask(bare, order="WO-4001")
    (row,) = found.orders
    assert (row.tardiness_h, row.tardiness_working_h, row.work_slack_h, row.critical_ratio) == (
        8.0,
        None,
        None,
        None,
    )
    assert any("names no site calendar" in sentence for sentence in found.assumptions)


async def test_an_order_without_operations_is_told_and_not_called_late() -> None:
    found = await ask(shop([order("1", at(1, 0))], [], []), order="WO-1")
    assert (found.orders[0].outlook, found.orders[0].planned_finish) == ("unscheduled", None)
    assert found.warnings == ["WO-1 has no operations, so nothing of it can be planned."]


async def test_work_done_outside_and_milestones_have_states_of_their_own() -> None:
    outside = shop(
        [order("1", at(20, 0))],
        [
            step("1", 10),
            step("1", 20, subcontract_minutes=1440, name="Harden"),
            step("1", 30, milestone=True, name="Ready"),
        ],
        [booked("1", 10, "puma", (at(2, 6), at(2, 8)))],
    )
    (row,) = (await ask(outside, order="WO-1")).orders
    assert [(o.state.value, o.end) for o in row.schedule[1:]] == [
        ("outside", "2026-12-03T08:00:00-06:00"),
        ("milestone", "2026-12-03T08:00:00-06:00"),
    ]
    assert row.planned_finish == "2026-12-03T08:00:00-06:00"


async def test_names_that_fit_no_order_or_several_are_told_with_what_there_is() -> None:
    with pytest.raises(NotFound) as caught:
        await ask(order="WO-4009")
    assert caught.value.details is not None
    assert caught.value.details["suggestions"]
    with pytest.raises(Ambiguous):
        await ask(order="Acme")
    with pytest.raises(NotFound):
        await ask(customer="Nobody Ltd")


async def test_evidence_lists_the_rows_behind_the_figures() -> None:
    found = await ask(order="WO-4001")
    assert {e.table: e.ids for e in found.evidence} == {
        "production_order": ["4001"],
        "operation": ["4001-10", "4001-20"],
        "booking": ["b-4001-10", "b-4001-20", "b-4003-10"],
    }
