"""Things called by name in a question: machines, work centers, people, orders.

The model has no list of the shop's machines, so a name is what is left once everything else is known,
judged by its shape and by its place in the sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from models.builtin.lexicon import Kind
from models.builtin.reading import Mark, Reading, language_words

_LABELS = frozenset({"machine", "work_center"})
_WORK_WORDS = frozenset({"load", "busy", "workload_word", "hours_word", "overload"})
_PERSONAL = frozenset({"load", "overload", "underload", "hours_word"})
_ORDER_WORDS = frozenset({"order", "pieces"})
# "DMG Mori NLX 2500" has four words; a longer run of unknown words is a sentence, not a name.
MAX_NAME_WORDS = 6
_SHORT_SUFFIX_CHARS = 3
# From so many digits on "wo 4012" is an order where capitals say nothing.
_ORDER_DIGITS = 4
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)", re.IGNORECASE)
# How far before a name its "not" or its "on" may stand, articles and fillers between.
_LOOK_BACK = 3


class Surety(IntEnum):
    """Why a stretch of words is taken for a name."""

    MAYBE = 0
    PLACE = 1  # "the bertha"
    SHAPE = 2  # "VF-2", "Bertha", "haas"


class Named(StrEnum):
    MACHINE = "machine"
    CENTER = "center"
    PERSON = "person"
    ORDER = "order"
    CUSTOMER = "customer"
    OTHER = "other"  # a thing or a place, surely none of the shop's


@dataclass(frozen=True, slots=True)
class Mention:
    """`marks[first:last]` of the reading. `text` is as the person wrote it.

    `surety`: how far it is a name: by its shape, by its place, or because it could be one. `coded`: holds a
    digit or a maker's name.
    `located`: stands after "on", "at" and the like. `negated`: after "not", "without".
    """

    kind: Named
    text: str
    first: int
    last: int
    surety: Surety = Surety.SHAPE
    coded: bool = False
    located: bool = False
    negated: bool = False
    family: str = ""


def mentions_in(reading: Reading) -> list[Mention]:
    """All mentions in order, not overlapping."""
    found = _without_qualifiers(reading, list(_runs(reading)))
    placed = [_placed(reading, mention) for mention in found]
    for index in range(1, len(placed)):
        before, here = placed[index - 1], placed[index]
        between = reading.marks[before.last : here.first]
        if between and all(mark.has(Kind.JOINER, Kind.DETERMINER) for mark in between):
            placed[index] = replace(
                here, located=here.located or before.located, negated=here.negated or before.negated
            )
    return [_person_at_work(reading, mention) for mention in placed]


def _person_at_work(reading: Reading, mention: Mention) -> Mention:
    """ "is Smith overloaded": a bare name without an article, asked how much work it has, is a person's."""
    before = reading.marks[mention.first - 1] if mention.first else None
    bare = not (mention.coded or mention.located or mention.kind is not Named.MACHINE)
    named = mention.surety is Surety.SHAPE and not (before and before.has(Kind.DETERMINER))
    alone = mention.first == 0 or (before is not None and not before.values(Kind.CONCEPT) & _LABELS)
    if bare and named and alone and reading.concepts() & _PERSONAL and not reading.concepts() & _LABELS:
        return replace(mention, kind=Named.PERSON)
    return mention


def _runs(reading: Reading) -> Iterator[Mention]:
    marks = reading.marks
    index = 0
    while index < len(marks):
        mark = marks[index]
        label = bool(mark.values(Kind.CONCEPT) & _LABELS) or mark.has(Kind.PROCESS)
        if mark.words[0].plain in language_words("order_codes") and _is_order_code(reading, index):
            last = index + 2
            yield Mention(Named.ORDER, reading.said(marks[index:last]), index, last)
        elif mark.values(Kind.CONCEPT) & _ORDER_WORDS and _is_reference(reading, index + 1):
            last = _end_of_run(reading, index + 1)
            yield Mention(Named.ORDER, reading.said(marks[index:last]), index, last)
        elif label and _is_tag(reading, index + 1):
            last = index + 2
            kind = Named.CENTER if "work_center" in mark.values(Kind.CONCEPT) else Named.MACHINE
            yield Mention(kind, reading.said(marks[index:last]), index, last, coded=True)
        elif mark.has(Kind.PROCESS) and not mark.neutral:
            last = index + 1
            family = min(mark.values(Kind.PROCESS))
            text = mark.work.raw if mark.work else _kind_of_work(reading, mark)
            yield Mention(Named.CENTER, text, index, last, family=family)
        elif _only(mark, Kind.PERSON):
            last = index + 1
            while (
                last < len(marks)
                and last < index + 3
                and marks[last].unknown
                and (marks[last].words[0].raw[0].isupper() or reading.shouted())
                and _joined(reading, last, " -.")
            ):
                last += 1
            yield Mention(Named.PERSON, reading.said(marks[index:last]), index, last)
        elif mark.unknown or mark.has(Kind.MAKER):
            last = _end_of_run(reading, index)
            yield _name(reading, index, last)
        else:
            last = index + 1
        index = last


