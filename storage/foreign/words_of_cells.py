"""Words of other systems for what an order's status, its priority or a mark says."""

from collections.abc import Iterable, Mapping

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Decisions, Question, Scoped
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.vocabulary import folded, key_of, key_within, unaccented, words

ABSENCES = ("vacation", "sick", "training", "other")
STATUSES = ("draft", "released", "in_progress", "done", "hold", "cancelled")
BOOKINGS, CANCELLED = ("planned", "in_progress", "done"), "cancelled"
# What a word for an order's status says of a booking; one on hold or cancelled is asked.
_OF_ORDERS = {"draft": "planned", "released": "planned", "in_progress": "in_progress", "done": "done"}
ATTENDANCE = ("full", "setup", "none")
# What an empty cell is called in keys.
EMPTY_CELL = "(empty)"
# A word for a kind of absence, not a sentence.
KIND_CHARS = 40
# What marks say, by the field and the text.
Marks = Mapping[tuple[str, str], str]
PRIORITIES = ("1", "2", "3", "4", "5")
PRIORITY_ORDER = "priority.order"
FIRST_IS_URGENT, FIFTH_IS_URGENT = "1_is_urgent", "5_is_urgent"
# Where yes and no are both written, an empty cell of it is neither.
_EITHER = frozenset({"splittable"})
_GONE = (Choice(CANCELLED, "it is not to be: the plan's goes, and none is made"),)
_ABOUT_PRIORITY = {"5": "most urgent", "3": "usual", "1": "least urgent"}


