"""Time of machines that is held for quotes, from rows of a board that are of no order."""

from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings
from storage.foreign.bookings import Part
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.places import Places
from storage.foreign.reading import RowReader, readers_of, window_in
from storage.foreign.stored_bookings import Identified, settle_bookings


def take_held(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A booking without an operation a row. What the plan holds for the same quote is known again, and what
    becomes of the rest is asked, as of bookings."""
    machines_of(list(readers_of(layout, place, Findings())), places)
    parts = [
        part for reader in readers_of(layout, place, findings) if (part := _part(reader, places)) is not None
    ]
    shop = places.shop
    older_of = {_name(quote): older for quote, older in shop.held.items()}
    settled = settle_bookings(
        [[part] for part in parts], places.source, places.decisions, older_of, ZoneInfo(shop.timezone),
        what="quote",
    )  # fmt: skip
    places.canonical.replaced += settled.gone
    if settled.told:
        findings.notice(place, None, settled.told)
    for held in settled.bookings:
        _add(held, places)


def _name(quote: str) -> str:
    return f"held {quote}"


def _part(reader: RowReader, places: Places) -> Part | None:
    quote = reader.text("quote", needed=True)
    machine = places.machines.find(reader.text("machine", needed=True))
    window = window_in(reader)
    if not quote or machine is None or window is None or reader.bad:
        return None
    return Part(_name(quote), quote, machine, *window, reader)


def _add(held: Identified, places: Places) -> None:
    [part], stored = held.parts, held.stored
    identity = (
        {"id": stored.id, "source": stored.source, "external_id": stored.external_id}
        if stored is not None
        else {"id": None, "source": held.source, "external_id": held.name}
    )
    origin = part.reader.origin(quote_id="quote", machine_id="machine", start="start", end="end")
    places.canonical.add(
        "booking",
        {**identity, "quote_id": part.reference, "machine_id": part.machine, "status": "held"},
        origin,
    )
    places.canonical.add(
        "booking_segment",
        {
            "booking_id": stored.id if stored is not None else held.name,
            "start": part.start.canonical, "end": part.end.canonical,
        },
        origin,
    )  # fmt: skip
