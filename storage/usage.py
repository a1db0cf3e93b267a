"""Shares and budgets of a person and a shop: how much is taken, and whether a turn still fits."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from leadhand.errors import BudgetExhausted, JsonValue, TooManyRuns
from leadhand.prices import Cost, Tokens
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("usage")

# A turn takes seconds; the first of those that run has likely ended by then.
RUNS_RETRY_AFTER_S: Final = 5


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What turns may take at once and in a day of the shop; None is no budget. `currency` is the cost's."""

    max_shop_runs: int
    max_user_runs: int
    shop_tokens_per_day: int | None = None
    user_tokens_per_day: int | None = None
    shop_cost_per_day: Decimal | None = None
    currency: str = ""

    @property
    def has_budgets(self) -> bool:
        budgets = (self.shop_tokens_per_day, self.user_tokens_per_day, self.shop_cost_per_day)
        return any(budget is not None for budget in budgets)


@dataclass(frozen=True, slots=True)
class Room:
    """What is taken at this moment; the day's figures are None when nobody asked for them."""

    runs_of_shop: int
    runs_of_user: int
    tokens_of_shop: int | None
    tokens_of_user: int | None
    cost_of_shop: Decimal | None


async def read_room(connection: Connection, limits: TurnLimits, *, timezone: str) -> Room:
    """What the caller and their shop have taken of `limits`.

    From here to the end of the transaction no other turn of the shop is admitted.
    """
    room = await fetch_one(connection, _SQL["room"], limit_params(limits, timezone), Room)
    assert room is not None, "a function returns a row"  # noqa: S101
    return room


def limit_params(limits: TurnLimits, timezone: str) -> dict[str, object]:
    """`limits` as the queries name them; without a budget the day's usage need not be read."""
    return {
        "zone": timezone if limits.has_budgets else None,
        "billed_in": limits.currency,
        "max_shop_runs": limits.max_shop_runs,
        "max_user_runs": limits.max_user_runs,
        "shop_tokens_per_day": limits.shop_tokens_per_day,
        "user_tokens_per_day": limits.user_tokens_per_day,
        "shop_cost_per_day": limits.shop_cost_per_day,
    }


def refuse_without_room(room: Room, limits: TurnLimits, *, timezone: str) -> None:
    """Raise what keeps one more turn out; return when it fits.

    Raises:
        TooManyRuns: one that runs must end first. The caller's own share is named before the shop's.
        BudgetExhausted: the shop's day must end first.
    """
    if room.runs_of_user >= limits.max_user_runs:
        raise _too_many("user_runs", limits.max_user_runs, "Your other questions are still being answered")
    if room.runs_of_shop >= limits.max_shop_runs:
        raise _too_many("shop_runs", limits.max_shop_runs, "Your shop has as many questions open as it may")
    refuse_over_budget(room, limits, timezone=timezone)


def refuse_over_budget(room: Room, limits: TurnLimits, *, timezone: str) -> None:
    """Raise BudgetExhausted when a budget of the day is used up."""
    for budget, taken, most in (
        ("user_tokens_per_day", room.tokens_of_user, limits.user_tokens_per_day),
        ("shop_tokens_per_day", room.tokens_of_shop, limits.shop_tokens_per_day),
        ("shop_cost_per_day", room.cost_of_shop, limits.shop_cost_per_day),
    ):
        if taken is not None and most is not None and taken >= most:
            raise _exhausted(budget, f"{most:f}" if isinstance(most, Decimal) else most, timezone)


async def charge(connection: Connection, *, tokens: Tokens, cost: Cost | None, timezone: str) -> None:
    """Add what a model call beside the turns took to the caller's day in the shop's `timezone`."""
    params = {
        "zone": timezone,
        "currency": cost.currency if cost else "",
        "input": tokens.input,
        "cached_input": tokens.cached_input,
        "output": tokens.output,
        "reasoning": tokens.reasoning,
        "cost": cost.amount if cost else 0,
    }
    await execute(connection, _SQL["charge"], params)


def _too_many(limit: str, most: int, why: str) -> TooManyRuns:
    return TooManyRuns(
        f"{why}. Try again when one is done.",
        retry_after_s=RUNS_RETRY_AFTER_S,
        details={"limit": limit, "max": most},
    )


def _exhausted(budget: str, most: JsonValue, timezone: str) -> BudgetExhausted:
    now = datetime.now(UTC)
    resets_at = _end_of_day(now, ZoneInfo(timezone))
    whose = "Your" if budget.startswith("user") else "Your shop's"
    return BudgetExhausted(
        f"{whose} budget for today is used up. It begins anew at {resets_at:%Y-%m-%d %H:%M} ({timezone}).",
        retry_after_s=max(1, math.ceil((resets_at - now).total_seconds())),
        details={"budget": budget, "max": most, "resets_at": resets_at.isoformat()},
    )


def _end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)
