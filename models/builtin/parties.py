"""Names that are no machine's: customers, people by their code, orders by their bare number.

Told by the words around them, since the model has no list of any.
"""

from collections.abc import Sequence
from dataclasses import replace

from models.builtin.lexicon import Kind
from models.builtin.mentions import Mention, Named, Surety
from models.builtin.reading import Reading, language_words

_ORDER_WORDS = frozenset({"order", "open_orders"})
# What is asked of a customer's orders.
_ASKED = frozenset(
    {"order", "open_orders", "late", "at_risk", "in_time", "unscheduled", "goes_out", "standing"}
)
_PROMISED = frozenset({"in_time", "late", "at_risk", "goes_out", "deliver", "standing"})
_THINGS = frozenset({"order", "open_orders", "pieces"})
# What is asked for those who wait.
_ASKED_FOR = frozenset({"reason", "finish", "due", "goes_out"})
# What is asked of an order that goes by its number alone.
_OF_AN_ORDER = frozenset(
    {"deliver", "goes_out", "late", "in_time", "at_risk", "order", "unscheduled", "reason", "on_hold"}
)
# What is done to one, on whatever machine.
_DONE_TO_AN_ORDER = frozenset(
    {
        "operation",
        "postponed",
        "out_of_plan",
        "into_plan",
        "lock",
        "unlock",
        "newly",
        "due",
        "due_moved",
        "priority",
        "resized",
        "called_off",
    }
)
_BEFALLS_PEOPLE = frozenset({"calls_in", "absent"})
_OF_A_PERSON = frozenset({"shift", "absent", "present"})
# With these another order is meant that is not in the plan, or none at all.
_NOT_ASKED = frozenset(
    {"new", "try_out", "alike", "machine", "work_center", "running", "schedule", "busy", "load"}
)
_NUMBER_CHARS = range(4, 7)
_PERSON_CODE_DIGITS = 3


def told_apart(reading: Reading, mentions: Sequence[Mention], *, about_orders: bool) -> tuple[Mention, ...]:
    """The mentions, each as what it is; `about_orders`: the turn before was about one."""
    told: list[Mention] = []
    for mention in mentions:
        found = _told(reading, mention, mentions, about_orders=about_orders)
        if told and _goes_on_counting(reading, told[-1], found):
            found = replace(found, kind=Named.ORDER, surety=Surety.SHAPE, coded=False)
        told.append(found)
    return tuple(told)


def _goes_on_counting(reading: Reading, before: Mention, mention: Mention) -> bool:
    """ "WO-4003, 4006 and 4011": a number behind an order's code is another one."""
    between = reading.marks[before.last : mention.first]
    number = mention.text.isdigit() and len(mention.text) in _NUMBER_CHARS
    return number and before.kind is Named.ORDER and all(mark.has(Kind.JOINER) for mark in between)


def _told(reading: Reading, mention: Mention, others: Sequence[Mention], *, about_orders: bool) -> Mention:
    if mention.kind not in {Named.MACHINE, Named.OTHER}:
        return mention
    if _is_bare_order(reading, mention, others, about_orders=about_orders):
        return replace(mention, kind=Named.ORDER, surety=Surety.SHAPE)
    if _is_person_code(mention) and reading.concepts() & _OF_A_PERSON:
        return replace(mention, kind=Named.PERSON)
    if _is_away(reading, mention):
        return replace(mention, kind=Named.PERSON, surety=Surety.SHAPE)
    if _asks_after_theirs(reading, mention) or _is_customer(reading, mention):
        return replace(mention, kind=Named.CUSTOMER, surety=Surety.SHAPE, located=False)
    return mention


def _is_bare_order(
    reading: Reading, mention: Mention, others: Sequence[Mention], *, about_orders: bool
) -> bool:
    """ "when does 4032 ship", or "and 4010?" after a question about another one."""
    if not (mention.text.isdigit() and len(mention.text) in _NUMBER_CHARS):
        return False
    told = about_orders or bool(reading.concepts() & _OF_AN_ORDER) or "order_status" in reading.topics()
    if not told and reading.concepts() & _DONE_TO_AN_ORDER and not mention.located:
        return not any(other.kind is Named.ORDER for other in others) and not _counts(reading, mention)
    counted = any("pieces" in mark.values(Kind.CONCEPT) for mark in reading.marks)
    named = any(other.kind in {Named.MACHINE, Named.CENTER} and other is not mention for other in others)
    return not counted and not named and told


