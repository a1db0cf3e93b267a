"""From a node to minutes. Which date is meant is `days`', what a range makes of two nodes is `ranges`'."""

from datetime import date, timedelta

from leadhand.errors import InvalidDate
from planning.date_phrases import days
from planning.date_phrases.clock import Clock, Lean, Span, add, checked_date, first_day
from planning.date_phrases.phrases import (
    Ahead,
    Beside,
    CalendarDay,
    ClockRange,
    ClockTime,
    DayFromNow,
    DayOfMonth,
    Half,
    IsoWeek,
    LastDay,
    Month,
    Node,
    Now,
    NthOf,
    PartOfDay,
    Quarter,
    Rolling,
    Section,
    SectionOf,
    SlashedDay,
    Stamp,
    Unit,
    UnitFromNow,
    Weekday,
    Weekend,
    WeekOf,
    Year,
)
from planning.date_phrases.windows import Grain
from planning.date_phrases.wording import MONTHS, WEEKDAYS
from planning.shop import Minute
from planning.zones import MINUTES_PER_DAY, local_day

_DAY = timedelta(days=1)
_INSTANT_MIN = 60
# First day and day after of a section, counted from a week's Monday.
_WEEK_SECTIONS = {Section.BEGIN: (0, 2), Section.MIDDLE: (2, 4), Section.END: (4, 7)}
_MONTH_SECTIONS = {Section.BEGIN: (0, 10), Section.MIDDLE: (10, 20)}


def period(node: Node, clock: Clock) -> Span:  # noqa: PLR0911, PLR0912 - one row a kind of node
    """The span of a node that is no range.

    Raises:
        InvalidDate: there is no such date.
    """
    match node:
        case CalendarDay():
            return clock.day(days.calendar_day(node, clock))
        case SlashedDay():
            return clock.day(days.calendar_day(days.unslashed(node, clock.locale), clock))
        case DayFromNow():
            return clock.day(add(clock.today, node.days, Unit.DAY))
        case DayOfMonth():
            return clock.day(days.day_of_month(node, clock))
        case Weekday():
            return clock.day(days.weekday(node, clock, _first_local_day(node.week, clock)))
        case Now():
            return instant(clock.now)
        case Stamp():
            return instant(days.stamp(node, clock))
        case IsoWeek():
            return _iso_week(node, clock)
        case UnitFromNow():
            first = add(first_day(clock.today, node.unit), node.which, node.unit)
            return clock.days(first, add(first, 1, node.unit))
        case Month():
            first = days.month_start(node, clock)
            return clock.days(first, add(first, 1, Unit.MONTH))
        case Quarter():
            return _quarter(node, clock)
        case Year():
            return clock.days(checked_date(node.year, 1, 1), checked_date(node.year, 12, 31) + _DAY)
        case LastDay():
            after = add(first_day(clock.today, node.unit), 1, node.unit)
            return clock.day(after - (3 if node.unit is Unit.WEEK else 1) * _DAY)
        case Rolling():
            return _rolling(node, clock)
        case Ahead():
            return _ahead(node, clock)
        case Half():
            return _half(node, clock)
        case SectionOf():
            return _section(node, clock)
        case NthOf():
            return _nth(node, clock)
        case WeekOf():
            monday = first_day(_local_day(node.day, clock), Unit.WEEK)
            return clock.days(monday, monday + 7 * _DAY)
        case Beside():
            return _beside(node, clock)
        case Weekend():
            saturday = _saturday(node, clock)
            return clock.days(saturday, saturday + 2 * _DAY)
        case PartOfDay():
            day = clock.today if node.day is None else _local_day(node.day, clock)
            return Span(clock.at(day, node.start_local_min), clock.at(day, node.end_local_min))
        case ClockTime():
            return instant(clock_time(node, clock))
        case ClockRange():
            return _clock_range(node, clock)
        case _:
            raise InvalidDate("This is a range, where a day or a period is needed.")


def instant(minute: Minute) -> Span:
    """An instant; as a window it is the hour that begins then."""
    return Span(minute, minute + _INSTANT_MIN, Grain.INSTANT)


def _local_day(node: Node, clock: Clock) -> date:
    return local_day(period(node, clock).start, clock.zone)


def _first_local_day(node: Node | None, clock: Clock) -> date | None:
    return None if node is None else _local_day(node, clock)


def _iso_week(node: IsoWeek, clock: Clock) -> Span:
    monday = days.iso_monday(node, clock)
    if node.weekday is not None:
        return clock.day(monday + (node.weekday - 1) * _DAY)
    return clock.days(monday, monday + 7 * _DAY)


