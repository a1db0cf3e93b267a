"""How much one person and one shop may ask in a minute, of this process; between credential and body.

A person's own share is looked at first and is the smaller one, so that a script that runs away meets its own
limit and leaves its colleagues theirs.
"""

import asyncio
import math
from dataclasses import dataclass
from time import monotonic
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from leadhand.context import Principal
from leadhand.errors import RateLimited
from leadhand.settings import Settings
from server.gate import admitted_to, path_of
from server.moving_windows import MovingWindows

# What computes: questions, and tools that are run alone. The rest reads a few rows.
TURNS: Final = ("/api/chat", "/api/runs", "/api/tools/")
# A shop's turns come evenly: of a minute's share so many seconds give no more than a tenth, a bit above the
# average. Else a whole minute's turns, asked for at once, would stand before everybody's for seconds.
BURST_S: Final = 5
BURST_SHARE: Final = 10
# A few people who ask in the same moment are no flood, however small the shop's share is.
MIN_BURST: Final = 8
# A client that asks again at once would keep the process busy with refusals: each is held for this moment.
REFUSAL_PAUSE_S: Final = 1.0
# A held refusal costs some kB and its connection; beyond so many they are answered at once.
MAX_HELD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a time; `name` is what it counts, `of` whose share it is, `span` the time in words."""

    name: str
    of: str
    item: RateLimitItem
    span: str = "min"


@dataclass(frozen=True, slots=True)
class Rates:
    """Looked at in their order; the first that is used up refuses."""

    requests: tuple[Rate, ...]
    turns: tuple[Rate, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Rates":
        return cls(
            requests=(
                _rate("requests", "user", settings.max_user_requests_per_min),
                _rate("requests", "shop", settings.max_shop_requests_per_min),
            ),
            turns=(
                _rate("turns", "user", settings.max_user_turns_per_min),
                _burst("turns", "shop", settings.max_shop_turns_per_min),
                _rate("turns", "shop", settings.max_shop_turns_per_min),
            ),
        )


def _rate(name: str, of: str, per_min: int) -> Rate:
    return Rate(name, of, RateLimitItemPerMinute(per_min, namespace=f"{name}-{of}"))


def _burst(name: str, of: str, per_min: int) -> Rate:
    most = max(MIN_BURST, per_min // BURST_SHARE)
    return Rate(
        name, of, RateLimitItemPerSecond(most, BURST_S, namespace=f"{name}-{of}-burst"), f"{BURST_S}_s"
    )


class RateLimits:
    """Middleware that answers 429 `rate_limited` before the body is read, after a moment.

    Raises:
        RateLimited: with the seconds until the oldest request of the window leaves it.
    """

    def __init__(self, app: ASGIApp, rates: Rates, *, pause_s: float = REFUSAL_PAUSE_S) -> None:
        self._app = app
        self._rates = rates
        self._pause_s = pause_s
        self._held = 0
        self._limiter = MovingWindowRateLimiter(MovingWindows())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (admitted := admitted_to(scope)) is not None:
            await self._take(self._rates.requests, admitted.principal)
            if _is_turn(scope):
                await self._take(self._rates.turns, admitted.principal)
        await self._app(scope, receive, send)

    async def _take(self, rates: tuple[Rate, ...], who: Principal) -> None:
        for rate in rates:
            key = (who.tenant_id, who.user_id) if rate.of == "user" else (who.tenant_id,)
            if not await self._limiter.hit(rate.item, *key):
                await self._hold()
                stats = await self._limiter.get_window_stats(rate.item, *key)
                raise _refusal(rate, retry_after_s=max(1, math.ceil(stats.reset_time - monotonic())))

    async def _hold(self) -> None:
        if self._held >= MAX_HELD:
            return
        self._held += 1
        try:
            await asyncio.sleep(self._pause_s)
        finally:
            self._held -= 1


def _is_turn(scope: Scope) -> bool:
    chat, runs, tools = TURNS
    path = path_of(scope)
    return scope["method"] == "POST" and (path in {chat, runs} or path.startswith(tools))


def _refusal(rate: Rate, *, retry_after_s: int) -> RateLimited:
    whose = "You have" if rate.of == "user" else "Your shop has"
    most = rate.item.amount
    time = "a minute" if rate.span == "min" else f"{BURST_S} seconds"
    return RateLimited(
        f"{whose} sent more than {most} {rate.name} in {time}. Try again in {retry_after_s} s.",
        retry_after_s=retry_after_s,
        details={"limit": f"{rate.of}_{rate.name}_per_{rate.span}", "max": most},
    )
