"""What a clause offers to an intent: its features, its names, and what stays unexplained."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from leadhand.errors import JsonValue
from models.builtin.amounts import Amount, Unit
from models.builtin.lexicon import Kind, phrase_set
from models.builtin.mentions import Mention, Named, Surety, mentions_in
from models.builtin.numbers_said import numbers_now
from models.builtin.parties import told_apart
from models.builtin.reading import Mark, Reading, language_words
from models.builtin.requests import (
    asks_of_the_past,
    asks_whether,
    begins_with_order,
    is_asked,
    sets_condition,
)
from models.builtin.routes import Batch, batch_in, route_in

_FEATURE_OF = {
    Named.MACHINE: "@machine",
    Named.CENTER: "@center",
    Named.PERSON: "@person",
    Named.ORDER: "@order",
    Named.CUSTOMER: "@customer",
}
# Where one of these is the subject, an unknown word is hardly another one.
_SUBJECTS = frozenset({"machine", "operator", "work_center", "order"})
# "yes", "do it": no subject of their own.
_SYLLABLE_CHARS = 3
# What only a machine is, so that an unknown word beside it may be one.
_STATES = frozenset({"free", "busy", "down", "running", "schedule", "slot", "overload", "underload", "load"})
# Behind "if" these are supposed; what is asked then is whom it hits.
_SUPPOSED = frozenset({"outage", "calls_in", "called_off", "postponed", "down", "absent"})
_WHOM = frozenset({"late", "order", "at_risk", "in_time"})
# "the spindle quit, what slips?": an event, and what comes of it.
_EVENTS = _SUPPOSED - {"down", "absent"} | {"resized", "due_moved", "overtime", "no_end"}
_HIT = frozenset({"consequence"})
# Of a machine or a person; which orders are late is then asked for no other reason.
_STRUCK = frozenset({"outage", "calls_in"})
_OTHERWISE_MEANT = frozenset({"reason", "conflicts", "double", "replan", "meanwhile"})
_DUE = frozenset({"due"})
# What is done to a plan: said of one of the shop's, and weighed, it is tried out.
_TURNED = _SUPPOSED - {"down", "absent"} | {"resized", "due_moved", "overtime", "priority", "upkeep"}
_ANCHORS = frozenset({"@machine", "@person", "@order"})
_WEIGHED = frozenset({"consequence", "gain"})
# What may happen in a condition, and words of a question what comes of it.
_CONDITIONS = _TURNED | {"down", "absent", "running", "begin"}
_ASKED_THEN = _WEIGHED | {
    "late",
    "at_risk",
    "in_time",
    "order",
    "displace",
    "what_if",
    "try_out",
    "take_on",
    "operator",
}
# What can be lost, and how it is asked what then.
_LOSABLE = frozenset({Named.MACHINE, Named.PERSON})
_LOSS = frozenset({"consequence", "what_if", "late"})
# Words that change something.
_CHANGES = frozenset(
    [
        "plan_change",
        "plan_verb",
        "note_it",
        "set_to",
        "hold_it",
        "lock",
        "unlock",
        "out_of_plan",
        "into_plan",
        "take_verb",
        "postponed",
        "undo",
        "let_go",
        "apply_it",
        "close_it",
        "clear_it",
        "due_moved",
    ]
)
_SHIFTS = frozenset({"shifts", "schichten"})
_REPLIES = frozenset({"assent", "dissent"})


@dataclass(frozen=True)
class Clause:
    """One reading with its mentions. Features are concepts, and `@` kinds of names, amounts and dates.

    `carried`: features that a word like "it" brings over from the turn before; `about_orders`: whether that
    was about one order.
    """

    reading: Reading
    carried: frozenset[str] = frozenset()
    about_orders: bool = False

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        batch = self.batch
        found = told_apart(self.reading, mentions_in(self.reading), about_orders=self.about_orders)
        if self._is_done_without(found):
            found = tuple(replace(m, negated=False) for m in found)
        if self._wants_another(found):
            found = tuple(replace(m, negated=m.negated or m.kind is Named.PERSON) for m in found)
        return tuple(m for m in found if batch is None or not batch.touches(m))

    def _wants_another(self, mentions: Sequence[Mention]) -> bool:
        """ "Who can fill in for Luis on the Studer": anybody but him, where a machine says for what."""
        said = " ".join(word.spelled for mark in self.reading.marks for word in mark.words)
        placed = any(m.kind in {Named.MACHINE, Named.CENTER} for m in mentions)
        return placed and any(f" {phrase} " in f" {said} " for phrase in phrase_set("stands_in"))

    def _is_done_without(self, mentions: Sequence[Mention]) -> bool:
        """ "Can we survive without the Integrex": what is left out is what is lost."""
        named = [m for m in mentions if m.kind in _LOSABLE]
        asked = self.reading.concepts() | self.reading.topics()
        return bool(named) and all(m.negated for m in named) and bool(asked & _LOSS)

    @cached_property
    def batch(self) -> Batch | None:
        """How many pieces, where the time of one is said."""
        return batch_in(self.reading.marks)

    @cached_property
    def route(self) -> JsonValue:
        """The operations that the pieces go through; None where that does not tell."""
        return None if self.batch is None else route_in(self.reading.marks, self.names)

    @cached_property
    def names(self) -> tuple[Mention, ...]:
        """Mentions that count as names: all certain ones; a possible one only if it is the only name."""
        certain = tuple(
            m for m in self.mentions if m.surety is not Surety.MAYBE and m.kind is not Named.OTHER
        )
        placed = any(m.kind in {Named.MACHINE, Named.CENTER} for m in certain)
        if placed or self.reading.concepts() & _SUBJECTS:
            return certain
        possible = [m for m in self.mentions if m.surety is Surety.MAYBE and self._could_be_name(m)]
        return (
            (*certain, *possible)
            if len(possible) == 1 and possible[0].last - possible[0].first <= 3
            else certain
        )

    @cached_property
    def unexplained(self) -> tuple[Mention, ...]:
        """Stretches of unknown words that are no name."""
        named = set(self.names)
        return tuple(
            m
            for m in self.mentions
            if m not in named
            and m.kind in {Named.MACHINE, Named.OTHER}
            and not self._is_count(m)
            and not self._numbers_operation(m)
            and not (m.text.isdigit() and "resized" in self.reading.concepts())
        )

    @cached_property
    def unread_time(self) -> bool:
        """Whether an unknown word right behind a date may change it: "tomorrow aftn"."""
        marks = self.reading.marks
        return any(
            m.first > 0
            and marks[m.first - 1].date is not None
            and m.text.isalpha()
            and m.text.islower()
            and not self.reading.text[marks[m.first - 1].end : marks[m.first].start].strip()
            for m in self.unexplained
        )

    def wanted(self, kind: Named) -> list[Mention]:
        return [m for m in self.names if m.kind is kind and not m.negated]

    @cached_property
    def excluded(self) -> tuple[Mention, ...]:
        return tuple(m for m in self.names if m.negated)

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        return tuple(mark.amount for mark in self.reading.marks if mark.amount is not None)

    @cached_property
    def dates(self) -> tuple[Mark, ...]:
        """Without "so früh" in "so früh wie möglich", which is no Sunday."""
        marks = self.reading.marks
        followed = zip(marks, (*marks[1:], None), strict=True)
        return tuple(mark for mark, after in followed if mark.date is not None and not _begins_as(after))

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Numbers that stand alone, but for what something no longer is ("90 instead of 61")."""
        named = {index for m in self.names for index in range(m.first, m.last)}
        return numbers_now(self.reading.marks, named)

    @cached_property
    def _likened(self) -> bool:
        """ "wie WO-4009", "like WO-4001": right before an order."""
        orders = (m.first for m in self.names if m.kind is Named.ORDER and m.first)
        return any(self.reading.marks[at - 1].words[-1].spelled in language_words("like") for at in orders)

    @cached_property
    def _lost(self) -> bool:
        found = told_apart(self.reading, mentions_in(self.reading), about_orders=self.about_orders)
        return self._is_done_without(found)

    @cached_property
    def asks(self) -> bool:
        """Whether it asks or supposes rather than tells to do something."""
        return is_asked(self.reading)

    @cached_property
    def asks_back_in_time(self) -> bool:
        """ "When did Maria last work": no plan tells."""
        return asks_of_the_past(self.reading)

    @cached_property
    def features(self) -> frozenset[str]:
        found = {*self.reading.concepts(), *self.reading.topics()}
        found |= {_FEATURE_OF[m.kind] for m in self.names if not m.negated}
        route = self.route
        away = route is not None and "outside_work" in found
        found |= {_feature(a) for a in self.amounts if not a.setup and not (away and a.days is not None)}
        if any(m.coded for m in self.wanted(Named.MACHINE)):
            found.add("@coded")
        if route is not None:
            found.add("@route")
        if self.dates:
            found.add("@date")
        if self.counts:
            found.add("@count")
        found |= self._formed(found)
        if self.carried:
            found.add("@again")
        if self._likened:
            found.add("alike")
        if any(mark.words[0].spelled in language_words("none_of") for mark in self.reading.marks):
            found.add("blank")
        if self._lost:
            found.add("outage" if "@machine" in found else "absent")
        if self._supposes(found | self.carried):
            found.add("what_if")
        if {"lock", "let_go"} <= found:
            found.add("unlock")  # "lift the lock"
        told = bool(found & _CHANGES) or begins_with_order(self.reading)
        if told and not self.asks and "what_if" not in found:
            found.add("@command")
        if any(mark.words[0].spelled in _DUE for mark in self.dates):
            found.add("due")  # "due next week" is one date
        return frozenset(found) | self.carried

    def _formed(self, found: set[str]) -> set[str]:
        """A day that ends something, and an operation that would run on another machine."""
        formed = {"@rerouted"} if {"operation", "@machine", "@order"} <= found else set[str]()
        if any(mark.words[0].spelled in phrase_set("until") for mark in self.dates):
            formed.add("@until")
        followed = zip(self.reading.marks, self.reading.marks[1:], strict=False)
        if any(
            mark.date and _is_weekend(mark) and "shift" in after.values(Kind.CONCEPT)
            for mark, after in followed
        ):
            formed.add("overtime")  # "a Saturday shift": the day ends the phrase
            formed |= (
                {"recurring"}
                if any(w.plain in _SHIFTS for m in self.reading.marks for w in m.words)
                else set()
            )
        if any(word.plain in language_words("weekly_days") for mark in self.dates for word in mark.words):
            formed.add("recurring")
        return formed

    def _supposes(self, found: set[str]) -> bool:
        """ "if the Puma is down until Friday, which orders are late", "could we cancel WO-4010"."""
        turned = found & _TURNED or {"shifted", "@length"} <= found
        weighed = bool(found & _WEIGHED) or "try_out" in found
        if found & _ANCHORS and weighed and _is_weighed(found):
            return True
        if found & _ANCHORS and found & _STRUCK and found & _WHOM and self.reading.question:
            return not found & _OTHERWISE_MEANT
        if found & _ANCHORS and turned and not found & _OTHERWISE_MEANT:
            maybe = "can_we" in found or ("modal" in found and self.asks) or asks_whether(self.reading)
            if found & _WEIGHED or maybe:
                return True
        if self._is_condition(found):
            return True
        words = [mark.words[0].spelled for mark in self.reading.marks]
        told = bool(found & _EVENTS) and bool(found & _HIT) and not found & _OTHERWISE_MEANT
        asked = words[:1] == ["if"] or bool(found & (_HIT | _WHOM))
        return told or ("if" in words and asked and bool(found & _SUPPOSED))

    def _is_condition(self, found: set[str]) -> bool:
        """ "If we ran the VF-4 on Sunday, what would we win": a condition, and a question behind it."""
        if not sets_condition(self.reading) or found & _OTHERWISE_MEANT or not found & _ANCHORS:
            return False
        if not found & _CONDITIONS or ("@hours" in found and "overtime" not in found):
            return False
        asked = self.asks and (self.reading.question or bool(found & _ASKED_THEN))
        return asked and ("running" not in found or "@date" in found)

    @cached_property
    def surety(self) -> Surety:
        """The least certain of the machine names."""
        return min((m.surety for m in self.wanted(Named.MACHINE)), default=Surety.SHAPE)

    def foreign(self, explained: frozenset[str]) -> list[Mark]:
        """Known words that mean something else than what `explained` covers."""
        marks = self.reading.marks
        if self.batch is not None:
            marks = (*marks[: self.batch.first], *marks[self.batch.last :])
        return [mark for mark in marks if _stands_against(mark, explained)]

    def ends_with_only(self, kinds: Sequence[Kind]) -> bool:
        return bool(self.reading.marks) and all(mark.has(*kinds) for mark in self.reading.marks)

    def _could_be_name(self, mention: Mention) -> bool:
        wordy = any(c.isalpha() for c in mention.text)
        return (wordy or mention.coded) and not self._is_count(mention) and self._has_cue(mention)

    def _has_cue(self, mention: Mention) -> bool:
        """A possible name stands where names stand: behind "on", or beside what only machines are."""
        if mention.kind is not Named.MACHINE or (len(mention.text) <= _SYLLABLE_CHARS and not mention.coded):
            return False
        marks = self.reading.marks
        near = (*marks[max(0, mention.first - 1) : mention.first], *marks[mention.last : mention.last + 1])
        return mention.located or any(mark.date or mark.values(Kind.CONCEPT) & _STATES for mark in near)

    def _numbers_operation(self, mention: Mention) -> bool:
        """ "operation 20", "op 20 and 30"."""
        for before in reversed(self.reading.marks[: mention.first]):
            if "operation" in before.values(Kind.CONCEPT):
                return mention.text.isdigit()
            if not (before.has(Kind.JOINER) or (before.unknown and before.words[0].is_number)):
                break
        return False

    def _is_count(self, mention: Mention) -> bool:
        """ "top 3 machines": a lone number before a word of the shop."""
        after = self.reading.marks[mention.last : mention.last + 1]
        return mention.text.isdigit() and bool(after) and after[0].has(Kind.CONCEPT)


