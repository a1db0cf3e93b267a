"""Signs that say the same as plainer ones: digits of other scripts, and signs that nobody sees."""

import re
from unicodedata import decimal

# Full-width digits are left: wide forms are letters too, and are folded where words are compared.
_DIGIT = re.compile(r"(?![0-9\uff10-\uff19])\d")
# Marks of direction, spaces of no width and byte order marks. The joiners of Persian spelling stay.
_UNSEEN = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
# Between digits alone, as Arabic writes numbers: the point, and the thousands.
_FRACTION = re.compile(r"(?<=\d)\u066b(\d+)")
_GROUP = 3
_THOUSANDS = re.compile(r"(?<=\d)\u066c(?=\d{3})")


def _with_point(found: re.Match[str]) -> str:
    """The fraction behind a point, never of three digits: it is no group of thousands, and proves that."""
    digits = found[1]
    return f".{digits}0" if len(digits) == _GROUP else f".{digits}"


def plain_signs(text: str) -> str:
    """The text with 0 to 9 for the digits of every script, without signs that are not seen."""
    if text.isascii():
        return text
    text = text.translate(_UNSEEN)
    text = _FRACTION.sub(_with_point, _THOUSANDS.sub("", text))
    return _DIGIT.sub(lambda found: str(decimal(found[0])), text)
