"""The demo shop, in memory, at the instant of all questions: Monday 23 November 2026, 08:00 in Chicago."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from leadhand.context import Permission, TenantContext
from planning.shop import Interval, Shop
from storage.demo.shop import make_demo_shop
from storage.demo.sizes import DemoSize

TODAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
SEED = 7


@dataclass(frozen=True, slots=True)
class DemoShopSource:
    """A ShopSource that serves one shop, all of it, whatever the window."""

    shop: Shop

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return self.shop


def open_demo() -> DemoShopSource:
    """The small demo shop as `leadhand demo` makes it."""
    return DemoShopSource(make_demo_shop(size=DemoSize.SMALL, seed=SEED, today=TODAY, name="demo"))


def planner() -> TenantContext:
    """Who asks."""
    return TenantContext("demo", "planner", frozenset(Permission), str(ZONE), "en-US", AS_OF)
