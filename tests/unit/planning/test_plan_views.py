"""What is kept with a plan: found again by the same question, bounded, and gone with the plan."""

import gc
import pickle
from dataclasses import replace
from threading import Event, Thread
from weakref import ref

from planning.calendars import ShopTimes
from planning.floor import Floor
from planning.plan_views import MAX_VIEWS, PlanViews
from planning.shop import Interval, Shop
from tests.unit.planning.capacity_shop import DECEMBER, small_shop


def test_a_view_is_worked_out_once_for_the_same_plan_and_window() -> None:
    shop = small_shop()
    assert shop.view(Floor, DECEMBER) is shop.view(Floor, DECEMBER)


def test_another_window_and_another_kind_of_view_are_other_views() -> None:
    shop = small_shop()
    floor = shop.view(Floor, DECEMBER)
    assert shop.view(Floor, (DECEMBER[0], DECEMBER[1] - 1)) is not floor
    assert isinstance(shop.view(ShopTimes, DECEMBER), ShopTimes)


def test_an_equal_plan_of_another_shop_never_gets_the_view() -> None:
    shop, other = small_shop(), small_shop()
    assert shop == other
    floor = shop.view(Floor, DECEMBER)
    assert other.view(Floor, DECEMBER) is not floor
    assert other.view(Floor, DECEMBER).shop is other


def test_a_plan_made_from_another_one_begins_without_its_views() -> None:
    shop = small_shop()
    shop.view(Floor, DECEMBER)
    assert len(replace(shop, bookings=()).views) == 0


def test_a_plan_sent_to_another_process_leaves_its_views_behind() -> None:
    shop = small_shop()
    shop.view(Floor, DECEMBER)
    sent: object = pickle.loads(pickle.dumps(shop))  # noqa: S301 - what was just dumped
    assert isinstance(sent, Shop)
    assert sent == shop
    assert len(sent.views) == 0


def test_the_view_that_was_not_asked_for_the_longest_makes_room() -> None:
    shop = small_shop()
    first, second = _days(shop, 0), _days(shop, 1)
    for number in range(2, MAX_VIEWS):
        _days(shop, number)
    assert _days(shop, 0) is first
    _days(shop, MAX_VIEWS)
    assert len(shop.views) == MAX_VIEWS
    assert _days(shop, 0) is first
    assert _days(shop, 1) is not second


def test_views_of_one_plan_never_push_out_those_of_another() -> None:
    shop, busy = small_shop(), small_shop()
    times = _days(shop, 0)
    for number in range(2 * MAX_VIEWS):
        _days(busy, number)
    assert _days(shop, 0) is times


def test_two_who_ask_at_once_share_one_view() -> None:
    views, asked_again, begun = PlanViews(), Event(), Event()
    made: list[object] = []
    found: list[object] = []

    def make() -> object:
        begun.set()
        assert asked_again.wait(10)
        made.append(object())
        return made[-1]

    def ask() -> None:
        found.append(views.of("key", make))

    first = Thread(target=ask)
    first.start()
    assert begun.wait(10)
    second = Thread(target=ask)
    second.start()
    asked_again.set()
    first.join(10)
    second.join(10)
    assert len(made) == 1
    assert found == [made[0], made[0]]


def test_a_view_that_failed_is_tried_again() -> None:
    views = PlanViews()

    def fail() -> str:
        raise ValueError

    try:
        views.of("key", fail)
    except ValueError:
        assert views.of("key", lambda: "made") == "made"
    else:
        raise AssertionError("the error was swallowed")


def test_a_plan_that_was_let_go_of_is_freed_without_a_search_for_cycles() -> None:
    shop = small_shop()
    window = ref(shop.view(ShopTimes, DECEMBER))
    gc.collect()
    gc.disable()
    try:
        shop.views.close()
        assert window() is None
        shop.view(ShopTimes, DECEMBER)
        assert len(shop.views) == 0
    finally:
        gc.enable()


def _days(shop: Shop, first: int) -> ShopTimes:
    window: Interval = (DECEMBER[0] + first, DECEMBER[1])
    return shop.view(ShopTimes, window)
