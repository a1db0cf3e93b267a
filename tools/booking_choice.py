"""Which operations and bookings of an order a person means, and why some may not be touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadhand.errors import InvalidToolInput, JsonValue, NotFound, WriteRefused
from planning.calendars import ShopTimes
from planning.routings import Routings
from planning.shop import Booking, BookingStatus, Minute, Operation, Order, OrderStatus, Shop
from tools.views import listed

MAX_OPERATIONS = 50

_REASONS = {
    BookingStatus.IN_PROGRESS: ("started", "has begun"),
    BookingStatus.DONE: ("done", "is done"),
    BookingStatus.HELD: ("held", "is held for a quote"),
}

_STAYS = {
    "locked": "Locked",
    "started": "Begun",
    "done": "Done",
    "held": "Held for a quote",
    "frozen": "In the frozen zone",
}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A booking that may not be touched, the reason's code, and the reason as the end of a sentence."""

    booking: Booking
    reason: str
    text: str


def check_open(order: Order) -> None:
    """Raises WriteRefused for an order that is done or cancelled."""
    if order.status in {OrderStatus.DONE, OrderStatus.CANCELLED}:
        raise WriteRefused(
            f"{order.code} is {order.status.value}; its plan does not change any more.",
            details={"reason": "closed", "order": order.code},
        )


def find_operation(shop: Shop, order: Order, seq: int) -> Operation:
    """Raises NotFound with the order's operations as suggestions."""
    rows = shop.view(Routings).operations(order.id)
    found = next((row for row in rows if row.seq == seq), None)
    if found is None:
        near: list[JsonValue] = [f"{row.seq} {row.name}".strip() for row in rows]
        raise NotFound(
            f"{order.code} has no operation {seq}. It has {listed([str(n) for n in near], 10)}."
            if near
            else f"{order.code} has no operations.",
            details={"suggestions": near},
        )
    return found


def find_operations(shop: Shop, order: Order, seqs: Sequence[int]) -> tuple[Operation, ...]:
    """The operations meant; without `seqs` all of the order. Raises NotFound."""
    if not seqs:
        return tuple(shop.view(Routings).operations(order.id))
    return tuple(find_operation(shop, order, seq) for seq in dict.fromkeys(seqs))


def bookings_of(shop: Shop, operations: Iterable[Operation]) -> tuple[Booking, ...]:
    """Their bookings, by start."""
    ids = {operation.id for operation in operations}
    rows = (b for b in shop.bookings if b.operation_id in ids)
    return tuple(sorted(rows, key=lambda b: (b.envelope_start, b.id)))


def fixed_for(booking: Booking, now: Minute, *, frozen_until: Minute | None = None) -> Fixed | None:
    """Why it may not be moved or removed; None: it may. `frozen_until`: None where that does not count."""
    if booking.status is not BookingStatus.PLANNED:
        return Fixed(booking, *_REASONS[booking.status])
    if booking.locked:
        return Fixed(booking, "locked", "is locked")
    if booking.envelope_start <= now:
        return Fixed(booking, "started", "should have begun already")
    if frozen_until is not None and booking.envelope_start < frozen_until:
        return Fixed(booking, "frozen", "lies in the frozen zone")
    return None


def refuse_fixed(shop: Shop, fixed: Sequence[Fixed]) -> WriteRefused:
    """The refusal when nothing of what was asked for may be touched, or some of it was named."""
    said = [f"{name_of(shop, row.booking)} {row.text}" for row in fixed]
    rows: list[JsonValue] = [
        {"booking": name_of(shop, row.booking), "reason": row.reason} for row in fixed[:MAX_OPERATIONS]
    ]
    return WriteRefused(f"{listed(said)}.", details={"reason": fixed[0].reason, "bookings": rows})


def warn_of_fixed(shop: Shop, fixed: Sequence[Fixed]) -> list[str]:
    """What stays as it is, by reason."""
    found: dict[str, list[str]] = {}
    for row in fixed:
        found.setdefault(_STAYS[row.reason], []).append(name_of(shop, row.booking))
    return [f"{reason}, so it stays as it is: {listed(names)}." for reason, names in found.items()]


def covering_times(shop: Shop, now: Minute, horizon: Minute) -> ShopTimes:
    """Calendars from the first booking that is not over to the horizon, or to the last booking."""
    rows = [b for b in shop.bookings if b.envelope_end > now]
    window = min([now, *(b.envelope_start for b in rows)]), max([horizon, *(b.envelope_end for b in rows)])
    return shop.view(ShopTimes, window)


def name_of(shop: Shop, booking: Booking) -> str:
    """ "WO-4003 operation 20"."""
    operation = shop.operations.get(booking.operation_id or "")
    if operation is None:
        return "held capacity"
    return f"{shop.orders[operation.order_id].code} operation {operation.seq}"


def invalid_field(field: str, problem: str, right: str) -> InvalidToolInput:
    """An input that contradicts itself."""
    wrong: JsonValue = {"field": field, "problem": problem, "right": right}
    return InvalidToolInput(f"`{field}` {problem}.", details={"fields": [wrong]})
