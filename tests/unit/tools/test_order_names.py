"""Which order a person means: codes, whole parts of codes, customers; never a neighbour's number."""

import pytest

from leadhand.errors import Ambiguous, NotFound
from planning.shop import Order, OrderStatus, Shop, ShopSettings
from tools.order_names import find_customer, find_order

ORDERS = {
    "WO-4001": "Acme Pumps",
    "WO-4002": "Acme Pumps",
    "WO-4010": "Brandt Hydraulik",
    "WO-4011-A": "Brandt Valves",
    "WO-4011-B": "Brandt Valves",
    "12": "Zehnder",
}


def shop(orders: dict[str, str] = ORDERS) -> Shop:
    return Shop(
        settings=ShopSettings("Shop", "UTC"),
        orders={
            f"id-{code}": Order(f"id-{code}", code, customer, 1, OrderStatus.RELEASED)
            for code, customer in orders.items()
        },
    )


@pytest.mark.parametrize("said", ["WO-4001", "wo-4001", " wo 4001 ", "WO4001", "order WO-4001", "12"])
def test_a_code_in_any_case_and_spacing_is_the_order_without_an_assumption(said: str) -> None:
    found = find_order(shop(), said)
    assert found.order.code == ("12" if said == "12" else "WO-4001")
    assert found.assumption is None


@pytest.mark.parametrize("said", ["4001", "#4001", "order 4001", "job no. 4001", "Auftrag Nr. 4001"])
def test_the_number_alone_is_the_order_and_that_is_said(said: str) -> None:
    found = find_order(shop(), said)
    assert found.order.code == "WO-4001"
    assert found.assumption == "“4001” was taken as the order Acme Pumps (WO-4001)."


def test_a_label_that_is_part_of_the_codes_is_kept() -> None:
    assert find_order(shop({"JOB-7": "A", "JOB-17": "B"}), "job 7").order.code == "JOB-7"


def test_a_customer_with_one_order_stands_for_it_and_with_several_is_asked_back() -> None:
    assert find_order(shop(), "Hydraulik").order.code == "WO-4010"
    with pytest.raises(Ambiguous) as caught:
        find_order(shop(), "Acme")
    assert caught.value.details is not None
    assert caught.value.details["choices"] == [
        {"id": "id-WO-4001", "code": "WO-4001", "name": "Acme Pumps"},
        {"id": "id-WO-4002", "code": "WO-4002", "name": "Acme Pumps"},
    ]


def test_a_number_that_several_codes_share_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="fits 2 orders"):
        find_order(shop(), "4011")


def test_an_order_that_does_not_exist_is_never_its_neighbour_but_near_ones_are_suggested() -> None:
    with pytest.raises(NotFound, match="There is no order “WO-4003”") as caught:
        find_order(shop(), "WO-4003")
    assert caught.value.details is not None
    assert caught.value.details["kind"] == "order"
    assert caught.value.details["suggestions"]


@pytest.mark.parametrize("said", ["400", "WO-40", "order", "x" * 500, "🙂"])
def test_what_is_no_whole_part_of_a_code_is_not_found(said: str) -> None:
    with pytest.raises(NotFound):
        find_order(shop(), said)


def test_customers_are_found_by_part_of_their_name_and_told_apart() -> None:
    assert find_customer(shop(), "acme pumps").customer == "Acme Pumps"
    found = find_customer(shop(), "Acme")
    assert (found.customer, found.assumption) == (
        "Acme Pumps",
        "“Acme” was taken as the customer Acme Pumps.",
    )
    with pytest.raises(Ambiguous, match="fits 2 customers"):
        find_customer(shop(), "Brandt")
    with pytest.raises(NotFound, match="There is no customer “Nobody”"):
        find_customer(shop(), "Nobody")
