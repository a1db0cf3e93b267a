"""The instants around which a demo shop is made."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from planning.shop import Interval, Minute
from planning.zones import local_minute

ANCHOR_LOCAL_MIN = 8 * 60
PLAN_STARTS_LOCAL_MIN = 12 * 60
PLAN_DAYS = 200
FRIDAY = 5


@dataclass(frozen=True, slots=True)
class PlanDates:
    """`anchor`: today at 8:00, when the plan is looked at. `start`: noon of the working day before, where the
    forward plan begins. `settled`: midnight after two working days, until when the plan does not know of this
    morning's bad news.
    """

    today: date
    zone: ZoneInfo
    anchor: Minute
    start: Minute
    settled: Minute

    @classmethod
    def around(cls, today: date, zone: ZoneInfo, closed: Collection[date]) -> "PlanDates":
        def working(day: date) -> bool:
            return day.isoweekday() <= FRIDAY and day not in closed

        before = today - timedelta(days=1)
        while not working(before):
            before -= timedelta(days=1)
        after, days = today, 2 if working(today) else 1
        while days:
            after += timedelta(days=1)
            days -= working(after)
        return cls(
            today,
            zone,
            anchor=local_minute(today, ANCHOR_LOCAL_MIN, zone),
            start=local_minute(before, PLAN_STARTS_LOCAL_MIN, zone),
            settled=local_minute(after, 24 * 60, zone),
        )

    def local_time(self, days: int, local_min: int) -> Minute:
        """A wall-clock time `days` days from today."""
        return local_minute(self.today + timedelta(days=days), local_min, self.zone)

    def local_midnight(self, days: int) -> Minute:
        return self.local_time(days, 0)

    @property
    def window(self) -> Interval:
        """What the forward plan can use."""
        return self.local_midnight(-21), self.local_midnight(PLAN_DAYS)
