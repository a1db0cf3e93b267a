"""The words of date phrases, read once from `vocabulary.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import cast

# Entries of one category, each a sequence of folded words, with the key they stand under.
Entries = Mapping[tuple[str, ...], str]

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


def folded(word: str) -> str:
    """The spelling that entries are stored under: lower case, ä as ae, ß as ss."""
    return word.casefold().translate(_GERMAN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of one entry."""

    category: str
    words: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All categories; `by_first_word` has the longest entries first."""

    categories: Mapping[str, Entries]
    by_first_word: Mapping[str, tuple[Entry, ...]]

    def has(self, category: str, word: str) -> bool:
        """Whether one folded word is an entry."""
        return (word,) in self.categories[category]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of this package."""
    tables = _tables()
    categories = {name: _entries(table) for name, table in tables.items() if name != "slash_dates"}
    return Vocabulary(categories, _by_first_word(categories))


@lru_cache(maxsize=1)
def slash_regions() -> tuple[frozenset[str], frozenset[str]]:
    """Regions that write the month first, and those that write either."""
    table = _tables()["slash_dates"]
    return frozenset(table["month_first"]), frozenset(table["either"])


def _by_first_word(categories: Mapping[str, Entries]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {}
    for category, entries in categories.items():
        for words, key in entries.items():
            found.setdefault(words[0], []).append(Entry(category, words, key))
    return {
        word: tuple(sorted(entries, key=lambda entry: -len(entry.words))) for word, entries in found.items()
    }


def _tables() -> dict[str, dict[str, list[str]]]:
    text = files("planning.date_phrases").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, list[str]]]", tomllib.loads(text))


def _entries(table: Mapping[str, list[str]]) -> Entries:
    """Every spelling of every entry; an umlaut may also be written without its dots."""
    entries: dict[tuple[str, ...], str] = {}
    for key, phrases in table.items():
        for phrase in phrases:
            words = phrase.casefold()
            for spelling in (words.translate(_GERMAN), words.translate(_PLAIN)):
                entries.setdefault(tuple(spelling.split()), key)
    return entries
