"""Which operations are missing from the plan, although older bookings may not have been read."""

from dataclasses import replace

import pytest

from planning.shop import (
    Alternative,
    Booking,
    Operation,
    Order,
    OrderStatus,
    Shop,
    ShopSettings,
)
from planning.unscheduled import unscheduled

MACHINES = frozenset({"m"})


def missing(status: OrderStatus, *booked: int, machines: frozenset[str] = MACHINES) -> list[int]:
    """Sequence numbers found, of an order with operations 10, 20 and 30."""
    shop = Shop(
        settings=ShopSettings("Test", "UTC"),
        orders={"o": Order("o", "P", "C", 1, status)},
        operations={
            str(seq): Operation(str(seq), "o", seq, 0, 60, alternatives=(Alternative("m", 0, 60),))
            for seq in (10, 20, 30)
        },
    )
    plan = replace(shop, bookings=tuple(Booking(f"b{seq}", str(seq), "m", 0, 9) for seq in booked))
    return sorted(operation.seq for operation in unscheduled(plan, machines))


def test_of_a_released_order_without_bookings_everything_is_missing() -> None:
    assert missing(OrderStatus.RELEASED) == [10, 20, 30]


@pytest.mark.parametrize("status", [OrderStatus.RELEASED, OrderStatus.IN_PROGRESS])
def test_what_follows_the_last_booked_operation_is_missing(status: OrderStatus) -> None:
    assert missing(status, 10) == [20, 30]


def test_what_lies_before_a_booked_operation_may_be_done() -> None:
    assert missing(OrderStatus.IN_PROGRESS, 20) == [30]
    assert missing(OrderStatus.IN_PROGRESS, 30) == []


def test_nothing_is_said_of_a_begun_order_whose_bookings_were_not_read() -> None:
    assert missing(OrderStatus.IN_PROGRESS) == []


@pytest.mark.parametrize(
    "status", [OrderStatus.DRAFT, OrderStatus.DONE, OrderStatus.HOLD, OrderStatus.CANCELLED]
)
def test_only_open_orders_wait_for_a_booking(status: OrderStatus) -> None:
    assert missing(status) == []


def test_work_for_other_machines_is_not_missing_here() -> None:
    assert missing(OrderStatus.RELEASED, machines=frozenset({"other"})) == []
