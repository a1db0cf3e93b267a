"""The plan of the worked example in docs/tools/detect_schedule_conflicts.md."""

from dataclasses import replace

from planning.shop import Absence, Shop
from tests.unit.tools.shops import at, plan, work


def faulty() -> Shop:
    """One fault of each of some kinds, of work that has the right length: 90 min on the Puma 3100."""
    shop = plan(
        work("1", "puma", (at(2, 6), at(2, 7, 30))),
        work("2", "puma", (at(2, 7), at(2, 8, 30)), operator="bob"),
        work("3", "puma", (at(4, 13), at(4, 14, 30)), operator="bob"),
        work("4", "puma", (at(3, 6), at(3, 7, 30)), operator="bob"),
        work("5", "puma", (at(8, 6), at(8, 7, 30)), operator=None, locked=True),
        unbooked=["6"],
    )
    late = replace(shop.orders["3"], due_at=at(4, 0))
    return replace(
        shop,
        absences=(Absence("away", "bob", at(3, 0), at(4, 0), "sick"),),
        orders={**shop.orders, "3": late},
    )
