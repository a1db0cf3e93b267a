"""What a run has used, and what is charged for calls that never said."""

from decimal import Decimal

from leadhand.events import (
    RunEvent,
    StepReset,
    StepStarted,
    TextDelta,
    ToolInputDelta,
    UsageReported,
)
from leadhand.prices import Cost, Price, PriceList, Tokens
from models.tokens import count_tokens
from runs.spending import charge_of, usage_of

ONE_EACH = PriceList({"m": Price(Decimal(1), Decimal(0), Decimal(10))}, "EUR")
WORDS = "The Puma 3100 is free from Monday."
REPORTED: list[RunEvent] = [
    StepStarted(prompt_tokens=999),
    TextDelta("t", WORDS),
    UsageReported("m", 1_000, 100, cached_input_tokens=600, reasoning_tokens=40),
]


def test_the_usage_of_a_run_is_the_sum_of_what_its_calls_report() -> None:
    usage = usage_of(REPORTED * 2, ONE_EACH)
    assert usage.tokens == Tokens(2_000, 200, cached_input=1_200, reasoning=80)
    assert usage.cost == Cost(Decimal("0.002800"), "EUR")
    assert charge_of(REPORTED * 2, "m", ONE_EACH) == usage


def test_a_call_that_breaks_is_charged_with_what_was_sent_and_written() -> None:
    broken = [*REPORTED, StepStarted(prompt_tokens=500), TextDelta("t", WORDS), ToolInputDelta("c", "{")]
    assert usage_of(broken, ONE_EACH).tokens.input == 1_000
    written = count_tokens(WORDS + "{")
    assert charge_of(broken, "m", ONE_EACH).tokens == Tokens(1_500, 100 + written, 600, 40)


def test_a_call_that_is_redone_is_charged_twice() -> None:
    redone = [StepStarted(prompt_tokens=500), TextDelta("t", WORDS), StepReset(), UsageReported("m", 600, 9)]
    assert charge_of(redone, "m", ONE_EACH).tokens == Tokens(500 + 600, count_tokens(WORDS) + 9)


def test_a_provider_that_reports_nothing_is_charged_by_our_own_count() -> None:
    silent = [StepStarted(prompt_tokens=500), TextDelta("t", WORDS), UsageReported("m", 0, 0)]
    assert charge_of(silent, "m", ONE_EACH).tokens == Tokens(500, count_tokens(WORDS))


def test_a_run_of_which_a_part_has_no_price_has_no_cost() -> None:
    assert usage_of([*REPORTED, UsageReported("unpriced", 1, 1)], ONE_EACH).cost is None
    assert usage_of(REPORTED, PriceList()).cost is None


def test_a_run_that_never_reached_its_model_used_nothing() -> None:
    assert usage_of([], ONE_EACH).tokens == charge_of([], "m", ONE_EACH).tokens == Tokens()
