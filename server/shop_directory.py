"""The settings of shops that asked lately."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from leadhand.context import Principal
from leadhand.errors import Unauthorized
from runs.desk import Desk
from storage.tenants import TenantSettings, read_tenant

# A shop's time zone and locale hardly ever change; half a minute later is soon enough.
SETTINGS_LIVE_S: Final = 30.0
MAX_SHOPS_KEPT: Final = 1_000


class ShopDirectory:
    """Looks a credential's shop up, at most once in SETTINGS_LIVE_S."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        """`desk` raises DatabaseUnavailable while there is none."""
        self._desk = desk
        self._kept: dict[str, tuple[float, TenantSettings]] = {}

    async def shop_of(self, who: Principal) -> TenantSettings:
        """Raises Unauthorized for a shop that does not exist: to its credential nothing here is known."""
        desk = self._desk()
        kept = self._kept.get(who.tenant_id)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        async with desk.database.transaction(who) as connection:
            found = await read_tenant(connection, who.tenant_id)
        if found is None:
            raise Unauthorized("The bearer token is not valid.")
        if len(self._kept) >= MAX_SHOPS_KEPT:
            self._kept.clear()
        self._kept[who.tenant_id] = (monotonic() + SETTINGS_LIVE_S, found)
        return found
