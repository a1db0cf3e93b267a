"""Bookings that the plan has of operations that a file books: the same one is known again, and whether others
go is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from storage.foreign.bookings import Part
from storage.foreign.clocks import instant
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.shop_names import ShopNames, StoredBooking

REPLACE, YES, NO = "replace_bookings", "yes", "no"
# The system of keys that are made here.
OF_IMPORTS = "import"
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Identified:
    """A booking of the file: `name` is its key in the system `source`, `stored` the booking of the plan that
    it is, when that has another."""

    name: str
    source: str
    parts: Sequence[Part]
    stored: StoredBooking | None


@dataclass(slots=True)
class Settled:
    """`gone`: ids of bookings that the file takes the place of. `told`: what a reader must know of it."""

    bookings: list[Identified] = field(default_factory=list[Identified])
    gone: list[str] = field(default_factory=list[str])
    told: str = ""


def settle_bookings(
    bookings: Sequence[Sequence[Part]], source: str, decisions: Decisions, shop: ShopNames
) -> Settled:
    """The file's bookings as those of the plan that they are, and which others of their operations go. Work
    that is done stays: it is no plan."""
    zone = ZoneInfo(shop.timezone)
    by_operation: dict[str, list[Sequence[Part]]] = {}
    for parts in sorted(bookings, key=lambda found: (found[0].name, instant(found[0].start, zone))):
        by_operation.setdefault(parts[0].name, []).append(parts)
    older_of = {f"{code}/{seq}": older for (code, seq), older in shop.bookings.items()}
    settled, others = Settled(), list[tuple[str, StoredBooking]]()
    for operation, found in by_operation.items():
        names = [_named(parts, operation, place, source) for place, parts in enumerate(found, 1)]
        left = [
            older for older in older_of.get(operation, ()) if (older.external_id, older.source) not in names
        ]
        for name, parts in zip(names, found, strict=True):
            same = next((older for older in left if _is_same(older, parts, zone)), None)
            left = [older for older in left if older is not same]
            settled.bookings.append(Identified(*name, parts, same))
        others += [(operation, older) for older in left if older.status != "done"]
    if others:
        _ask(others, settled, decisions, zone)
    return settled


def _named(parts: Sequence[Part], operation: str, place: int, source: str) -> tuple[str, str]:
    """The key of a booking and the system that it is of: its own number, or its place among those of its
    operation."""
    number = next((text for part in parts if (text := part.reader.text("booking_number"))), "")
    return (number, source) if number else (f"{source}:{operation}/{place}", OF_IMPORTS)


def _is_same(older: StoredBooking, parts: Sequence[Part], zone: ZoneInfo) -> bool:
    return (older.machine_id, older.opens, older.closes) == (
        parts[0].machine,
        instant(parts[0].start, zone),
        instant(parts[-1].end, zone),
    )


def _ask(
    others: Sequence[tuple[str, StoredBooking]], settled: Settled, decisions: Decisions, zone: ZoneInfo
) -> None:
    more = f" and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
    told = (
        "; ".join(
            f"{name} on {b.machine} from {b.opens.astimezone(zone):%Y-%m-%d %H:%M}"
            for name, b in others[:_TOLD]
        )
        + more
    )
    question = Question(
        REPLACE,
        f"The plan has {len(others)} other bookings of operations that the file books: {told}. "
        "Does the file say all bookings of the operations that it names?",
        (
            Choice(YES, "the others go, as far as they are not done"),
            Choice(NO, "they stay: these operations are booked more than once"),
        ),
        why="they were not made from a file with these keys",
    )
    value = decisions.settle(question)
    if value == YES:
        settled.gone += [older.id for _, older in others]
        settled.told = f"bookings that go, since the file says all of their operations ({REPLACE}): {told}"
    elif value == NO:
        settled.told = f"operations that are booked more than once now ({REPLACE}=no): {told}"
