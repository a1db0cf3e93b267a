"""Numbers of things in a clause: "in 4 lots", "needs 200 pieces"."""

from functools import cache

from models.builtin.clauses import Clause
from models.builtin.grammar_files import Slot
from models.builtin.lexicon import Kind

_MOST_URGENT = 5


def count(slot: Slot, clause: Clause) -> int | None:
    """The number right before the concept: "in 4 lots", or within "split over two machines"."""
    if slot.single & clause.features:
        return 1
    marks = clause.reading.marks
    for index, mark in enumerate(marks):
        if slot.concept in mark.values(Kind.CONCEPT):
            for near in (marks[index - 1 : index], marks[index + 1 : index + 3]):
                number = next((_small_number(word.spelled) for m in near for word in m.words), None)
                if number:
                    return number
    return None


def pieces(slot: Slot, clause: Clause) -> int | None:
    """The number before the concept: "needs 200 pieces", "auf 200 Stück"."""
    marks = clause.reading.marks
    for index, mark in enumerate(marks):
        if index and slot.concept in mark.values(Kind.CONCEPT):
            number = "".join(word.spelled for word in marks[index - 1].words)
            if number.isascii() and number.isdigit():
                return int(number)
    return None


def new_quantity(slot: Slot, clause: Clause) -> int | None:
    """How many pieces an order has from now on: by its word, else the one number that stands alone."""
    said = clause.counts
    return said[0] if len(said) == 1 else pieces(slot, clause)


def number_after(slot: Slot, clause: Clause) -> int | None:
    """The number behind the concept: "priority 5"."""
    marks = clause.reading.marks
    for index, mark in enumerate(marks[:-1]):
        if slot.concept in mark.values(Kind.CONCEPT):
            number = "".join(word.spelled for word in marks[index + 1].words)
            if number.isascii() and number.isdigit():
                return int(number)
    return None


def numbers_after(slot: Slot, clause: Clause) -> list[int]:
    """The numbers behind the concept: "operation 20", "operations 20 and 30"."""
    found: list[int] = []
    marks = clause.reading.marks
    for index, mark in enumerate(marks):
        if slot.concept not in mark.values(Kind.CONCEPT):
            continue
        for after in marks[index + 1 :]:
            number = "".join(word.spelled for word in after.words)
            if number.isascii() and number.isdigit():
                found.append(int(number))
            elif not after.has(Kind.JOINER):
                break
    return [*dict.fromkeys(found)]


def last_number(clause: Clause) -> int | None:
    """The last number that stands alone: "the priority of WO-4002 to 5"."""
    named = {i for m in clause.names for i in range(m.first, m.last)}
    rows = [
        "".join(word.spelled for word in mark.words)
        for index, mark in enumerate(clause.reading.marks)
        if index not in named and mark.date is None and mark.amount is None
    ]
    return next((int(text) for text in reversed(rows) if text.isascii() and text.isdigit()), None)


def urgency(slot: Slot, clause: Clause) -> int | None:
    """A priority by its number, or by a word: "top priority"; 5 is the most urgent."""
    if slot.concept not in clause.features:
        return None
    number = number_after(slot, clause)
    number = last_number(clause) if number is None else number
    if number is None and slot.single & clause.features:
        return _MOST_URGENT
    return number


def _small_number(word: str) -> int | None:
    number = int(word) if word.isdigit() else _small_words().get(word)
    return number if number is not None and 1 < number <= 99 else None


@cache
def _small_words() -> dict[str, int]:
    return {
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "zwei": 2,
        "drei": 3,
        "vier": 4,
        "fuenf": 5,
        "sechs": 6,
    }
