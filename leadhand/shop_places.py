"""How many turns of one shop compute at once in a process, so that its flood leaves the others theirs.

All turns of a process share one processor's core. Without a bound the sixty turns that one shop asks for at
once stand before every single step of another shop's turn; with one they stand before each other.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from leadhand.context import TenantIdentity

# Two turns keep a core busy while the database works; the third is for one that computes in a thread.
PLACES_PER_SHOP: Final = 3
# While other shops ask, too, a shop's short turns compute one after another: each step of another shop's turn
# then waits for one of them, not for three. A short turn needs some 50 ms of the core; beside one that has
# held its place for so long, its colleagues' turns go on.
LONG_S: Final = 1.0
# Other shops ask "too" when one of them had a turn so recently: a planner's questions are that far apart.
COMPANY_S: Final = 60.0


@dataclass(slots=True)
class _Company:
    """Which two shops had a turn last, and when; `lasts_s` after it a shop is no company any more."""

    lasts_s: float
    last: tuple[str, float] = ("", float("-inf"))
    other: tuple[str, float] = ("", float("-inf"))

    def seen(self, tenant_id: str) -> None:
        if self.last[0] != tenant_id:
            self.other = self.last
        self.last = (tenant_id, monotonic())

    def of(self, tenant_id: str) -> bool:
        """Whether another shop had a turn not long ago."""
        _, at = self.other if self.last[0] == tenant_id else self.last
        return monotonic() - at < self.lasts_s


@dataclass(slots=True, eq=False)
class _Shop:
    """`users` hold or wait for one of its places; `since` says when each place that is held was taken."""

    most: int
    long_s: float
    in_company: Callable[[], bool]
    users: int = 0
    since: "dict[_Place, float]" = field(default_factory=lambda: {})
    waiting: "deque[tuple[_Place, asyncio.Future[None]]]" = field(
        default_factory=deque["tuple[_Place, asyncio.Future[None]]"]
    )
    look_again: asyncio.TimerHandle | None = None

    def _is_free(self) -> bool:
        if len(self.since) >= self.most:
            return False
        now = monotonic()
        return not self.in_company() or all(now - since >= self.long_s for since in self.since.values())

    async def take(self, place: "_Place") -> None:
        if not self.waiting and self._is_free():
            self.since[place] = monotonic()
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append((place, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if place in self.since:
                self.give(place)
            raise

    def give(self, place: "_Place") -> None:
        del self.since[place]
        self._serve()

    def _serve(self) -> None:
        while self.waiting and (self.waiting[0][1].done() or self._is_free()):
            place, turn = self.waiting.popleft()
            if not turn.done():
                self.since[place] = monotonic()
                turn.set_result(None)
        if self.waiting and self.look_again is None and len(self.since) < self.most:
            self.look_again = asyncio.get_running_loop().call_later(self.long_s, self._look_again)

    def _look_again(self) -> None:
        self.look_again = None
        self._serve()


@dataclass(slots=True, eq=False)
class _Place:
    """One turn's place; its parallel tasks share it. `lent` counts those that wait for somebody else.

    `asking`: one of them waits for a place again.
    """

    shop: _Shop
    lent: int = 0
    asking: bool = False

    @property
    def held(self) -> bool:
        return self in self.shop.since

    async def ask(self) -> None:
        self.asking = True
        try:
            await self.shop.take(self)
        finally:
            self.asking = False


_place: Final[ContextVar[_Place | None]] = ContextVar("place", default=None)


class ShopPlaces:
    """Given to the turns of each shop in the order in which they ask. One a process."""

    def __init__(
        self, per_shop: int = PLACES_PER_SHOP, *, long_s: float = LONG_S, company_s: float = COMPANY_S
    ) -> None:
        self._per_shop = per_shop
        self._long_s = long_s
        self._shops: dict[str, _Shop] = {}
        self._company = _Company(company_s)

    @asynccontextmanager
    async def place(self, who: TenantIdentity) -> AsyncGenerator[None]:
        """Wait for a place and hold it; what is started inside may lend it (`place_lent`)."""
        tenant_id = who.tenant_id
        shop = self._shops.get(tenant_id)
        if shop is None:
            shop = _Shop(self._per_shop, self._long_s, lambda: self._company.of(tenant_id))
            self._shops[tenant_id] = shop
        shop.users += 1
        self._company.seen(tenant_id)
        place = _Place(shop)
        try:
            await shop.take(place)
            token = _place.set(place)
            try:
                yield
            finally:
                _place.reset(token)
                if place.held:
                    shop.give(place)
        finally:
            self._company.seen(tenant_id)
            shop.users -= 1
            if not shop.users:
                del self._shops[tenant_id]


@asynccontextmanager
async def place_lent() -> AsyncGenerator[None]:
    """While a turn waits for a model or a job, its place is another turn's; it asks for one again afterwards.

    Whoever leaves by an error or a cancellation does not wait for a place.
    """
    place = _place.get()
    if place is None:
        yield
        return
    place.lent += 1
    if place.held:
        place.shop.give(place)
    try:
        yield
    except BaseException:
        place.lent -= 1
        raise
    place.lent -= 1
    if not (place.lent or place.held or place.asking):
        await place.ask()
