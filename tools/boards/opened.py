"""A shop as a board opens it: the index of its plan, the present minute, and what every page says."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field
from typing_extensions import TypedDict

from planning.calendars import ShopTimes
from planning.shop import Interval, Machine, Minute, Operator, Shop
from planning.zones import MINUTES_PER_DAY, from_minute, iso, to_minute
from tools.boards.index import PlanIndex
from tools.views import View, WindowView
from tools.windows import Window


class BoardAnswer(View):
    """What every answer of a board says: the state of the plan and the minute that its figures are about."""

    data_version: int = Field(examples=[412])
    as_of: str = Field(examples=["2026-11-23T07:00:00-06:00"])
    timezone: str = Field(examples=["America/Chicago"])


class BoardPage(BoardAnswer):
    """One page. `next_cursor` is null on the last; it goes on by key, whatever has changed since."""

    warnings: list[str] = Field(description="Sentences about the data.", examples=[[]])
    next_cursor: str | None = Field(examples=[None])


class CalendarName(View):
    id: str
    name: str


class Stamp(TypedDict):
    """The fields of `BoardAnswer`."""

    data_version: int
    as_of: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Opened:
    """`index` holds every booking that touches `span`, which ends at the horizon, and all of open orders."""

    index: PlanIndex
    now: Minute
    horizon: Minute
    span: Interval

    def holds(self, window: Interval) -> bool:
        return self.span[0] <= window[0] and window[1] <= self.span[1]

    @property
    def times(self) -> ShopTimes:
        """Compiled times of the span and a day around it: all pages of a day share them."""
        return self.index.times((self.span[0] - MINUTES_PER_DAY, self.span[1] + MINUTES_PER_DAY))

    def times_of(self, window: Interval) -> ShopTimes:
        """Compiled times that cover the window, wherever it lies."""
        return self.times if self.holds(window) else self.index.times(window)

    def iso(self, minute: Minute) -> str:
        """The instant by the shop's clock, with its offset."""
        return iso(minute, self.index.zone)

    def at(self, minute: Minute | None) -> str | None:
        return None if minute is None else self.iso(minute)

    def stamp(self) -> Stamp:
        settings = self.index.shop.settings
        return Stamp(
            data_version=settings.data_version,
            as_of=iso(self.now, self.index.zone),
            timezone=settings.timezone,
        )

    def window_view(self, window: Window) -> WindowView:
        zone = self.index.zone
        return WindowView(
            start=iso(window.start_min, zone), end=iso(window.end_min, zone), text=window.sentence
        )


@dataclass(frozen=True, slots=True)
class InWindow:
    """A window, and the index that holds its bookings: that of the present, or one of another time."""

    window: Window
    index: PlanIndex
    is_present: bool

    @property
    def interval(self) -> Interval:
        return self.window.interval


def circle_warnings(codes: Sequence[str]) -> list[str]:
    return [f"The operations of order {code} wait for one another, so it is left out." for code in codes[:10]]


def calendar_name(shop: Shop, calendar_id: str) -> CalendarName:
    return CalendarName(id=calendar_id, name=shop.calendars[calendar_id].name)


def month_start(minute: Minute) -> Minute:
    """The first minute of its UTC month: shops are read by whole months."""
    moment = from_minute(minute, ZoneInfo("UTC"))
    return to_minute(moment.replace(day=1, hour=0, minute=0))


def is_active(row: Machine | Operator, now: Minute) -> bool:
    return (row.active_from is None or row.active_from <= now) and (
        row.active_to is None or now < row.active_to
    )
