"""The time window of a tool's input: a phrase, or `from` and `to`, or the tool's default.

`window` and `from`/`to` may both be given only if they mean the same; nothing is chosen silently.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import EmptyWindow, InvalidDate, InvalidToolInput, JsonValue, WindowTooLong
from planning.date_phrases import (
    Grain,
    ResolvedWindow,
    instant_text,
    resolve_range,
    resolve_window,
    span_text,
)
from planning.shop import Interval, Minute
from planning.zones import MINUTES_PER_DAY, from_minute, local_day, local_minute, to_minute
from tools.base import ToolInput

MAX_WINDOW_DAYS = 366
MAX_PHRASE_CHARS = 100
FIRST_YEAR, LAST_YEAR = 1970, 2200


class WindowInput(ToolInput):
    """The common part of every input that looks at a stretch of time."""

    from_: str | None = Field(
        default=None,
        validation_alias="from",
        serialization_alias="from",
        max_length=MAX_PHRASE_CHARS,
        description=(
            "Start of the window: a local date (2026-12-01), a local timestamp (2026-12-01T06:00) or a "
            'phrase ("Tuesday", "3 December"). Not needed with `window`.'
        ),
    )
    to: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            "End of the window: a local date (that whole day is included), a local timestamp (exact end) or "
            "a phrase. Not needed with `window`."
        ),
    )
    window: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            'The window in the person\'s own words, instead of `from` and `to`: "next month", "KW 49", '
            '"tomorrow", "from Tuesday to Friday", "in the next 10 days". Pass the words on unchanged; the '
            "dates are worked out in the shop's time zone."
        ),
    )


@dataclass(frozen=True, slots=True)
class Window:
    """A non-empty window of at most 366 days in UTC minutes.

    `sentence` is a noun phrase ("next month: 1 to 31 December 2026"), `assumption` a whole sentence for the
    output's `assumptions`.
    """

    start_min: Minute
    end_min: Minute
    sentence: str
    assumption: str

    @property
    def interval(self) -> Interval:
        return (self.start_min, self.end_min)


def read_window(asked: WindowInput, tenant: TenantContext, *, default_days: int) -> Window:
    """The window of a tool call; without any, `default_days` local days from now on.

    Raises:
        InvalidDate: a date or phrase that does not exist or is not understood.
        EmptyWindow: the end is not after the start.
        WindowTooLong: more than 366 days.
        InvalidToolInput: `window` and `from`/`to` contradict each other.
    """
    from_, to, phrase = _given(asked.from_), _given(asked.to), _given(asked.window)
    clock = _Clock(tenant, default_days)
    if phrase is not None:
        found = _by_phrase(phrase, from_, to, clock)
    elif to is not None:
        found = _said(clock.range(from_, to))
    elif from_ is not None:
        found = _from_on(from_, clock)
    else:
        found = _default(clock)
    _check_bounds(found, clock.zone)
    return found


def read_slot(from_: str, to: str, tenant: TenantContext) -> Window:
    """A stretch of time given by both its ends, such as an overtime slot; raises as `read_window`."""
    clock = _Clock(tenant, default_days=1)
    found = _said(clock.range(from_, to))
    _check_bounds(found, clock.zone)
    return found


def read_due(text: str, tenant: TenantContext, *, cutoff_local_min: int = MINUTES_PER_DAY) -> Window:
    """A due date, as the window from now until the instant by which work must be finished.

    A date or period means `cutoff_local_min` of its last day (24:00 unless the shop says otherwise), a
    timestamp itself.

    Raises:
        InvalidDate: as `read_window`.
        EmptyWindow: the due date is not in the future.
    """
    clock = _Clock(tenant, default_days=1)
    said = clock.resolve(text)
    end = (
        said.start_min
        if said.grain is Grain.INSTANT
        else _cut_off(said.end_min, cutoff_local_min, clock.zone)
    )
    due = instant_text(end, clock.zone, closing=True)
    if end <= clock.now:
        raise EmptyWindow(
            f"The due date {due} is in the past: it is {instant_text(clock.now, clock.zone)} at the shop.",
            details={"due": due},
        )
    found = Window(clock.now, end, due, f"It is due {due}.")
    _check_year(found, clock.zone)
    return found


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC minutes; `text` is it in words, `assumption` a whole sentence.

    `exact`: the instant itself was said, and not a day or period that begins or ends with it.
    """

    minute: Minute
    text: str
    assumption: str
    exact: bool = True


def read_moment(text: str, tenant: TenantContext) -> Moment:
    """The instant that `text` means; of a period that holds now, now.

    Raises:
        InvalidDate, EmptyWindow: as `read_window`.
        InvalidToolInput: a period that does not hold now, so that no instant is meant.
    """
    clock = _Clock(tenant, default_days=1)
    said = clock.resolve(text)
    if said.grain is Grain.INSTANT:
        minute = said.start_min
    elif said.start_min <= clock.now < said.end_min:
        minute = clock.now
    else:
        wrong: JsonValue = {
            "field": "at",
            "problem": f"{said.sentence} is a period, not an instant",
            "right": 'an instant such as "Tuesday 10:00"; a day or a period belongs into `window`',
        }
        raise InvalidToolInput(f"`at` is an instant, not {said.sentence}.", details={"fields": [wrong]})
    words = instant_text(minute, clock.zone)
    found = Moment(minute, words, f"The time asked about is {words}.")
    _check_year(Window(minute, minute + 1, words, words), clock.zone)
    return found


