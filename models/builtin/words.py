"""Text as words: where they stand, and how they look once case, umlauts and accents are folded."""

import re
import unicodedata
from dataclasses import dataclass

# Letters and digits apart, so that "VF-2", "vf2" and "50h" are cut alike.
_WORD = re.compile(r"[0-9]+|[^\W\d_]+")
# More digits than any figure of a shop has: they are no number, and thousands of them would be dear to read.
_NO_NUMBER = re.compile(r"[0-9]{19,}")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters or of digits: `text[start:end]`. `plain` drops umlauts, `spelled` writes them out."""

    start: int
    end: int
    raw: str
    plain: str
    spelled: str

    @property
    def is_number(self) -> bool:
        return self.raw.isdecimal()


def clean(text: str) -> str:
    """One spelling of a message: composed, typographic quotes and dashes plain, no control characters, no
    numbers beyond all measure.
    """
    composed = _NO_NUMBER.sub("…", unicodedata.normalize("NFC", text))
    straight = composed.translate(
        str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "\u00a0": " "})
    )
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in straight)


def words_of(text: str) -> tuple[Word, ...]:
    return tuple(
        Word(match.start(), match.end(), match[0], plain(match[0]), spelled(match[0]))
        for match in _WORD.finditer(text)
    )


def plain(word: str) -> str:
    """ "Fräsen" as "frasen"."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def spelled(word: str) -> str:
    """ "Fräsen" as "fraesen"."""
    return plain(word.casefold().translate(_SPELLED))
