"""get_order_status without an order named: which orders are listed, in which order, and what is left out."""

from dataclasses import replace

import pytest

from leadhand.errors import (
    EmptyWindow,
    InvalidRouting,
    InvalidToolInput,
    WindowTooLong,
)
from tests.unit.tools.shops import at, call
from tests.unit.tools.status_shop import NAME, SHOP, ask, booked, order, shop, step
from tools.catalog.order_status import OrderStatusOutput


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
