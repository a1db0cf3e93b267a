"""When a report is due, as people say it: "every Monday at 6", "werktags um 5:30", or such a cron line."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planning.date_phrases.wording import WEEKDAYS

# A report that is wanted without a time of day is there before the shop opens.
DEFAULT_HOUR: Final = 6
# Every month has it.
MAX_MONTH_DAY: Final = 28
MonthDay: TypeAlias = int | Literal["last"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ALL, _WORKING, _WEEKEND = tuple(range(7)), tuple(range(5)), (5, 6)
_NAMES: Final = (
    "mondays monday mon montags montag mo",
    "tuesdays tuesday tues tue dienstags dienstag di",
    "wednesdays wednesday wed mittwochs mittwoch mi",
    "thursdays thursday thurs thur thu donnerstags donnerstag do",
    "fridays friday fri freitags freitag fr",
    "saturdays saturday sat samstags samstag sonnabends sonnabend sa",
    "sundays sunday sun sonntags sonntag so",
)
_DAYS: Final = {name: day for day, names in enumerate(_NAMES) for name in names.split()}
_OF_GROUPS: Final = (
    (_ALL, "daily day days täglich taeglich tag"),
    (_WORKING, "weekday weekdays workday workdays werktag werktags werktäglich werktagen arbeitstag"),
    (_WEEKEND, "weekend weekends wochenende"),
)
_GROUPS: Final = {name: days for days, names in _OF_GROUPS for name in names.split()}
_MONTHLY: Final = _set("month monthly months monat monats monatlich")
_LAST: Final = _set("last letzten letzter")
_FIRST_OR_LAST: Final = _LAST | _set("first ersten erster")
_LATE: Final = _set("afternoon evening nachmittags nachmittag abends abend")
_EARLY: Final = _set("morning mornings morgens morgen früh vormittags")
_TO: Final = _set("to through thru till bis -")
_FILLER: Final = _set(
    "every each on at in the of a and always weekly week , . & o'clock jeden jede jedes jeder immer am an "
    "um und des der im ab wöchentlich uhr h den dem"
)
_KNOWN: Final = frozenset(
    {*_DAYS, *_GROUPS, *_MONTHLY, *_FIRST_OR_LAST, *_LATE, *_EARLY, *_TO, *_FILLER},
)
_CLOCK: Final = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:[:.h](\d{2})(?!\d)| ?uhr ?(\d{2})(?!\d))?(?![\d:])"
    # "um 6 am Montag": there it is the German preposition.
    r"(?: ?(am|pm)\b(?! \w*(?:tag|mittwoch)))?"
)
_DAY_OF_MONTH: Final = re.compile(
    r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th|\.(?=\s|$))|monthly (?:on )?(\d{1,2}) (?=(?:at )?\d)"
)
_CRON: Final = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\*|[0-7](?:[,-][0-7])*)")
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[-,]|\S")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Local times: of some weekdays (0 is Monday), or of one day of each month."""

    hour: int
    minute: int
    weekdays: tuple[int, ...] = ()
    month_day: MonthDay | None = None
    assumed_hour: bool = False

    @property
    def clock(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"

    @property
    def preset(self) -> str:
        """As schedules keep it."""
        match self.month_day, self.weekdays:
            case (1, _):
                return f"monthly {self.clock}"
            case (int() | "last" as day, _):
                return f"monthly {day} {self.clock}"
            case (_, days) if days == _ALL:
                return f"daily {self.clock}"
            case (_, days) if days == _WORKING:
                return f"weekdays {self.clock}"
            case (_, (day,)):
                return f"{WEEKDAYS[day]} {self.clock}"
            case (_, days):
                numbers = ",".join(str((day + 1) % 7) for day in days)
                return f"{self.minute} {self.hour} * * {numbers}"

    @property
    def words(self) -> str:
        match self.month_day, self.weekdays:
            case (1, _):
                return f"on the first of every month {self.clock}"
            case ("last", _):
                return f"on the last day of every month {self.clock}"
            case (int() as day, _):
                return f"on day {day} of every month {self.clock}"
            case (_, days) if days == _ALL:
                return f"every day {self.clock}"
            case (_, days) if days == _WORKING:
                return f"Monday to Friday {self.clock}"
            case (_, days):
                return f"every {' and '.join(WEEKDAYS[day] for day in days)} {self.clock}"


def read_rhythm(text: str) -> Rhythm | None:
    """None for what says something else, or more: a cron line of another kind, "every other Monday"."""
    folded = " ".join(text.casefold().replace("p.m", "pm").replace("a.m", "am").split()).rstrip(".")
    if cron := _CRON.fullmatch(folded):
        return _of_cron(cron)
    month_day: int | None = None
    if day := _DAY_OF_MONTH.search(folded):
        month_day, folded = int(day[1] or day[2]), f"{folded[: day.start()]} month {folded[day.end() :]}"
    clocks = list(_CLOCK.finditer(folded))
    hour, minute, half = DEFAULT_HOUR, 0, ""
    for clock in clocks:
        hour, minute, half = int(clock[1]), int(clock[2] or clock[3] or 0), clock[4] or ""
        folded = f"{folded[: clock.start()]} {folded[clock.end() :]}"
    words = _TOKEN.findall(folded)
    days = _days(words, month_day)
    hour = _on_24(hour, half, words)
    if days is None or len(clocks) > 1 or hour > 23 or minute > 59:
        return None
    return Rhythm(hour, minute, *days, assumed_hour=not clocks)


def _on_24(hour: int, half: str, words: list[str]) -> int:
    if hour < 12 and (half == "pm" or not _LATE.isdisjoint(words)):
        return hour + 12
    return 0 if hour == 12 and half == "am" else hour


def _days(words: list[str], month_day: int | None) -> tuple[tuple[int, ...], MonthDay | None] | None:
    """The weekdays, or the day of the month; None where a word says something else."""
    if set(words) - _KNOWN:
        return None
    named, groups = _named(words), [_GROUPS[word] for word in words if word in _GROUPS]
    if not _MONTHLY.isdisjoint(words):
        # "The last day of the month": of the groups only this one says nothing of weekdays.
        if named or any(group is not _ALL for group in groups) or (month_day or 1) > MAX_MONTH_DAY:
            return None
        return (), month_day or ("last" if not _LAST.isdisjoint(words) else 1)
    if not _FIRST_OR_LAST.isdisjoint(words):
        return None
    if not named and not groups and not _EARLY.isdisjoint(words):
        groups = [_ALL]
    weekdays = tuple(sorted({*named, *(day for group in groups for day in group)}))
    return (weekdays, None) if weekdays else None


def _named(words: list[str]) -> list[int]:
    """The weekdays that are named, and those between: "Monday to Thursday"."""
    named: list[int] = []
    for place, word in enumerate(words):
        if word not in _DAYS:
            continue
        day = _DAYS[word]
        if named and words[place - 1] in _TO:
            last = named[-1]
            named += (one % 7 for one in range(last, last + (day - last) % 7))
        named.append(day)
    return named


def _of_cron(found: re.Match[str]) -> Rhythm | None:
    minute, hour, days = int(found[1]), int(found[2]), found[3]
    if minute > 59 or hour > 23:
        return None
    numbers: set[int] = set()
    for part in ("0-6" if days == "*" else days).split(","):
        first, *last = (int(number) for number in part.split("-"))
        numbers |= set(range(first, (last or [first])[-1] + 1))
    weekdays = tuple(sorted({(number - 1) % 7 for number in numbers}))
    return Rhythm(hour, minute, weekdays) if weekdays else None