def _kind_of_work(reading: Reading, mark: Mark) -> str:
    """ "Lathe work" is called by the lathe."""
    said = reading.said([mark])
    return said[: mark.words[-1].start - mark.start].rstrip() if _is_work(mark) else said


def _is_work(mark: Mark) -> bool:
    return len(mark.words) > 1 and mark.words[-1].plain == "work"


def _name(reading: Reading, first: int, last: int) -> Mention:
    marks = reading.marks[first:last]
    text = reading.said(marks)
    digits = any(c.isdigit() for c in text)
    maker = any(mark.has(Kind.MAKER) for mark in marks)
    letters = any(c.isalpha() for c in text)
    before = reading.marks[first - 1] if first else None
    center = before is not None and "work_center" in before.values(Kind.CONCEPT)
    labelled = before is not None and bool(before.values(Kind.CONCEPT) & _LABELS)
    shaped = maker or (digits and letters) or _quoted(reading, marks) or _capital(reading, first, marks)
    placed = labelled or (before is not None and before.has(Kind.DETERMINER))
    coded = maker or (digits and letters)
    if _ORDINAL.fullmatch(text):
        return Mention(Named.OTHER, text, first, last, surety=Surety.MAYBE)
    if (
        not maker
        and not labelled
        and (_indefinite(reading, first) or (not coded and _somewhere(reading, first)))
    ):
        return Mention(Named.OTHER, text, first, last, surety=Surety.MAYBE)
    if not coded and not placed and _owns_work(reading, last):
        return Mention(Named.PERSON, text, first, last)
    if not coded and len(marks) > 1 and any(mark.words[0].raw.islower() for mark in marks):
        shaped = placed = False  # "the pump shafts", "Harlow called"
    return Mention(
        Named.CENTER if center else Named.MACHINE,
        text,
        first,
        last,
        surety=_surety(shaped=shaped, placed=placed, words=len(marks)),
        coded=maker or (digits and letters) or (digits and len(text) > 2),
    )


def _indefinite(reading: Reading, first: int) -> bool:
    """ "a typical nurse": with the indefinite article nothing is called by its name."""
    for mark in reversed(reading.marks[max(0, first - _LOOK_BACK + 1) : first]):
        if mark.words[-1].plain in language_words("indefinite"):
            return True
        if not mark.has(Kind.FILLER) or mark.has(Kind.DETERMINER, Kind.LOCATION):
            return False
    return False


def _somewhere(reading: Reading, first: int) -> bool:
    """ "in Stuttgart", "to Frankfurt": no article, and a word that no machine stands behind."""
    return first > 0 and reading.marks[first - 1].words[-1].plain in language_words("whereabouts")


def _owns_work(reading: Reading, last: int) -> bool:
    """ "Tyrone's load": an apostrophe and a word for what a person has to do."""
    marks = reading.marks
    if last + 1 >= len(marks) or marks[last].words[0].plain != "s" or not _joined(reading, last, "'"):
        return False
    return bool(marks[last + 1].values(Kind.CONCEPT) & _WORK_WORDS)


def _is_order_code(reading: Reading, index: int) -> bool:
    """ "WO-4012", "wo4012"."""
    marks = reading.marks
    if index + 1 >= len(marks) or not marks[index + 1].words[0].is_number:
        return False
    if not _joined(reading, index + 1, "-#"):
        long_number = len(marks[index + 1].words[0].raw) >= _ORDER_DIGITS
        return long_number if reading.shouted() else reading.said(marks[index : index + 1]).isupper()
    return True


def _surety(*, shaped: bool, placed: bool, words: int) -> Surety:
    if words > MAX_NAME_WORDS:
        return Surety.MAYBE
    return Surety.SHAPE if shaped else Surety.PLACE if placed else Surety.MAYBE


def _end_of_run(reading: Reading, first: int) -> int:
    """Unknown words and makers in one stretch; words of known kinds only inside a model's name."""
    marks = reading.marks
    last = first + 1
    while last < len(marks):
        if (marks[last].unknown or marks[last].has(Kind.MAKER)) and _joined(reading, last, " -/.'&#_"):
            if _begins_anew(reading, first, last):
                break
            last += 1
        elif _inside_name(reading, first, last):
            last += 1
        else:
            break
    if last < len(marks) and marks[last].words[0].plain == "s" and _joined(reading, last, "'"):
        return last  # "the Puma's": the name ends before the apostrophe
    return last


