"""Words in a column of last days that say that there is none: `unbefristet`, or one of the shop's own."""

from collections import Counter
from collections.abc import Iterable

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.vocabulary import key_of

# Fields whose cells may say that it goes on, and the rows that may have no end.
LAST_DAYS = ("end", "back", "skill_until", "active_to")
_MAY_GO_ON = ("absences", "downtimes", "machines", "operators")
NO_END = "open_end"
_WRONG, _OPEN = "wrong", "open"
_OFTEN, _CHARS = 2, 30


def words_without_end(scope: Scoped, kind: str, texts: Iterable[str]) -> frozenset[str]:
    """The texts that say that there is no end; a word that is not known is asked where it stands twice."""
    found: set[str] = set()
    for text, count in Counter(texts).items() if kind in _MAY_GO_ON else ():
        given = scope.key(f"{NO_END}.{text}") in scope.decisions.given
        known = key_of(NO_END, text) is not None
        if not given and not known and (count < _OFTEN or not _may_say_so(scope, text)):
            continue  # one such word alone is a mistake of its row
        question = Question(
            f"{NO_END}.{text}",
            f'Does "{shown(text)}" in a column of last days say that there is no end?',
            (Choice(_OPEN, "yes: until further notice"), Choice(_WRONG, "the row is wrong")),
            why="it is no date",
        )
        proven = (_OPEN, "a word that is known") if known else None
        if scope.settle(question, proven=proven) == _OPEN:
            found.add(text)
    return frozenset(found)


def _may_say_so(scope: Scoped, text: str) -> bool:
    """Whether a text is words alone, and nothing that says that there is nothing."""
    said_otherwise = scope.key(f"blank.{text}") in scope.decisions.given or key_of("blank", text) is not None
    is_words = len(text) <= _CHARS and any(c.isalpha() for c in text) and not any(c.isdigit() for c in text)
    return is_words and not said_otherwise
