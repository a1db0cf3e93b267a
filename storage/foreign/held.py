"""Time of machines that is held for quotes, from rows of a board that are of no order."""

from storage.exchange.problems import Findings
from storage.foreign.layout import Layout
from storage.foreign.masters import machines_of
from storage.foreign.places import Places
from storage.foreign.reading import readers_of, window_in


def take_held(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A booking without an operation a row."""
    machines_of(list(readers_of(layout, place, Findings())), places)
    for number, reader in enumerate(readers_of(layout, place, findings), 1):
        quote = reader.text("quote", needed=True)
        machine = places.machines.find(reader.text("machine", needed=True))
        window = window_in(reader)
        if not quote or machine is None or window is None or reader.bad:
            continue
        name = f"{places.source}:held {quote}/{number}"
        origin = reader.origin(quote_id="quote", machine_id="machine", start="start", end="end")
        places.canonical.add(
            "booking",
            {
                "external_id": name, "source": "import", "quote_id": quote, "machine_id": machine,
                "status": "held",
            },
            origin,
        )  # fmt: skip
        places.canonical.add(
            "booking_segment",
            {"booking_id": name, "start": window[0].canonical, "end": window[1].canonical},
            origin,
        )
