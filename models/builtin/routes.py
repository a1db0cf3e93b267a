"""Work told in pieces: "120 pcs, saw 15 min setup 1 min each, then turning 45 min setup 6 min each"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from leadhand.errors import JsonValue
from models.builtin.amounts import Amount, Unit
from models.builtin.lexicon import Kind, lexicon
from models.builtin.mentions import Mention, Named
from models.builtin.numbers_said import small_number
from models.builtin.reading import Mark, language_words

_PLACES = frozenset({Named.MACHINE, Named.CENTER})
# "per day", "each week": no time of a piece.
_CALENDAR = frozenset({"per_day", "per_week", "per_month"})
# Longer than this is hardly the time of one piece.
_LONG_MIN = 60
_HOURS_A_DAY = 24
_COUNT = re.compile(r"\d{1,6}")
_OPERATION_NUMBER = re.compile(r"(?:op|ag)[ .-]?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many pieces: `marks[first:last]` say it, with what is made ("40 housings")."""

    quantity: int
    first: int
    last: int
    said: bool = True

    def touches(self, mention: Mention) -> bool:
        return mention.first < self.last and mention.last > self.first


@dataclass(slots=True)
class _Operation:
    place: Mention
    outside: bool = False
    others: list[str] = field(default_factory=list[str])
    setup_min: float = 0.0
    run_min: float | None = None

    def as_argument(self) -> JsonValue:
        if self.outside:
            return {"name": self.place.text, "subcontract_h": round((self.run_min or 0) / 60)}
        named: dict[str, JsonValue] = (
            {"machines": [self.place.text, *self.others]}
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
        if operation.outside and amount.days is not None:
            operation.run_min = amount.days * _HOURS_A_DAY * 60.0
            return
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
    sure = [batch for batch in found if batch.said] or found
    return sure[0] if len(sure) == 1 else None


def _batch_at(marks: Sequence[Mark], index: int) -> Batch | None:
    mark = marks[index]
    count = _count_of(mark)
    if count is None:
        return None
    before = marks[index - 1] if index else None
    after = marks[index + 1] if index + 1 < len(marks) else None
    if before is not None and before.words[-1].plain in language_words("quantity_words"):
        return Batch(count, index - 1, index + 1)
    if after is None or after.start - mark.end > 1:
        return None
    if "pieces" in after.values(Kind.CONCEPT) or after.words[0].spelled in language_words("pieces_behind"):
        return Batch(count, index, index + 1)
    if after.start == mark.end:
        return None
    # What is made may look like a slip in another word: "shafts".
    noun = after.words[0].raw[0].isupper() and all(sense.kind is Kind.FILLER for sense in after.senses)
    thing = after.words[0].raw.isalpha() and not (
        after.date or after.amount or (lexicon().exactly(after.words) and not noun)
    )
    return Batch(count, index, index + 2, said=False) if thing else None


def _count_of(mark: Mark) -> int | None:
    """ "120", "twenty", "hundred"."""
    text = "".join(word.spelled for word in mark.words)
    if mark.amount is not None or mark.date is not None:
        return None
    if mark.unknown and _COUNT.fullmatch(text):
        return int(text)
    return small_number(text)


def _has_time_of_a_piece(marks: Sequence[Mark]) -> bool:
    """Said of a piece, or short times at several places beside a number of pieces."""
    calendar = any(mark.values(Kind.CONCEPT) & _CALENDAR for mark in marks)
    each = any(mark.amount is not None and mark.amount.each for mark in marks)
    return (each or _has_short_times(marks)) and not calendar


def _has_short_times(marks: Sequence[Mark]) -> bool:
    """ "100 pcs: saw 2 min, turn 5 min": minutes by each of several kinds of work."""
    runs = [mark.amount for mark in marks if mark.amount is not None and not mark.amount.setup]
    short = all(run.minutes is not None and run.minutes < _LONG_MIN for run in runs if run.days is None)
    pieces = any("pieces" in mark.values(Kind.CONCEPT) or _count_of(mark) for mark in marks)
    places = sum(1 for mark in marks if mark.has(Kind.PROCESS, Kind.MAKER))
    return pieces and short and len(runs) > 1 and places > 1


def route_in(marks: Sequence[Mark], names: Sequence[Mention]) -> JsonValue:
    """The operations in the order said, each with the times that stand by it; None where that does not tell.

    Times belong to the place before them; where the last word is a place, to the one after them. A time of a
    piece that is said of one operation ("saw 3 min, grind 12 min each") is meant of all.
    """
    places = [
        m for m in names if m.kind in _PLACES and not m.negated and not _OPERATION_NUMBER.fullmatch(m.text)
    ]
    if any(m.kind is Named.CENTER or m.coded for m in places):
        # "Harlow wants 40 pieces": who wants them is no machine beside those that are.
        places = [m for m in places if m.kind is Named.CENTER or m.coded or m.located]
    times = [
        (index, mark.amount)
        for index, mark in enumerate(marks)
        if mark.amount is not None and mark.amount.unit is not Unit.PERCENT
    ]
    if not places or not times or not _has_time_of_a_piece(marks):
        return None
    either = {second.first for first, second in pairwise(places) if _is_either(marks, first, second)}
    others = [place for place in places if place.first in either]
    places = [place for place in places if place.first not in either]
    route = _Route([_Operation(place, outside=_is_outside(marks, places, place)) for place in places])
    behind = len(places) > 1 and places[-1].first > times[-1][0]
    for index, amount in times:
        route.note(_place_of(places, index, behind=behind), amount)
    for other in others:
        route.operations[_place_of(places, other.first, behind=False)].others.append(other.text)
    if route.unclear or any(operation.run_min is None for operation in route.operations):
        return None
    return [operation.as_argument() for operation in route.operations]


def _is_either(marks: Sequence[Mark], one: Mention, other: Mention) -> bool:
    """ "VF-4 or VF-2": two machines for one operation."""
    between = marks[one.last : other.first]
    machines = one.kind is other.kind is Named.MACHINE
    return machines and len(between) == 1 and between[0].words[0].spelled in {"or", "oder"}


def _is_outside(marks: Sequence[Mark], places: Sequence[Mention], place: Mention) -> bool:
    """ "outside for hardening 5 days": the words for it stand between its neighbours."""
    at = [m.first for m in places].index(place.first)
    first = places[at - 1].last if at else 0
    last = places[at + 1].first if at + 1 < len(places) else len(marks)
    around = marks[first:last]
    lasts = any(mark.amount is not None and mark.amount.days for mark in marks[place.first : last])
    return lasts and any("outside_work" in mark.values(Kind.CONCEPT) for mark in around)


def _place_of(places: Sequence[Mention], index: int, *, behind: bool) -> int:
    if behind:
        return next(number for number, place in enumerate(places) if place.first > index)
    before = [number for number, place in enumerate(places) if place.first < index]
    return before[-1] if before else 0
