"""How large a demo shop is."""

from dataclasses import dataclass
from enum import StrEnum


class DemoSize(StrEnum):
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Extent:
    """Counts of one size. Machines per work center stand in machines.toml.

    `operations` and `orders` are the open ones; `bookings` are all that are kept, the history of done ones
    included. `first_order_no` leaves room below it for the numbers of the history. `weeks` is how long the
    open work keeps the shop busy. Every `held_back_every`th released order has its last operation left out of
    the plan: half of them are then imported over other bookings, half stay unscheduled.
    """

    operators: int
    orders: int
    operations: int
    bookings: int
    first_order_no: int
    weeks: int
    history_years: int
    held_back_every: int


EXTENTS = {
    DemoSize.SMALL: Extent(8, 60, 300, 10_000, 4_000, 5, 6, 6),
    DemoSize.MEDIUM: Extent(60, 700, 4_000, 150_000, 60_000, 6, 6, 16),
    DemoSize.LARGE: Extent(400, 3_500, 20_000, 2_000_000, 700_000, 6, 10, 24),
}
