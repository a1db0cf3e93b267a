"""What window a date phrase means."""

from datetime import datetime
from zoneinfo import ZoneInfo

from leadhand.errors import EmptyWindow, InvalidDate, JsonValue
from planning.date_phrases.clock import Clock, Span
from planning.date_phrases.grammar import PhraseGrammar
from planning.date_phrases.phrases import Node, OpenFrom, Range, Until
from planning.date_phrases.ranges import evaluate
from planning.date_phrases.reading import FIRST_YEAR, LAST_YEAR
from planning.date_phrases.tokens import tokenize
from planning.date_phrases.windows import ResolvedWindow
from planning.date_phrases.wording import instant_text, span_text
from planning.zones import from_minute, to_minute

MAX_PHRASE_CHARS = 100
_SHOWN_CHARS = 60
_EXAMPLES: list[JsonValue] = ["next month", "KW 49", "from Tuesday to Friday", "3 December", "2026-12-03"]


def resolve_window(
    phrase: str, as_of: datetime, zone: ZoneInfo, *, locale: str | None = "en-US", default_days: int = 7
) -> ResolvedWindow:
    """The window that `phrase` means at `as_of` (aware) in the shop's zone.

    `locale` (BCP 47) decides 12/3; None rejects it. `default_days` closes a phrase without an end ("from
    Monday").

    Raises:
        InvalidDate: not understood, ambiguous, or no such date; the message says what is right.
        EmptyWindow: it ends before it starts, or is over already where it must not be.
    """
    clock = _clock(as_of, zone, locale, default_days)
    return _window(_node(phrase), phrase, clock)


def resolve_range(
    first: str | None, last: str, as_of: datetime, zone: ZoneInfo, *, locale: str | None = "en-US"
) -> ResolvedWindow:
    """From the start of `first` (None: `as_of`) to the end of `last`, which is read as following `first`.

    Raises:
        InvalidDate, EmptyWindow: as `resolve_window`.
    """
    clock = _clock(as_of, zone, locale, default_days=1)
    end = _end_of(_node(last))
    node = Until(end) if first is None else Range(_start_of(_node(first)), end)
    span = _checked(node, clock)
    return ResolvedWindow(span.start, span.end, span_text(span.start, span.end, zone), span.grain)


def _clock(as_of: datetime, zone: ZoneInfo, locale: str | None, default_days: int) -> Clock:
    if not FIRST_YEAR < as_of.year < LAST_YEAR:
        raise InvalidDate(
            f"Dates from {FIRST_YEAR} to {LAST_YEAR} are understood.",
            details={"first_year": FIRST_YEAR, "last_year": LAST_YEAR},
        )
    return Clock(to_minute(as_of), zone, locale, default_days)


def _node(phrase: str) -> Node:
    plain = " ".join(phrase[: MAX_PHRASE_CHARS + 1].split()).strip(" ?!.,;:\"'“”„()")
    if phrase.rstrip().endswith(".") and plain[-1:].isdigit():
        plain += "."  # "3.12." and "am 15." end in a full stop of their own
    tokens = tokenize(plain) if len(phrase) <= MAX_PHRASE_CHARS else ()
    parsed = PhraseGrammar(tokens).phrase(0) if tokens else None
    if parsed is None or parsed.end < len(tokens):
        raise InvalidDate(
            f"“{_shown(phrase)}” is not understood as a date or a period. Understood are, for example: "
            f"{', '.join(map(str, _EXAMPLES))}.",
            details={"phrase": _shown(phrase), "examples": _EXAMPLES},
        )
    return parsed.node


def _start_of(node: Node) -> Node:
    return node.first if isinstance(node, OpenFrom) and not node.after else node


def _end_of(node: Node) -> Node:
    return node.last if isinstance(node, Until) and not node.before else node


def _window(node: Node, phrase: str, clock: Clock) -> ResolvedWindow:
    span = _checked(node, clock)
    text = span_text(span.start, span.end, clock.zone)
    if span.open_end:
        text = f"{text} (no end was given)"
    return ResolvedWindow(span.start, span.end, f"{_shown(phrase)}: {text}", span.grain, span.open_end)


def _checked(node: Node, clock: Clock) -> Span:
    span = evaluate(node, clock)
    if span.end > span.start:
        return span
    start = instant_text(span.start, clock.zone)
    end = instant_text(span.end, clock.zone, closing=True)
    raise EmptyWindow(
        f"The window would end ({end}) before it begins ({start}). Its end must be after its start.",
        details={
            "from": from_minute(span.start, clock.zone).isoformat(),
            "to": from_minute(span.end, clock.zone).isoformat(),
        },
    )


def _shown(phrase: str) -> str:
    """The phrase on one line, without control characters, bounded."""
    plain = "".join(char if char.isprintable() else " " for char in phrase[: _SHOWN_CHARS + 20])
    text = " ".join(plain.split())
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
