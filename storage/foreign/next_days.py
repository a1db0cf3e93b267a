"""Times of the next day: `06:00 +1` says so itself, of a word beside a time it is asked."""

import re
from collections.abc import Iterable, Mapping

from storage.exchange.kinds import Refused
from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped, Undecided
from storage.foreign.times_of_day import DAY_MINUTES, clock_beyond, clock_of, says_beyond
from storage.foreign.vocabulary import key_of

NEXT_DAY = "next_day"
_NEXT, _SAME = "next", "same"
_SIGN = re.compile(r"(?P<clock>[^+]*\d[^+]*?)\s*(?:\(\+\s?1\)|\+\s?1)", re.ASCII)
_BESIDE = re.compile(
    r"(?P<before>[^\d+]*?)\s*(?P<clock>\d{1,2}[:.h]\d{2})(?::00)?\s*(?P<after>[^\d+]*)", re.IGNORECASE
)
_CHARS, _TOLD = 30, 4


def next_day_in(text: str, words: Mapping[str, bool | None]) -> tuple[str, int]:
    """The text without what says that it is of the next day, and the minutes that this is later.

    Raises:
        Undecided: it is asked whether its word says so.
    """
    form = _SIGN.fullmatch(text)
    if form is not None:
        return form["clock"].strip(), DAY_MINUTES
    if (clock := clock_beyond(text)) is not None:
        return clock, DAY_MINUTES
    found = _beside(text)
    if found is None or found[0] not in words:
        return text, 0
    is_next = words[found[0]]
    if is_next is None:
        raise Undecided("has a word beside its time", f"an answer to {NEXT_DAY}")
    return found[1], DAY_MINUTES if is_next else 0


def words_beside_times(scope: Scoped, texts: Iterable[str]) -> dict[str, bool | None]:
    """For each word beside a time whether it says that it is of the next day; None: it is asked."""
    words: dict[str, bool | None] = {}
    for text in dict.fromkeys(texts):
        found = _beside(text)
        if found is None or found[0] in words:
            continue
        question = Question(
            f"{NEXT_DAY}.{found[0]}",
            f'Is "{shown(text)}" a time of the next day?',
            (Choice(_NEXT, "yes, of the day after that of its row"), Choice(_SAME, "no, of that day")),
            why="there is a word beside the time",
        )
        value = scope.settle(question)
        words[found[0]] = None if value is None else value == _NEXT
    return words


def told_beyond(texts: Iterable[str]) -> str | None:
    """What is told of times with hours from 24 on, which are of the day after that of their row."""
    found = [text for text in texts if says_beyond(text)]
    if not found:
        return None
    named = ", ".join(shown(text) for text in list(dict.fromkeys(found))[:_TOLD])
    return f"hours after 24 are of the next day: {len(found)} times ({named})"


def _beside(text: str) -> tuple[str, str] | None:
    """The word beside a time, and the time; None: it is a time as it stands, or something else."""
    form = _BESIDE.fullmatch(text) if len(text) <= _CHARS else None
    if form is None or bool(form["before"]) == bool(form["after"]) or _is_clock(text):
        return None
    word = (form["before"] or form["after"]).strip()
    known = not any(c.isalpha() for c in word) or key_of("weekdays", word) is not None
    return None if known else (word, form["clock"])


def _is_clock(text: str) -> bool:
    try:
        return clock_of(text) is not None
    except Refused:
        return True
