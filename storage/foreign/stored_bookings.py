"""Bookings that the plan has of operations that a file books: the same one is known again, and whether others
go is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from storage.foreign.bookings import Part
from storage.foreign.clocks import instant
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.shop_names import StoredBooking

REPLACE, YES, NO = "replace_bookings", "yes", "no"
# The system of keys that are made here, and of numbers of other systems: a booking is of one of three.
OF_IMPORTS = "import"
_SYSTEMS = frozenset({OF_IMPORTS, "app", "plan"})
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
    bookings: Sequence[Sequence[Part]],
    source: str,
    decisions: Decisions,
    older_of: Mapping[str, Sequence[StoredBooking]],
    zone: ZoneInfo,
    *,
    what: str = "operation",
) -> Settled:
    """The file's bookings as those of the plan that they are, and which others of their operations go. Work
    that is done stays: it is no plan. `older_of`: the plan's by the names of their operations or quotes."""
    by_operation: dict[str, list[Sequence[Part]]] = {}
    for parts in sorted(bookings, key=lambda found: (found[0].name, instant(found[0].start, zone))):
        by_operation.setdefault(parts[0].name, []).append(parts)
    names = {
        id(parts): _named(parts, operation, place, source)
        for operation, found in by_operation.items()
        for place, parts in enumerate(found, 1)
    }
    of_number = by_number(older_of, {number_of(parts) for parts in bookings} - {""}, source)
    taken = {older.id for older in of_number.values()}
    settled, others = Settled(), list[tuple[str, StoredBooking]]()
    moved: dict[int, StoredBooking] = {}
    for operation, found in by_operation.items():
        plan = [older for older in older_of.get(operation, ()) if older.id not in taken]
        own = {(older.external_id or "", older.source): older for older in plan}
        named = [own[names[id(parts)]] for parts in found if names[id(parts)] in own]
        left = [older for older in plan if older not in named]
        for parts in found:
            same = of_number.get(number_of(parts)) or own.get(names[id(parts)])
            if same is None:
                same = next((older for older in left if is_same(older, parts, zone)), None)
            left = [older for older in left if older is not same]
            settled.bookings.append(Identified(*names[id(parts)], parts, same))
        left = [older for older in left if older.status != "done"]
        others += [(operation, older) for older in left]
        new = [parts for parts in found if _is_new(settled.bookings, parts)]
        if len(left) == len(new) == 1 and not number_of(new[0]):
            moved[id(new[0])] = left[0]
    if others and _ask(others, settled, decisions, zone, what) == YES:
        _move(settled, moved)
    return settled


def _is_new(bookings: Sequence[Identified], parts: Sequence[Part]) -> bool:
    return any(found.parts is parts and found.stored is None for found in bookings)


def _move(settled: Settled, moved: Mapping[int, StoredBooking]) -> None:
    """The only booking of an operation, in whose place the only one of the file comes, is that one: it keeps
    what no column says, such as who works."""
    same = {older.id for older in moved.values()}
    settled.gone = [older for older in settled.gone if older not in same]
    settled.bookings = [replace(b, stored=moved.get(id(b.parts), b.stored)) for b in settled.bookings]


def held_name(quote: str) -> str:
    """What time that is held for a quote is called beside operations."""
    return f"held {quote}"


def number_of(parts: Sequence[Part]) -> str:
    return next((text for part in parts if (text := part.reader.text("booking_number"))), "")


def by_number(
    older_of: Mapping[str, Sequence[StoredBooking]], numbers: set[str], source: str
) -> dict[str, StoredBooking]:
    """The plan's booking of each number of the file: of the file's own system, else the only one that has it,
    whichever system it came from."""
    found: dict[str, dict[str, StoredBooking]] = {}
    for older in (older for bookings in older_of.values() for older in bookings):
        if older.external_id in numbers:
            found.setdefault(older.external_id, {})[older.id] = older
    of_file = _system(source)
    chosen: dict[str, StoredBooking] = {}
    for number, several in found.items():
        own = [older for older in several.values() if older.source == of_file]
        if own or len(several) == 1:
            chosen[number] = (own or list(several.values()))[0]
    return chosen


def _system(source: str) -> str:
    return source if source in _SYSTEMS else OF_IMPORTS


def _named(parts: Sequence[Part], operation: str, place: int, source: str) -> tuple[str, str]:
    """The key of a booking and the system that it is of: its own number, or its place among those of its
    operation."""
    number = number_of(parts)
    return (number, _system(source)) if number else (f"{source}:{operation}/{place}", OF_IMPORTS)


def is_same(older: StoredBooking, parts: Sequence[Part], zone: ZoneInfo) -> bool:
    return (older.machine_id, older.opens, older.closes) == (
        parts[0].machine,
        instant(parts[0].start, zone),
        instant(parts[-1].end, zone),
    )


def _ask(
    others: Sequence[tuple[str, StoredBooking]],
    settled: Settled,
    decisions: Decisions,
    zone: ZoneInfo,
    what: str,
) -> str | None:
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
        f"The plan has {len(others)} other bookings of {what}s that the file books: {told}. "
        f"Does the file say all bookings of the {what}s that it names?",
        (
            Choice(YES, "the others go or move, as far as they are not done"),
            Choice(NO, f"they stay: these {what}s are booked more than once"),
        ),
        why="they were not made from a file with these keys",
    )
    value = decisions.settle(question)
    if value == YES:
        settled.gone += [older.id for _, older in others]
        settled.told = (
            f"bookings that go or move, since the file says all of their {what}s ({REPLACE}): {told}"
        )
    elif value == NO:
        settled.told = f"{what}s that are booked more than once now ({REPLACE}=no): {told}"
    return value
