"""The fixed notations of dates as nodes."""

from planning.date_phrases.phrases import (
    CalendarDay,
    Half,
    IsoWeek,
    Month,
    Node,
    Quarter,
    SlashedDay,
    Stamp,
)
from planning.date_phrases.reading import FIRST_YEAR, LAST_YEAR, Firmness
from planning.date_phrases.tokens import Kind, Token

_CENTURY = 2000


def notation(token: Token) -> tuple[Node, Firmness] | None:  # noqa: PLR0911 - a table, one row a notation
    """What a token in a fixed notation says, or None for other tokens."""
    fields = [int(part) if part.isdecimal() else None for part in token.parts]
    match token.kind, fields:
        case Kind.STAMP, [int(year), int(month), int(day), int(hour), int(minute), second, _]:
            offset = _offset_min(token.parts[6])
            return Stamp(year, month, day, hour, minute, second or 0, offset), Firmness.FIRM
        case Kind.ISO_DATE, [int(year), int(month), int(day)]:
            known = FIRST_YEAR <= year <= LAST_YEAR
            return CalendarDay(day, month, year), Firmness.FIRM if known else Firmness.ALONE
        case Kind.ISO_WEEK, [int(year), int(week), weekday]:
            return IsoWeek(week, year, weekday), Firmness.FIRM
        case Kind.ISO_MONTH, [int(year), int(month)]:
            return Month(month, year), Firmness.WEAK
        case Kind.DOTTED, [int(day), int(month), year]:
            return CalendarDay(day, month, full_year(year)), _weak_unless(year)
        case Kind.SLASHED, [int(first), int(second), year]:
            return SlashedDay(first, second, full_year(year)), _weak_unless(year)
        case Kind.SLASHED_MONTH, [int(month), int(year)]:
            return Month(month, year), Firmness.WEAK
        case Kind.WEEK, [int(week), year, other]:
            return IsoWeek(week, full_year(year if year is not None else other)), Firmness.FIRM
        case Kind.QUARTER, [int(quarter), year]:
            return Quarter(quarter, year), Firmness.FIRM
        case Kind.HALF, [int(half)]:
            return Half(half, None), Firmness.WEAK
        case _:
            return None


def full_year(year: int | None) -> int | None:
    """26 is 2026."""
    return year + _CENTURY if year is not None and year < 100 else year


def _weak_unless(year: int | None) -> Firmness:
    """Without a year, "3.12." may be a figure at the end of a sentence, 1/2 a fraction."""
    return Firmness.WEAK if year is None else Firmness.FIRM


def _offset_min(text: str) -> int | None:
    plain = text.strip().replace(":", "")
    if not plain:
        return None
    if plain in {"z", "Z"}:
        return 0
    minutes = int(plain[1:3]) * 60 + int(plain[3:5])
    return -minutes if plain[0] == "-" else minutes
