"""Bookings that a person means by order, operations, machine and time: those of all that is given."""

from dataclasses import dataclass

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import WriteRefused
from planning.shop import Booking, Minute, Order, Shop
from tools.booking_choice import (
    MAX_OPERATIONS,
    bookings_of,
    check_open,
    find_operations,
    invalid_field,
)
from tools.names import MAX_NAME_CHARS, find_machines
from tools.order_names import find_order
from tools.windows import Window, WindowInput, read_window

DEFAULT_DAYS = 7


class BookingSelectionInput(WindowInput):
    order: str | None = Field(
        default=None, max_length=MAX_NAME_CHARS, description="Code of the order, as the person said it."
    )
    operations: list[int] = Field(
        default_factory=list[int],
        max_length=MAX_OPERATIONS,
        description="With `order`: sequence numbers of its operations. Empty: all.",
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description=(
            "Only bookings on this machine or work center. Without `order`: those that start in the window, "
            f"by default the next {DEFAULT_DAYS} days."
        ),
    )


@dataclass(frozen=True, slots=True)
class Selected:
    """Bookings ahead, by start; `what` says them in words ("WO-4003", "the Puma, 1 to 3 December 2026")."""

    bookings: tuple[Booking, ...]
    what: str
    order: Order | None
    assumptions: tuple[str, ...]


def window_asked(asked: BookingSelectionInput, tenant: TenantContext) -> Window | None:
    """The window, if one was said or a machine alone is meant.

    Raises:
        InvalidToolInput: neither an order nor a machine is named, or operations without an order.
    """
    order, machine = _given(asked.order), _given(asked.machine)
    if order is None and machine is None:
        raise invalid_field("order", "is missing", "an order, or a machine and when")
    if asked.operations and order is None:
        raise invalid_field("operations", "belong to an order", "name the order, too")
    said = any(_given(text) is not None for text in (asked.from_, asked.to, asked.window))
    return read_window(asked, tenant, default_days=DEFAULT_DAYS) if said or order is None else None


def select(asked: BookingSelectionInput, shop: Shop, window: Window | None, now: Minute) -> Selected:
    """The bookings meant that are not over.

    Raises:
        NotFound, Ambiguous: a name.
        WriteRefused: nothing is booked there.
    """
    order, what, assumptions = None, list[str](), list[str | None]()
    rows = shop.bookings
    if (name := _given(asked.order)) is not None:
        found = find_order(shop, name)
        order = found.order
        check_open(order)
        assumptions.append(found.assumption)
        rows = bookings_of(shop, find_operations(shop, order, asked.operations))
        what.append(order.code)
    if (name := _given(asked.machine)) is not None:
        machines = find_machines(shop, [name])
        assumptions += machines.assumptions
        ids = {machine.id for machine in machines.rows}
        rows = tuple(b for b in rows if b.machine_id in ids)
        what.append(", ".join(machine.name or machine.code for machine in machines.rows))
    if window is not None:
        rows = tuple(b for b in rows if window.start_min <= b.envelope_start < window.end_min)
        what.append(window.sentence)
        assumptions.append(window.assumption)
    rows = tuple(b for b in rows if b.envelope_end > now and b.operation_id is not None)
    if not rows:
        raise WriteRefused(f"Nothing is booked there: {', '.join(what)}.", details={"reason": "not_booked"})
    return Selected(rows, ", ".join(what), order, tuple(text for text in assumptions if text))


def _given(text: str | None) -> str | None:
    return text if text is not None and text.strip() else None
