"""Periods made of others: "the end of next week", "first half of December", "last Friday in May"."""

from dataclasses import replace

from planning.date_phrases.phrases import (
    Beside,
    Half,
    IsoWeek,
    Month,
    Node,
    NthOf,
    Quarter,
    Range,
    Rest,
    Section,
    SectionOf,
    Unit,
    UnitFromNow,
    Weekday,
    WeekOf,
    Year,
)
from planning.date_phrases.points import PointGrammar
from planning.date_phrases.reading import Parsed, longest, remembered
from planning.date_phrases.tokens import Kind


class PeriodGrammar(PointGrammar):
    """Adds what is built from simple days and periods."""

    @remembered
    def period(self, at: int) -> Parsed | None:
        """A simple one or one built from it."""
        start = self.skip("articles", at)
        rules = (
            self.quarter,
            self.half,
            self.section,
            self.nth_of,
            self.week_of,
            self.rest,
            self.weekday_of_week,
        )
        return longest((self.simple(at), *(rule(start) for rule in rules), self.beside(start)))

    @remembered
    def _whole(self, at: int) -> Parsed | None:
        """A period that can have parts; "the month" is this month."""
        start = self.skip("articles", at)
        unit = self.entry("units", start)
        plain: Parsed | None = None
        if unit is not None and unit[0] not in {Unit.HOUR, Unit.DAY}:
            plain = Parsed(UnitFromNow(Unit(unit[0]), 0), unit[1])
        found = longest((self.simple(at), self.quarter(start), plain))
        kinds = UnitFromNow | Month | Year | Quarter | IsoWeek
        return found if found is not None and isinstance(found.node, kinds) else None

    def _of_whole(self, at: int) -> Parsed | None:
        """ "of December", "in the month", or with nothing between ("first half 2027", "Ende Dezember")."""
        start = self.entry("of", at)
        return longest((self._whole(start[1]) if start else None, self._whole(at)))

    def quarter(self, at: int) -> Parsed | None:
        """ "first quarter", "2. Quartal 2027", "third quarter of next year", "Q1 2027"."""
        token = self.at(at)
        if token is not None and token.kind is Kind.QUARTER:
            return self._of_year(
                Quarter(token.number, int(token.parts[1]) if token.parts[1] else None), at + 1
            )
        nth = self.nth(at)
        unit = None if nth is None else self.entry("units", nth[1])
        if nth is None or unit is None or unit[0] != Unit.QUARTER or nth[0] < 1:
            return None
        return self._of_year(Quarter(nth[0]), unit[1])

    def _of_year(self, node: Quarter | Half, at: int) -> Parsed:
        year = self.year(at) or self.year(self.skip("of", at))
        if node.year is None and year is not None:
            return Parsed(replace(node, year=year[0]), year[1])
        of = self.entry("of", at)
        whole = self.simple(of[1] if of else at)
        if (
            node.year is None
            and whole
            and isinstance(whole.node, UnitFromNow)
            and whole.node.unit is Unit.YEAR
        ):
            return Parsed(replace(node, of=whole.node), whole.end)
        return Parsed(node, at)

    def half(self, at: int) -> Parsed | None:
        """ "first half of December", "second half of the year", "H1 2027"."""
        token = self.at(at)
        if token is not None and token.kind is Kind.HALF:
            found = self._of_year(Half(token.number, None), at + 1)
            return found if found.end > at + 1 else None
        nth = self.nth(at)
        word = None if nth is None else self.entry("half", nth[1])
        if nth is None or word is None:
            return None
        whole = self._of_whole(word[1])
        if whole is None or isinstance(whole.node, IsoWeek | Quarter):
            return None
        return Parsed(Half(2 if nth[0] == -1 else nth[0], whole.node), whole.end)

    def section(self, at: int) -> Parsed | None:
        """ "early December", "the end of next week", "Mitte KW 49", "mid-December"."""
        direct, with_of = self.entry("sections", at), self.entry("sections_of", at)
        options: list[Parsed | None] = []
        if direct is not None:
            start = direct[1] + 1 if self.is_kind(direct[1], Kind.DASH) else direct[1]
            options.append(self._section(direct[0], self._whole(start)))
        if with_of is not None:
            of = self.entry("of", with_of[1])
            options.append(self._section(with_of[0], self._whole(of[1])) if of else None)
        return longest(options)

    def _section(self, key: str, whole: Parsed | None) -> Parsed | None:
        return None if whole is None else Parsed(SectionOf(Section(key), whole.node), whole.end)

    def nth_of(self, at: int) -> Parsed | None:
        """ "first week of December", "last Friday in May", "2nd Monday of next month"."""
        nth = self.nth(at)
        if nth is None:
            return None
        count = self.small_number(nth[1])
        if count is not None and count[0] > 1:
            return self._first_weeks(nth[0], count)
        unit, day = self.entry("units", nth[1]), self.entry("weekdays", nth[1])
        if day is None and (unit is None or unit[0] != Unit.WEEK):
            return None
        of = self.entry("of", day[1] if day else unit[1] if unit else at)
        whole = None if of is None else self._whole(of[1])
        if whole is None or isinstance(whole.node, IsoWeek):
            return None
        return Parsed(NthOf(nth[0], int(day[0]) if day else None, whole.node), whole.end)

    def _first_weeks(self, nth: int, count: tuple[int, int]) -> Parsed | None:
        """ "first two weeks of December"."""
        unit = self.entry("units", count[1])
        of = None if unit is None or unit[0] != Unit.WEEK else self.entry("of", unit[1])
        whole = None if of is None else self._whole(of[1])
        if nth != 1 or whole is None or isinstance(whole.node, IsoWeek):
            return None
        return Parsed(Range(NthOf(1, None, whole.node), NthOf(count[0], None, whole.node)), whole.end)

    def week_of(self, at: int) -> Parsed | None:
        """ "the week of 7 December", "Woche vom 7. Dezember"."""
        unit = self.entry("units", at)
        of = None if unit is None or unit[0] != Unit.WEEK else self.entry("of", unit[1])
        if of is None:
            return None
        day = longest((self.notation(of[1]), self.calendar_day(self.skip("articles", of[1]))))
        return None if day is None else Parsed(WeekOf(day.node), day.end)

    def rest(self, at: int) -> Parsed | None:
        """ "the rest of the week", "Rest des Monats", "rest of today"."""
        word = self.entry("rest", at)
        if word is None:
            return None
        of = self.entry("of", word[1])
        start = of[1] if of else word[1]
        whole = longest((self._whole(start), self.day_from_now(start)))
        return None if whole is None else Parsed(Rest(whole.node), whole.end)

    def beside(self, at: int) -> Parsed | None:
        """ "the week before Christmas", "3 days after 10 December"."""
        count = self.small_number(at)
        unit = self.entry("units", count[1] if count else at)
        if unit is None or unit[0] == Unit.HOUR:
            return None  # "fit in 50 hours before Christmas"
        before, after = self.entry("before", unit[1]), self.entry("after", unit[1])
        side = before or after
        whole = None if side is None else self.simple(side[1])
        if whole is None:
            return None
        amount = count[0] if count else 1
        return Parsed(Beside(-amount if before else amount, Unit(unit[0]), whole.node), whole.end)

    def weekday_of_week(self, at: int) -> Parsed | None:
        """ "Tuesday next week", "Tuesday of KW 49", "next week on Tuesday"."""
        return longest((self._day_then_week(at), self._week_then_day(at)))

    def _day_then_week(self, at: int) -> Parsed | None:
        day = self.entry("weekdays", at)
        if day is None:
            return None
        start = self.skip_comma(day[1])
        of = self.entry("of", start)
        week = longest((self._week(of[1]) if of else None, self._week(start)))
        return None if week is None else Parsed(Weekday(int(day[0]), week=week.node), week.end)

    def _week_then_day(self, at: int) -> Parsed | None:
        week = self._week(at)
        if week is None:
            return None
        day = self.entry("weekdays", self.skip("leads", self.skip_comma(week.end)))
        return None if day is None else Parsed(Weekday(int(day[0]), week=week.node), day[1])

    @remembered
    def _week(self, at: int) -> Parsed | None:
        found = self.simple(at)
        return found if found is not None and is_week(found.node) else None


def is_week(node: Node) -> bool:
    """Whether the node is one whole week."""
    if isinstance(node, UnitFromNow):
        return node.unit is Unit.WEEK
    return isinstance(node, IsoWeek) and node.weekday is None
