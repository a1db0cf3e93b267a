"""Whether the person themselves said it: nothing else may change what is remembered of them.

A model reads orders' notes and documents beside the person's words, and any of these may ask to be
remembered. So each change names a sentence (`said`) that has to stand, word for word, in a message of the
person, and what is remembered has to stand, word for word, in that sentence. Capitals, punctuation and spaces
do not count.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

from leadhand.errors import NotSaid
from memory.profile_changes import Change

Words: TypeAlias = tuple[str, ...]

# Chinese and Japanese put no spaces between words: there each sign counts as one.
_SIGNS = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_SIGNS}]|(?:(?![{_SIGNS}])\w)+(?:'(?:(?![{_SIGNS}])\w)+)*")
_APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'"})


def words(text: str) -> Words:
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)))


def check_said(changes: Iterable[Change], messages: Sequence[str]) -> None:
    """`messages`: what the person wrote in this conversation.

    Raises:
        NotSaid: `details.field`, and `details.reason`: `not_in_messages`, `not_in_sentence`, `turned_round`,
            `not_named` (a language or unit) or `not_asked` (to forget).
    """
    written = [words(message) for message in messages]
    for change in changes:
        sentence = words(change.said)
        if not sentence or all(_place(sentence, message) is None for message in written):
            raise _refusal(
                change,
                "not_in_messages",
                "`said` does not stand in a message of the person in this conversation. Only what the person"
                " wrote is remembered: copy their sentence word for word, or do not remember this.",
            )
        if change.action in {"remove", "clear"}:
            _check_asked_to_forget(change, sentence)
        elif change.field in {"language", "units"}:
            _check_named(change, sentence)
        else:
            _check_stands_in(change, sentence)


def _check_asked_to_forget(change: Change, sentence: Words) -> None:
    if not _any_in(_phrases("forgetting"), sentence):
        raise _refusal(
            change,
            "not_asked",
            "The person's sentence does not ask to forget anything, so nothing is forgotten.",
        )


def _check_named(change: Change, sentence: Words) -> None:
    if not _any_in(_names("languages" if change.field == "language" else "units", change.value), sentence):
        raise _refusal(
            change,
            "not_named",
            f"The person's sentence does not name “{change.value[:40]}”, so it is not kept.",
        )


def _check_stands_in(change: Change, sentence: Words) -> None:
    value = words(change.value)
    place = _place(value, sentence) if value else None
    if place is None:
        raise _refusal(
            change,
            "not_in_sentence",
            "`value` does not stand in the person's sentence. Copy it from there word for word.",
        )
    if place > 0 and sentence[place - 1 : place] in _phrases("negations"):
        raise _refusal(
            change,
            "turned_round",
            "The person said the opposite. Copy their words with the “not” before them.",
        )


def _place(part: Words, whole: Words) -> int | None:
    """Where `part` begins in `whole`."""
    last = len(whole) - len(part)
    return next((at for at in range(last + 1) if whole[at : at + len(part)] == part), None)


def _refusal(change: Change, reason: str, message: str) -> NotSaid:
    return NotSaid(message, details={"field": change.field, "reason": reason})


def _any_in(parts: Iterable[Words], whole: Words) -> bool:
    return any(_place(part, whole) is not None for part in parts)


@cache
def _phrases(name: str) -> frozenset[Words]:
    return frozenset(words(phrase) for phrase in _vocabulary()["phrases"][name].split(","))


@cache
def _names(table: str, code: str) -> frozenset[Words]:
    """What a language or a unit is called."""
    return frozenset(words(name) for name in _vocabulary()[table].get(code, "").split())


@cache
def _vocabulary() -> Mapping[str, Mapping[str, str]]:
    source = tomllib.loads((files("memory") / "vocabulary.toml").read_text("utf-8"))
    return cast("Mapping[str, Mapping[str, str]]", source)


def languages() -> tuple[str, ...]:
    """The codes of the languages that can be told from a person's sentence."""
    return tuple(_vocabulary()["languages"])
