"""Whether sentences count what a question asks for, and name whom: by the form of the words, in English."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from knowledge.asked_kind import number_pattern, stems
from knowledge.closest import Sentence

_HOW_MANY: Final = re.compile(r"\bhow many ((?:[\w-]+ )?[\w-]+)", re.IGNORECASE)
_WHO_IS: Final = re.compile(r"^\W*who(?:'s|’s| is| was| are)\b", re.IGNORECASE)
_NAME: Final = re.compile(r"\b[A-Z]\w+ [A-Z][a-z]+\b")


def leaves_uncounted(question: str, told: Iterable[Sentence]) -> bool:
    """Whether “how many …” is asked, and no number stands before the word for it, or in its column."""
    asked = _HOW_MANY.search(question)
    things = stems(asked[1]) if asked is not None else frozenset[str]()
    return bool(things) and not any(_counts(things, sentence) for sentence in told)


def leaves_unnamed(question: str, told: Iterable[Sentence]) -> bool:
    """Whether “who is …” is asked, and no sentence about it has a name."""
    if _WHO_IS.search(question) is None:
        return False
    asked = stems(question)
    return not any(_NAME.search(sentence.text) and asked & stems(sentence.text) for sentence in told)


def _counts(things: frozenset[str], sentence: Sentence) -> bool:
    if sentence.text.startswith("|") and things & stems(sentence.before):
        return any(sign.isdigit() for sign in sentence.text)
    return any(things & stems(found[1]) for found in _counted().finditer(sentence.text))


@cache
def _counted() -> re.Pattern[str]:
    """A number and up to three words behind it, from each place."""
    return re.compile(rf"(?i)\b{number_pattern()}(?=((?:[ -]+[\w-]+){{1,3}}))")