def _counts(reading: Reading, mention: Mention) -> bool:
    """ "raised to 5000 pieces"."""
    after = reading.marks[mention.last : mention.last + 1]
    return any("pieces" in mark.values(Kind.CONCEPT) for mark in after)


def _is_person_code(mention: Mention) -> bool:
    """ "E105"."""
    return (
        mention.text[:1] in {"E", "e"}
        and mention.text[1:].isdigit()
        and len(mention.text) > _PERSON_CODE_DIGITS
    )


def _is_away(reading: Reading, mention: Mention) -> bool:
    """ "Okafor is sick", "if Chen is out": a bare name, and behind it what befalls people only."""
    apart = mention.coded or mention.located or mention.kind is not Named.MACHINE
    if apart or not mention.text.isalpha() or mention.last >= len(reading.marks):
        return False
    before = reading.marks[mention.first - 1] if mention.first else None
    behind = reading.text[reading.marks[mention.last - 1].end :].lstrip()
    if (before is not None and before.has(Kind.DETERMINER)) or behind[:1] in {",", ";", ".", ":"}:
        return False
    rest = reading.marks[mention.last :]
    told = next(
        (mark for mark in rest if not (mark.neutral or mark.date) or mark.values(Kind.CONCEPT)), rest[0]
    )
    return bool(told.values(Kind.CONCEPT) & _BEFALLS_PEOPLE) and "down" not in told.values(Kind.CONCEPT)


def _asks_after_theirs(reading: Reading, mention: Mention) -> bool:
    """ "Redstone is asking why their order isn't done": who is named first, and whose work is asked for."""
    concepts = reading.concepts()
    opens = all(mark.has(Kind.FILLER, Kind.SOCIAL) for mark in reading.marks[: mention.first])
    named = mention.text[:1].isupper() and not mention.coded and not mention.negated
    theirs = any(word.plain in language_words("theirs") for mark in reading.marks for word in mark.words)
    asked = bool(concepts & _THINGS) and bool(concepts & (_PROMISED | _ASKED_FOR))
    return opens and named and theirs and asked and not concepts & _NOT_ASKED


def _is_customer(reading: Reading, mention: Mention) -> bool:
    """ "orders for Harlow", "the Kestrel job", "Harlow's order", "will Harlow get their parts in time"."""
    concepts = reading.concepts()
    amounts = any(mark.amount is not None for mark in reading.marks)
    taken = "take_on" in concepts and "in_time" not in concepts
    if (
        mention.coded
        or mention.negated
        or amounts
        or taken
        or concepts & _NOT_ASKED
        or mention.text.isdigit()
    ):
        return False
    marks = reading.marks
    after = [mark for mark in marks[mention.last : mention.last + 2] if mark.words[0].plain != "s"]
    of_work = bool(after) and bool(after[0].values(Kind.CONCEPT) & _ORDER_WORDS) and len(after[0].words) == 1
    before = marks[mention.first - 1] if mention.first else None
    behind_order = before is not None and bool(before.values(Kind.CONCEPT) & _ORDER_WORDS)
    given_to = before is not None and before.words[-1].plain in language_words("on_behalf")
    owned = reading.text[marks[mention.last - 1].end :].startswith("'s")
    ends = mention.last == len(marks) or (owned and mention.last + 1 == len(marks))
    promised = mention.surety is Surety.SHAPE and bool(concepts & _THINGS)
    promised = promised and bool(concepts & (_PROMISED | _ORDER_WORDS))
    blamed = {"reason", "late"} <= concepts and mention.surety is Surety.SHAPE and not concepts & _ORDER_WORDS
    return (
        of_work
        or (given_to and bool(concepts & _ASKED))
        or (behind_order and ends and mention.kind is Named.MACHINE)
        or (promised and not mention.located)
        or blamed
        or (owned and ends)
    )
