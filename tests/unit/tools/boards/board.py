"""The boards of a small shop, on values instead of a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from leadhand.context import TenantContext
from planning.booked_work import StoredWork, WorkAsked, WorkKey, is_asked, work_key, work_of
from planning.shop import Order, OrderStatus, Shop
from tests.unit.tools.shops import OneShop, at
from tools.boards.boards import Boards


@dataclass
class Tables:
    """A WorkSource that answers from a whole shop value, and remembers what it was asked."""

    shop: Shop
    asked: list[WorkAsked] = field(default_factory=list[WorkAsked])

    async def page(
        self, tenant: TenantContext, asked: WorkAsked, after: WorkKey | None, limit: int
    ) -> StoredWork:
        assert tenant.tenant_id == "demo"
        self.asked.append(asked)
        found = sorted((b for b in self.shop.bookings if is_asked(self.shop, b, asked)), key=work_key)
        left = [b for b in found if after is None or work_key(b) > after]
        return StoredWork(self.shop.settings.data_version, work_of(self.shop, left[:limit]))

    async def order_id(self, tenant: TenantContext, name: str) -> str | None:
        assert tenant.tenant_id == "demo"
        return next((o.id for o in self.shop.orders.values() if name in (o.id, o.code)), None)

    async def orders(self, tenant: TenantContext, order_ids: Sequence[str]) -> Shop:
        assert tenant.tenant_id == "demo"
        operations = {k: o for k, o in self.shop.operations.items() if o.order_id in order_ids}
        return Shop(
            settings=self.shop.settings,
            orders={key: self.shop.orders[key] for key in order_ids},
            operations=operations,
            bookings=tuple(b for b in self.shop.bookings if b.operation_id in operations),
        )


def boards(shop: Shop, tables: Tables | None = None) -> Boards:
    return Boards(OneShop(shop), tables or Tables(shop))


def on_site(shop: Shop) -> Shop:
    """With working hours to due dates."""
    return replace(shop, settings=replace(shop.settings, site_calendar_id="cal"))


def many_orders(shop: Shop, count: int) -> Shop:
    """Beside its own, orders that nobody has scheduled; many of them share their due date."""
    more = {
        f"n{number}": Order(
            f"n{number}",
            f"N-{number:04d}",
            f"Customer {number % 7}",
            10,
            OrderStatus.RELEASED,
            due_at=None if number % 10 == 0 else at(1 + number % 25, 0),
            priority=1 + number % 5,
        )
        for number in range(count)
    }
    return replace(shop, orders={**shop.orders, **more})


def with_order(shop: Shop, key: str, order: Order) -> Shop:
    return replace(shop, orders={**shop.orders, key: order})
