"""get_order_status: why an order finishes when it does, by cause, to the minute."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import ValidationError

from leadhand.errors import (
    NotFound,
)
from planning.cause_chain import Cause
from planning.shop import (
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    MaterialRequirement,
)
from tests.unit.tools.shops import OneShop, at, tenant
from tests.unit.tools.status_shop import SHOP, ask, booked, order, shop, step
from tools.base import ToolContext
from tools.catalog.order_status import RECENT_DAYS, TOOL, OrderStatusInput, OrderStatusOutput
from tools.nesting import Call, NestedRunner
from tools.order_causes import LINK_ROWS
from tools.order_views import CauseView
from tools.rendering import render_for_model


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


async def test_a_list_explains_when_it_is_asked_to() -> None:
    found = await ask(filter="late", explain=True)
    assert found.orders[0].causes is not None
    assert (await ask(order="WO-4001", explain=False)).orders[0].causes is None


async def test_without_a_release_date_the_time_counts_from_the_first_operation() -> None:
    late = replace(SHOP, orders={**SHOP.orders, "4001": order("4001", at(3, 0), release_at=None)})
    found = await ask(late, order="WO-4001")
    assert found.orders[0].causes is not None
    assert found.orders[0].causes.starts_with == "first_operation"
    assert found.orders[0].causes.start == "2026-12-02T06:00:00-06:00"
    assert "Without a release date, time is counted from the first operation: WO-4001." in found.assumptions


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
