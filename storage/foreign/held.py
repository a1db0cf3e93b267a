"""Time of machines that is held for quotes, from rows of a board that are of no order."""

from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings
from storage.foreign.booking_rows import add_bookings
from storage.foreign.bookings import Part, bookings_of
from storage.foreign.cancelled_bookings import cancel, is_cancelled
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.stored_bookings import held_name, settle_bookings
from storage.foreign.table_rows import readers_of
from storage.foreign.windows import window_in
from storage.foreign.words_of_work import booking_statuses_of, marks_of


def take_held(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A booking without an operation a row. What the plan holds for the same quote is known again, and what
    becomes of the rest is asked, as of bookings."""
    machines_of(list(readers_of(layout, place, Findings())), places)
    parts = [
        part for reader in readers_of(layout, place, findings) if (part := _part(reader, places)) is not None
    ]
    shop, zone = places.shop, ZoneInfo(places.shop.timezone)
    statuses = booking_statuses_of([(layout, place)])
    bookings = bookings_of(parts, places.decisions, zone)
    gone = [found for found in bookings if is_cancelled(found, statuses)]
    older_of = {held_name(quote): older for quote, older in shop.held.items()}
    cancelled = cancel(gone, places.source, older_of, zone)
    left = {
        name: [booking for booking in older if booking.id not in cancelled.gone]
        for name, older in older_of.items()
    }
    settled = settle_bookings(
        [found for found in bookings if found not in gone], places.source, places.decisions, left, zone,
        what="quote",
    )  # fmt: skip
    places.canonical.replaced += [*cancelled.gone, *settled.gone]
    for told in (cancelled.told, settled.told):
        if told:
            findings.notice(place, None, told)
    marks = marks_of([(layout, place)])
    add_bookings(settled.bookings, {}, marks, {}, places.canonical, held=True)


def _part(reader: RowReader, places: Places) -> Part | None:
    quote = reader.text("quote", needed=True)
    machine = places.machines.find(reader.text("machine", needed=True))
    window = window_in(reader)
    if not quote or machine is None or window is None or reader.bad:
        return None
    return Part(held_name(quote), quote, machine, *window, reader)