def _begins_anew(reading: Reading, first: int, last: int) -> bool:
    """ "Puma 3100 avlbl": behind a number comes at most a short suffix; "old haas": a maker begins a name."""
    mark, before = reading.marks[last], reading.marks[last - 1]
    word = mark.words[0]
    apart = reading.text[before.end : mark.start] == " "
    long_word = not word.is_number and len(word.raw) > _SHORT_SUFFIX_CHARS
    after_number = before.words[-1].is_number and apart and long_word and not mark.has(Kind.MAKER)
    plain_before = last == first + 1 and before.unknown and before.words[0].raw.islower()
    return after_number or (mark.has(Kind.MAKER) and plain_before and not before.words[0].is_number)


def _inside_name(reading: Reading, first: int, index: int) -> bool:
    """ "Mazak Quick *Turn* 250": a kind of work between a maker and a number."""
    marks = reading.marks
    if not marks[first].has(Kind.MAKER) or not _joined(reading, index, " -") or index + 1 >= len(marks):
        return False
    after = marks[index + 1]
    return marks[index].has(Kind.PROCESS) and after.unknown and after.words[0].is_number


def _is_tag(reading: Reading, index: int) -> bool:
    """A number or one capital letter right behind a label: "machine 12", "lathe 3", "cell B"."""
    if index >= len(reading.marks) or not _joined(reading, index, " -#."):
        return False
    mark = reading.marks[index]
    if mark.date is not None or mark.amount is not None:
        return False
    if index + 1 < len(reading.marks) and _joined(reading, index + 1, "-"):
        return False  # "machine M12"
    raw = reading.said([mark])
    letter = len(raw) == 1 and raw.isupper() and not reading.shouted()
    return (raw.isdigit() and len(raw) <= 4) or letter


def _is_reference(reading: Reading, index: int) -> bool:
    """A number or a code with digits behind "order"."""
    marks = reading.marks
    if index >= len(marks) or not _joined(reading, index, " -#.:"):
        return False
    if not marks[index].unknown:
        return False
    last = _end_of_run(reading, index)
    if last < len(marks) and "pieces" in marks[last].values(Kind.CONCEPT):
        return False  # "a new order: 120 pieces"
    return any(c.isdigit() for c in reading.said(marks[index:last]))


def _without_qualifiers(reading: Reading, found: list[Mention]) -> list[Mention]:
    """ "the Okuma mill": the kind of machine beside its name is no work center of its own."""
    kept: list[Mention] = []
    for mention in found:
        beside = [
            other
            for other in found
            if other.kind is Named.MACHINE
            and other.surety
            and mention.family
            and _adjacent(reading, mention, other)
        ]
        if not beside:
            kept.append(mention)
    return kept


def _adjacent(reading: Reading, one: Mention, other: Mention) -> bool:
    first, second = (one, other) if one.first < other.first else (other, one)
    if first.last != second.first:
        return False
    gap = reading.text[reading.marks[first.last - 1].end : reading.marks[second.first].start]
    return gap in {" ", "-"}


def _placed(reading: Reading, mention: Mention) -> Mention:
    """Looks back over articles and fillers for what stands before the name."""
    located = negated = False
    for mark in reversed(reading.marks[max(0, mention.first - _LOOK_BACK) : mention.first]):
        located = located or mark.has(Kind.LOCATION)
        negated = negated or (mark.has(Kind.NEGATION) and not _is_dissent(reading, mark))
        skippable = mark.has(Kind.DETERMINER, Kind.LOCATION, Kind.NEGATION, Kind.JOINER) or bool(
            mark.values(Kind.CONCEPT) & _LABELS
        )
        if not skippable:
            break
    return replace(mention, located=located, negated=negated)


def _is_dissent(reading: Reading, mark: Mark) -> bool:
    """ "No, the 3100": what follows is meant."""
    return mark is reading.marks[0] and reading.text[mark.end :].startswith(",") and mark.has(Kind.FOLLOW_UP)


def _joined(reading: Reading, index: int, signs: str) -> bool:
    """Whether only `signs` stand between this mark and the one before it."""
    gap = reading.text[reading.marks[index - 1].end : reading.marks[index].start]
    return not gap.strip(signs)


def _quoted(reading: Reading, marks: Sequence[Mark]) -> bool:
    before, after = reading.text[: marks[0].start][-1:], reading.text[marks[-1].end :][:1]
    return before in {'"', "'", "`"} and after in {'"', "'", "`"}


def _capital(reading: Reading, first: int, marks: Sequence[Mark]) -> bool:
    """A capital letter that is not merely the sentence's first, in a text that has small ones too."""
    if reading.shouted():
        return False
    begins = first == 0 or reading.text[: marks[0].start].rstrip()[-1:] in {".", "?", "!", ":", "\n"}
    raws = [word.raw for mark in marks for word in mark.words]
    return any(raw[0].isupper() for raw in raws[1:] if not raw.isdigit()) or (
        raws[0][0].isupper() and not begins
    )


def _only(mark: Mark, kind: Kind) -> bool:
    return bool(mark.senses) and all(sense.kind is kind for sense in mark.senses)
