"""Availability and workload: every refusal with its code, and what stands at the edges."""

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
from planning.shop import Booking, Machine, Operator, Segment
from tests.unit.tools.shops import OneShop, at, call, plan, tenant, work
from tools.catalog.machine_availability import TOOL as AVAILABILITY
from tools.catalog.machine_availability import MachineAvailabilityOutput
from tools.catalog.workload_distribution import TOOL as WORKLOAD
from tools.catalog.workload_distribution import WorkloadOutput
from tools.registry import ToolRegistry

TOOLS = (AVAILABILITY, WORKLOAD)


async def availability(shop: OneShop, **asked: JsonValue) -> MachineAvailabilityOutput:
    return await call(AVAILABILITY.name, asked, shop.shop, MachineAvailabilityOutput)


async def workload(shop: OneShop, **asked: JsonValue) -> WorkloadOutput:
    return await call(WORKLOAD.name, asked, shop.shop, WorkloadOutput)


@pytest.mark.parametrize("name", [tool.name for tool in TOOLS])
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"work_center": "welding"}, NotFound),
        ({"work_center": "ing"}, Ambiguous),
        ({"window": "next blue moon"}, InvalidDate),
        ({"from": "2026-12-04", "to": "2026-12-01"}, EmptyWindow),
        ({"from": "2026-01-01", "to": "2027-12-31"}, WindowTooLong),
        ({"window": "tomorrow", "to": "2026-12-24"}, InvalidToolInput),
        ({"cursor": "x"}, InvalidToolInput),
        ({"machine": "Puma 3100"}, InvalidToolInput),
    ],
)
async def test_what_cannot_be_answered_is_refused_with_its_code(
    name: str, asked: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    centers = {key: replace(c, name=f"{c.code} ing") for key, c in plan().work_centers.items()}
    source = OneShop(replace(plan(), work_centers=centers))
    with pytest.raises(error):
        await ToolRegistry.discover().run(name, asked, tenant(), source, call_id="c")


@pytest.mark.parametrize("minutes", [0, -5, 100_001])
async def test_no_free_time_at_all_or_more_than_a_year_of_it_is_not_looked_for(minutes: int) -> None:
    with pytest.raises(InvalidToolInput):
        await availability(OneShop(plan()), min_free_minutes=minutes)


async def test_a_machine_out_of_use_is_left_out_of_all_and_tells_why_when_it_is_named() -> None:
    base = plan()
    gone = replace(base.machines["puma2"], active_to=at(1, 0))
    source = OneShop(replace(base, machines={**base.machines, "puma2": gone}))
    assert (await availability(source, window="2026-12-02")).total_machines == 2
    (row,) = (await availability(source, machines=["PUMA-2600"], window="2026-12-02")).machines
    assert (row.status, [reason.reason for reason in row.reasons]) == ("unavailable", ["inactive"])
    assert (row.next_available, row.next_available_reason) == (None, "beyond_horizon")


async def test_all_that_hold_a_machine_now_are_listed_earliest_first_and_paused_ones_as_such() -> None:
    shop = plan(
        work("1", "puma", (at(1, 6, 30), at(1, 9))),
        work("2", "puma", (at(1, 6), at(1, 6, 30)), (at(1, 10, 30), at(1, 11))),
    )
    (row,) = (await availability(OneShop(shop), machines=["Puma 3100"])).machines
    assert [(c.order, c.running) for c in row.current_order] == [("WO-2", False), ("WO-1", True)]


async def test_held_capacity_has_no_order_on_a_machine_and_a_row_of_its_own_among_orders() -> None:
    held = Booking("h", None, "puma", at(2, 6), at(2, 8), segments=(Segment(at(2, 6), at(2, 8), None),))
    source = OneShop(plan(held))
    (row,) = (await availability(source, machines=["Puma 3100"], window="2026-12-02")).machines
    assert [(b.order, b.operation, b.work_h) for b in row.schedule] == [(None, None, 2.0)]
    found = await workload(source, group_by="order", window="2026-12-02")
    assert [(r.id, r.name, r.load_h) for r in found.rows] == [(None, "held capacity without an order", 2.0)]


async def test_more_double_bookings_than_are_shown_are_counted() -> None:
    rows = [work(f"{n}", "puma", (at(2, 6), at(2, 7)), operator=None) for n in range(5)]
    source = OneShop(plan(*rows, extra_machines=2))
    found = await availability(source, window="2026-12-02")
    puma = next(row for row in found.machines if row.machine.code == "PUMA-3100")
    assert (len(puma.double_bookings), puma.double_bookings_total) == (5, 10)


async def test_people_come_in_pages_of_fifty() -> None:
    crew = {f"p{n:02d}": Operator(f"p{n:02d}", f"P{n:02d}", f"Pat {n:02d}", "cal") for n in range(60)}
    source = OneShop(replace(plan(), operators=crew))
    first = await workload(source, window="2026-12-02")
    second = await workload(source, window="2026-12-02", cursor="50")
    assert (len(first.rows), first.total_rows, first.next_cursor) == (50, 60, "50")
    assert (len(second.rows), second.next_cursor) == (10, None)
    assert first.total == second.total


async def test_more_buckets_than_are_shown_are_told() -> None:
    found = await workload(OneShop(plan()), bucket="day", group_by="machine", window="in the next 60 days")
    assert len(found.total_by_bucket) == len(found.rows[0].buckets) == 50
    assert any(text.startswith("The first 50 of 61 buckets are shown") for text in found.assumptions)


async def test_a_machine_without_any_time_has_no_utilization_and_no_part_in_the_spread() -> None:
    shop = plan(work("1", "puma", (at(4, 6), at(4, 8))), work("2", "grinder", (at(4, 6), at(4, 7))))
    found = await workload(OneShop(shop), group_by="machine", window="2026-12-04")
    assert [(r.code, r.utilization_pct, r.overloaded) for r in found.rows] == [
        ("GR-1", None, True),
        ("PUMA-3100", 26.7, False),
        ("PUMA-2600", 0.0, False),
    ]
    assert (found.spread_pp, found.cv) == (26.7, 1.0)


async def test_nothing_to_compare_has_no_extremes_and_no_spread() -> None:
    one = {"m": Machine("m", "M", "M", "turning", "cal")}
    found = await workload(OneShop(replace(plan(), machines=one)), group_by="machine", window="2026-12-05")
    assert (found.spread_pp, found.cv, found.most_loaded, found.least_loaded) == (None, None, None, None)
