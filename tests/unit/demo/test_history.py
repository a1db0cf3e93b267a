"""The years behind the plan: as many bookings as the shop keeps, under the same rules."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import islice, pairwise

import pytest

from planning.calendars import ShopTimes
from planning.shop import BookingStatus, OrderStatus
from storage.demo.history import DoneOrder
from storage.demo.shop import DemoShop, make_demo
from storage.demo.sizes import EXTENTS, DemoSize
from tests.unit.demo import rules

MONDAY = date(2026, 11, 23)
ORDERS_OF_MEDIUM = 800


@lru_cache(maxsize=2)
def demo_of(size: DemoSize) -> DemoShop:
    return make_demo(size=size, seed=7, today=MONDAY, name="Demo")


@lru_cache(maxsize=2)
def past_of(size: DemoSize) -> list[DoneOrder]:
    """All of the small shop's past, the youngest of the medium one's."""
    orders = demo_of(size).history()
    return list(orders if size is DemoSize.SMALL else islice(orders, ORDERS_OF_MEDIUM))


@pytest.fixture(params=[DemoSize.SMALL, DemoSize.MEDIUM])
def demo(request: pytest.FixtureRequest) -> DemoShop:
    return demo_of(DemoSize(request.param))


@pytest.fixture
def past(demo: DemoShop) -> list[DoneOrder]:
    return past_of(demo.size)


def test_the_shop_keeps_as_many_bookings_as_its_size_says() -> None:
    demo = demo_of(DemoSize.SMALL)
    kept = len(demo.shop.bookings) + sum(len(done.bookings) for done in past_of(DemoSize.SMALL))
    wanted = EXTENTS[DemoSize.SMALL].bookings
    assert wanted <= kept < wanted + 10


def test_the_past_keeps_every_rule(demo: DemoShop, past: list[DoneOrder]) -> None:
    shop = demo.shop
    bookings = [b for done in past for b in done.bookings]
    operations = {o.id: o for done in past for o in done.operations}
    orders = {done.order.id: done.order for done in past}
    times = ShopTimes(shop, rules.span(bookings))
    # The machine that broke down this morning and the person who is ill were there before.
    assert not rules.outside_machine_time(times, bookings)
    assert not rules.outside_operator_time(times, bookings)
    assert not rules.overcommitted_operators(shop.operators, [*bookings, *shop.bookings])
    assert not rules.unqualified(shop, bookings)
    assert not rules.wrong_durations(shop.machines, operations, orders, bookings)
    assert not rules.unattended(operations, shop.machines, bookings)
    assert not rules.too_early(operations.values(), bookings)
    assert not rules.interrupted(operations, times, bookings)


def test_past_and_plan_share_no_machine_minute_and_no_id(demo: DemoShop, past: list[DoneOrder]) -> None:
    bookings = [b for done in past for b in done.bookings]
    planned = [b for b in demo.shop.bookings if not b.waived_conflict]
    assert not rules.overlapping_pairs([*bookings, *planned])
    assert len({b.id for b in (*bookings, *demo.shop.bookings)}) == len(bookings) + len(demo.shop.bookings)
    codes = {done.order.code for done in past}
    assert not codes & {o.code for o in demo.shop.orders.values()}
    assert len(codes) == len(past)


def test_everything_past_is_done(demo: DemoShop, past: list[DoneOrder]) -> None:
    assert {done.order.status for done in past} == {OrderStatus.DONE}
    assert {b.status for done in past for b in done.bookings} == {BookingStatus.DONE}
    assert all(b.envelope_end <= demo.anchor for done in past for b in done.bookings)


def test_it_comes_youngest_first(past: list[DoneOrder]) -> None:
    """Roughly: orders overlap, so only whole stretches of the stream are in order."""
    finishes = [done.bookings[-1].envelope_end for done in past]
    stretches = [finishes[i : i + 200] for i in range(0, len(finishes), 200)]
    assert all(max(later) < max(earlier) for earlier, later in pairwise(stretches))


def test_it_can_be_read_again_and_is_the_same(demo: DemoShop, past: list[DoneOrder]) -> None:
    again: Iterator[DoneOrder] = demo.history()
    assert list(islice(again, 100)) == past[:100]
