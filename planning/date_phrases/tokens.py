"""Text cut into words, numbers and the fixed notations of dates ("2026-12-03", "3.12.", "KW49", "14:00")."""

import re
from dataclasses import dataclass
from enum import StrEnum

from planning.date_phrases.vocabulary import folded, vocabulary


class Kind(StrEnum):
    STAMP = "stamp"
    ISO_DATE = "iso_date"
    ISO_WEEK = "iso_week"
    ISO_MONTH = "iso_month"
    DOTTED = "dotted"
    SLASHED = "slashed"
    SLASHED_MONTH = "slashed_month"
    CLOCK = "clock"
    WEEK = "week"
    QUARTER = "quarter"
    HALF = "half"
    NUMBER = "number"
    WORD = "word"
    DASH = "dash"
    COMMA = "comma"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is folded. `parts` are the notation's fields ("" where absent)."""

    kind: Kind
    text: str
    start: int
    end: int
    parts: tuple[str, ...] = ()
    capital: bool = False

    @property
    def number(self) -> int:
        return int(self.parts[0])

    @property
    def ordinal(self) -> bool:
        """3rd or "3." rather than 3."""
        return self.kind is Kind.NUMBER and self.parts[1] != ""


# "Haas 2 am Montag": here "am" is the German preposition.
_GERMAN_AM = (
    r"am\b(?= +(?:\d|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|wochenende))"
)
_MERIDIEM = rf"(?!{_GERMAN_AM})(?:a\.?m\b\.?|p\.?m\b\.?|uhr\b|o['’]clock\b)"
_NOTATIONS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.STAMP,
        r"(\d{4})-(\d{2})-(\d{2})(?:t| +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
        r"( ?z|[+-]\d{2}:?\d{2})?(?![\w:-])",
    ),
    (Kind.ISO_WEEK, r"(\d{4})-?w(\d{1,2})(?:-(\d))?(?![\w-])"),
    (Kind.ISO_DATE, r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\w-])"),
    (Kind.ISO_MONTH, r"(\d{4})-(\d{1,2})(?![\w-])"),
    (Kind.DOTTED, r"(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}|\d{2})(?![\w:.]))?(?!\d)"),
    (Kind.SLASHED, r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\w/])"),
    (Kind.SLASHED_MONTH, r"(\d{1,2})/(\d{4})(?![\w/])"),
    (Kind.CLOCK, rf"(\d{{1,2}}):(\d{{2}})(?: ?({_MERIDIEM}))?(?![\w:])"),
    (Kind.CLOCK, rf"(\d{{1,2}})() ?({_MERIDIEM})(?!\w)"),
    (Kind.WEEK, r"(?:kw|cw|wk)\.?[ -]?(\d{1,2})(?:/(\d{4}|\d{2})|[ -](\d{4}))?(?![\w/])"),
    (Kind.WEEK, r"w(\d{1,2})(?:[/-](\d{4}))?()(?![\w/-])"),
    (Kind.QUARTER, r"q(\d)(?:[/-](\d{4}))?(?![\w/-])"),
    (Kind.HALF, r"h([12])(?![\w/-])"),
    (Kind.NUMBER, r"(\d{1,2})(st|nd|rd|th)(?!\w)"),
    (Kind.NUMBER, r"(?:(?<=\bam )|(?<=\bzum )|(?<=\bdem )|(?<=\bvom ))(\d{1,2})(\.)(?!\d)"),
    (Kind.NUMBER, r"(\d{1,2})(\.)(?= ?[^\W\d_]|[ ]?[-–—]| bis\b| und\b)"),
    (Kind.OTHER, r"\d+(?:[.,]\d+)+(?!\w)"),
    (Kind.OTHER, r"\d{3,}(?:[-/.]\w+)+"),
    (Kind.NUMBER, r"(\d{1,9})()(?!\w)"),
    (Kind.DASH, r"[-–—]"),
    (Kind.COMMA, r","),
    (Kind.OTHER, r"(?=\w*\d)\w+"),
    (Kind.WORD, r"[^\W\d_]+"),
    (Kind.OTHER, r"\S"),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _NOTATIONS)
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)


def tokenize(text: str) -> tuple[Token, ...]:
    """All of `text`; spaces and possessive 's are skipped, whatever is no part of a date is OTHER."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token_at(text, at)
        found.append(token)
        at = token.end
        possessive = _POSSESSIVE.match(text, at)
        if possessive and token.kind is Kind.WORD:
            at = possessive.end()
    return tuple(found)


def _token_at(text: str, at: int) -> Token:
    for kind, pattern in _PATTERNS:
        match = pattern.match(text, at)
        if match:
            end = match.end()
            if kind is Kind.WORD:
                end = _with_dot(text, match.group(), end)
            parts = tuple(part or "" for part in match.groups())
            return Token(kind, folded(match.group()), at, end, parts, text[at].isupper())
    return Token(Kind.OTHER, text[at], at, at + 1)


def _with_dot(text: str, word: str, end: int) -> int:
    """Takes the full stop of an abbreviation into the word: "Dec. 3", "Mo.-Fr."."""
    if len(word) > 4 or text[end : end + 1] != ".":
        return end
    follows = text[end + 1 : end + 3].strip()[:1]
    words = vocabulary()
    known = any(words.has(category, folded(word)) for category in ("months", "weekdays", "short_weekdays"))
    return end + 1 if known and (follows.isdigit() or follows in {"-", "–"}) else end
