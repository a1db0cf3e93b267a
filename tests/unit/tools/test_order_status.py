"""get_order_status, through the registry: one order, lists, causes, names, dates and warnings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import ValidationError

from leadhand.errors import (
    Ambiguous,
    EmptyWindow,
    InvalidRouting,
    InvalidToolInput,
    JsonValue,
    NotFound,
    WindowTooLong,
)
from planning.cause_chain import Cause
from planning.shop import (
    Booking,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    MaterialRequirement,
    Operation,
    Order,
    OrderStatus,
    ProgressReport,
    Segment,
    Shop,
)
from tests.unit.tools.shops import OneShop, at, call, plan, tenant
from tools.base import ToolContext
from tools.catalog.order_status import RECENT_DAYS, TOOL, OrderStatusInput, OrderStatusOutput
from tools.nesting import Call, NestedRunner
from tools.order_causes import LINK_ROWS
from tools.order_views import CauseView
from tools.rendering import render_for_model

NAME = "get_order_status"


def order(code: str, due: int | None, status: OrderStatus = OrderStatus.RELEASED, **more: object) -> Order:
    row = Order(code, f"WO-{code}", "Acme Pumps", 60, status, due_at=due, release_at=at(1, 6))
    return replace(row, **more)  # pyright: ignore[reportArgumentType] - the fields of Order


def step(code: str, seq: int, **more: object) -> Operation:
    row = Operation(f"{code}-{seq}", code, seq, 30, 60, "Turn" if seq == 10 else "Grind")
    return replace(row, **more)  # pyright: ignore[reportArgumentType] - the fields of Operation


def booked(code: str, seq: int, machine: str, *spans: tuple[int, int], who: str | None = "ann") -> Booking:
    segments = tuple(Segment(start, end, who) for start, end in spans)
    key = f"{code}-{seq}"
    return Booking(f"b-{key}", key, machine, spans[0][0], spans[-1][1], segments=segments)


def shop(orders: list[Order], operations: list[Operation], bookings: list[Booking]) -> Shop:
    """The shop of `plan` (6:00 to 14:00, break 10:00 to 10:30) with a site calendar and these orders."""
    base = plan()
    return replace(
        base,
        settings=replace(base.settings, site_calendar_id="cal"),
        orders={row.id: row for row in orders},
        operations={row.id: row for row in operations},
        bookings=tuple(bookings),
    )


# Tuesday 1 December, 07:00. 4001 is late, 4002 at risk, 4003 on time, 4004 half scheduled and overdue,
# 4005 without a due date and on hold, 4006 done.
SHOP = shop(
    [
        order("4001", at(3, 0)),
        order("4002", at(4, 14), customer="Brandt"),
        order("4003", at(20, 0)),
        order("4004", at(1, 0)),
        order("4005", None, OrderStatus.HOLD),
        order("4006", at(1, 0), OrderStatus.DONE),
    ],
    [
        step("4001", 10),
        step("4001", 20, min_wait_after_min=0),
        step("4002", 10),
        step("4003", 10),
        step("4004", 10),
        step("4004", 20),
        step("4005", 10),
        step("4006", 10),
    ],
    [
        booked("4001", 10, "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 12))),
        booked("4001", 20, "puma2", (at(3, 6), at(3, 8)), who="bob"),
        booked("4002", 10, "puma", (at(4, 6), at(4, 8))),
        booked("4003", 10, "puma", (at(1, 6), at(1, 10)), (at(1, 10, 30), at(1, 12))),
        booked("4004", 10, "puma2", (at(2, 6), at(2, 8))),
        booked("4005", 10, "puma2", (at(4, 6), at(4, 8))),
        booked("4006", 10, "puma2", (at(1, 6), at(1, 6, 30))),
    ],
)


async def ask(of: Shop = SHOP, **tool_input: JsonValue) -> OrderStatusOutput:
    return await call(NAME, {**tool_input}, of, OrderStatusOutput)


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


async def test_why_an_order_is_late_is_told_by_cause_and_adds_up() -> None:
    (row,) = (await ask(order="4001")).orders
    causes = row.causes
    assert causes is not None
    assert (causes.start, causes.starts_with, causes.end, causes.hours) == (
        "2026-12-01T06:00:00-06:00",
        "release",
        "2026-12-03T08:00:00-06:00",
        50.0,
    )
    # Machine held by WO-4003 from 6 to 12 on the first day; then Ann is free, and nobody began it until 14.
    assert {c.cause.value: c.hours for c in causes.by_cause} == {
        "closed": 32.5,
        "work": 7.5,
        "machine_busy": 6.0,
        "not_started": 4.0,
    }
    assert sum(c.minutes for c in causes.by_cause) == causes.minutes == 3000
    assert causes.most_lost_to is not None
    assert (causes.most_lost_to.cause, causes.most_lost_to.hours) == (Cause.CLOSED, 32.5)
    assert [(b.order, b.hours) for b in causes.blocking_orders] == [("WO-4003", 6.0)]
    assert causes.most_blocked_by == causes.blocking_orders[0]
    assert [(c.kind, c.name, c.hours) for c in causes.closures] == [("no_shift", "no shift is planned", 32.5)]


async def test_material_that_was_waited_for_is_a_cause_with_the_name_of_the_item() -> None:
    bar = MaterialRequirement("mat", "Bar 40", Decimal(12), at(1, 12))
    found = await ask(replace(SHOP, materials={"4001-10": (bar,)}), order="WO-4001")
    causes = found.orders[0].causes
    assert causes is not None
    waited = [link for link in causes.links if link.cause is Cause.MATERIAL]
    assert [(link.name, link.hours, link.machine) for link in waited] == [("Bar 40", 6.0, None)]
    assert {e.table: e.ids for e in found.evidence}["material_requirement"] == ["mat"]


async def test_reported_pieces_are_shown_and_make_what_is_left() -> None:
    reports = (ProgressReport(at(1, 6, 30), 4, 1), ProgressReport(at(1, 8), 3))
    found = await ask(replace(SHOP, progress={"4001-10": reports}), order="WO-4001")
    first, second, *_ = found.orders[0].schedule
    assert (first.good_pieces, first.scrap_pieces) == (4, 1)
    assert (second.good_pieces, second.scrap_pieces) == (None, None)
    assert found.orders[0].remaining_h == first.remaining_h + second.remaining_h


async def test_links_lie_end_to_end_and_neighbours_with_one_cause_are_one() -> None:
    (row,) = (await ask(order="4001")).orders
    assert row.causes is not None
    links = row.causes.links
    assert [(link.cause.value, link.hours, link.order) for link in links[:3]] == [
        ("machine_busy", 6.0, "WO-4003"),
        ("not_started", 2.0, None),
        ("closed", 16.0, None),
    ]
    assert all(one.end == other.start for one, other in pairwise(links))
    assert (row.causes.links_total, links[0].machine and links[0].machine.code) == (len(links), "PUMA-3100")


async def test_hours_that_do_not_add_up_are_refused_by_the_output_itself() -> None:
    (row,) = (await ask(order="4001")).orders
    assert row.causes is not None
    wrong = row.causes.model_dump() | {"minutes": row.causes.minutes + 1}
    with pytest.raises(ValidationError, match="finish less start"):
        CauseView.model_validate(wrong)


async def test_holidays_and_breakdowns_are_named_in_the_causes() -> None:
    late = shop(
        [order("1", at(7, 0))],
        [step("1", 10)],
        [booked("1", 10, "puma", (at(9, 6), at(9, 8)))],
    )
    late = replace(
        late,
        exceptions=(
            *late.exceptions,
            CalendarException(
                "eve",
                ExceptionKind.CLOSURE,
                "Stock-taking",
                calendar_id="cal",
                interval=(at(7, 6), at(7, 14)),
            ),
            CalendarException(
                "day",
                ExceptionKind.CLOSURE,
                "Bridge day",
                calendar_id="cal",
                production_date=date(2026, 12, 4),
            ),
        ),
        downtimes=(Downtime("d", "puma", at(1, 6), at(2, 6), DowntimeKind.BREAKDOWN, "spindle"),),
    )
    found = await ask(late, order="WO-1")
    assert found.orders[0].causes is not None
    assert [(c.kind, c.name, c.hours) for c in found.orders[0].causes.closures][1:] == [
        ("holiday", "Bridge day", 7.5),
        ("holiday", "Company day", 7.5),
        ("closed", "Stock-taking", 7.5),
        ("downtime", "breakdown: spindle", 7.5),
    ]
    linked = {e.table: e.ids for e in found.evidence}
    assert (linked["calendar_exception"], linked["downtime"]) == (["day", "eve", "hol"], ["d"])


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


async def test_without_arguments_all_open_orders_come_worst_first() -> None:
    found = await ask()
    assert [(row.order.code, row.outlook.value) for row in found.orders] == [
        ("WO-4001", "late"),
        ("WO-4004", "unscheduled"),
        ("WO-4002", "at_risk"),
        ("WO-4003", "on_time"),
        ("WO-4005", "no_due_date"),
    ]
    assert found.by_outlook.model_dump() == {
        "late": 1,
        "at_risk": 1,
        "on_time": 1,
        "unscheduled": 1,
        "no_due_date": 1,
    }
    assert (found.total_orders, found.orders_looked_at, found.on_hold, found.next_cursor) == (5, 5, 1, None)
    assert found.assumptions == [
        "No order was named: 5 open orders looked at.",
        "At risk means less than 8 h between planned finish and due date.",
    ]
    assert found.warnings == [
        "Not wholly scheduled, so without a planned finish: 1 open order (WO-4004).",
        "Of these, the due date has passed already: WO-4004.",
        "On hold: WO-4005.",
    ]
    assert all(row.causes is None for row in found.orders)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [("late", ["WO-4001"]), ("at_risk", ["WO-4002"]), ("unscheduled", ["WO-4004"])],
)
async def test_a_filter_lists_only_what_fits_and_still_counts_all(wanted: str, codes: list[str]) -> None:
    found = await ask(filter=wanted)
    assert ([row.order.code for row in found.orders], found.total_orders) == (codes, 1)
    assert found.orders_looked_at == 5


async def test_a_list_explains_when_it_is_asked_to() -> None:
    found = await ask(filter="late", explain=True)
    assert found.orders[0].causes is not None
    assert (await ask(order="WO-4001", explain=False)).orders[0].causes is None


async def test_orders_due_before_a_day_include_the_overdue_and_say_what_was_left_out() -> None:
    found = await ask(filter="due_before", to="2026-12-03")
    assert {row.order.code for row in found.orders} == {"WO-4001", "WO-4004"}
    assert found.due_window is not None
    assert (found.due_window.start, found.due_window.end) == (None, "2026-12-04T00:00:00-06:00")
    assert "Left out, having no due date: 1 open order." in found.assumptions
    assert any("overdue ones included" in sentence for sentence in found.assumptions)


async def test_orders_due_in_a_window_leave_earlier_ones_out() -> None:
    found = await ask(window="2026-12-04")
    assert [row.order.code for row in found.orders] == ["WO-4002"]


async def test_a_date_only_due_date_belongs_to_the_day_that_it_ends() -> None:
    # Due at 24:00 of 2 December is due on the second, not on the third.
    assert [row.order.code for row in (await ask(window="2026-12-02")).orders] == ["WO-4001"]
    assert (await ask(window="2026-12-03")).orders == []


async def test_orders_of_one_customer_are_found_by_a_part_of_its_name() -> None:
    found = await ask(customer="acme")
    assert {row.order.customer for row in found.orders} == {"Acme Pumps"}
    assert found.assumptions[:2] == [
        "“acme” was taken as the customer Acme Pumps.",
        "No order was named: 4 open orders of Acme Pumps looked at.",
    ]


async def test_an_order_that_was_named_leaves_the_filter_aside() -> None:
    found = await ask(order="WO-4003", filter="late")
    assert [row.outlook.value for row in found.orders] == ["on_time"]
    assert "An order was named, so the filter was left aside." in found.assumptions


async def test_empty_texts_of_a_model_count_as_left_out() -> None:
    assert (await ask(order="", customer=" ", window="")).total_orders == 5


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


async def test_an_order_that_the_plan_has_finished_but_nobody_reported_is_warned_of() -> None:
    over = shop([order("1", at(20, 0))], [step("1", 10)], [booked("1", 10, "puma", (at(1, 6), at(1, 7)))])
    assert (await ask(over, order="WO-1")).warnings == [
        "WO-1 should be finished by plan, but is not reported done."
    ]
    assert (await ask(over)).warnings == ["Finished by plan, but not reported done: WO-1."]


CIRCLE = replace(
    SHOP,
    operations={
        **SHOP.operations,
        "4001-10": step("4001", 10, predecessor_ids=("4001-20",)),
        "4001-20": step("4001", 20, predecessor_ids=("4001-10",)),
    },
)


async def test_a_routing_that_is_a_circle_is_refused_alone_and_left_out_of_a_list() -> None:
    with pytest.raises(InvalidRouting, match="wait for one another"):
        await ask(CIRCLE, order="WO-4001")
    found = await ask(CIRCLE)
    assert "WO-4001" not in {row.order.code for row in found.orders}
    assert found.warnings[0].startswith("WO-4001 is left out, its routing cannot be planned: ")
    assert found.orders_looked_at == 5


async def test_an_order_without_operations_is_told_and_not_called_late() -> None:
    found = await ask(shop([order("1", at(1, 0))], [], []), order="WO-1")
    assert (found.orders[0].outlook, found.orders[0].planned_finish) == ("unscheduled", None)
    assert found.warnings == ["WO-1 has no operations, so nothing of it can be planned."]


async def test_without_a_release_date_the_time_counts_from_the_first_operation() -> None:
    late = replace(SHOP, orders={**SHOP.orders, "4001": order("4001", at(3, 0), release_at=None)})
    found = await ask(late, order="WO-4001")
    assert found.orders[0].causes is not None
    assert found.orders[0].causes.starts_with == "first_operation"
    assert found.orders[0].causes.start == "2026-12-02T06:00:00-06:00"
    assert "Without a release date, time is counted from the first operation: WO-4001." in found.assumptions


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


async def test_dates_that_cannot_be_looked_at_are_refused() -> None:
    with pytest.raises(EmptyWindow):
        await call(NAME, {"from": "2026-12-10", "to": "2026-12-01"}, SHOP, OrderStatusOutput)
    with pytest.raises(WindowTooLong):
        await call(NAME, {"from": "2026-01-01", "to": "2028-12-01"}, SHOP, OrderStatusOutput)
    with pytest.raises(InvalidToolInput, match="until when"):
        await ask(filter="due_before")
    with pytest.raises(InvalidToolInput):
        await ask(cursor="x")


async def test_orders_come_in_pages_of_fifty() -> None:
    many = shop([order(f"{n}", at(20, 0) + n) for n in range(5000, 5060)], [], [])
    first = await ask(many)
    assert (len(first.orders), first.total_orders, first.next_cursor) == (50, 60, "50")
    assert len((await ask(many, cursor="50")).orders) == 10


async def test_past_work_is_loaded_since_release_only_where_causes_are_told() -> None:
    old = replace(
        SHOP, orders={**SHOP.orders, "4001": order("4001", at(3, 0), release_at=at(1, 6) - 50 * 1440)}
    )
    now = at(1, 7)
    for tool_input, days in [
        (OrderStatusInput(order="WO-4001"), [0, 51]),
        (OrderStatusInput(), [0]),
        (OrderStatusInput(order="WO-4006"), [0, RECENT_DAYS]),
        (OrderStatusInput(order="WO-9999"), [0, RECENT_DAYS]),
    ]:
        source = OneShop(old)
        try:
            await TOOL.run(tool_input, _context(source))
        except NotFound:
            assert tool_input.order == "WO-9999"
        assert [(now - start) // 1440 for start, _ in source.asked] == days


def _context(source: OneShop) -> ToolContext:
    async def nothing(call: Call) -> OrderStatusOutput:
        raise AssertionError(call.name)

    return ToolContext(tenant(), source, NestedRunner(nothing, Call("t", {}, tenant(), source, "c", 0)))


async def test_evidence_lists_the_rows_behind_the_figures() -> None:
    found = await ask(order="WO-4001")
    assert {e.table: e.ids for e in found.evidence} == {
        "production_order": ["4001"],
        "operation": ["4001-10", "4001-20"],
        "booking": ["b-4001-10", "b-4001-20", "b-4003-10"],
    }


async def test_what_a_model_reads_of_sixty_orders_and_of_a_long_chain_fits_and_keeps_the_figures() -> None:
    days = [day for day in range(2, 31) if date(2026, 12, day).weekday() < 5 and day != 8]
    spans = [span for day in days for span in ((at(day, 6), at(day, 10)), (at(day, 10, 30), at(day, 14)))]
    long = shop(
        [order("1", at(20, 0)), *(order(f"{n}", at(20, 0) + n) for n in range(5000, 5060))],
        [step("1", 10)],
        [booked("1", 10, "puma", *spans)],
    )
    one = await ask(long, order="WO-1")
    assert one.orders[0].causes is not None
    assert one.orders[0].causes.links_total > LINK_ROWS == len(one.orders[0].causes.links)
    for output in (one, await ask(long)):
        text = render_for_model(output, "r1")
        assert len(text.encode()) <= 8000
        assert "planned_finish" in text
        assert all(sentence in text for sentence in output.warnings)
    assert '"by_cause":[{"cause":"closed"' in render_for_model(one, "r1")
