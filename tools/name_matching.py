"""How alike two names are: folded words, digits exact, letters with a small tolerance."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

# Words that say what a thing is, not which one.
_NOISE_ENGLISH = (
    "the a an our machine machines work center centre workcenter operator operators mr mrs ms miss"
)
_NOISE_GERMAN = "der die das den dem unsere maschine maschinen arbeitsplatz bediener werker herr frau herrn"
NOISE = frozenset(f"{_NOISE_ENGLISH} {_NOISE_GERMAN}".split())
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PLURALS = frozenset({"s", "es", "n", "en", "e"})
_MIN_PREFIX_CHARS = 3


@dataclass(frozen=True, slots=True)
class Words:
    """A name cut into folded words of letters or of digits; `spelled` has ä as ae instead of a.

    `keys` are its spellings without any gaps.
    """

    words: tuple[str, ...]
    spelled: tuple[str, ...]
    keys: frozenset[str]

    @property
    def key(self) -> str:
        return "".join(self.words)

    @property
    def variants(self) -> frozenset[tuple[str, ...]]:
        return frozenset({self.words, self.spelled})


@lru_cache(maxsize=8192)
def words_of(text: str) -> Words:
    """Fold case and umlauts and cut at spaces, signs and between letters and digits."""
    lowered = unicodedata.normalize("NFC", text).casefold()
    plain = tuple(_PARTS.findall(_without_marks(lowered)))
    spelled = tuple(_PARTS.findall(_without_marks(lowered.translate(_UMLAUTS))))
    keys = frozenset("".join(words) for words in (plain, spelled, _telling(plain), _telling(spelled)))
    return Words(_telling(plain), _telling(spelled), keys)


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in NOISE) or words


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def same_words(asked: Words, row: Words) -> bool:
    """The same words in any order."""
    return bool(asked.keys & row.keys) or any(
        Counter(one) == Counter(other) for one, other in product(asked.variants, row.variants)
    )


def is_part(asked: Words, row: Words) -> bool:
    """Every word asked for is a word of the row, its beginning or its plural; digits are whole and equal."""
    return _each_fits(asked, row, _is_form)


def is_misspelt(asked: Words, row: Words, *, slack: int = 0) -> bool:
    """Every word fits within a small edit distance (plus `slack`) and all digits agree.

    Short words must be exact; a number beside it makes a word of four letters long enough.
    """
    digits = _digits(asked)
    shortest = 4 if digits else 5

    def is_near(word: str, candidate: str) -> bool:
        if word.isdecimal() or candidate.isdecimal() or min(len(word), len(candidate)) < shortest:
            return False
        tolerance = (1 if len(word) < 8 else 2) + slack
        return OSA.distance(word, candidate, score_cutoff=tolerance) <= tolerance

    return digits == _digits(row) and _each_fits(asked, row, is_near)


def likeness(asked: Words, code: Words, name: Words) -> float:
    """0 to 100, for suggestions only."""
    against = " ".join(asked.words)
    texts = [" ".join(code.words), " ".join(name.words)]
    return max(fuzz.WRatio(against, text) for text in texts if text) if any(texts) else 0.0


def _each_fits(asked: Words, row: Words, fits: Callable[[str, str], bool]) -> bool:
    """Every asked word fits a row word of its own, exact ones taken first."""
    return any(_all_fit(one, other, fits) for one, other in product(asked.variants, row.variants))


def _all_fit(asked: tuple[str, ...], row: tuple[str, ...], fits: Callable[[str, str], bool]) -> bool:
    left = list(row)
    open_words: list[str] = []
    for word in asked:
        if word in left:
            left.remove(word)
        else:
            open_words.append(word)
    for word in sorted(open_words, key=len, reverse=True):
        match = next((candidate for candidate in left if fits(word, candidate)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _is_form(asked: str, word: str) -> bool:
    if asked.isdecimal() or word.isdecimal():
        return False
    if word.startswith(asked):
        return len(asked) >= _MIN_PREFIX_CHARS
    return len(word) >= _MIN_PREFIX_CHARS and asked.startswith(word) and asked[len(word) :] in _PLURALS


def _digits(words: Words) -> Counter[str]:
    return Counter(word for word in words.words if word.isdecimal())
