"""What a run has used: as its model reports it, and as its shop is charged for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from leadhand.events import (
    ReasoningDelta,
    RunEvent,
    StepReset,
    StepStarted,
    TextDelta,
    ToolInputDelta,
    UsageReported,
)
from leadhand.prices import Cost, PriceList, Tokens
from models.tokens import count_tokens
from storage.runs import Usage


@dataclass(slots=True)
class _OpenCall:
    """A model call that has not reported: what it got, and the bytes it wrote so far."""

    prompt_tokens: int
    written: list[str]

    def estimate(self) -> Tokens:
        return Tokens(self.prompt_tokens, count_tokens("".join(self.written)))


def usage_of(events: Iterable[RunEvent], prices: PriceList) -> Usage:
    """The sum of what the model calls report."""
    return _sum(
        [(event.model, _reported(event)) for event in events if isinstance(event, UsageReported)], prices
    )


def charge_of(events: Iterable[RunEvent], model: str, prices: PriceList) -> Usage:
    """The same, and an estimate for every call that reports nothing.

    A call that is stopped or breaks is paid for all the same, so stopping each turn at its last word must not
    be a way around a budget.
    """
    calls: list[tuple[str, Tokens]] = []
    waiting: _OpenCall | None = None
    for event in events:
        match event:
            case StepStarted() | StepReset():
                if waiting is not None:
                    calls.append((model, waiting.estimate()))
                again = waiting.prompt_tokens if waiting is not None else 0
                waiting = _OpenCall(event.prompt_tokens if isinstance(event, StepStarted) else again, [])
            case TextDelta(text=text) | ReasoningDelta(text=text) | ToolInputDelta(fragment=text):
                if waiting is not None:
                    waiting.written.append(text)
            case UsageReported():
                said = _reported(event)
                estimate = waiting.estimate() if waiting is not None else Tokens()
                calls.append((event.model, said if said.total else estimate))
                waiting = None
            case _:
                pass
    if waiting is not None:
        calls.append((model, waiting.estimate()))
    return _sum(calls, prices)


def _reported(event: UsageReported) -> Tokens:
    return Tokens(event.input_tokens, event.output_tokens, event.cached_input_tokens, event.reasoning_tokens)


def _sum(calls: list[tuple[str, Tokens]], prices: PriceList) -> Usage:
    """Tokens of one model are priced together: rounding call by call would add up."""
    by_model: dict[str, Tokens] = {}
    for model, tokens in calls:
        by_model[model] = by_model.get(model, Tokens()) + tokens
    costs = [prices.cost_of(model, tokens) for model, tokens in by_model.items()]
    known = [cost for cost in costs if cost is not None]
    # A part of the cost would pass for the whole.
    complete = bool(costs) and len(known) == len(costs)
    cost = Cost(sum((cost.amount for cost in known), Decimal()), prices.currency) if complete else None
    return Usage(sum(by_model.values(), Tokens()), cost)