def _quarter(node: Quarter, clock: Clock) -> Span:
    if not 1 <= node.quarter <= 4:
        raise InvalidDate(
            f"There is no quarter {node.quarter}: quarters are 1 to 4.", details={"right": "1 to 4"}
        )
    if node.of is not None:
        year = _local_day(node.of, clock).year
    elif node.year is not None:
        year = node.year
    else:
        year = days.yearly(node.quarter, (clock.anchor.month - 1) // 3 + 1, clock)
    first = checked_date(year, 3 * node.quarter - 2, 1)
    return clock.days(first, add(first, 1, Unit.QUARTER))


def _rolling(node: Rolling, clock: Clock) -> Span:
    if node.count == 0:
        raise InvalidDate(f"0 {node.unit.value}s are no period.", details={"right": "at least 1"})
    there = clock.shifted(node.count, node.unit)
    return Span(clock.now, there) if node.count > 0 else Span(there, clock.now)


def _ahead(node: Ahead, clock: Clock) -> Span:
    if node.unit is Unit.HOUR:
        return instant(clock.shifted(node.count, node.unit))
    day = add(clock.today, node.count, node.unit)
    if node.unit is Unit.DAY:
        return clock.day(day)
    first = first_day(day, node.unit)
    return clock.days(first, add(first, 1, node.unit))


def _half(node: Half, clock: Clock) -> Span:
    if node.half not in {1, 2}:
        raise InvalidDate("A period has a first and a second half.", details={"right": "first or second"})
    year = checked_date(node.year or clock.today.year, 1, 1)
    first = year if node.of is None else _local_day(node.of, clock)
    unit = Unit.YEAR if node.of is None else unit_of(node.of)
    if unit is Unit.MONTH:
        middle = first + 15 * _DAY
    elif unit is Unit.YEAR:
        middle = add(first, 6, Unit.MONTH)
    else:
        raise InvalidDate("Only months and years have halves here.", details={"right": "a month or a year"})
    return clock.days(first, middle) if node.half == 1 else clock.days(middle, add(first, 1, unit))


def _section(node: SectionOf, clock: Clock) -> Span:
    """Of a week Monday and Tuesday, Wednesday and Thursday, Friday to Sunday; thirds of a month; of longer
    periods the first, middle and last month."""
    first = _local_day(node.of, clock)
    unit = unit_of(node.of)
    after = add(first, 1, unit)
    if unit is Unit.WEEK:
        start, end = _WEEK_SECTIONS[node.section]
        return clock.days(first + start * _DAY, first + end * _DAY)
    if unit is Unit.MONTH:
        start, end = _MONTH_SECTIONS.get(node.section, (20, (after - first).days))
        return clock.days(first + start * _DAY, first + end * _DAY)
    months = 12 if unit is Unit.YEAR else 3
    if node.section is Section.MIDDLE:
        return clock.days(add(first, (months - 1) // 2, Unit.MONTH), add(first, months // 2 + 1, Unit.MONTH))
    if node.section is Section.BEGIN:
        return clock.days(first, add(first, 1, Unit.MONTH))
    return clock.days(add(after, -1, Unit.MONTH), after)


def _nth(node: NthOf, clock: Clock) -> Span:
    whole = period(node.of, clock)
    first, last = local_day(whole.start, clock.zone), local_day(whole.end - 1, clock.zone)
    if node.weekday is None:
        if node.nth == -1:
            return clock.days(last - 6 * _DAY, last + _DAY)
        start = first + 7 * (node.nth - 1) * _DAY
        if start > last or node.nth < 1:
            raise InvalidDate(
                f"There is no week {node.nth} in it.", details={"right": "first to fifth, or last"}
            )
        return clock.days(start, min(start + 7 * _DAY, last + _DAY))
    if node.nth == -1:
        return clock.day(days.latest(node.weekday, last))
    day = days.latest(node.weekday, first + 6 * _DAY) + 7 * (node.nth - 1) * _DAY
    if day > last or node.nth < 1:
        name = f"{WEEKDAYS[node.weekday - 1]}s"
        count = ((last - days.latest(node.weekday, first + 6 * _DAY)).days) // 7 + 1
        shown = f"{MONTHS[first.month - 1]} {first.year}"
        raise InvalidDate(f"{shown} has {count} {name}.", details={"right": f"first to {count}, or last"})
    return clock.day(day)


def _beside(node: Beside, clock: Clock) -> Span:
    """Days are counted to one day ("2 days before"), longer units are the stretch next to it."""
    whole = period(node.of, clock)
    first, after = local_day(whole.start, clock.zone), local_day(whole.end - 1, clock.zone) + _DAY
    if node.unit is Unit.DAY:
        return clock.day(first + node.count * _DAY if node.count < 0 else after + (node.count - 1) * _DAY)
    if node.count < 0:
        return clock.days(add(first, node.count, node.unit), first)
    return clock.days(after, add(after, node.count, node.unit))


def _saturday(node: Weekend, clock: Clock) -> date:
    today = clock.today
    if node.week is not None:
        return _local_day(node.week, clock) + 5 * _DAY
    return first_day(today, Unit.WEEK) + (7 * (node.which or 0) + 5) * _DAY


def clock_time(node: ClockTime, clock: Clock) -> Minute:
    """On its day; without one today, or tomorrow if that is past."""
    if node.local_min > MINUTES_PER_DAY:
        raise InvalidDate("Clock times are 00:00 to 24:00.", details={"right": "00:00 to 24:00"})
    if node.day is not None:
        return clock.at(_local_day(node.day, clock), node.local_min)
    today = clock.at(clock.anchor, node.local_min)
    late = today < clock.now and clock.lean is not Lean.PAST and clock.anchor_day is None
    return clock.at(clock.anchor + _DAY, node.local_min) if late else today


def _clock_range(node: ClockRange, clock: Clock) -> Span:
    """Over midnight where the end is not after the start; without a day the next such stretch."""
    if max(node.start_local_min, node.end_local_min) > MINUTES_PER_DAY:
        raise InvalidDate("Clock times are 00:00 to 24:00.", details={"right": "00:00 to 24:00"})
    length_end = node.end_local_min + (MINUTES_PER_DAY if node.end_local_min <= node.start_local_min else 0)
    day = clock.today if node.day is None else _local_day(node.day, clock)
    if node.day is None and clock.at(day, length_end) <= clock.now:
        day += _DAY
    return Span(clock.at(day, node.start_local_min), clock.at(day, length_end))


def unit_of(node: Node) -> Unit:
    """The unit of a period that can have parts."""
    match node:
        case UnitFromNow():
            return node.unit
        case Month():
            return Unit.MONTH
        case Quarter():
            return Unit.QUARTER
        case IsoWeek():
            return Unit.WEEK
        case _:
            return Unit.YEAR