def learn_statuses(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """The status for each text; one that nobody knows is asked."""
    return _learned(scope, texts, ("status", "status"), STATUSES, "Which status of an order is")


def learn_bookings(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """Where a booking stands, for each text; one that nobody knows is asked."""
    found = list(dict.fromkeys(texts))
    known = {text: value for text in found if (value := _OF_ORDERS.get(key_of("status", text) or ""))}
    said = {text: value for text, value in known.items() if not is_said(scope, "booking", text)}
    others = [text for text in found if text not in said]
    kind, asking = ("booking", "status"), "Where does a booking stand whose status is"
    learned = said | _learned(scope, others, kind, BOOKINGS, asking, asked=_GONE)
    # Where only those are marked that are begun or done, the others are planned.
    if "" in found and (BOOKINGS[0] in learned.values() or is_said(scope, "booking")):
        learned |= _learned(scope, [EMPTY_CELL], kind, BOOKINGS, asking)
    return with_empty(learned)


def learn_attendance(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """How long an operation needs a person, for each text; one that nobody knows is asked."""
    return _learned(
        scope,
        texts,
        ("attendance", "attendance"),
        ATTENDANCE,
        "How long (full: all of the time, setup: only while it is set up) does an operation need a person "
        "whose cell says",
    )


def learn_marks(
    scope: Scoped,
    texts: Iterable[str],
    asking: str = "Does a person have the skill whose mark is",
    *,
    of: str = "",
) -> dict[str, str]:
    """`yes` or `no` for each mark; one that nobody knows is asked. Numbers beyond 0 and 1 are levels: all of
    them are asked. An empty cell says no, but where no mark says yes: then it is asked too. `of`: the field,
    where `of.X` may say a mark of it alone."""
    found = list(texts)
    marks = [text for text in found if text]
    category = "marks" if not any(text.isdecimal() and int(text) > 1 for text in marks) else "marks_of_levels"
    own = [text for text in (*marks, EMPTY_CELL) if of and is_said(scope, of, text)]
    learned = _learned(scope, own, (of, category), ("yes", "no"), asking)
    others = [text for text in marks if text not in own]
    learned |= _learned(scope, others, ("mark", category), ("yes", "no"), asking)
    of_marks = [learned[text] for text in marks if text in learned]
    asked = set(of_marks) == {"no"} and len(of_marks) == len(marks)
    both = of in _EITHER and set(of_marks) == {"yes", "no"}
    if "" in found and marks and EMPTY_CELL not in own:
        if both and not is_said(scope, "mark"):
            learned |= _learned(scope, [EMPTY_CELL], (of, category), ("yes", "no"), asking)
        elif asked or is_said(scope, "mark"):
            learned |= _learned(scope, [EMPTY_CELL], ("mark", category), ("yes", "no"), asking)
    return with_empty(learned)


def learn_levels(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`yes` or `no` for each level of a skill; one that nobody knows is asked."""
    return _learned(scope, texts, ("level", "levels"), ("yes", "no"), "Does a person work alone at the level")


def is_said(scope: Scoped, key: str, text: str = EMPTY_CELL) -> bool:
    """Whether an answer says what a word, or an empty cell, means."""
    return _said_of(scope, f"{key}.{text}") in scope.decisions.given


def with_empty(learned: dict[str, str]) -> dict[str, str]:
    """What is learned, with that of empty cells under the empty text."""
    return learned | ({"": learned[EMPTY_CELL]} if EMPTY_CELL in learned else {})


def learn_absences(decisions: Decisions, texts: Iterable[str], why: str = "") -> dict[str, str]:
    """The kind of absence for each text; one that nobody knows is asked, and may be a word of the shop's.
    `why`: what is told of such a text."""
    learned: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        own = decisions.given.get(f"absence.{text}", "").strip()
        kinds = ABSENCES if not 0 < len(own) <= KIND_CHARS else tuple(dict.fromkeys((*ABSENCES, own)))
        learned |= _learned(
            Scoped(decisions), [text], ("absence", "absence"), kinds, "Which kind of absence is", why=why
        )
    return learned


def learn_approvals(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`yes` or `no` for each word that says whether an absence is granted; one that nobody knows is asked."""
    found = list(texts)
    kind, asking = ("approved", "approval"), "Is an absence taken whose status is"
    learned = _learned(scope, found, kind, ("yes", "no"), asking)
    # Where only those are marked that are not granted, the others are.
    if "" in found and ("yes" in learned.values() or is_said(scope, "approved")):
        learned |= _learned(scope, [EMPTY_CELL], kind, ("yes", "no"), asking)
    return with_empty(learned)


def learn_service(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`yes` or `no` for each word that says whether a machine runs; one that nobody knows is asked."""
    found = list(texts)
    known = {text: value for text in found if (value := _known("marks", text)) is not None}
    marks = {text: value for text, value in known.items() if not is_said(scope, "service", text)}
    others = [text for text in found if text not in marks]
    kind, asking = ("service", "service"), "Does a machine run that is"
    learned = marks | _learned(scope, others, kind, ("yes", "no"), asking)
    # Where only those are marked that do not run, the others do.
    if "" in found and ("yes" in learned.values() or is_said(scope, "service")):
        learned |= _learned(scope, [EMPTY_CELL], kind, ("yes", "no"), asking)
    return with_empty(learned)


def learn_downtimes(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`maintenance` or `breakdown` for each reason; one that nobody knows is asked."""
    kinds = ("maintenance", "breakdown")
    found = list(dict.fromkeys(texts))
    known = {text: kind for text in found if (kind := key_within("downtimes", text)) is not None}
    said = {text: kind for text, kind in known.items() if not is_said(scope, "downtime", text)}
    others = [text for text in found if text not in said]
    return said | _learned(scope, others, ("downtime", "downtimes"), kinds, "Which kind of downtime is")


def learn_closures(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`closure`, `overtime` or `ignore` for each word; one that nobody knows, or that says both, is asked."""
    found = list(texts)
    said: dict[str, str] = {}
    for text in filter(None, found):
        kinds = [kind for kind in ("closure", "overtime", "denied") if _is_within(kind, text)]
        if len(kinds) == 1 and kinds != ["denied"] and not is_said(scope, "closure", text):
            said[text] = kinds[0]
    others = [text or EMPTY_CELL for text in found if text not in said]
    values = ("closure", "overtime", "ignore")
    return with_empty(
        said | _learned(scope, others, ("closure", "events"), values, "What is a row that says")
    )


def _is_within(kind: str, text: str) -> bool:
    return any(f" {phrase} " in f" {folded(text)} " for phrase in words("events")[kind])


def learn_day_parts(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`whole`, or times such as 06:00-10:00, for each part of a day; what is less than the day is asked."""
    learned: dict[str, str] = {}
    for text in filter(None, dict.fromkeys(texts)):
        whole = key_of("day_parts", text) == "whole"
        question = Question(
            f"day_part.{text}",
            f'From when to when is a person away on a day of "{shown(text)}"?',
            (Choice("whole", "all of the day"), Choice("06:00-10:00", "such times")),
            why="the file has no times",
        )
        value = scope.settle(
            question,
            proven=("whole", "a word that is known") if whole else None,
            fits=lambda given: given == "whole" or pattern_of(given) is not None,
        )
        if value is not None:
            learned[text] = value
    return learned


def learn_priorities(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """The priority, 5 the most urgent, for each text. Whether 1 or 5 is the most urgent of numbers is
    asked, of those that no answer says one by one."""
    texts = list(texts)
    learned: dict[str, str] = {}
    said = {text for text in texts if text in PRIORITIES and is_said(scope, "priority", text)}
    numbers = [text for text in dict.fromkeys(texts) if text in PRIORITIES and text not in said]
    if said and not numbers:
        scope.optional(PRIORITY_ORDER)
    if numbers:
        question = Question(
            PRIORITY_ORDER,
            f"Which priority is the most urgent ({', '.join(numbers)})?",
            (Choice(FIRST_IS_URGENT), Choice(FIFTH_IS_URGENT)),
            why="systems differ",
        )
        order = scope.settle(question)
        if order is not None:
            learned = {n: n if order == FIFTH_IS_URGENT else str(6 - int(n)) for n in numbers}
    others = [text for text in texts if text not in numbers]
    if "" in others and is_said(scope, "priority"):
        others.append(EMPTY_CELL)
    asking = "Which priority, 5 the most urgent, is"
    return with_empty(learned | _learned(scope, others, ("priority", "priority"), PRIORITIES, asking))


def _known(category: str, text: str) -> str | None:
    """The value of a word; a mark is known only as it stands, because (x) is not x."""
    if category.startswith("marks"):
        if unaccented(text) not in {*words("marks")["yes"], *words("marks")["no"]}:
            return None
        return None if category != "marks" and text.isdecimal() else key_of("marks", text)
    return key_of(category, text)


def _said_of(scope: Scoped, key: str) -> str:
    """The key of a word as it is answered: of this kind of rows, of this table, or of all of the file."""
    around = scope.prefix
    while around:
        if f"{around}{key}" in scope.decisions.given:
            return f"{around}{key}"
        wider = around.removesuffix("!").rpartition("!")
        around = f"{wider[0]}{wider[1]}"
    return key


def _learned(
    scope: Scoped,
    texts: Iterable[str],
    kind: tuple[str, str],
    values: tuple[str, ...],
    asking: str,
    *,
    why: str = "",
    asked: tuple[Choice, ...] = (),
) -> dict[str, str]:
    """The value for each text; `kind`: the beginning of the keys, and the category of the words. `asked`:
    what is never taken without an answer."""
    key, category = kind
    learned: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        if not text:
            continue
        said = _said_of(scope, f"{key}.{text}")
        if text in values and said not in scope.decisions.given:
            learned[text] = text
            continue
        known = _known(category, text)
        cell = "an empty cell" if text == EMPTY_CELL else f'"{shown(text)}"'
        question = Question(
            said,
            f"{asking} {cell}?",
            (*(Choice(value, _ABOUT_PRIORITY.get(value, "")) for value in values), *asked),
            why="others of its column say something"
            if text == EMPTY_CELL
            else why or "no word that is known",
        )
        proven = (known, "a word that is known") if known in values else None
        value = scope.decisions.settle(question, proven=(proven[0] or "", proven[1]) if proven else None)
        if value is not None:
            learned[text] = value
    return learned
