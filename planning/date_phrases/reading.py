"""Steps over tokens that all grammar rules are made of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from planning.date_phrases.phrases import Node
from planning.date_phrases.tokens import Kind, Token
from planning.date_phrases.vocabulary import Vocabulary, vocabulary

FIRST_YEAR, LAST_YEAR = 1970, 2200


class Firmness(IntEnum):
    """Whether the words are a date by themselves in running text."""

    FIRM = 0
    WEAK = 1  # only after a preposition or in a range: "Sat", "3.12.", "May"
    ALONE = 2  # only if they are the whole phrase: "now", "Mo"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A node and the index of the token behind it."""

    node: Node
    end: int
    firmness: Firmness = Firmness.FIRM


ReaderT = TypeVar("ReaderT", bound="Reader")


def longest(options: Iterable[Parsed | None]) -> Parsed | None:
    """The one that takes most tokens; of equal ones the first."""
    best: Parsed | None = None
    for option in options:
        if option is not None and (best is None or option.end > best.end):
            best = option
    return best


def remembered(rule: Callable[[ReaderT, int], Parsed | None]) -> Callable[[ReaderT, int], Parsed | None]:
    """Reads each place once: rules overlap, and hostile text must not make that exponential."""
    name = rule.__name__

    def once(self: ReaderT, at: int) -> Parsed | None:
        return self.recall(name, at, rule)

    return once


class Reader:
    """Looks at the tokens of one text."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.words: Vocabulary = vocabulary()
        self._entries: dict[int, dict[str, tuple[str, int]]] = {}
        self._known: dict[tuple[str, int], Parsed | None] = {}

    def recall(
        self: ReaderT, name: str, at: int, rule: Callable[[ReaderT, int], Parsed | None]
    ) -> Parsed | None:
        """The rule's finding at this place, made once."""
        if (name, at) not in self._known:
            self._known[name, at] = rule(self, at)
        return self._known[name, at]

    def at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def is_kind(self, index: int, *kinds: Kind) -> bool:
        token = self.at(index)
        return token is not None and token.kind in kinds

    def entry(self, category: str, index: int) -> tuple[str, int] | None:
        """The key of the longest entry of `category` that starts here, and the index behind it."""
        here = self._entries.get(index)
        if here is None:
            here = self._entries[index] = self._entries_at(index)
        return here.get(category)

    def _entries_at(self, index: int) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        token = self.at(index)
        if token is None or token.kind is not Kind.WORD:
            return found
        for entry in self.words.by_first_word.get(token.text, ()):
            end = index + len(entry.words)
            run = self.tokens[index:end]
            if entry.category not in found and tuple(token.text for token in run) == entry.words:
                found[entry.category] = (entry.key, end)
        return found

    def skip(self, category: str, index: int) -> int:
        found = self.entry(category, index)
        return index if found is None else found[1]

    def skip_comma(self, index: int) -> int:
        return index + 1 if self.is_kind(index, Kind.COMMA) else index

    def which(self, index: int) -> tuple[int | None, int]:
        """ "this", "next", "last" as units from now; None for "coming"; the index itself if there is none."""
        which, coming = self.entry("which", index), self.skip("coming", index)
        if which is None or coming > which[1]:
            return None, coming
        return int(which[0]), which[1]

    def small_number(self, index: int) -> tuple[int, int] | None:
        """A count: digits or a word."""
        token = self.at(index)
        if token is not None and token.kind is Kind.NUMBER and not token.ordinal:
            return token.number, index + 1
        found = self.entry("numbers", index)
        return None if found is None else (int(found[0]), found[1])

    def nth(self, index: int) -> tuple[int, int] | None:
        """An ordinal: "first", "1st", "1."; -1 is the last."""
        token = self.at(index)
        if token is not None and token.ordinal:
            return token.number, index + 1
        found = self.entry("ordinals", index)
        return None if found is None else (int(found[0]), found[1])

    def year(self, index: int) -> tuple[int, int] | None:
        token = self.at(index)
        if token is None or token.kind is not Kind.NUMBER or token.ordinal or len(token.text) != 4:
            return None
        return (token.number, index + 1) if FIRST_YEAR <= token.number <= LAST_YEAR else None

    def spoken_word_follows(self, index: int) -> bool:
        """A word that belongs to what was just read: "the 2nd machine", "in 2027 pieces", "am 2. Tag"."""
        token, last = self.at(index), self.at(index - 1)
        if token is None or token.kind is not Kind.WORD:
            return False
        if last is not None and last.text.endswith(".") and not token.capital:
            return False  # German nouns are capitals: "am 15. frei"
        joins = ("to", "leads", "and", "onwards", "from", "until")
        return not any(self.entry(category, index) for category in joins)
