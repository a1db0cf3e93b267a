"""Bookings of operations from the rows of a board; rows of one operation on one machine are parts of one
booking where that is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from storage.foreign.clocks import instant
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader

SEGMENTS, JOINED, APART = "segments", "joined", "apart"
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A row of a board: `name` and `reference` are of its operation."""

    name: str
    reference: str
    machine: str
    start: Moment
    end: Moment
    reader: RowReader


def bookings_of(parts: Sequence[Part], decisions: Decisions, zone: ZoneInfo) -> list[list[Part]]:
    """The parts of each booking, in order of time. Parts between which the machine does something else are
    bookings of their own, whatever is said: a booking takes its machine from its first part to its last."""
    ordered = sorted(parts, key=lambda part: instant(part.start, zone))
    by_machine: dict[str, list[Part]] = {}
    for part in ordered:
        by_machine.setdefault(part.machine, []).append(part)
    joined = _joined(by_machine, decisions)
    found: list[list[Part]] = []
    for on_machine in by_machine.values():
        last: list[Part] = []
        for part in on_machine:
            goes_on = (
                last
                and last[-1].name == part.name
                and instant(part.start, zone) >= instant(last[-1].end, zone)
            )
            if goes_on and (_same_number(last[-1], part) or (joined and not _other_number(last[-1], part))):
                last.append(part)
            else:
                last = [part]
                found.append(last)
    return found


def _same_number(before: Part, part: Part) -> bool:
    """Whether both rows name one booking by its number: it is one, without a question."""
    number = part.reader.text("booking_number")
    return bool(number) and before.reader.text("booking_number") == number


def _other_number(before: Part, part: Part) -> bool:
    numbers = {found.reader.text("booking_number") for found in (before, part)} - {""}
    return len(numbers) > 1


def _joined(by_machine: Mapping[str, Sequence[Part]], decisions: Decisions) -> bool:
    """Whether rows of one operation, with nothing else on their machine between them, are one booking."""
    repeated = [
        (before, part)
        for on_machine in by_machine.values()
        for before, part in pairwise(on_machine)
        if before.name == part.name and not _same_number(before, part) and not _other_number(before, part)
    ]
    if not repeated:
        return decisions.optional(SEGMENTS) == JOINED
    told = "; ".join(
        f"{b.name} in rows {b.reader.row.number} and {p.reader.row.number}" for b, p in repeated[:_TOLD]
    )
    question = Question(
        SEGMENTS,
        f"{len(repeated)} times an operation goes on on its machine in another row ({told}): "
        "is it one booking?",
        (
            Choice(JOINED, "one booking in parts: set up once, and the machine is taken between them too"),
            Choice(APART, "each row is a booking of its own, with a setup of its own"),
        ),
        why="a board may part one booking by nights, breaks or shifts",
    )
    return decisions.settle(question) == JOINED
