"""The next state of a plan: what is handed on to it says what the plan alone would say."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.board import Board
from planning.booking_groups import by_machine, by_operation, by_person
from planning.calendars import ShopTimes
from planning.conflicts import all_conflicts
from planning.data_trust import DataTrust
from planning.floor import Floor
from planning.plan_following import following
from planning.plan_waits import PlanWaits
from planning.routings import Routings
from planning.shop import Booking, Downtime, DowntimeKind, Interval, Shop
from planning.unscheduled import unscheduled
from tests.unit.planning import order_shop, strategies
from tests.unit.planning.capacity_shop import DECEMBER, small_shop
from tests.unit.planning.order_shop import at

_PARTS = (
    "settings", "calendars", "exceptions", "operators", "absences", "downtimes", "orders", "operations",
    "bookings",
)  # fmt: skip


def everything(shop: Shop, window: Interval) -> list[object]:
    """All that is handed on, as `shop` tells it."""
    times, floor, waits = ShopTimes(shop, window), Floor(shop, window), PlanWaits(shop)
    board = Board(times, shop.bookings)
    return [
        [by_operation(shop), by_machine(shop), by_person(shop)],
        [board.free(operator_id, None) for operator_id in shop.operators],
        [floor.could_come([None], (minute, minute + 60)) for minute in range(*window, 3000)],
        DataTrust(shop, window[0] + 2000).all(),
        list(unscheduled(shop, frozenset(shop.machines))),
        [times.machine(machine_id) for machine_id in shop.machines],
        [times.operator(operator_id) for operator_id in shop.operators],
        [floor.staffed_workplace(machine_id) for machine_id in shop.machines],
        [Routings(shop).planned(order) for order in shop.orders.values()],
        all_conflicts(times),
        (dict(waits.standing), waits.waits, waits.late),
    ]


@st.composite
def plans(draw: st.DrawFn, place: strategies.Place) -> Shop:
    """A random shop whose one order may be late, and with other work on its machines."""
    shop = draw(strategies.shops(place))
    edge = st.none() | st.integers(*place.window)
    order = replace(
        shop.orders["order"], due_at=draw(edge), release_at=draw(edge), quantity=draw(st.integers(1, 20))
    )
    others = [draw(strategies.bookings(place.window, f"x{i}", "")) for i in range(draw(st.integers(0, 2)))]
    held = [replace(booking, operation_id=None) for booking in others]
    return replace(shop, orders={"order": order}, bookings=(*shop.bookings, *held))


def mixed(shop: Shop, other: Shop, names: frozenset[str]) -> Shop:
    """`shop` with these parts of the other one, as far as its operations have bookings."""
    made = replace(shop, **{name: getattr(other, name) for name in names})
    rows = (b for b in made.bookings if b.operation_id is None or b.operation_id in made.operations)
    return replace(made, bookings=tuple(rows))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_handed_on_is_what_the_next_plan_alone_would_say(data: st.DataObject) -> None:
    place = data.draw(strategies.places())
    wide = place.window[0] - 4000, place.window[1] + 4000
    first, other = data.draw(plans(place)), data.draw(plans(place))
    state = first
    everything(state, wide)
    some = st.frozensets(st.sampled_from(_PARTS), min_size=1, max_size=2)
    for number, names in enumerate(data.draw(st.lists(some, min_size=1, max_size=4))):
        alone = mixed(state, first if number % 2 else other, names)
        window = data.draw(st.sampled_from([wide, wide, place.window]))
        state = following(alone, state)
        assert state == alone
        assert everything(state, window) == everything(replace(alone), window)


def test_of_a_machine_that_nothing_touched_the_same_is_told_without_working_it_out() -> None:
    shop = small_shop()
    before = {key: shop.view(Floor, DECEMBER).workplace(key) for key in shop.machines}
    down = Downtime("d", next(iter(shop.machines)), DECEMBER[0], None, DowntimeKind.BREAKDOWN)
    after = following(replace(small_shop(), downtimes=(*shop.downtimes, down)), shop)
    floor = after.view(Floor, DECEMBER)
    assert {key for key in shop.machines if floor.workplace(key) is not before[key]} == {down.machine_id}


def test_a_plan_that_is_no_next_state_begins_with_nothing() -> None:
    shop = small_shop()
    everything(shop, DECEMBER)
    assert len(shop.parts) > 0
    assert len(replace(shop, bookings=()).parts) == 0


def test_no_more_is_handed_on_than_the_state_before_was_asked_for() -> None:
    shop = small_shop()
    everything(shop, DECEMBER)
    asked = len(shop.parts)
    for _ in range(5):
        shop = following(small_shop(), shop)
        everything(shop, DECEMBER)
        assert len(shop.parts) <= asked


def test_a_late_order_waits_for_what_stands_before_its_machine_now() -> None:
    def waits(held_until: int) -> Shop:
        late = order_shop.shop([order_shop.step(10)], [order_shop.booked("b", "op10", at(1, 6), at(1, 8))])
        held = Booking("x", None, late.bookings[0].machine_id, at(0, 6), held_until)
        order = replace(next(iter(late.orders.values())), release_at=at(0, 6), due_at=at(0, 12))
        return replace(late, orders={order.id: order}, bookings=(held, *late.bookings))

    before = waits(at(0, 8))
    first = PlanWaits(before).waits
    after = following(waits(at(0, 10)), before)
    assert PlanWaits(after).waits == PlanWaits(waits(at(0, 10))).waits != first
