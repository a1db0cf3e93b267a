"""The canonical rows of a file's bookings."""

from collections.abc import Iterable, Mapping

from storage.foreign.bookings import Part
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.stored_bookings import Identified
from storage.foreign.words_of_cells import Marks

# What is begun and not done all through is in progress.
_TOLD = 8
_PLANNED, _GOES_ON, HELD = "planned", "in_progress", "held"


def add_bookings(
    bookings: Iterable[Identified], people: Mapping[str, str | None], marks: Marks,
    statuses: Mapping[str, str], canonical: Canonical, *, held: bool = False,
) -> None:  # fmt: skip
    """The rows of bookings, of operations or of quotes for which time is `held`, and of their segments."""
    for booking in bookings:
        first, stored = booking.parts[0], booking.stored
        identity = (
            {"id": stored.id, "source": stored.source, "external_id": stored.external_id}
            if stored is not None
            else {"id": None, "source": booking.source, "external_id": booking.name}
        )
        canonical.add(
            "booking",
            {
                **identity, "quote_id" if held else "operation_id": first.reference,
                "machine_id": first.machine, **({} if held else _firm(booking)),
                **_said(booking, marks, statuses), **({"status": HELD} if held else {}),
            },
            _origin(first),
        )  # fmt: skip
        for part in booking.parts:
            canonical.add(
                "booking_segment",
                {
                    "booking_id": stored.id if stored is not None else booking.name,
                    "start": part.start.canonical, "end": part.end.canonical,
                    "operator_id": _who(booking, part, people),
                },
                _origin(part),
            )  # fmt: skip


def _firm(booking: Identified) -> dict[str, str]:
    """What becomes of time that was held for a quote, where it is that of an operation now."""
    was_held = booking.stored is not None and booking.stored.status == HELD
    return {"quote_id": "", "status": _PLANNED} if was_held else {}


def _who(booking: Identified, part: Part, people: Mapping[str, str | None]) -> str | None:
    """Who does a part. Where no column says it, whoever does all of the plan's booking goes on with it."""
    if part.reader.layout.has("operator") or booking.stored is None:
        return people.get(part.reader.text("operator"))
    planned = booking.stored.operators or ()
    return planned[0] or None if len(planned) == 1 else None


def told_of_people(bookings: Iterable[Identified]) -> str:
    """Bookings of the plan whose parts several people do, and whose people nothing of the file says."""
    lost = [
        found
        for found in bookings
        if found.stored is not None
        and len(found.stored.operators or ()) > 1
        and not any(part.reader.layout.has("operator") for part in found.parts)
    ]
    if not lost:
        return ""
    rows = ", ".join(str(found.parts[0].reader.row.number) for found in lost[:_TOLD])
    return (
        f"{len(lost)} bookings of the plan are done by several people in turn, and no column says whom: they "
        f"have nobody now (row {rows}{' …' if len(lost) > _TOLD else ''})"
    )


def _said(booking: Identified, marks: Marks, statuses: Mapping[str, str]) -> dict[str, str]:
    """Whether it is locked and where it stands, as far as the rows of its parts say it."""
    readers = [part.reader for part in booking.parts]
    found: dict[str, str] = {}
    locked = [reader.marked("locked", marks) for reader in readers if reader.layout.has("locked")]
    if locked:
        found["locked"] = str(any(locked)).lower()
    texts = [reader.text("booking_status") for reader in readers if reader.layout.has("booking_status")]
    said = {statuses.get(text, _PLANNED) for text in texts}
    if said:
        found["status"] = said.pop() if len(said) == 1 else _GOES_ON
    return found


def _origin(part: Part) -> Origin:
    return part.reader.origin(
        machine_id="machine", start="start", end="end", operator_id="operator",
        envelope_start="start", envelope_end="end", operation_id="operation", quote_id="quote",
    )  # fmt: skip
