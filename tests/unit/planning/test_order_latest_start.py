"""When the next operation of an order must start at the latest: the example of docs/figures.md and more."""

from dataclasses import replace
from decimal import Decimal

from planning.calendars import ShopTimes
from planning.order_latest_start import LatestStart, LatestStarts, urgent_first
from planning.order_status import OrderReports
from planning.shop import MaterialRequirement, Operation, Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from tests.unit.tools.shops import AS_OF, at, plan, work

NOW = to_minute(AS_OF)
HORIZON = NOW + 60 * MINUTES_PER_DAY


def latest(shop: Shop, order: str = "A") -> LatestStart | None:
    times = ShopTimes(shop, (NOW, HORIZON))
    report = OrderReports(times, NOW).of(shop.orders[order])
    return LatestStarts(times, NOW, HORIZON).of(report)


def due(shop: Shop, minute: int, order: str = "A") -> Shop:
    return replace(shop, orders={**shop.orders, order: replace(shop.orders[order], due_at=minute)})


# 9 hours, booked for Wednesday 6:00 to 14:00 with a break, and Thursday 6:00 to 7:30.
NINE_HOURS = plan(
    work("A", "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 14)), (at(3, 6), at(3, 7, 30)))
)


def test_the_example_of_the_figures_page_starts_on_tuesday_at_half_past_twelve() -> None:
    found = latest(due(NINE_HOURS, at(3, 0)))
    assert found is not None
    assert (found.latest, found.planned, found.machine_id) == (at(1, 12, 30), at(2, 6), "puma")


def test_other_work_on_the_machine_makes_it_no_earlier() -> None:
    busy = work("B", "puma", (at(1, 12), at(1, 14)))
    shop = plan(*NINE_HOURS.bookings, busy)
    found = latest(due(shop, at(3, 0)))
    assert found is not None
    assert found.latest == at(1, 12, 30)


def test_what_cannot_be_in_time_any_more_is_too_late() -> None:
    found = latest(due(NINE_HOURS, at(1, 14)))
    assert found is not None
    assert found.latest is None


def test_the_operations_that_follow_make_it_earlier() -> None:
    shop = due(NINE_HOURS, at(4, 0))
    alone = latest(shop)
    second = Operation("op-A2", "A", 20, 0, 60, "Mill", alternatives=shop.operations["op-A"].alternatives)
    shop = replace(shop, operations={**shop.operations, "op-A2": second})
    found = latest(shop)
    assert alone is not None
    assert found is not None
    assert (alone.latest, found.latest) == (at(2, 12, 30), at(2, 11, 30))


def test_what_has_begun_is_no_start_any_more() -> None:
    assert latest(due(plan(work("A", "puma", (at(1, 6), at(1, 10)))), at(3, 0))) is None


def test_an_order_due_behind_the_horizon_or_never_has_none() -> None:
    assert latest(due(NINE_HOURS, HORIZON + 1)) is None
    undated = replace(NINE_HOURS.orders["A"], due_at=None)
    assert latest(replace(NINE_HOURS, orders={"A": undated})) is None


def test_material_that_comes_after_the_latest_start_is_too_late() -> None:
    bar = MaterialRequirement("m", "bar", Decimal(1), available_at=at(2, 0))
    found = latest(replace(due(NINE_HOURS, at(3, 0)), materials={"op-A": (bar,)}))
    assert found is not None
    assert found.latest is None


def test_what_is_too_late_comes_first_then_what_is_due_to_start() -> None:
    late, soon = latest(due(NINE_HOURS, at(1, 14))), latest(due(NINE_HOURS, at(3, 0)))
    then = latest(due(NINE_HOURS, at(8, 0)))
    found = [row for row in (then, soon, late) if row is not None]
    assert [row.latest for row in urgent_first(found)] == [None, at(1, 12, 30), then.latest if then else None]
