"""What stretch of time a report is about, in words that every tool takes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from planning.shop import Interval
from planning.zones import MINUTES_PER_DAY, local_minute, to_minute
from reports.options import ReportOptions


@dataclass(frozen=True, slots=True)
class Span:
    """From now to the end of the local day `last`, as tools take it and in UTC minutes."""

    now: datetime
    last: date

    @property
    def asked(self) -> dict[str, JsonValue]:
        """`from` and `to` of a tool's input."""
        return {"from": self.now.strftime("%Y-%m-%dT%H:%M"), "to": self.last.isoformat()}

    @property
    def interval(self) -> Interval:
        zone = self.now.tzinfo
        assert isinstance(zone, ZoneInfo), "made by `spans`"  # noqa: S101
        return to_minute(self.now), local_minute(self.last, MINUTES_PER_DAY, zone)


@dataclass(frozen=True, slots=True)
class Spans:
    """`weeks`: to the end of the last ISO week. `days`: the coming days, today included."""

    weeks: Span
    days: Span


def spans(tenant: TenantContext, options: ReportOptions) -> Spans:
    """In the shop's time zone, from `tenant.as_of` on."""
    now = tenant.as_of.astimezone(ZoneInfo(tenant.timezone))
    today = now.date()
    sunday = today + timedelta(days=7 * options.weeks - 1 - today.weekday())
    return Spans(Span(now, sunday), Span(now, today + timedelta(days=options.days - 1)))
