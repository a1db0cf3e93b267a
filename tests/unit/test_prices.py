"""Prices as the operator gives them, and what a turn costs by them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhand.errors import InvalidSetting
from leadhand.prices import Cost, Price, PriceList, Tokens, load_prices

SMALL = '{"small": {"input": 0.15, "cached_input": 0.075, "output": 0.60, "currency": "EUR"}}'
prices = st.decimals(min_value=0, max_value=1000, places=4)
counts = st.integers(0, 10**9)


def test_a_price_list_may_stand_in_the_setting_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text(SMALL)
    assert load_prices(SMALL) == load_prices(str(tmp_path / "prices.json"))
    assert load_prices(SMALL).prices == {"small": Price(Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))}
    assert load_prices(None) == PriceList()


def test_kept_input_costs_as_much_as_other_input_where_no_price_says_otherwise() -> None:
    listed = load_prices('{"m": {"input": "2", "output": 8, "currency": "USD"}}')
    assert listed.cost_of("m", Tokens(1_000, 0, cached_input=900)) == listed.cost_of("m", Tokens(1_000, 0))


def test_the_cost_is_exact_and_rounded_half_up_to_a_millionth() -> None:
    listed = load_prices(SMALL)
    cost = listed.cost_of("small", Tokens(1_000, 200, cached_input=400))
    assert cost == Cost(Decimal("0.000240"), "EUR")
    assert listed.cost_of("small", Tokens(3, 0)) == Cost(Decimal("0.000000"), "EUR")  # 0.45 millionths
    half = load_prices('{"m": {"input": 0.5, "output": 0, "currency": "EUR"}}')
    assert half.cost_of("m", Tokens(1, 0)) == Cost(Decimal("0.000001"), "EUR")


@given(st.builds(Price, prices, prices, prices), counts, counts, st.floats(0, 1))
def test_the_cost_is_that_of_the_parts(price: Price, read: int, wrote: int, share: float) -> None:
    cached = int(read * share)
    cost = PriceList({"m": price}, "EUR").cost_of("m", Tokens(read, wrote, cached))
    assert cost is not None
    exact = ((read - cached) * price.input + cached * price.cached_input + wrote * price.output) / 1_000_000
    assert abs(cost.amount - exact) <= Decimal("0.0000005")


def test_a_model_without_a_price_has_no_cost() -> None:
    assert load_prices(SMALL).cost_of("large", Tokens(1, 1)) is None


def test_a_cost_goes_out_as_text_without_an_exponent() -> None:
    assert Cost(Decimal("0E-6"), "EUR").as_json() == {"amount": "0.000000", "currency": "EUR"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("{", "it is not JSON"),
        ("/no/such/file.json", "neither a JSON object nor the path"),
        ("\0", "neither a JSON object nor the path"),
        ("{}", "at least one model"),
        ('{"m": 3}', '"m" should be an object'),
        ('{"m": {"output": 1, "currency": "EUR"}}', '"m" has no "input"'),
        ('{"m": {"input": 1, "output": 1}}', '"m" has no "currency"'),
        ('{"m": {"input": 1, "output": 1, "currency": "Euro"}}', "three letters"),
        ('{"m": {"input": -1, "output": 1, "currency": "EUR"}}', '"input" of "m"'),
        ('{"m": {"input": 1, "output": NaN, "currency": "EUR"}}', '"output" of "m"'),
        ('{"m": {"input": true, "output": 1, "currency": "EUR"}}', '"input" of "m"'),
        ('{"m": {"input": "1,5", "output": 1, "currency": "EUR"}}', '"input" of "m"'),
        ('{"m": {"input": 1, "ouput": 1, "output": 1, "currency": "EUR"}}', '"ouput"'),
        (
            json.dumps(
                {n: {"input": 1, "output": 1, "currency": c} for n, c in (("a", "EUR"), ("b", "USD"))}
            ),
            "all models one currency",
        ),
    ],
)
def test_a_wrong_price_list_is_one_line_that_says_where(given: str, problem: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_prices(given)
    assert refused.value.message.startswith("LEADHAND_PRICES: ")
    assert problem in refused.value.message
    assert "\n" not in refused.value.message
