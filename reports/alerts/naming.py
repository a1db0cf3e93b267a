"""Whether the shop has what a condition names, asked while who names it is still there."""

from leadhand.context import Permission, TenantContext
from leadhand.errors import Ambiguous, InvalidRequest, NotFound
from planning.shop import Shop
from planning.zones import to_minute
from reports.alerts.conditions import Condition, FreeCapacity, OrderLate, Utilization
from tools.base import ShopSource
from tools.names import find_machine, find_work_center
from tools.order_names import find_order
from tools.views import load_to_horizon


async def check_names(condition: Condition, tenant: TenantContext, shops: ShopSource) -> None:
    """Who may not read the plan is told nothing of its names.

    Raises:
        InvalidRequest: the shop has none of that name, or several; `details` as the tools give them.
    """
    named = _named(condition)
    if named is None or Permission.PLANNING_READ not in tenant.permissions:
        return
    now = to_minute(tenant.as_of)
    shop, _ = await load_to_horizon(shops, tenant, now, now)
    try:
        _find(shop, condition, named)
    except (NotFound, Ambiguous) as error:
        raise InvalidRequest(
            f"The alert cannot be kept: {error.message}",
            details={
                **(error.details or {}),
                "fields": [{"field": "condition", "problem": error.message}],
            },
        ) from None


def _find(shop: Shop, condition: Condition, name: str) -> None:
    """Raises NotFound, Ambiguous."""
    if isinstance(condition, OrderLate):
        find_order(shop, name)
    elif isinstance(condition, Utilization | FreeCapacity):
        (find_machine if condition.of == "machine" else find_work_center)(shop, name)


def _named(condition: Condition) -> str | None:
    if isinstance(condition, OrderLate):
        return condition.order
    return condition.name if isinstance(condition, Utilization | FreeCapacity) else None
