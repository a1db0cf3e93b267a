"""The words of date phrases, read once from `vocabulary.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import cast

# Category -> its entries, each a sequence of folded words, with the key they stand under.
Entries = Mapping[tuple[str, ...], str]

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})


def folded(word: str) -> str:
    """The spelling that entries are stored under: lower case, ä as ae, ß as ss."""
    return word.casefold().translate(_GERMAN)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All categories; `longest` is the most words an entry has."""

    categories: Mapping[str, Entries]
    longest: int

    def entries(self, category: str) -> Entries:
        return self.categories[category]

    def keys(self, category: str) -> frozenset[str]:
        """The keys of a category ("06:00-12:00" of `day_parts`)."""
        return frozenset(self.categories[category].values())

    def has(self, category: str, word: str) -> bool:
        """Whether one folded word is an entry."""
        return (word,) in self.categories[category]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of this package."""
    tables = _tables()
    categories = {name: _entries(table) for name, table in tables.items() if name != "slash_dates"}
    longest = max(len(words) for entries in categories.values() for words in entries)
    return Vocabulary(categories, longest)


@lru_cache(maxsize=1)
def slash_regions() -> tuple[frozenset[str], frozenset[str]]:
    """Regions that write the month first, and those that write either."""
    table = _tables()["slash_dates"]
    return frozenset(table["month_first"]), frozenset(table["either"])


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
