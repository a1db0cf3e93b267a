"""Whether bytes that were read in some encoding look like words that people write: letters of one script,
signs only where words have them."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

_SIGNS = frozenset("°–—„“”‘’‚«»€£§²³×±½¼¾…•·№™®©\u00a0\u202f´¡¿ªº%‰†")
_WITHIN_WORDS = frozenset("’‘´·–—\u00a0")
# Punctuation, circled signs and wide forms that stand among ideographs.
_WIDE_SIGNS = re.compile(
    r"[\u203b\u3000-\u303f\uff00-\uff60\u2190-\u21ff\u2200-\u22ff\u2460-\u24ff\u25a0-\u26ff\u30fb\u30fc]"
)
_OF_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_EAST = _OF_JAPANESE | {"HANGUL", "THAI"}
_ACCENTED = re.compile(r"[^\W\d_a-zA-Z]{3,}")
_SINGLE = re.compile(
    r"(?<![\u3400-\u9fff\uac00-\ud7af])[\u3400-\u9fff\uac00-\ud7af](?![\u3400-\u9fff\uac00-\ud7af])"
)


def likeness(words: Sequence[str]) -> float:
    """From 0 to 1: the share of words beyond ASCII that people may have written."""
    return sum(map(_likely, words)) / len(words) if words else 1.0


def _likely(word: str) -> float:
    scripts: set[str] = set()
    for at, sign in enumerate(word):
        if sign.isascii() or _WIDE_SIGNS.match(sign):
            continue
        kind = unicodedata.category(sign)
        if kind[0] in "LM":
            scripts.add(_script(sign))
        elif sign not in _SIGNS or (sign not in _WITHIN_WORDS and _is_within(word, at)):
            return 0.0
    scripts.discard("COMBINING")
    if any(c.isascii() and c.isalpha() for c in word) and "LATIN" not in scripts:
        scripts |= set() if scripts & _EAST else {"LATIN"}
    if len(scripts) > 1 and not scripts <= _OF_JAPANESE:
        return 0.0
    if scripts == {"HALFWIDTH"} or _turns_upper(word) or (scripts == {"LATIN"} and _ACCENTED.search(word)):
        return 0.0
    if scripts & _EAST and _is_alone(word):
        return 0.0
    ideographs = [sign for sign in word if "\u3400" <= sign <= "\u9fff"]
    return sum(map(_is_common, ideographs)) / len(ideographs) if ideographs else 1.0


@cache
def _script(sign: str) -> str:
    name = unicodedata.name(sign, "UNKNOWN")
    return (
        "LATIN" if name.startswith(("MICRO", "FEMININE", "MASCULINE", "MODIFIER")) else name.partition(" ")[0]
    )


def _is_within(word: str, at: int) -> bool:
    """Whether a sign has letters on both sides."""
    return 0 < at < len(word) - 1 and word[at - 1].isalpha() and word[at + 1].isalpha()


def _turns_upper(word: str) -> bool:
    """Whether a letter beyond ASCII or beside one is a capital right behind a small letter."""
    pairs = pairwise(word)
    return any(a.islower() and b.isupper() and not (a.isascii() and b.isascii()) for a, b in pairs)


def _is_alone(word: str) -> bool:
    """Whether one sign of the East stands between Latin letters, as in another language read wrongly."""
    beside = (word[max(f.start() - 1, 0)] + word[f.end() : f.end() + 1] for f in _SINGLE.finditer(word))
    return any(sign.isascii() and sign.islower() for signs in beside for sign in signs)


@cache
def _is_common(sign: str) -> bool:
    """Whether an ideograph is among those of everyday words, in China, Taiwan or Japan."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("cp932", 0x88, 0x97)):
        try:
            lead = sign.encode(encoding)[0]
        except UnicodeError:
            continue
        if first <= lead <= last:
            return True
    return False
