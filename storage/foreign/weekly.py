"""An event of every week as a shift: its weekdays and its wall clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import cast
from zoneinfo import ZoneInfo

from leadhand.clock import utc_minute
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_times import Span

_DAYS = {"MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6, "SU": 7}
_DAY = timedelta(days=1)
_COMPARED_DAYS = 2 * 366


@dataclass(frozen=True, slots=True)
class Weekly:
    """Wall clock of the shop, `22:00`; `overnight`: it ends on the next day."""

    weekdays: tuple[int, ...]
    start_local: str
    end_local: str
    overnight: bool

    def on(self, day: date, zone: ZoneInfo) -> Span:
        """The shift that starts on a day."""
        start = datetime.combine(day, time.fromisoformat(self.start_local), zone)
        end = datetime.combine(day + _DAY * self.overnight, time.fromisoformat(self.end_local), zone)
        return Span(start.astimezone(UTC), end.astimezone(UTC))


def weekly_of(series: Series, zone: ZoneInfo, floating: ZoneInfo) -> Weekly | None:
    """The shift; None: it does not repeat every week for ever, lasts too long, or is not of the shop's
    clock. `floating`: the zone of times that name none."""
    rule, start, end = series.rule, series.main.start, series.main.end
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    endless = [str(name) for name in rule.get("FREQ", [])] == ["WEEKLY"] and not {"COUNT", "UNTIL"} & set(
        rule
    )
    if not endless or any(int(cast("int", n)) != 1 for n in rule.get("INTERVAL", [1])):
        return None
    if not _same_clock(start, floating if start.tzinfo is None else start.tzinfo, zone):
        return None
    wall_start, wall_end = start.replace(tzinfo=None), end.replace(tzinfo=None)
    if not timedelta() < wall_end - wall_start <= _DAY:
        return None
    weekdays = tuple(sorted({_DAYS[str(day)[-2:].upper()] for day in rule.get("BYDAY", [])})) or (
        start.isoweekday(),
    )
    return Weekly(weekdays, f"{wall_start:%H:%M}", f"{wall_end:%H:%M}", wall_end.date() > wall_start.date())


def _same_clock(start: datetime, own: tzinfo, zone: ZoneInfo) -> bool:
    """Whether two zones, whatever they are called, show the same time on every day of two years."""
    if str(own) == zone.key:
        return True
    first = max(start.replace(tzinfo=None), datetime.combine(utc_minute().date(), start.time()))
    days = (first + _DAY * number for number in range(_COMPARED_DAYS))
    return all(day.replace(tzinfo=own).utcoffset() == day.replace(tzinfo=zone).utcoffset() for day in days)
