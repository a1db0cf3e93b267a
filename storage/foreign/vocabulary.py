"""The words of other systems' files, read once from `vocabulary.toml` and the files of `languages`."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

# Letters that are no other letter with an accent.
_LETTERS = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_MOST_WORDS = 8
# Vowels and tones of Thai, and the marks of kana, are letters of their own: without them a word is another.
_OWN = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a"
_KEPT = re.compile(f"[{_OWN}]")
_SIGNS = re.compile(rf"(?:[^\w✓✔{_OWN}]|_)+")


def unaccented(text: str) -> str:
    """Lower case without accents, in letters of any script; signs stay."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).casefold()
    bare = (c for c in apart if not unicodedata.combining(c) or _KEPT.match(c))
    return unicodedata.normalize("NFC", "".join(bare))


def folded(text: str) -> str:
    """Lower case without accents, signs as single spaces: `Rüstzeit [min]` is `rustzeit min`."""
    return _SIGNS.sub(" ", unaccented(text)).strip()


@cache
def words(category: str) -> Mapping[str, frozenset[str]]:
    """The folded phrases of each key of a category."""
    return {
        key: frozenset(folded(phrase) or phrase for phrase in found)
        for key, found in _all()[category].items()
    }


def key_of(category: str, text: str) -> str | None:
    """The key under which the whole text stands."""
    wanted = folded(text) or text.strip()
    return next((key for key, found in words(category).items() if wanted in found), None)


def key_within(category: str, text: str) -> str | None:
    """The first key one of whose phrases is among the words of the text."""
    wanted = f" {folded(text)} "
    for key, found in words(category).items():
        if any(f" {phrase} " in wanted for phrase in found):
            return key
    return None


def key_of_longest(category: str, text: str) -> str | None:
    """The key of the longest phrase among the words of the text: `parental leave` is no `leave`."""
    wanted = f" {folded(text)} "
    found = [(len(p), key) for key, phrases in words(category).items() for p in phrases if f" {p} " in wanted]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def runs_of_words(plain: str) -> frozenset[str]:
    """Every phrase of neighbouring words of a folded text that may be one of the vocabulary."""
    said = plain.split()
    return frozenset(
        " ".join(said[first:last])
        for first in range(len(said))
        for last in range(first + 1, min(first + _MOST_WORDS, len(said)) + 1)
    )


@cache
def headers_known() -> frozenset[str]:
    """The phrases of all fields."""
    return frozenset[str]().union(*words("fields").values())


@cache
def _all() -> dict[str, dict[str, list[str]]]:
    """The words of `vocabulary.toml`, and those that each language adds to its keys."""
    here = files("storage.foreign")
    found = _read(here.joinpath("vocabulary.toml"))
    for language in sorted(here.joinpath("languages").iterdir(), key=lambda file: file.name):
        for category, keys in _read(language).items() if language.name.endswith(".toml") else ():
            for key, phrases in keys.items():
                found[category][key] += phrases
    return found


def _read(file: Traversable) -> dict[str, dict[str, list[str]]]:
    return cast("dict[str, dict[str, list[str]]]", tomllib.loads(file.read_text(encoding="utf-8")))
