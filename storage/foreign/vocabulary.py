"""The words of other systems' files, read once from `vocabulary.toml`."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast

# Letters that are no other letter with an accent.
_LETTERS = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
_SIGNS = re.compile(r"[^0-9a-zа-яα-ω✓✔]+")


def folded(text: str) -> str:
    """Lower case without accents, signs as single spaces: `Rüstzeit [min]` is `rustzeit min`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return _SIGNS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


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


@cache
def _all() -> dict[str, dict[str, list[str]]]:
    text = files("storage.foreign").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, list[str]]]", tomllib.loads(text))
