"""Bookings that a file says are not to be: those of the plan go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from storage.foreign.bookings import Part
from storage.foreign.shop_names import StoredBooking
from storage.foreign.stored_bookings import by_number, is_same, number_of
from storage.foreign.words_of_cells import CANCELLED

_TOLD = 8
_DONE = "done"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`gone`: ids of bookings of the plan. `told`: what became of the rows."""

    gone: tuple[str, ...] = ()
    told: str = ""


def is_cancelled(parts: Sequence[Part], statuses: Mapping[str, str]) -> bool:
    """Whether all rows of a booking say so."""
    return all(
        part.reader.layout.has("booking_status")
        and statuses.get(part.reader.text("booking_status")) == CANCELLED
        for part in parts
    )


def cancel(
    bookings: Sequence[Sequence[Part]],
    source: str,
    older_of: Mapping[str, Sequence[StoredBooking]],
    zone: ZoneInfo,
) -> Cancelled:
    """What goes: the plan's booking of the same number, or of the same operation, machine and times. Work
    that is done stays."""
    if not bookings:
        return Cancelled()
    of_number = by_number(older_of, {number_of(parts) for parts in bookings} - {""}, source)
    gone: list[str] = []
    for parts in bookings:
        same = of_number.get(number_of(parts)) or next(
            (older for older in older_of.get(parts[0].name, ()) if is_same(older, parts, zone)), None
        )
        if same is not None and same.status != _DONE and same.id not in gone:
            gone.append(same.id)
    rows = ", ".join(str(parts[0].reader.row.number) for parts in bookings[:_TOLD])
    more = " …" if len(bookings) > _TOLD else ""
    told = f"{len(bookings)} bookings are cancelled (row {rows}{more}): {len(gone)} of the plan go"
    return Cancelled(tuple(gone), told)