def read_start(text: str, tenant: TenantContext) -> Moment:
    """The instant from which on something may begin: a timestamp itself, of a date or period its beginning.

    Raises:
        InvalidDate: as `read_window`.
    """
    clock = _Clock(tenant, default_days=1)
    said = clock.resolve(text)
    return _moment(said.start_min, clock, closing=False, exact=said.grain is Grain.INSTANT)


def read_end(text: str, tenant: TenantContext) -> Moment:
    """The instant at which something is there: a timestamp itself, of a date or period its last day's 24:00.

    Raises:
        InvalidDate: as `read_window`.
    """
    clock = _Clock(tenant, default_days=1)
    said = clock.resolve(text)
    exact = said.grain is Grain.INSTANT
    return _moment(said.start_min if exact else said.end_min, clock, closing=True, exact=exact)


def _moment(minute: Minute, clock: "_Clock", *, closing: bool, exact: bool) -> Moment:
    words = instant_text(minute, clock.zone, closing=closing)
    _check_year(Window(minute, minute + 1, words, words), clock.zone)
    return Moment(minute, words, f"The time meant is {words}.", exact)


class _Clock:
    """Reads texts at one instant in one shop."""

    def __init__(self, tenant: TenantContext, default_days: int) -> None:
        self.tenant = tenant
        self.zone = ZoneInfo(tenant.timezone)
        self.now = to_minute(tenant.as_of)
        self.default_days = default_days

    def resolve(self, text: str) -> ResolvedWindow:
        return resolve_window(
            text, self.tenant.as_of, self.zone, locale=self.tenant.locale, default_days=self.default_days
        )

    def range(self, first: str | None, last: str) -> ResolvedWindow:
        return resolve_range(first, last, self.tenant.as_of, self.zone, locale=self.tenant.locale)

    def days_after(self, start: Minute) -> Minute:
        """The same wall-clock time `default_days` days later."""
        day = local_day(start, self.zone)
        wall = from_minute(start, self.zone)
        return local_minute(
            day, self.default_days * MINUTES_PER_DAY + wall.hour * 60 + wall.minute, self.zone
        )


def _given(text: str | None) -> str | None:
    """Models write "" for what they leave out."""
    return text if text is not None and text.strip() else None


def _said(found: ResolvedWindow) -> Window:
    return Window(found.start_min, found.end_min, found.sentence, f"The window is {found.sentence}.")


def _default(clock: _Clock) -> Window:
    end = clock.days_after(clock.now)
    sentence = f"the next {clock.default_days} days: {span_text(clock.now, end, clock.zone)}"
    return Window(clock.now, end, sentence, f"No dates were given, so the window is {sentence}.")


def _from_on(from_: str, clock: _Clock) -> Window:
    """A start without an end: a period such as "next month" is itself the window, a day only its start."""
    first = clock.resolve(from_)
    if first.grain is Grain.SPAN:
        return _said(first)
    end = clock.days_after(first.start_min)
    text = span_text(first.start_min, end, clock.zone)
    assumption = f"No end was given, so the window is {clock.default_days} days: {text}."
    return Window(first.start_min, end, text, assumption)


def _by_phrase(phrase: str, from_: str | None, to: str | None, clock: _Clock) -> Window:
    said = clock.resolve(phrase)
    if from_ is not None and clock.resolve(from_).start_min != said.start_min:
        raise _contradiction("from", from_, said)
    if to is not None and clock.range(from_, to).end_min != said.end_min:
        raise _contradiction("to", to, said)
    return _said(said)


def _contradiction(field: str, text: str, said: ResolvedWindow) -> InvalidToolInput:
    return InvalidToolInput(
        f"`window` and `{field}` contradict each other: `window` means {said.sentence}.",
        details={
            "fields": [
                {
                    "field": field,
                    "problem": f"{text!r} is not where `window` ({said.sentence}) begins or ends",
                    "right": "give either `window` or `from` and `to`",
                }
            ]
        },
    )


def _cut_off(end: Minute, cutoff_local_min: int, zone: ZoneInfo) -> Minute:
    """The cutoff of the last day of a period that ends at midnight; other ends are exact."""
    after = from_minute(end, zone)
    if after.hour or after.minute:
        return end
    return local_minute(local_day(end - 1, zone), cutoff_local_min, zone)


def _check_bounds(found: Window, zone: ZoneInfo) -> None:
    _check_year(found, zone)
    text = span_text(found.start_min, found.end_min, zone)
    if found.end_min <= found.start_min:
        raise EmptyWindow(f"The window is empty: {text}. Its end must be after its start.")
    minutes = _wall_minutes(found.end_min, zone) - _wall_minutes(found.start_min, zone)
    if minutes > MAX_WINDOW_DAYS * MINUTES_PER_DAY:
        days = -(-minutes // MINUTES_PER_DAY)
        raise WindowTooLong(
            f"The window of {days} days is too long ({text}). At most {MAX_WINDOW_DAYS} days can be looked "
            "at in one go: ask for a shorter one.",
            details={"days": days, "max_days": MAX_WINDOW_DAYS},
        )


def _wall_minutes(minute: Minute, zone: ZoneInfo) -> int:
    """Wall-clock minutes, so that 366 days are 366 days in every zone and season."""
    local = from_minute(minute, zone)
    return local.toordinal() * MINUTES_PER_DAY + local.hour * 60 + local.minute


def _check_year(found: Window, zone: ZoneInfo) -> None:
    years = {from_minute(found.start_min, zone).year, from_minute(found.end_min, zone).year}
    if min(years) < FIRST_YEAR or max(years) > LAST_YEAR:
        raise InvalidDate(
            f"Dates from {FIRST_YEAR} to {LAST_YEAR} are understood.",
            details={"first_year": FIRST_YEAR, "last_year": LAST_YEAR},
        )
