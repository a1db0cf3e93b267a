"""States of a plan that follow each other, as the reader of plans hands them on."""

from dataclasses import replace

from planning.plan_following import following
from planning.shop import Booking, Shop


def next_state(shop: Shop, number: int) -> Shop:
    """The plan after a booking was moved by a minute; `number` says which. Lets go of the state before."""
    place = number * 37 % len(shop.bookings)
    bookings = (*shop.bookings[:place], _later(shop.bookings[place]), *shop.bookings[place + 1 :])
    settings = replace(shop.settings, data_version=shop.settings.data_version + 1)
    after = following(replace(shop, settings=settings, bookings=bookings), shop)
    shop.views.close()
    return after


def unknown(shop: Shop, number: int) -> Shop:
    """The plan as it is read first: nothing was worked out yet."""
    del number
    shop.views.close()
    return replace(shop)


def _later(booking: Booking) -> Booking:
    return replace(
        booking,
        envelope_start=booking.envelope_start + 1,
        envelope_end=booking.envelope_end + 1,
        segments=tuple(replace(s, start=s.start + 1, end=s.end + 1) for s in booking.segments),
    )
