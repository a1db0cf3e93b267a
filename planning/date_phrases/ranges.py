"""Ranges: two nodes that are read together, and windows that begin or end now."""

from dataclasses import replace
from datetime import date, timedelta

from planning.date_phrases.clock import Clock, Lean, Span, add
from planning.date_phrases.days import unslashed
from planning.date_phrases.evaluate import clock_time, period
from planning.date_phrases.phrases import (
    CalendarDay,
    ClockTime,
    DayOfMonth,
    IsoWeek,
    Lasting,
    Month,
    Node,
    OpenFrom,
    Range,
    Rest,
    Since,
    SlashedDay,
    Unit,
    Until,
    Weekday,
)
from planning.date_phrases.windows import Grain
from planning.shop import Minute
from planning.zones import from_minute, local_day

# "20 December to 5 January" runs into the next year, "10 December to 3 December" is a mistake.
_MAX_WRAP_DAYS = 183


def evaluate(node: Node, clock: Clock) -> Span:  # noqa: PLR0911 - one row a kind of node
    """The span of any node; its end may be before its start.

    Raises:
        InvalidDate: there is no such date.
    """
    match node:
        case Range():
            return _range(node, clock)
        case Until():
            return _until(node, clock)
        case OpenFrom():
            return _open_from(node, clock)
        case Lasting():
            first = period(node.first, clock)
            day = local_day(first.start, clock.zone)
            return clock.days(day, add(day, node.count, node.unit))
        case Since():
            return Span(period(node.first, clock.leaning(Lean.PAST)).start, clock.now)
        case Rest():
            whole = period(node.of, clock)
            return Span(max(clock.now, whole.start), whole.end)
        case _:
            return period(node, clock)


def _range(node: Range, clock: Clock) -> Span:
    node = Range(_unslashed(node.first, clock), _unslashed(node.last, clock))
    if _recurs(node.first) and isinstance(node.last, CalendarDay | DayOfMonth | Month | IsoWeek):
        # The end decides: "1 to 15 December" is this December's as long as it runs.
        last = evaluate(node.last, clock)
        first = evaluate(node.first, clock.leaning(Lean.PAST, local_day(last.start, clock.zone)))
    else:
        first = evaluate(node.first, clock)
        last = _following(node, local_day(first.start, clock.zone), first, clock)
    end = last.start if last.grain is Grain.INSTANT else last.end
    wraps = isinstance(node.first, CalendarDay | IsoWeek) and _recurs_either(node)
    if wraps and _is_reversed(first.start, end, node, clock):
        return _as_said(node, first, last, clock)
    grain = Grain.DAY if first.grain is last.grain is Grain.DAY and first.start == last.start else Grain.SPAN
    return Span(first.start, end, grain)


def _as_said(node: Range, first: Span, last: Span, clock: Clock) -> Span:
    """Both ends in one year, so that the caller can show that they are the wrong way round."""
    if isinstance(node.last, CalendarDay) and node.last.year is None and not _recurs(node.first):
        year = local_day(first.start, clock.zone).year
        return Span(first.start, evaluate(replace(node.last, year=year), clock).end)
    if isinstance(node.first, CalendarDay | IsoWeek):
        year = local_day(last.start, clock.zone).year
        return Span(evaluate(replace(node.first, year=year), clock).start, last.end)
    return Span(last.end, last.end)


def _following(node: Range, start: date, first: Span, clock: Clock) -> Span:
    """The end of a range, looked for from its start on."""
    later = clock.leaning(Lean.NEXT, start)
    if isinstance(node.last, ClockTime) and node.last.day is None:
        minute = clock_time(node.last, later)
        if minute <= first.start:
            minute = clock_time(node.last, clock.leaning(Lean.NEXT, start + timedelta(days=1)))
        return Span(minute, minute, Grain.INSTANT)
    if isinstance(node.last, Weekday) and isinstance(node.first, Weekday):
        same = node.last.weekday == node.first.weekday
        later = clock.leaning(Lean.NEXT, start + timedelta(days=int(same)))
    return evaluate(node.last, later)


def _unslashed(node: Node, clock: Clock) -> Node:
    return unslashed(node, clock.locale) if isinstance(node, SlashedDay) else node


def _recurs(node: Node) -> bool:
    """Whether the year (or month) is left open."""
    if isinstance(node, CalendarDay | IsoWeek):
        return node.year is None
    return isinstance(node, DayOfMonth) or (
        isinstance(node, Month) and node.year is None and node.which is None
    )


def _recurs_either(node: Range) -> bool:
    return _recurs(node.first) or _recurs(node.last)


def _is_reversed(start: Minute, end: Minute, node: Range, clock: Clock) -> bool:
    """Whether a range only holds because it was stretched over most of a year."""
    first, last = local_day(start, clock.zone), local_day(end - 1, clock.zone)
    stretched = (last - first).days > _MAX_WRAP_DAYS
    return stretched and (first.month, first.day) > (last.month, last.day)


def _until(node: Until, clock: Clock) -> Span:
    anchor = clock.today + timedelta(days=1) if node.before else None
    last = evaluate(node.last, clock.leaning(Lean.NEXT, anchor))
    exact = node.before or last.grain is Grain.INSTANT
    return Span(clock.now, last.start if exact else last.end)


def _open_from(node: OpenFrom, clock: Clock) -> Span:
    """Ends after the default number of days, but not inside the period that was named."""
    first = evaluate(node.first, clock)
    start = first.end if node.after and first.grain is not Grain.INSTANT else first.start
    local = from_minute(start, clock.zone)
    end = clock.at(add(local.date(), clock.default_days, Unit.DAY), local.hour * 60 + local.minute)
    whole = first.end if first.grain is Grain.SPAN else end
    return Span(start, max(end, whole), open_end=True)
