"""What was decided about a file, and what is still asked.

A decision is a key and a value, both text: `run.unit` = `h`. It comes from a person (an answer or a mapping),
or the file proves it; what is neither is a question, and nothing is imported while one is open.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from leadhand.errors import InvalidRequest
from storage.exchange.kinds import Refused
from storage.exchange.problems import nearest, shown

MAX_QUESTIONS = 200
ANSWERED, KEPT = "answered", "kept from an earlier import"
# Keys that say what a word of the file's cells means.
OF_WORDS = frozenset(
    (
        "absence", "approved", "attendance", "available", "blank", "booking", "closure", "day_part",
        "downtime", "half_day", "level", "mark", "next_day", "open_end", "priority", "service", "shift",
        "status", "times", "week",
    )
)  # fmt: skip


# What may be said once for all tables of a file, where a table has no answer and no proof of its own; the
# second are asked so.
OF_ALL = frozenset({"year", "decimal", "date_order", "digits", "day_numbers", "clock", "ditto"})
# Asked only where rows of a file call for it: in a file without such rows an answer is told, and no error.
OF_SOME_ROWS = frozenset(
    (
        "repeated_operation", "differing", "preference", "segments", "replace_bookings", "new_machines",
        "new_work_centers", "new_operators", "operator_calendar", "fill_down", "no_shift", "no_times",
        "breaks", "open_end", "outside", "out_of_service", "merged_rows", "merged_columns", "hidden_rows",
        "done_at", "names", "by_name", "group", "same_time", "reports_differ", "unknown_operations",
        "order_numbers", "available.day", "release.day", "material_due.day", "quote_expires.day",
        "reported.day", "active_to.day", "fill_down_machine", "fill_down_day", "fill_down_calendar",
        "days_without",
    )
)  # fmt: skip
_ASKED_ONCE = frozenset({"year"})


class Undecided(Refused):
    """A cell that cannot be read before a question is answered: no problem of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that would answer, and what it means in the reader's words."""

    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Blocks the import until its key is answered. `why`: what makes it uncertain."""

    key: str
    text: str
    choices: tuple[Choice, ...] = ()
    why: str = ""
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    key: str
    value: str
    why: str


@dataclass(slots=True)
class Decisions:
    """`given`: by a person, this time or before; `kept`: the keys of what was said before. `made` and
    `questions` fill while a file is looked at."""

    given: Mapping[str, str]
    kept: frozenset[str] = frozenset()
    made: dict[str, Decision] = field(default_factory=dict[str, Decision])
    questions: dict[str, Question] = field(default_factory=dict[str, Question])
    # what the shop's people are known by: numbers and codes, and the words of their names
    people: frozenset[str] = frozenset()
    names: frozenset[tuple[str, ...]] = frozenset()

    def settle(
        self,
        question: Question,
        *,
        proven: tuple[str, str] | None = None,
        fits: Callable[[str], bool] | None = None,
    ) -> str | None:
        """The value for the question's key: given, or proven (value, why), or None and the question is open.

        `fits` says whether a given value can be taken; without it, it must be one of the choices.

        Raises:
            InvalidRequest: the value that was given cannot be taken.
        """
        key = question.key
        if key in self.made:
            return self.made[key].value
        if key in self.given:
            value = self.given[key].strip()
            allowed = fits(value) if fits is not None else value in {c.value for c in question.choices}
            if not allowed:
                right = ", ".join(choice.value for choice in question.choices)
                raise InvalidRequest(
                    f"{key}={shown(value)} is no answer"
                    + (f"; right would be: {right}" if right else "")
                    + "."
                )
            self.made[key] = Decision(key, value, self._who(key))
            return value
        if proven is not None:
            self.made[key] = Decision(key, *proven)
            return proven[0]
        if len(self.questions) < MAX_QUESTIONS:
            self.questions.setdefault(key, question)
        return None

    def _who(self, key: str) -> str:
        return KEPT if key in self.kept else ANSWERED

    def note(self, key: str, value: str, why: str) -> None:
        """A decision that follows from another."""
        self.made.setdefault(key, Decision(key, value, why))

    def optional(self, key: str, default: str | None = None) -> str | None:
        """A decision that nobody is asked for."""
        if key in self.given:
            self.made.setdefault(key, Decision(key, self.given[key].strip(), self._who(key)))
            return self.made[key].value
        return default

    def refuse_unknown(
        self, answered: Iterable[str], words: Set[str] = frozenset(), *, unread: bool = False
    ) -> list[str]:
        """An answer to nothing is a typing error. Returned are those that may be none: while questions are
        open one may be for a later one, and one may say what a word means that stands in the file, though in
        no row that is taken, or that a name is what it is. `words`: those of the file, folded; `unread`:
        whether rows could not be read, which may call for more.

        Raises:
            InvalidRequest: a key that this file does not ask about.
        """
        known = [*self.made, *self.questions]
        idle: list[str] = []
        for key in answered:
            if key not in self.made:
                is_itself = "." in key and self.given.get(key, "").strip() == key.partition(".")[2]
                if is_itself or _word_in(key) in words or key.rpartition("!")[2] in OF_SOME_ROWS:
                    idle.append(key)
                    continue
                near = nearest(key, known)
                if unread or (self.questions and (near is None or near not in self.questions)):
                    idle.append(key)
                    continue
                raise InvalidRequest(
                    f"{shown(key)} is nothing that this file asks"
                    + (f"; right would be: {near}" if near else f": {', '.join(sorted(known))}")
                    + "."
                )
        return idle


def is_person(text: str, decisions: Decisions) -> bool:
    """Whether a text is a code or number of a person of the shop."""
    return " ".join(text.casefold().split()) in decisions.people


def _word_in(key: str) -> str | None:
    """The word of `status.A`, folded; None: the key is of no word."""
    kind, sign, word = key.rpartition("!")[2].partition(".")
    return word.strip().casefold() if sign and kind in OF_WORDS else None


@dataclass(frozen=True, slots=True)
class Scoped:
    """The decisions about one table of a file with several: keys begin with its name."""

    decisions: Decisions
    prefix: str = ""

    def key(self, key: str) -> str:
        return f"{self.prefix}{key}"

    def settle(
        self,
        question: Question,
        *,
        proven: tuple[str, str] | None = None,
        fits: Callable[[str], bool] | None = None,
    ) -> str | None:
        """As `Decisions.settle`, under this table's key."""
        key = self.key(question.key)
        if question.key in OF_ALL and proven is None and key not in self.decisions.made:
            wider = self._wider(question.key)
            if key not in self.decisions.given and (wider is not None or question.key in _ASKED_ONCE):
                asked = replace(question, key=wider or question.key)
                return self.decisions.settle(asked, fits=fits)
        asked = Question(key, question.text, question.choices, question.why, question.suggested)
        return self.decisions.settle(asked, proven=proven, fits=fits)

    def _wider(self, key: str) -> str | None:
        """The key under which it is said of all that this table is a part of; None: it is not."""
        around = self.prefix.rstrip("!")
        while around:
            around = around.rpartition("!")[0]
            wider = f"{around}!{key}" if around else key
            if wider in self.decisions.given:
                return wider
        return None

    def optional(self, key: str, default: str | None = None) -> str | None:
        return self.decisions.optional(self.key(key), default)

    def within(self, name: str) -> "Scoped":
        """The decisions about the table as something else: of `rows=machines; downtimes`, those that begin
        with `downtimes!`."""
        return Scoped(self.decisions, f"{self.prefix}{name}!")
