"""What a date phrase says, before any clock is known: the nodes that the grammar builds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Section(StrEnum):
    BEGIN = "begin"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Now:
    pass


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp; `offset_min` None means the shop's wall clock."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int = 0
    offset_min: int | None = None


@dataclass(frozen=True, slots=True)
class DayFromNow:
    days: int


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """`weekday` was said too ("Friday, 4 December") and must agree."""

    day: int
    month: int
    year: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class SlashedDay:
    """12/3: which is the month depends on the shop's locale."""

    first: int
    second: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """ "the 15th"."""

    day: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """`which`: None the next such day, today included; 0 and 1 of this and next week, -1 the last one before
    today."""

    weekday: int
    which: int | None = None
    week: "Node | None" = None


@dataclass(frozen=True, slots=True)
class UnitFromNow:
    """This (0), the next (1) or the last (-1) week, month, quarter or year."""

    unit: Unit
    which: int


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of the present week (its Friday), month or year: "month end"."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Rolling:
    """The next (count > 0) or last (count < 0) so many units from now."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Ahead:
    """In 2 weeks, 3 days ago: the week, the day itself."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class IsoWeek:
    week: int
    year: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """`which` as of a weekday: "next December", "last December"."""

    month: int
    year: int | None = None
    which: int | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """`of`: the year as a phrase ("of next year")."""

    quarter: int
    year: int | None = None
    of: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Year:
    year: int


@dataclass(frozen=True, slots=True)
class Half:
    """The first (1) or second (2) half of a month or a year; `of` None: the present year or the next."""

    half: int
    of: "Node | None"
    year: int | None = None


@dataclass(frozen=True, slots=True)
class SectionOf:
    section: Section
    of: "Node"


@dataclass(frozen=True, slots=True)
class NthOf:
    """The first (1) or last (-1) week, or such a weekday if given, of a period."""

    nth: int
    weekday: int | None
    of: "Node"


@dataclass(frozen=True, slots=True)
class WeekOf:
    """The week that holds a day: "the week of 7 December"."""

    day: "Node"


@dataclass(frozen=True, slots=True)
class Beside:
    """So many units right before (count < 0) or after a period: "the week before Christmas"."""

    count: int
    unit: Unit
    of: "Node"


@dataclass(frozen=True, slots=True)
class Weekend:
    which: int | None = None
    week: "Node | None" = None


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """Local minutes [start, end) of a day; `day` None: today."""

    start_local_min: int
    end_local_min: int
    day: "Node | None" = None


@dataclass(frozen=True, slots=True)
class ClockTime:
    """`day` None: today, or tomorrow once it is past."""

    local_min: int
    day: "Node | None" = None


@dataclass(frozen=True, slots=True)
class ClockRange:
    start_local_min: int
    end_local_min: int
    day: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a period from now."""

    of: "Node"


@dataclass(frozen=True, slots=True)
class Range:
    """From the start of `first` to the end of `last`, which is read as following `first`."""

    first: "Node"
    last: "Node"


@dataclass(frozen=True, slots=True)
class Until:
    """From now to the end of `last`, or to its start if `before`."""

    last: "Node"
    before: bool = False


@dataclass(frozen=True, slots=True)
class OpenFrom:
    """From the start of `first`, or from its end if `after`, with no end said."""

    first: "Node"
    after: bool = False


@dataclass(frozen=True, slots=True)
class Lasting:
    """So many days, weeks or months from the start of `first` on."""

    first: "Node"
    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Since:
    """From the latest start of `first` to now."""

    first: "Node"


Node: TypeAlias = (
    Now
    | Stamp
    | DayFromNow
    | CalendarDay
    | SlashedDay
    | DayOfMonth
    | Weekday
    | UnitFromNow
    | LastDay
    | Rolling
    | Ahead
    | IsoWeek
    | Month
    | Quarter
    | Year
    | Half
    | SectionOf
    | NthOf
    | WeekOf
    | Beside
    | Weekend
    | PartOfDay
    | ClockTime
    | ClockRange
    | Rest
    | Range
    | Until
    | OpenFrom
    | Lasting
    | Since
)
