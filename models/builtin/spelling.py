"""Slips in the words that carry a question: dates, units, question words. Put right before reading."""

import re
from functools import cache

from rapidfuzz.distance import OSA

from models.builtin.lexicon import lexicon, phrases_in, read_table, table
from models.builtin.words import Word, plain, spelled, words_of

# Shorter words have too many neighbours one letter away.
_MIN_CHARS = 4
# Words as long as this are put right whatever phrase of the shop they stand in.
_LONG_CHARS = 7
_LISTED = re.compile(r"(?:(?<=\s)|^)\(?\d{1,2}\)\s+|^\s*\d{1,2}\.\s+", re.MULTILINE)


def corrected(text: str) -> str:
    """Shorthand written out, the points of a numbered list as lines, words one slip away from a known one."""
    lines = _LISTED.sub("\n", text)
    for short, right in _numbered_shorthand().items():
        lines = re.sub(rf"(?<!\w){short}(?!\w)", right, lines, flags=re.IGNORECASE)
    parts: list[str] = []
    at = 0
    for word in words_of(lines):
        right = _right(word, lines)
        if right is not None:
            parts += [lines[at : word.start], _in_case(word.raw, right)]
            at = word.end
    return "".join([*parts, lines[at:]])


def _right(word: Word, text: str) -> str | None:
    short = _shorthand().get(word.plain)
    if short is not None and _stands_alone(word, text):
        return short
    if word.is_number or len(word.raw) < _MIN_CHARS or not _stands_alone(word, text):
        return None
    return _nearest(word.raw)


def _stands_alone(word: Word, text: str) -> bool:
    """Not part of a code such as "R-12" or "w4"."""
    before, after = text[word.start - 1 : word.start], text[word.end : word.end + 1]
    alone = not (before in {"-", "_", "/", "."} and word.start) and after not in {"-", "_", "/"}
    if len(word.raw) == 1 and word.raw.isupper():
        return False
    digits = after.isdigit() or before.isdigit()
    return alone and not (digits and len(word.raw) < _MIN_CHARS)


@cache
def _nearest(raw: str) -> str | None:
    """The one target a single slip away; a word that is known, or looks like a name, stays as it is."""
    written = spelled(raw)
    capital = raw[0].isupper() and not raw.isupper()
    words = words_of(raw)
    if written in _targets() or plain(raw) in _targets() or lexicon().exactly(words):
        return None
    near = {
        target
        for target, noun in _targets().items()
        if (noun or not capital) and target[0] == written[0] and _one_slip(written, target)
    }
    return near.pop() if len(near) == 1 else None


def _one_slip(written: str, target: str) -> bool:
    return abs(len(written) - len(target)) <= 1 and OSA.distance(written, target, score_cutoff=1) == 1


def _in_case(raw: str, right: str) -> str:
    if len(raw) > 1 and raw.isupper():
        return right.upper()
    return right[0].upper() + right[1:] if raw[0].isupper() else right


@cache
def _shorthand() -> dict[str, str]:
    known: dict[str, str] = {}
    for words in table(read_table("language")["shorthand"]).values():
        for short, right in table(words).items():
            known[plain(short)] = known[spelled(short)] = str(right)
    return known


@cache
def _numbered_shorthand() -> dict[str, str]:
    """Those with a digit in them ("2morrow"), which are not one word."""
    return {short: right for short, right in _shorthand().items() if any(c.isdigit() for c in short)}


@cache
def _targets() -> dict[str, bool]:
    """Words to put right, folded; True for nouns, which German writes with a capital."""
    lists = table(read_table("language")["spelling"])
    known = {
        word: False
        for languages in read_table("concepts").values()
        for text in table(languages).values()
        for phrase in phrases_in(str(text))
        for word in phrase
        if len(word) >= _LONG_CHARS and word.isascii()
    }
    return known | {
        spelled(word): name == "nouns" for name in ("words", "nouns") for word in str(lists[name]).split()
    }
