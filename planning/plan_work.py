"""The one way to a plan's columns: `plan_work(shop)`."""

from typing import TYPE_CHECKING

from planning.shop import Shop

if TYPE_CHECKING:
    from planning.work_columns import WorkColumns


def plan_work(shop: Shop) -> "WorkColumns":
    """The plan's bookings in columns, made by whoever asks first."""
    # numpy takes a tenth of a second to load: no process pays for it that is asked nothing about a plan.
    from planning.work_columns import WorkColumns  # noqa: PLC0415

    return shop.view(WorkColumns)
