"""A pool of connections of which one shop holds at most a share, however much it asks for."""

import asyncio
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Final, TypeAlias

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from leadhand.context import TenantIdentity
from leadhand.errors import DatabaseUnavailable

Connection: TypeAlias = AsyncConnection[DictRow]

# Transactions of one shop that may wait for its share; a burst beyond it is refused, not queued for ever.
# A turn that runs has up to three on the way: what may run at once is never refused in its midst.
MAX_WAITING_OF_SHOP: Final = 1000


@dataclass(slots=True)
class _Share:
    """`users` hold or wait for one of the places."""

    places: asyncio.Semaphore
    users: int = 0


class ShopShares:
    """Places for each shop's transactions, given in the order in which they were asked for."""

    def __init__(self, places_per_shop: int, timeout_s: float) -> None:
        self._places_per_shop = places_per_shop
        self._timeout_s = timeout_s
        self._shares: dict[str, _Share] = {}

    async def take(self, tenant_id: str) -> None:
        """Raises DatabaseUnavailable when the shop's own transactions leave no place in time."""
        share = self._shares.get(tenant_id)
        if share is None:
            share = self._shares[tenant_id] = _Share(asyncio.Semaphore(self._places_per_shop))
        if share.users >= self._places_per_shop + MAX_WAITING_OF_SHOP:
            raise _refusal()
        share.users += 1
        try:
            if share.places.locked():
                async with asyncio.timeout(self._timeout_s):
                    await share.places.acquire()
            else:
                await share.places.acquire()
        except BaseException as error:
            self._leave(tenant_id, share)
            if isinstance(error, TimeoutError):
                raise _refusal() from None
            raise

    def give_back(self, tenant_id: str) -> None:
        share = self._shares[tenant_id]
        share.places.release()
        self._leave(tenant_id, share)

    def _leave(self, tenant_id: str, share: _Share) -> None:
        share.users -= 1
        if not share.users:
            del self._shares[tenant_id]


def _refusal() -> DatabaseUnavailable:
    return DatabaseUnavailable("Your shop has too much under way at once. Try again in a moment.")


def places_of_shop(connections: int) -> int:
    """A quarter of the connections; of a small pool three, but never more than half.

    Every step of a turn takes a place for a moment, so the share also says how many turns of one shop take
    the process from the others at a time. A quarter keeps the process as busy as a half does.
    """
    return min((connections + 1) // 2, max(3, connections // 4))


class SharedPool(AsyncConnectionPool[Connection]):
    """`connection()` is for what belongs to no shop, `connection_of()` for everything else."""

    @cached_property
    def shares(self) -> ShopShares:
        return ShopShares(places_of_shop(self.max_size), self.timeout)

    def connection_of(self, who: TenantIdentity) -> "_ConnectionOf":
        """A connection inside `async with`, once the shop has a place and the pool a connection.

        Raises:
            DatabaseUnavailable: the shop's own transactions leave no place in time.
            psycopg_pool.PoolTimeout: all shops together leave no connection in time.
        """
        return _ConnectionOf(self, who.tenant_id)


class _ConnectionOf:
    def __init__(self, pool: SharedPool, tenant_id: str) -> None:
        self._pool = pool
        self._tenant_id = tenant_id
        self._connection = pool.connection()

    async def __aenter__(self) -> Connection:
        await self._pool.shares.take(self._tenant_id)
        try:
            return await self._connection.__aenter__()
        except BaseException:
            self._pool.shares.give_back(self._tenant_id)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            return await self._connection.__aexit__(kind, error, trace)
        finally:
            self._pool.shares.give_back(self._tenant_id)
