"""Work told in pieces: "120 pcs, saw 15 min setup 1 min each, then turning 45 min setup 6 min each"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from leadhand.errors import JsonValue
from models.builtin.amounts import Amount, Unit
from models.builtin.lexicon import Kind, lexicon
from models.builtin.mentions import Mention, Named
from models.builtin.reading import Mark, language_words

_PLACES = frozenset({Named.MACHINE, Named.CENTER})
# "per day", "each week": no time of a piece.
_CALENDAR = frozenset({"per_day", "per_week", "per_month"})
_COUNT = re.compile(r"\d{1,6}")
_OPERATION_NUMBER = re.compile(r"(?:op|ag)[ .-]?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many pieces: `marks[first:last]` say it, with what is made ("40 housings")."""

    quantity: int
    first: int
    last: int

    def touches(self, mention: Mention) -> bool:
        return mention.first < self.last and mention.last > self.first


@dataclass(slots=True)
class _Operation:
    place: Mention
    setup_min: float = 0.0
    run_min: float | None = None

    def as_argument(self) -> JsonValue:
        named: dict[str, JsonValue] = (
            {"machines": [self.place.text]}
            if self.place.kind is Named.MACHINE
            else {"work_center": self.place.text}
        )
        if self.setup_min:
            named["setup_min"] = round(self.setup_min)
        named["run_s_per_piece"] = round((self.run_min or 0) * 60)
        return named


@dataclass(slots=True)
class _Route:
    operations: list[_Operation] = field(default_factory=list[_Operation])
    unclear: bool = False

    def note(self, number: int, amount: Amount) -> None:
        """A time that stands by the operation; a second one of a kind is not told apart."""
        operation = self.operations[number]
        if amount.minutes is None or amount.high_minutes is not None:
            self.unclear = True
        elif amount.setup:
            self.unclear = self.unclear or bool(operation.setup_min)
            operation.setup_min = amount.minutes
        else:
            self.unclear = self.unclear or operation.run_min is not None
            operation.run_min = amount.minutes


def batch_in(marks: Sequence[Mark]) -> Batch | None:
    """The number of pieces, where the time of one is said; None where no such time or several numbers are."""
    if not _has_time_of_a_piece(marks):
        return None
    found = [batch for index in range(len(marks)) if (batch := _batch_at(marks, index)) is not None]
    return found[0] if len(found) == 1 else None


def _batch_at(marks: Sequence[Mark], index: int) -> Batch | None:
    mark = marks[index]
    text = "".join(word.spelled for word in mark.words)
    if not mark.unknown or not _COUNT.fullmatch(text):
        return None
    before = marks[index - 1] if index else None
    after = marks[index + 1] if index + 1 < len(marks) else None
    if before is not None and before.words[-1].plain in language_words("quantity_words"):
        return Batch(int(text), index - 1, index + 1)
    if after is None or after.start - mark.end != 1:
        return None
    if "pieces" in after.values(Kind.CONCEPT):
        return Batch(int(text), index, index + 1)
    # What is made may look like a slip in another word: "shafts".
    thing = after.words[0].raw.isalpha() and not (
        after.date or after.amount or lexicon().exactly(after.words)
    )
    return Batch(int(text), index, index + 2) if thing else None


def _has_time_of_a_piece(marks: Sequence[Mark]) -> bool:
    calendar = any(mark.values(Kind.CONCEPT) & _CALENDAR for mark in marks)
    each = any(mark.amount is not None and mark.amount.each for mark in marks)
    return each and not calendar


def route_in(marks: Sequence[Mark], names: Sequence[Mention]) -> JsonValue:
    """The operations in the order said, each with the times that stand by it; None where that does not tell.

    Times belong to the place before them; where the last word is a place, to the one after them. A time of a
    piece that is said of one operation ("saw 3 min, grind 12 min each") is meant of all.
    """
    places = [m for m in names if m.kind in _PLACES and not m.negated]
    times = [
        (index, mark.amount)
        for index, mark in enumerate(marks)
        if mark.amount is not None and mark.amount.unit is not Unit.PERCENT
    ]
    if not places or not times or not _has_time_of_a_piece(marks) or _says_more(marks, places):
        return None
    route = _Route([_Operation(place) for place in places])
    behind = len(places) > 1 and places[-1].first > times[-1][0]
    for index, amount in times:
        route.note(_place_of(places, index, behind=behind), amount)
    if route.unclear or any(operation.run_min is None for operation in route.operations):
        return None
    return [operation.as_argument() for operation in route.operations]


def _says_more(marks: Sequence[Mark], places: Sequence[Mention]) -> bool:
    """A setup without a unit ("45 setup"), or an operation's number that would pass for a machine."""
    bare = any(
        number.unknown and number.words[0].is_number and "setup" in setup.values(Kind.CONCEPT)
        for number, setup in pairwise(marks)
    )
    return bare or any(_OPERATION_NUMBER.fullmatch(place.text) for place in places)


def _place_of(places: Sequence[Mention], index: int, *, behind: bool) -> int:
    if behind:
        return next(number for number, place in enumerate(places) if place.first > index)
    before = [number for number, place in enumerate(places) if place.first < index]
    return before[-1] if before else 0
