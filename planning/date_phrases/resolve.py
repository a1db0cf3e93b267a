"""What window a date phrase means."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from leadhand.errors import EmptyWindow, InvalidDate
from planning.date_phrases.windows import Grain, ResolvedWindow
from planning.date_phrases.wording import span_text
from planning.zones import day_window, to_minute


def resolve_window(
    phrase: str, as_of: datetime, zone: ZoneInfo, *, locale: str | None = "en-US", default_days: int = 7
) -> ResolvedWindow:
    """The window that `phrase` means at `as_of` (aware) in the shop's zone.

    Raises:
        InvalidDate: not understood, ambiguous, or no such date.
        EmptyWindow: the phrase ends before it starts.
    """
    del as_of, locale, default_days
    try:
        day = date.fromisoformat(phrase)
    except ValueError:
        raise InvalidDate("I do not understand this as a date or a period.") from None
    start, end = day_window(day, zone)
    return ResolvedWindow(start, end, f"{phrase}", Grain.DAY)


def resolve_range(
    first: str | None, last: str, as_of: datetime, zone: ZoneInfo, *, locale: str | None = "en-US"
) -> ResolvedWindow:
    """From the start of `first` (None: `as_of`) to the end of `last`, which is read as following `first`.

    Raises:
        InvalidDate, EmptyWindow: as `resolve_window`.
    """
    start = resolve_window(first, as_of, zone, locale=locale).start_min if first else to_minute(as_of)
    end = resolve_window(last, as_of, zone, locale=locale).end_min
    if end <= start:
        raise EmptyWindow("The window ends before it starts.")
    return ResolvedWindow(start, end, span_text(start, end, zone))
