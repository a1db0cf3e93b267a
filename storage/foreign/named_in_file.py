"""What a file names of what the shop may have: orders, quotes, numbers of bookings and of materials."""

from collections.abc import Sequence

from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Decisions
from storage.foreign.layout import Layout
from storage.foreign.shop_names import FileNames, ShopNames
from storage.foreign.table_rows import readers_of

# Whether what the file calls an order may be the external id of one, as it is without an answer.
ORDER_NUMBERS, CODES = "order_numbers", "codes"
_NAMED = 5


def names_in(layouts: Sequence[Layout], decisions: Decisions) -> FileNames:
    """What the file names of what the shop may have."""

    def texts(name: str) -> list[str]:
        found = {
            reader.text(name)
            for layout in layouts
            if layout.has(name)
            for reader in readers_of(layout, "", Findings())
        }
        return sorted(found - {""})

    by_number = decisions.optional(ORDER_NUMBERS) != CODES
    return FileNames(
        texts("order"), texts("quote"), texts("booking_number"), texts("material_number"), by_number
    )


def told_other_names(shop: ShopNames) -> list[str]:
    """That orders are meant that are called otherwise here."""
    found = list(shop.other_names.items())
    if not found:
        return []
    told = ", ".join(f"{shown(said)} is {shown(code)}" for said, code in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return [
        f"{len(found)} orders are named by their external ids in the plan: {told}{more}; "
        f"{ORDER_NUMBERS}={CODES}: they are others"
    ]
