"""What an entry in a calendar takes and gives, as views: hours, and the work that lies in what is lost."""

from zoneinfo import ZoneInfo

from pydantic import Field

from planning.calendar_effect import HitBooking, TimeEffect
from planning.rounding import hours
from planning.shop import Shop
from planning.zones import iso
from tools.change_views import OrderName
from tools.views import PAGE_ROWS, Named, View, named


class HitRow(View):
    """A booking with work in time that is lost; it stays where it is."""

    booking_id: str
    order: OrderName | None = Field(description="null: held capacity of a quote.")
    operation: str
    machine: Named
    start: str
    end: str
    hours: float = Field(description="Its work in the time that is lost.")


class CalendarEffectView(View):
    """Working hours from now to the planning horizon, and bookings by start."""

    machines_lose_h: float
    machines_win_h: float
    people_lose_h: float
    people_win_h: float
    total_hit: int
    hit: list[HitRow] = Field(
        description="Bookings with work in time that is lost; they stay where they are."
    )


def calendar_effect_view(shop: Shop, effect: TimeEffect) -> CalendarEffectView:
    """The first 50 of the bookings that are hit."""
    zone = ZoneInfo(shop.settings.timezone)
    return CalendarEffectView(
        machines_lose_h=hours(effect.machines_lose),
        machines_win_h=hours(effect.machines_win),
        people_lose_h=hours(effect.people_lose),
        people_win_h=hours(effect.people_win),
        total_hit=len(effect.hit),
        hit=[_row(shop, hit, zone) for hit in effect.hit[:PAGE_ROWS]],
    )


def _row(shop: Shop, hit: HitBooking, zone: ZoneInfo) -> HitRow:
    booking = hit.booking
    operation = shop.operations.get(booking.operation_id or "")
    order = None if operation is None else shop.orders[operation.order_id]
    return HitRow(
        booking_id=booking.id,
        order=None if order is None else OrderName(id=order.id, code=order.code, customer=order.customer),
        operation="held capacity" if operation is None else f"{operation.seq} {operation.name}".strip(),
        machine=named(shop.machines[booking.machine_id]),
        start=iso(booking.envelope_start, zone),
        end=iso(booking.envelope_end, zone),
        hours=hours(hit.minutes),
    )
