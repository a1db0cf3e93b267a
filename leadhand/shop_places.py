"""How many turns of one shop compute at once in a process, so that its flood leaves the others theirs.

All turns of a process share one processor's core. Without a bound the sixty turns that one shop asks for at
once stand before every single step of another shop's turn; with one they stand before each other.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from leadhand.context import TenantIdentity

# Two turns keep a core busy while the database works; the third is for one that computes in a thread.
PLACES_PER_SHOP: Final = 3


@dataclass(slots=True)
class _Shop:
    """`users` hold or wait for one of the places."""

    places: asyncio.Semaphore
    users: int = 0


@dataclass(slots=True)
class _Place:
    """One turn's place; its parallel tasks share it. `lent` counts those that wait for somebody else.

    `asking`: one of them waits for a place again.
    """

    shop: _Shop
    held: bool = True
    lent: int = 0
    asking: bool = False

    async def ask(self) -> None:
        self.asking = True
        try:
            await self.shop.places.acquire()
            self.held = True
        finally:
            self.asking = False


_place: Final[ContextVar[_Place | None]] = ContextVar("place", default=None)


class ShopPlaces:
    """Given to the turns of each shop in the order in which they ask. One a process."""

    def __init__(self, per_shop: int = PLACES_PER_SHOP) -> None:
        self._per_shop = per_shop
        self._shops: dict[str, _Shop] = {}

    @asynccontextmanager
    async def place(self, who: TenantIdentity) -> AsyncGenerator[None]:
        """Wait for a place and hold it; what is started inside may lend it (`place_lent`)."""
        shop = self._shops.setdefault(who.tenant_id, _Shop(asyncio.Semaphore(self._per_shop)))
        shop.users += 1
        try:
            await shop.places.acquire()
            place = _Place(shop)
            token = _place.set(place)
            try:
                yield
            finally:
                _place.reset(token)
                if place.held:
                    shop.places.release()
        finally:
            shop.users -= 1
            if not shop.users:
                del self._shops[who.tenant_id]


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
        place.held = False
        place.shop.places.release()
    try:
        yield
    except BaseException:
        place.lent -= 1
        raise
    place.lent -= 1
    if not (place.lent or place.held or place.asking):
        await place.ask()
