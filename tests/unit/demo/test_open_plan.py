"""The open plan keeps every rule of a shop, but for the faults that the generator owns up to."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from planning.calendars import ShopTimes
from planning.shop import BookingStatus, DowntimeKind, Order, OrderStatus
from storage.demo.shop import DemoShop, make_demo, make_demo_shop
from storage.demo.sizes import DemoSize
from tests.unit.demo import rules

MONDAY = date(2026, 11, 23)
CASES = [(DemoSize.SMALL, 1), (DemoSize.SMALL, 7), (DemoSize.MEDIUM, 7)]


@lru_cache(maxsize=len(CASES))
def demo_of(size: DemoSize, seed: int) -> DemoShop:
    return make_demo(size=size, seed=seed, today=MONDAY, name="Demo")


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].value}-{case[1]}")
def demo(request: pytest.FixtureRequest) -> DemoShop:
    size, seed = request.param
    return demo_of(size, seed)


@pytest.fixture
def times(demo: DemoShop) -> ShopTimes:
    return ShopTimes(demo.shop, rules.span(demo.shop.bookings))


def test_work_lies_in_machine_time_unless_planned_before_the_breakdown(
    demo: DemoShop, times: ShopTimes
) -> None:
    assert rules.outside_machine_time(times, demo.shop.bookings) <= set(demo.planted.on_broken_machine)


def test_work_lies_in_operator_time_unless_planned_before_the_sick_call(
    demo: DemoShop, times: ShopTimes
) -> None:
    assert rules.outside_operator_time(times, demo.shop.bookings) == set(demo.planted.on_absent_operator)


def test_a_machine_does_one_thing_at_a_time_unless_an_import_lies_over_it(demo: DemoShop) -> None:
    imported = set(demo.planted.overlapping)
    pairs = rules.overlapping_pairs(demo.shop.bookings)
    assert imported
    assert {row for pair in pairs for row in pair if row in imported} == imported
    assert all(imported.intersection(pair) for pair in pairs)


def test_exactly_the_imports_over_other_bookings_are_waived(demo: DemoShop) -> None:
    assert {b.id for b in demo.shop.bookings if b.waived_conflict} == set(demo.planted.overlapping)


def test_nobody_tends_more_at_once_than_they_can(demo: DemoShop) -> None:
    assert not rules.overcommitted_operators(demo.shop.operators, demo.shop.bookings)


def test_everybody_holds_the_skill_for_all_of_their_work(demo: DemoShop) -> None:
    assert not rules.unqualified(demo.shop, demo.shop.bookings)


def test_segments_add_up_to_the_operation_on_the_chosen_machine(demo: DemoShop) -> None:
    shop = demo.shop
    assert not rules.wrong_durations(shop.machines, shop.operations, shop.orders, shop.bookings)


def test_work_that_needs_a_person_has_one_unless_reported(demo: DemoShop) -> None:
    found = rules.unattended(demo.shop.operations, demo.shop.machines, demo.shop.bookings)
    assert found == set(demo.planted.without_operator)
    assert found


def test_no_operation_starts_before_the_one_before_it_is_done(demo: DemoShop) -> None:
    assert not rules.too_early(demo.shop.operations.values(), demo.shop.bookings)


def test_work_that_must_not_pause_does_not(demo: DemoShop, times: ShopTimes) -> None:
    broken = set(demo.planted.on_broken_machine)
    rows = [b for b in demo.shop.bookings if b.id not in broken]
    assert not rules.interrupted(demo.shop.operations, times, rows)


def test_the_reported_orders_are_late_and_no_others(demo: DemoShop) -> None:
    finishes = {o.id: finish for o in demo.shop.orders.values() if (finish := finish_of(demo, o)) is not None}
    late = {key for key, finish in finishes.items() if finish > (demo.shop.orders[key].due_at or 0)}
    assert late == set(demo.planted.late_orders)
    assert late


def finish_of(demo: DemoShop, order: Order) -> int | None:
    booked = {b.operation_id: b for b in demo.shop.bookings}
    mine = [o for o in demo.shop.operations.values() if o.order_id == order.id and o.alternatives]
    if not all(o.id in booked for o in mine):
        return None
    return max(booked[o.id].envelope_end for o in mine)


def test_the_reported_operations_are_unscheduled_and_no_others(demo: DemoShop) -> None:
    booked = {b.operation_id for b in demo.shop.bookings}
    missing = {o.id for o in demo.shop.operations.values() if o.alternatives and o.id not in booked}
    assert missing == set(demo.planted.unscheduled_operations)
    assert missing


def test_a_booking_s_status_is_what_the_clock_says_at_the_anchor(demo: DemoShop) -> None:
    for row in demo.shop.bookings:
        expected = (
            BookingStatus.PLANNED
            if row.envelope_start >= demo.anchor
            else BookingStatus.DONE
            if row.envelope_end <= demo.anchor
            else BookingStatus.IN_PROGRESS
        )
        assert row.status is expected


def test_what_is_under_way_is_locked_and_so_is_some_of_what_comes_next(demo: DemoShop) -> None:
    locked = {b.status for b in demo.shop.bookings if b.locked}
    assert all(b.locked for b in demo.shop.bookings if b.status is BookingStatus.IN_PROGRESS)
    assert BookingStatus.PLANNED in locked


def test_an_order_is_in_progress_once_something_of_it_has_started(demo: DemoShop) -> None:
    started = {
        demo.shop.operations[b.operation_id or ""].order_id
        for b in demo.shop.bookings
        if b.envelope_start < demo.anchor
    }
    in_progress = {o.id for o in demo.shop.orders.values() if o.status is OrderStatus.IN_PROGRESS}
    assert started <= in_progress


def test_no_order_starts_before_it_is_released(demo: DemoShop) -> None:
    for row in demo.shop.bookings:
        order = demo.shop.orders[demo.shop.operations[row.operation_id or ""].order_id]
        assert order.release_at is not None
        assert order.release_at <= row.envelope_start


def test_one_machine_stands_still_until_further_notice_and_one_person_is_away(demo: DemoShop) -> None:
    broken = [d for d in demo.shop.downtimes if d.end is None]
    away = [a for a in demo.shop.absences if a.end is None]
    assert [d.kind for d in broken] == [DowntimeKind.BREAKDOWN]
    assert len(away) == 1
    assert any(d.kind is DowntimeKind.MAINTENANCE for d in demo.shop.downtimes)


def test_the_reported_work_starts_before_its_material_and_no_other(demo: DemoShop) -> None:
    early, unknown = rules.before_material(demo.shop.materials, demo.shop.bookings)
    assert early == set(demo.planted.before_material)
    assert unknown == set(demo.planted.material_unknown)
    assert early
    assert unknown


def test_a_few_orders_do_not_say_what_they_need(demo: DemoShop) -> None:
    told = {demo.shop.operations[key].order_id for key in demo.shop.materials}
    assert 0 < len(demo.shop.orders.keys() - told) < len(demo.shop.orders) / 8


def test_only_work_that_has_begun_is_reported_and_never_ahead_of_the_clock(demo: DemoShop) -> None:
    booked = {b.operation_id: b for b in demo.shop.bookings}
    for key, found in demo.shop.progress.items():
        assert booked[key].status in (BookingStatus.DONE, BookingStatus.IN_PROGRESS)
        assert all(booked[key].envelope_start < report.at <= demo.anchor for report in found)


def test_what_is_done_is_reported_whole_and_what_is_under_way_in_part(demo: DemoShop) -> None:
    under_way = 0
    for row in demo.shop.bookings:
        quantity = demo.shop.orders[demo.shop.operations[row.operation_id or ""].order_id].quantity
        good = sum(report.good for report in demo.shop.progress.get(row.operation_id or "", ()))
        if row.status is BookingStatus.DONE:
            assert good == quantity
        elif good:
            assert good < quantity
            under_way += 1
    assert under_way


def test_the_same_seed_makes_the_same_shop(demo: DemoShop) -> None:
    again = make_demo_shop(size=demo.size, seed=demo.seed, today=demo.today, name="Demo")
    assert again == demo.shop


def test_the_name_changes_nothing_but_the_name() -> None:
    demo = demo_of(DemoSize.SMALL, 7)
    other = make_demo_shop(size=demo.size, seed=demo.seed, today=demo.today, name="Other")
    assert replace(other, settings=demo.shop.settings) == demo.shop
    assert other.settings.name == "Other"
