"""Times of a day: "Friday at 14:00", "tomorrow morning", "from 8:00 to 12:00 on Friday"."""

from dataclasses import replace

from planning.date_phrases.periods import PeriodGrammar
from planning.date_phrases.phrases import (
    CalendarDay,
    ClockRange,
    ClockTime,
    DayFromNow,
    DayOfMonth,
    IsoWeek,
    Node,
    NthOf,
    PartOfDay,
    SlashedDay,
    Weekday,
)
from planning.date_phrases.reading import Parsed, longest, remembered
from planning.date_phrases.tokens import Kind, Token

_HOUR_MIN = 60
_HALF_DAY_MIN = 12 * 60


class TimeGrammar(PeriodGrammar):
    """Adds times to days; `point` is everything that can be the end of a range."""

    @remembered
    def point(self, at: int) -> Parsed | None:
        return longest((self.period(at), self._timed_day(at), self._time_first(at)))

    def _timed_day(self, at: int) -> Parsed | None:
        """ "Friday afternoon", "Friday at 14:00", "Friday from 8:00 to 12:00"."""
        day = self._day(at)
        if day is None:
            return None
        start = self.skip_comma(day.end)
        timed = longest((self._part(start), self._clock_range(start), self._clock(start)))
        return None if timed is None else Parsed(on_day(timed.node, day.node), timed.end)

    def _time_first(self, at: int) -> Parsed | None:
        """ "at 14:00 on Friday", "from 8:00 to 12:00", "this afternoon", "tonight"."""
        timed = longest((self._clock_range(at), self._clock(at), self._this_part(at)))
        if timed is None:
            return None
        day = self._day(self.skip("leads", self.skip_comma(timed.end)))
        return timed if day is None else Parsed(on_day(timed.node, day.node), day.end)

    def _day(self, at: int) -> Parsed | None:
        found = self.period(at)
        return found if found is not None and is_day(found.node) else None

    def _part(self, at: int) -> Parsed | None:
        start = self.skip("articles", self.skip("leads", at))
        found = self.entry("day_parts", at) or self.entry("day_parts", start)
        return None if found is None else Parsed(_part_of_day(found[0]), found[1])

    def _this_part(self, at: int) -> Parsed | None:
        whole = self.entry("whole_day_parts", at)
        which = self.entry("which", at)
        if whole is None and (which is None or which[0] != "0"):
            return None
        found = whole or (self.entry("day_parts", which[1]) if which else None)
        return None if found is None else Parsed(_part_of_day(found[0]), found[1])

    def _clock(self, at: int) -> Parsed | None:
        start = self.skip("time_leads", at)
        token = self.at(start)
        if token is not None and token.kind is Kind.CLOCK:
            return Parsed(ClockTime(local_min(token)), start + 1)
        word = self.entry("clock_words", start)
        return None if word is None else Parsed(ClockTime(_minutes(word[0])), word[1])

    @remembered
    def _clock_range(self, at: int) -> Parsed | None:
        """ "from 8:00 to 12:00", "8-12 Uhr", "between 8 and 10 am"."""
        between = self.entry("between", at)
        start = between[1] if between else self.skip("from", at)
        first = self._clock(start)
        bare = None if first is not None else self._bare_hour(start)
        end = first.end if first else start + 1 if bare is not None else None
        link = None if end is None else self.range_link(end, between=between is not None)
        last = None if link is None else self._clock(link)
        if last is None or not isinstance(last.node, ClockTime):
            return None
        opening = first.node.local_min if first and isinstance(first.node, ClockTime) else bare or 0
        plain = first is None or self._is_without_half(first.end - 1)
        if plain and self._is_pm(last.end - 1) and opening + _HALF_DAY_MIN < last.node.local_min:
            opening += _HALF_DAY_MIN
        return Parsed(ClockRange(opening, last.node.local_min), last.end)

    def _bare_hour(self, at: int) -> int | None:
        token = self.at(at)
        if token is None or token.kind is not Kind.NUMBER or token.ordinal or token.number > 24:
            return None
        return token.number * _HOUR_MIN

    def _is_pm(self, at: int) -> bool:
        """ "8 to 11 pm": the first hour is in the evening too."""
        token = self.at(at)
        return token is not None and token.kind is Kind.CLOCK and token.parts[2].lower().startswith("p")

    def _is_without_half(self, at: int) -> bool:
        """ "2:30 to 4:30 pm": nothing is said of the first time's half of the day."""
        token = self.at(at)
        return token is not None and token.kind is Kind.CLOCK and not token.parts[2]

    def range_link(self, at: int, *, between: bool) -> int | None:
        """The index behind "to" or a dash; behind "and" after "between"."""
        if self.is_kind(at, Kind.DASH):
            return at + 1
        found = self.entry("and" if between else "to", at)
        return None if found is None else found[1]


def is_day(node: Node) -> bool:
    """Whether the node is one day."""
    if isinstance(node, IsoWeek):
        return node.weekday is not None
    if isinstance(node, NthOf):
        return node.weekday is not None
    return isinstance(node, CalendarDay | SlashedDay | DayOfMonth | DayFromNow | Weekday)


def on_day(timed: Node, day: Node) -> Node:
    """The time, on that day."""
    return replace(timed, day=day) if isinstance(timed, PartOfDay | ClockTime | ClockRange) else timed


def local_min(token: Token) -> int:
    """Minutes since local midnight of a clock token; "2 pm" is 840. May exceed a day for what is no time."""
    hour, minute = int(token.parts[0]), int(token.parts[1] or 0)
    meridiem = token.parts[2].lower()[:1]
    if meridiem in {"a", "p"} and hour <= 12:
        hour = hour % 12 + (12 if meridiem == "p" else 0)
    return hour * _HOUR_MIN + minute if minute < _HOUR_MIN else 100 * _HOUR_MIN


def _part_of_day(key: str) -> PartOfDay:
    start, end = key.split("-")
    return PartOfDay(_minutes(start), _minutes(end))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * _HOUR_MIN + int(minute)