def _is_weighed(found: set[str]) -> bool:
    """ "Puma down tomorrow, impact?", "what would a due date of Friday do to it?"."""
    dated = "@date" in found and bool({"due", "begin", "@until"} & found) and "@order" in found
    dated = dated and not found & {"in_time", "finish", "reason"}
    event = bool(found & _EVENTS | found & _SUPPOSED) or (
        "@count" in found and bool(found & {"resized", "pieces"})
    )
    return (event or dated) and not found & _OTHERWISE_MEANT


def _is_weekend(mark: Mark) -> bool:
    return mark.words[-1].plain in language_words("weekend_days")


def _begins_as(mark: Mark | None) -> bool:
    return mark is not None and mark.words[0].spelled == "wie"


def _stands_against(mark: Mark, explained: frozenset[str]) -> bool:
    if mark.neutral or mark.date is not None or mark.amount is not None or mark.unknown:
        return False
    meanings = mark.values(Kind.CONCEPT) | mark.values(Kind.TOPIC)
    return bool(meanings - _REPLIES) and not meanings & explained


def _feature(amount: Amount) -> str:
    if amount.unit is Unit.PERCENT:
        return "@percent"
    if amount.each:
        return "@each"
    return "@hours" if amount.unit is Unit.MINUTES else "@length"
