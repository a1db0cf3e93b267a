"""Words of other systems for what an order's status, its priority or a mark says."""

from collections.abc import Iterable

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Decisions, Question, Scoped
from storage.foreign.vocabulary import key_of, words

STATUSES = ("draft", "released", "in_progress", "done", "hold", "cancelled")
PRIORITIES = ("1", "2", "3", "4", "5")
FIRST_IS_URGENT, FIFTH_IS_URGENT = "1_is_urgent", "5_is_urgent"
_ABOUT_PRIORITY = {"5": "most urgent", "3": "usual", "1": "least urgent"}


def learn_statuses(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """The status for each text; one that nobody knows is asked."""
    return _learned(scope.decisions, texts, ("status", "status"), STATUSES, "Which status of an order is")


def learn_marks(
    scope: Scoped, texts: Iterable[str], asking: str = "Does a person have the skill whose mark is"
) -> dict[str, str]:
    """`yes` or `no` for each mark; one that nobody knows is asked."""
    return _learned(scope.decisions, texts, ("mark", "marks"), ("yes", "no"), asking)


def learn_levels(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """`yes` or `no` for each level of a skill; one that nobody knows is asked."""
    return _learned(
        scope.decisions, texts, ("level", "levels"), ("yes", "no"), "Does a person work alone at the level"
    )


def learn_absences(decisions: Decisions, texts: Iterable[str]) -> dict[str, str]:
    """The kind of absence for each text; one that nobody knows is asked."""
    kinds = ("vacation", "sick", "training", "other")
    return _learned(decisions, texts, ("absence", "absence"), kinds, "Which kind of absence is")


def learn_priorities(scope: Scoped, texts: Iterable[str]) -> dict[str, str]:
    """The priority, 5 the most urgent, for each text. Whether 1 or 5 is the most urgent of numbers is
    asked."""
    learned: dict[str, str] = {}
    numbers = [text for text in dict.fromkeys(texts) if text in PRIORITIES]
    if numbers:
        question = Question(
            "priority.order",
            f"Which priority is the most urgent ({', '.join(numbers)})?",
            (Choice(FIRST_IS_URGENT), Choice(FIFTH_IS_URGENT)),
            why="systems differ",
        )
        order = scope.settle(question)
        if order is not None:
            learned = {n: n if order == FIFTH_IS_URGENT else str(6 - int(n)) for n in numbers}
    others = [text for text in texts if text not in PRIORITIES]
    return learned | _learned(
        scope.decisions, others, ("priority", "priority"), PRIORITIES, "Which priority, 5 the most urgent, is"
    )


def _known(category: str, text: str) -> str | None:
    """The value of a word; a mark is known only as it stands, because (x) is not x."""
    if category == "marks" and text.casefold() not in {*words("marks")["yes"], *words("marks")["no"]}:
        return None
    return key_of(category, text)


def _learned(
    decisions: Decisions,
    texts: Iterable[str],
    kind: tuple[str, str],
    values: tuple[str, ...],
    asking: str,
) -> dict[str, str]:
    """The value for each text; `kind`: the beginning of the keys, and the category of the words."""
    key, category = kind
    learned: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        if not text:
            continue
        if text in values:
            learned[text] = text
            continue
        known = _known(category, text)
        question = Question(
            f"{key}.{text}",
            f'{asking} "{shown(text)}"?',
            tuple(Choice(value, _ABOUT_PRIORITY.get(value, "")) for value in values),
            why="no word that is known",
        )
        proven = (known, "a word that is known") if known in values else None
        value = decisions.settle(question, proven=(proven[0] or "", proven[1]) if proven else None)
        if value is not None:
            learned[text] = value
    return learned
