"""Single days and periods: "next Tuesday", "3 December 2026", "KW 49", "this quarter"."""

from dataclasses import replace

from planning.date_phrases.notations import notation
from planning.date_phrases.phrases import (
    Ahead,
    CalendarDay,
    DayFromNow,
    DayOfMonth,
    IsoWeek,
    LastDay,
    Month,
    Node,
    Now,
    NthOf,
    Rolling,
    Unit,
    UnitFromNow,
    Weekday,
    Weekend,
    Year,
)
from planning.date_phrases.reading import Firmness, Parsed, Reader, longest, remembered
from planning.date_phrases.tokens import Kind

_LAST_DAY_NUMBER = 99  # "45 December" is read, and refused with a reason


class PointGrammar(Reader):
    """Rules take a token index and give a Parsed or None."""

    @remembered
    def simple(self, at: int) -> Parsed | None:
        """A day or period that is not made of others."""
        start = self.skip("articles", at)
        rules = (
            self.notation,
            self.now,
            self.day_from_now,
            self.weekday,
            self.calendar_day,
            self.holiday,
            self.moving_holiday,
            self.fortnight,
            self.end_of_unit,
            self.month,
            self.unit_from_now,
            self.rolling,
            self.ahead,
            self.numbered_week,
            self.year_alone,
            self.weekend,
            self.day_of_month,
        )
        found = longest(rule(start) for rule in rules)
        return found if start == at else longest((found, self.ahead(at)))

    def notation(self, at: int) -> Parsed | None:
        token = self.at(at)
        found = None if token is None else notation(token)
        if found is None:
            return None
        node, firmness = found
        if isinstance(node, IsoWeek) and node.year is None:
            node, end = self._with_year(node, at + 1)
            return Parsed(node, end, firmness)
        return Parsed(node, at + 1, firmness)

    def _with_year(self, week: IsoWeek, at: int) -> tuple[IsoWeek, int]:
        """ "week 49 of 2026", "KW 49 2026"."""
        year = self.year(at) or self.year(self.skip("of", at))
        return (week, at) if year is None else (replace(week, year=year[0]), year[1])

    def now(self, at: int) -> Parsed | None:
        found = self.entry("now", at)
        return None if found is None else Parsed(Now(), found[1], Firmness.ALONE)

    def day_from_now(self, at: int) -> Parsed | None:
        found = self.entry("relative_days", at)
        return None if found is None else Parsed(DayFromNow(int(found[0])), found[1])

    def weekday(self, at: int) -> Parsed | None:
        """ "Friday", "next Friday", "this coming Friday", and "Friday, 4 December"."""
        which, start = self.which(at)
        found = self.entry("weekdays", start)
        if found is None:
            short = self.entry("short_weekdays", at)
            return None if short is None else Parsed(Weekday(int(short[0])), short[1], Firmness.ALONE)
        day = int(found[0])
        if start > at:
            return Parsed(Weekday(day, which), found[1])
        dated = self._dated(day, found[1])
        return dated or Parsed(Weekday(day), found[1], self._firmness_of_word(start))

    def _dated(self, weekday: int, at: int) -> Parsed | None:
        start = self.skip_comma(at)
        start = self.skip("articles", self.skip("leads", start))
        date = longest((self.calendar_day(start), self.notation(start)))
        if date is None or not isinstance(date.node, CalendarDay):
            return None
        return Parsed(replace(date.node, weekday=weekday), date.end)

    def _firmness_of_word(self, at: int) -> Firmness:
        token = self.at(at)
        return Firmness.WEAK if token and self.words.has("weak", token.text) else Firmness.FIRM

    @remembered
    def calendar_day(self, at: int) -> Parsed | None:
        """ "3 December", "the 3rd of December 2026", "December 3rd", "Dec 3, 2026"."""
        return longest((self._day_month(at), self._month_day(at)))

    def _day_number(self, at: int) -> tuple[int, int] | None:
        token = self.at(at)
        if token is not None and token.kind is Kind.NUMBER and token.number <= _LAST_DAY_NUMBER:
            return token.number, at + 1
        nth = self.nth(at)
        return nth if nth is not None and nth[0] > 0 else None

    def _day_month(self, at: int) -> Parsed | None:
        day = self._day_number(at)
        if day is None:
            return None
        start = self.skip("of", day[1])
        month = self.entry("months", start)
        if month is None:
            return None
        firmness = Firmness.FIRM
        if start == day[1] and not self.tokens[start].capital:
            firmness = self._firmness_of_word(start)  # "Is machine 3 may be free"
        node = CalendarDay(day[0], int(month[0]))
        year = self.year(self.skip_comma(month[1]))
        if year is None:
            return Parsed(node, month[1], firmness)
        return Parsed(replace(node, year=year[0]), year[1])

    def _month_day(self, at: int) -> Parsed | None:
        month = self.entry("months", at)
        if month is None:
            return None
        day = self._day_number(self.skip("articles", month[1]))
        if day is None:
            return None
        node = CalendarDay(day[0], int(month[0]))
        year = self.year(self.skip_comma(day[1]))
        return Parsed(node, day[1]) if year is None else Parsed(replace(node, year=year[0]), year[1])

    def holiday(self, at: int) -> Parsed | None:
        found = self.entry("holidays", at)
        if found is None:
            return None
        month, day = found[0].split("-")
        year = self.year(found[1])
        end = found[1] if year is None else year[1]
        return Parsed(CalendarDay(int(day), int(month), None if year is None else year[0]), end)

    def moving_holiday(self, at: int) -> Parsed | None:
        """ "Thanksgiving": the fourth Thursday of November."""
        found = self.entry("moving_holidays", at)
        if found is None:
            return None
        month, nth, weekday = (int(part) for part in found[0].split())
        year = self.year(found[1])
        whole = Month(month, None if year is None else year[0])
        return Parsed(NthOf(nth, weekday, whole), found[1] if year is None else year[1])

    def fortnight(self, at: int) -> Parsed | None:
        """ "the next fortnight", "this fortnight": two weeks from now."""
        which, start = self.which(at)
        found = self.entry("fortnight", start)
        if found is None or start == at or which not in {0, 1, None}:
            return None
        return Parsed(Rolling(2, Unit.WEEK), found[1])

    def end_of_unit(self, at: int) -> Parsed | None:
        """ "month end", "EOM": the last day of this month."""
        found = self.entry("month_end", at)
        return None if found is None else Parsed(LastDay(Unit(found[0])), found[1])

    def month(self, at: int) -> Parsed | None:
        """ "December", "December 2026", "next December", "the month of May"."""
        which, start = self.which(at)
        start = self.skip("month_of", start)
        found = self.entry("months", start)
        if found is None:
            return None
        node = Month(int(found[0]), which=which)
        year = self.year(found[1]) or self.year(self.skip("of", found[1]))
        if year is not None and which is None:
            return Parsed(replace(node, year=year[0]), year[1])
        return Parsed(node, found[1], self._firmness_of_word(start) if start == at else Firmness.FIRM)

    def unit_from_now(self, at: int) -> Parsed | None:
        """ "this week", "next month", "the quarter after next"."""
        which, start = self.which(at)
        unit = self.entry("units", start)
        if unit is None or unit[0] == Unit.HOUR:
            return None
        if start > at:
            shift = 1 if which is None else which
            node: Node = DayFromNow(shift) if unit[0] == Unit.DAY else UnitFromNow(Unit(unit[0]), shift)
            return Parsed(node, unit[1])
        after = self.entry("which_after", unit[1])
        if after is None or unit[0] == Unit.DAY:
            return None
        return Parsed(UnitFromNow(Unit(unit[0]), int(after[0])), after[1])

    def rolling(self, at: int) -> Parsed | None:
        """ "next 10 days", "last 3 weeks", "within 3 weeks"."""
        within = self.skip("within", at)
        start = self.skip("articles", within)
        which, counted = self.which(start)
        if (counted == start and within == at) or which in {0, 2, -2}:
            return None
        amount = self._amount(counted)
        sign = -1 if which == -1 else 1
        return None if amount is None else Parsed(Rolling(sign * amount[0], amount[1]), amount[2])

    def _amount(self, at: int) -> tuple[int, Unit, int] | None:
        """So many units, unless it is an amount of work ("2 weeks of work")."""
        count = self.small_number(at)
        unit = None if count is None else self.entry("units", count[1])
        if count is None or unit is None or self.entry("amounts", unit[1]):
            return None
        return count[0], Unit(unit[0]), unit[1]

    def ahead(self, at: int) -> Parsed | None:
        """ "in 2 weeks", "2 weeks from now", "3 days ago"."""
        lead, ago = self.entry("ahead", at), self.entry("ago_before", at)
        start = (lead or ago or ("", at))[1]
        amount = self._amount(start)
        if amount is None:
            return None
        count, unit, end = amount
        # "fit in 50 hours" is work, not a time.
        firmness = Firmness.ALONE if unit is Unit.HOUR else Firmness.FIRM
        behind, back = self.entry("ahead_behind", end), self.entry("ago", end)
        if back is not None and lead is None:
            return Parsed(Ahead(-count, unit), back[1], firmness)
        if behind is not None:
            return Parsed(Ahead(count, unit), behind[1], firmness)
        if lead is None and ago is None:
            return None
        return Parsed(Ahead(count if lead else -count, unit), end, firmness)

    def numbered_week(self, at: int) -> Parsed | None:
        """ "week 49", "calendar week 49 of 2026"."""
        word = self.entry("calendar_week", at)
        token = None if word is None else self.at(word[1])
        if word is None or token is None or token.kind is not Kind.NUMBER or token.number > _LAST_DAY_NUMBER:
            return None
        if self.entry("units", word[1] + 1):
            return None
        node, end = self._with_year(IsoWeek(token.number), word[1] + 1)
        return Parsed(node, end)

    def year_alone(self, at: int) -> Parsed | None:
        """ "the year 2027"; a bare 2027 needs a preposition and nothing behind it."""
        word = self.entry("year_word", at)
        year = self.year(word[1] if word else at)
        if year is None or self.spoken_word_follows(year[1]):
            return None
        return Parsed(Year(year[0]), year[1], Firmness.FIRM if word else Firmness.WEAK)

    def weekend(self, at: int) -> Parsed | None:
        which, start = self.which(at)
        found = self.entry("weekend", start)
        return None if found is None else Parsed(Weekend(which), found[1])

    def day_of_month(self, at: int) -> Parsed | None:
        """ "15th": of this month or the next."""
        token = self.at(at)
        if token is None or not token.ordinal or self.spoken_word_follows(at + 1):
            return None
        return Parsed(DayOfMonth(token.number), at + 1, Firmness.WEAK)
