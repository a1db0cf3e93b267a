"""Changes that are supposed at once: "the Puma is down Tuesday and Hannah is sick Wednesday".

A simulation takes one change, so each becomes a call of its own; where one of them is not understood, none is
made, since the others alone would pass for the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from models.builtin.calls import MAX_QUERIES
from models.builtin.clauses import Clause
from models.builtin.lexicon import Kind
from models.builtin.meaning import meaning_of
from models.builtin.mentions import Named
from models.builtin.reading import Reading, language_of, language_words, read
from models.builtin.requests import asks_first, sets_condition
from models.builtin.understanding import SIMULATE, Context, Query, Understanding

# Longer than this it is a story; and so many joints of a part are tried.
MAX_MARKS, MAX_CUTS = 50, 8
# What each kind of change is told by; of a message that names several, none stands for the others.
KINDS = (
    frozenset({"outage", "down", "upkeep"}),
    frozenset({"absent", "calls_in"}),
    frozenset({"overtime", "shift"}),
    frozenset({"called_off"}),
    frozenset({"postponed"}),
    frozenset({"priority"}),
)
_EVENTS = frozenset(event for kind in KINDS for event in kind) | {
    "running",
    "begin",
    "shifted",
    "resized",
    "pieces",
    "due",
    "due_moved",
    "pledge",
    "extra_hour",
    "new",
}
# "... and still make the date": no further change, but what is to come of this one.
_OUTCOMES = frozenset(
    ["consequence", "gain", "late", "at_risk", "in_time", "what_if", "order_status", "deliver", "goes_out"]
)
_ANCHORS = frozenset({Named.MACHINE, Named.PERSON, Named.ORDER})
_TOLD = frozenset({"plan_change", "plan_verb"})
_AWAY = frozenset({"machine_down", "operator_absent"})
_TIMES = frozenset({"window", "from", "to", "until_further_notice"})
_SUPPOSE = {"en": "what if", "de": "was wenn"}
UNREAD = Understanding(topics=("several_changes",))


@dataclass(slots=True)
class _Search:
    """Looks where one change ends and the next begins; each end of the message is tried once."""

    context: Context
    language: str
    failed: set[str] = field(default_factory=set[str])

    def apart(self, part: Reading) -> list[Query] | None:
        """The changes of a part, told one after the other; None where something in it is not one."""
        for left, right in islice(cuts(part), MAX_CUTS):
            first = self._one(left, ())
            if first is not None:
                rest = self._rest(_with_subject(right, left), tuple(first))
                if rest is not None:
                    return [*first, *rest]
        return None

    def _rest(self, part: Reading, before: tuple[Query, ...]) -> list[Query] | None:
        said = part.said(part.marks)
        if said in self.failed:
            return None
        found = self.apart(part) or self._one(part, before)
        if found is None:
            self.failed.add(said)
        return found

    def _one(self, part: Reading, before: tuple[Query, ...]) -> list[Query] | None:
        """A part as a supposition of its own; None where it is none, or where words of it are left over."""
        if not Clause(part).features & _EVENTS:
            return None
        supposed = part
        if not _is_supposed(part):
            if asks_first(part):
                return None
            supposed = read(f"{_SUPPOSE[self.language]} {part.said(part.marks)}")
        leans = any(mark.has(Kind.ANAPHOR) for mark in part.marks)
        understood = meaning_of(supposed, replace(self.context, queries=before if leans else ()))
        queries = [query for query in understood.queries if query.tool == SIMULATE]
        whole = len(queries) == len(understood.queries) and not understood.ignored
        return queries if queries and whole else None


def several_changes(reading: Reading, context: Context) -> Understanding | None:
    """A call for each change that is supposed; None where only one is, or none."""
    story = len(reading.marks) > MAX_MARKS
    if story or SIMULATE not in context.tools or not (_is_supposed(reading) or sets_condition(reading)):
        return None
    if _points_at_both(reading) and any(query.tool == SIMULATE for query in context.queries):
        return Understanding(topics=("both_at_once",))
    alone = replace(context, queries=(), pending=None, lenient=False)
    found = _Search(alone, language_of(reading) or context.language).apart(reading)
    if found is not None:
        each = _once(_at_one_time(found))
        return Understanding(queries=tuple(each)) if len(each) <= MAX_QUERIES else UNREAD
    lumped = UNREAD.topics == meaning_of(reading, alone).topics
    return UNREAD if lumped or _names_several(reading) else None


def _points_at_both(reading: Reading) -> bool:
    """ "And if both are out?": of what was tried out before."""
    words = {word.plain for mark in reading.marks for word in mark.words}
    told = sets_condition(reading) or bool(reading.concepts() & _EVENTS)
    return told and bool(words & language_words("together")) and not Clause(reading).names


def tells_more(reading: Reading) -> bool:
    """Whether behind an "and" something else is told, not asked."""
    for left, right in cuts(reading):
        joined = reading.marks[len(left.marks)].has(Kind.JOINER)
        if joined and (right.concepts() | right.topics()) - _OUTCOMES and not asks_first(right):
            return True
    return False


def _is_supposed(reading: Reading) -> bool:
    return bool(reading.marks) and "what_if" in Clause(reading).features


def cuts(part: Reading) -> Iterator[tuple[Reading, Reading]]:
    """Both sides of each "and", "while" and comma."""
    marks = part.marks
    for index in range(1, len(marks)):
        gap = part.text[marks[index - 1].end : marks[index].start]
        joins = marks[index].has(Kind.JOINER) or marks[index].words[0].plain in language_words("at_once")
        if joins and index + 1 < len(marks):
            yield part.part(0, index), part.part(index + 1, len(marks))
        elif any(sign in gap for sign in ",;.?!") and not joins:
            yield part.part(0, index), part.part(index, len(marks))


def _with_subject(right: Reading, left: Reading) -> Reading:
    """ "WO-4003 gets 50 pieces and *is due on Friday*": of the same order."""
    names = [m for m in Clause(left).names if m.kind in _ANCHORS and not m.negated]
    opens = right.marks[0].words[0].plain in language_words("goes_on")
    if not opens or len(names) != 1 or any(m.kind in _ANCHORS for m in Clause(right).names):
        return right
    return read(f"{names[0].text} {right.said(right.marks)}")


def _at_one_time(queries: Sequence[Query]) -> list[Query]:
    """ "The Puma is down and Tyrone is out next week": a time said once is that of all who are away."""
    away = [query for query in queries if query.arguments.get("change") in _AWAY]
    timed = [query for query in away if _TIMES & query.arguments.keys()]
    if len(timed) != 1 or len(away) != len(queries):
        return [*queries]
    time = {name: value for name, value in timed[0].arguments.items() if name in _TIMES}
    return [
        query if query is timed[0] else replace(query, arguments={**query.arguments, **time})
        for query in queries
    ]


def _things(part: Reading) -> frozenset[str]:
    return frozenset(m.text for m in Clause(part).names if m.kind in _ANCHORS and not m.negated)


def _once(queries: Sequence[Query]) -> list[Query]:
    """Without those that say no more than another one: "Tyrone, who runs it, goes home"."""

    def says_less(query: Query, other: Query) -> bool:
        return query is not other and query.arguments.items() <= other.arguments.items()

    each = [query for at, query in enumerate(queries) if query not in queries[:at]]
    return [query for query in each if not any(says_less(query, other) for other in each)]


def _names_several(reading: Reading) -> bool:
    """Whether the two sides of an "and" each tell a change, of another kind or of something else."""
    for left, right in cuts(reading):
        joined = reading.marks[len(left.marks)].has(Kind.JOINER)
        other = _things(right) - _things(left) != frozenset()
        before = [kind for kind in KINDS if kind & left.concepts()]
        new = [kind for kind in KINDS if kind & right.concepts() and kind not in before]
        more = (new and (joined or other)) or (joined and other and right.topics() & _TOLD)
        if before and more and not asks_first(right):
            return True
    return False
