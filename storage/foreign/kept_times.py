"""Times of operations that the plan has already, where the file says none: they stay as they are."""

from storage.foreign.field_columns import BOOKED
from storage.foreign.layout import Layout
from storage.foreign.shop_names import ShopNames, StoredOperation


def kept_times(
    layout: Layout,
    shop: ShopNames,
    stored: StoredOperation | None,
    machine: str | None,
    said: tuple[int, int],
) -> tuple[int, int]:
    """The minutes of setup and the seconds a piece, on a machine or of the operation itself: `said`, or what
    the plan has of what nobody says. What is not booked has no time by its booking."""
    if stored is None:
        return said
    other = machine is not None and layout.has("alternative_machine")
    there = shop.alternatives.get((stored.id, machine)) if machine is not None else None
    known = there or stored
    booked = layout.special.get("run") == BOOKED and said[1] > 0
    says_setup = layout.has("setup") or (other and layout.has("alternative_setup"))
    says_run = layout.has("run") or booked or (other and layout.has("alternative_run"))
    return (
        said[0] if says_setup else known.setup_min,
        said[1] if says_run else known.run_s_per_piece,
    )
