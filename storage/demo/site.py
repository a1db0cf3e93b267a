"""The shop's settings, calendars, closures and overtime."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import holidays

from planning.shop import (
    Break,
    Calendar,
    CalendarException,
    ExceptionKind,
    OvertimeSlot,
    Shift,
    ShopSettings,
)
from storage.demo import templates
from storage.demo.draw import Ids
from storage.demo.templates import Closures, ShiftTemplate

SATURDAY = 6


def shop_settings(name: str, ids: Ids) -> ShopSettings:
    site = templates.site()
    overtime = tuple(
        OvertimeSlot(s.weekday, s.start, s.end, s.end <= s.start) for s in site.standard_overtime
    )
    return ShopSettings(
        name=name,
        timezone=site.timezone,
        locale=site.locale,
        standard_overtime=overtime,
        at_risk_buffer_h=site.at_risk_buffer_h,
        site_calendar_id=ids.of("calendar", "day"),
        utilization_threshold_pct=site.utilization_threshold_pct,
        horizon_days=site.horizon_days,
    )


def calendars(ids: Ids) -> dict[str, Calendar]:
    """By key of the template ("day", "two_shift")."""
    site = templates.site()
    made: dict[str, Calendar] = {}
    for template in site.calendars:
        shifts = (shift for key in template.shifts for shift in _shifts(site.shifts[key]))
        ordered = sorted(shifts, key=lambda s: (s.weekday, s.start_local_min))
        made[template.key] = Calendar(ids.of("calendar", template.key), template.name, tuple(ordered))
    return made


def _shifts(template: ShiftTemplate) -> Iterator[Shift]:
    breaks = tuple(Break(start, end) for start, end in template.breaks)
    for weekday in template.weekdays:
        yield Shift(weekday, template.start, template.end, template.end <= template.start, breaks)


def exceptions(
    calendars: dict[str, Calendar], ids: Ids, *, today: date, years_back: int
) -> tuple[CalendarException, ...]:
    """Closures of every calendar, `years_back` years to the year after next, and one overtime Saturday."""
    years = range(today.year - years_back, today.year + 3)
    days = closure_days(templates.site().closures, years)
    rows = [
        CalendarException(
            ids.of("closure", f"{key}/{day}"),
            ExceptionKind.CLOSURE,
            name,
            calendar_id=calendar.id,
            production_date=day,
        )
        for key, calendar in calendars.items()
        for day, name in days.items()
    ]
    extra = overtime_saturday(today, closed=(row.production_date for row in rows if row.production_date))
    rows += [
        CalendarException(
            ids.of("overtime", f"{key}/{extra}"),
            ExceptionKind.OVERTIME,
            "Saturday overtime",
            calendar_id=calendars[key].id,
            production_date=extra,
        )
        for key in ("day", "two_shift", "three_shift")
    ]
    return tuple(rows)


def closure_days(closures: Closures, years: Iterable[int]) -> dict[date, str]:
    """Dates on which the shop is closed, with the reason; observed dates ("Friday for Saturday") included."""
    days: dict[date, str] = {}
    calendar = holidays.country_holidays(closures.country, subdiv=closures.subdivision, years=list(years))
    for day, name in sorted(calendar.items()):
        plain = name.removesuffix(" (observed)")
        if plain not in closures.observed:
            continue
        days[day] = name
        for beside in closures.beside:
            if beside.holiday == name:
                days.setdefault(day + timedelta(days=beside.days_after), beside.name)
    return days


def overtime_saturday(today: date, closed: Iterable[date]) -> date:
    """The first Saturday at least a week away that is no closure."""
    taken = set(closed)
    day = today + timedelta(days=7)
    while day.isoweekday() != SATURDAY or day in taken:
        day += timedelta(days=1)
    return day
