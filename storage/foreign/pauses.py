"""Breaks that say when they are, such as 10:00-10:20."""

from collections.abc import Sequence
from datetime import timedelta

from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader
from storage.foreign.shift_patterns import Slot, pattern_of

_DAY_MINUTES = 24 * 60


def pauses_in(reader: RowReader) -> tuple[Slot, ...]:
    """The breaks of a row by their times; none where the cell says a length, or nothing."""
    return pattern_of(reader.text("break_time")) or ()


def inside(shift: Slot, pauses: Sequence[Slot]) -> list[Slot]:
    """Those breaks of a shift that it has: work goes on before and after them."""
    return [pause for pause in pauses if 0 < _after(shift, pause.start) <= shift.minutes - pause.minutes - 1]


def less_pauses(start: Moment, end: Moment, pauses: Sequence[Slot]) -> list[tuple[Moment, Moment]]:
    """What is left of a time of work, in order."""
    first = start.minute or 0
    shift = Slot(None, first, (first + length(start, end)) % _DAY_MINUTES)
    parts: list[tuple[Moment, Moment]] = []
    at = start
    for pause in sorted(inside(shift, pauses), key=lambda found: _after(shift, found.start)):
        begins = start.later(_after(shift, pause.start))
        parts.append((at, begins))
        at = begins.later(pause.minutes)
    return [*parts, (at, end)]


def length(start: Moment, end: Moment) -> int:
    """The minutes of the wall clock from one to the other."""
    days = (end.day - start.day) // timedelta(days=1)
    return days * _DAY_MINUTES + (end.minute or 0) - (start.minute or 0)


def _after(shift: Slot, minute: int) -> int:
    return (minute - shift.start) % _DAY_MINUTES
