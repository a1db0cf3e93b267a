"""Whole phrases: a point with its preposition, a range, "until Friday", "from Monday on"."""

from dataclasses import replace

from planning.date_phrases.periods import is_week
from planning.date_phrases.phrases import (
    CalendarDay,
    DayFromNow,
    IsoWeek,
    Lasting,
    Month,
    Node,
    OpenFrom,
    Range,
    Since,
    Unit,
    UnitFromNow,
    Until,
    Weekday,
    Year,
)
from planning.date_phrases.reading import Firmness, Parsed, longest, remembered
from planning.date_phrases.times import TimeGrammar
from planning.date_phrases.tokens import Kind, Token


class PhraseGrammar(TimeGrammar):
    """`phrase` reads the longest date phrase at a token."""

    @remembered
    def phrase(self, at: int) -> Parsed | None:
        return longest(
            (
                self._led_point(at),
                self.range(at),
                self._until(at),
                self._before_or_after(at),
                self._since(at),
                self._open_from(at),
                self._lasting(at),
                self._from_lasting(at),
            )
        )

    def _led_point(self, at: int) -> Parsed | None:
        """A point, perhaps with a preposition: "in December", "on 3 December"."""
        plain = self.point(at)
        lead = self.entry("leads", at)
        led = None if lead is None else self.point(lead[1])
        if led is not None and led.firmness is Firmness.WEAK:
            # "for April" may be a person.
            needs_month_lead = isinstance(led.node, Month | Year)
            if not needs_month_lead or self.entry("month_leads", at):
                led = replace(led, firmness=Firmness.FIRM)
        return longest((plain, led))

    @remembered
    def range(self, at: int) -> Parsed | None:
        """ "from Tuesday to Friday", "between 1 and 15 December", "Tue-Fri", "next week Tue-Fri"."""
        options = [self._span(at, between=False)]
        between, from_ = self.entry("between", at), self.entry("from", at)
        if between is not None:
            options.append(self._span(between[1], between=True))
        if from_ is not None:
            options.append(self._span(from_[1], between=False))
        options.append(self._within_week(at))
        options.append(self._neighbours(at))
        return longest(options)

    def _span(self, at: int, *, between: bool) -> Parsed | None:
        return longest((self._full_span(at, between=between), self._short_span(at, between=between)))

    def _neighbours(self, at: int) -> Parsed | None:
        """ "Wed and Thu", "this week and next", "KW 49 und 50": two in a row are one range."""
        first = longest((self.point(at), self._led_point(at)))
        link = None if first is None else self.entry("and", first.end)
        if first is None or link is None:
            return None
        start = self.skip("leads", link[1])
        short = longest((self._same_kind(first.node, start), self._next_unit(first.node, start)))
        # "KW 49 and KW 50", said in full, are two to be compared.
        full = None if isinstance(first.node, IsoWeek | UnitFromNow) else self.point(start)
        last = longest((short, full))
        if last is None or not follows_on(first.node, last.node) or _one_short_day(first, last):
            return None
        return Parsed(Range(_in_week_of(first.node, last.node), last.node), last.end)

    def _next_unit(self, first: Node, at: int) -> Parsed | None:
        """ "this week and *next*", "next week and the one after"."""
        if not isinstance(first, UnitFromNow):
            return None
        start = self.skip("articles", at)
        after = self.entry("one_after", at)
        if after is not None:
            return Parsed(UnitFromNow(first.unit, first.which + 1), after[1])
        which, end = self.which(start)
        if end == start or which is None or self.entry("units", end):
            return None
        return Parsed(UnitFromNow(first.unit, which), end)

    def _full_span(self, at: int, *, between: bool) -> Parsed | None:
        """Both ends are points; the second may be shorter ("December 1 to 15", "KW 49-51")."""
        first = longest((self.point(at), self._led_point(at)))
        link = None if first is None else self.range_link(first.end, between=between)
        if first is None or link is None:
            return None
        start = self.skip("leads", link)
        last = longest((self.point(link), self.point(start), self._same_kind(first.node, start)))
        if last is None or _one_short_day(first, last):
            return None
        return Parsed(Range(_in_week_of(first.node, last.node), last.node), last.end)

    def _same_kind(self, first: Node, at: int) -> Parsed | None:
        """A bare number that goes on counting: the day of that month, the week of that year."""
        token = self.at(at)
        if token is None or token.kind is not Kind.NUMBER or len(token.parts[0]) > 2:
            return None
        if isinstance(first, IsoWeek) and first.weekday is None:
            return self._counted_week(first, token, at)
        if isinstance(first, CalendarDay) and first.year is None:
            year = self.year(self.skip_comma(at + 1))
            node = CalendarDay(token.number, first.month, year[0] if year else None)
            return Parsed(node, year[1] if year else at + 1)
        return None

    def _counted_week(self, first: IsoWeek, token: Token, at: int) -> Parsed:
        year = self.year(at + 1) or self.year(self.skip("of", at + 1))
        node = IsoWeek(token.number, year[0] if year else first.year)
        return Parsed(node, year[1] if year else at + 1)

    def _short_span(self, at: int, *, between: bool) -> Parsed | None:
        """The first end is a bare number: "1 to 15 December", "weeks 49 to 51", "1.-15.12."."""
        start = self.skip("articles", self.skip("leads", at))
        token = self.at(start)
        if token is None or token.kind is not Kind.NUMBER or len(token.parts[0]) > 2:
            return None
        link = self.range_link(start + 1, between=between)
        if link is None:
            return None
        last = longest((self.point(link), self.point(self.skip("leads", link))))
        if last is None or not isinstance(last.node, CalendarDay) or last.node.weekday is not None:
            return None
        first = replace(last.node, day=token.number)
        return Parsed(Range(first, last.node), last.end)

    @remembered
    def _within_week(self, at: int) -> Parsed | None:
        """ "next week from Tuesday to Friday"."""
        week = self.point(self.skip("leads", at))
        if week is None or not is_week(week.node):
            return None
        start = self.skip_comma(week.end)
        days = self._span(self.skip("from", start), between=False)
        if days is None or not isinstance(days.node, Range):
            return None
        first, last = days.node.first, days.node.last
        if not isinstance(first, Weekday) or not isinstance(last, Weekday):
            return None
        node = Range(replace(first, week=week.node), replace(last, week=week.node))
        return Parsed(node, days.end)

    def _until(self, at: int) -> Parsed | None:
        """ "until Friday", "by the end of next week", "from now until Friday"."""
        word = self.entry("until", at)
        last = None if word is None else self._end_point(word[1])
        return None if last is None else Parsed(Until(last.node), last.end)

    def _before_or_after(self, at: int) -> Parsed | None:
        before, after = self.entry("before", at), self.entry("after", at)
        side = before or after
        point = None if side is None else self._end_point(side[1])
        if point is None:
            return None
        node = Until(point.node, before=True) if before else OpenFrom(point.node, after=True)
        return Parsed(node, point.end)

    def _since(self, at: int) -> Parsed | None:
        word = self.entry("since", at)
        first = None if word is None else self._end_point(word[1])
        return None if first is None else Parsed(Since(first.node), first.end)

    def _open_from(self, at: int) -> Parsed | None:
        """ "from Monday", "starting 3 December", "Monday onwards"."""
        word = self.entry("open_from", at)
        first = self.point(at) if word is None else self._end_point(word[1])
        if first is None:
            return None
        onwards = self.entry("onwards", first.end)
        if word is None and (onwards is None or self.is_kind(onwards[1], Kind.WORD, Kind.NUMBER)):
            return None
        # "from Monday on Puma 3100": that "on" belongs to the machine.
        taken = onwards is not None and not self.is_kind(onwards[1], Kind.WORD, Kind.NUMBER)
        firmness = first.firmness if word is None else Firmness.FIRM
        return Parsed(OpenFrom(first.node), onwards[1] if taken and onwards else first.end, firmness)

    def _lasting(self, at: int) -> Parsed | None:
        """ "for two days from Wednesday", "3 Tage ab Mittwoch"; "two days from Wednesday" may be a Friday."""
        start = self.skip("lasting", at)
        amount = self._amount(start)
        word = None if amount is None else self.entry("open_from", amount[2])
        link = None if amount is None else self.at(amount[2])
        if link is not None and start == at and link.text == "from":
            return None
        first = None if word is None else self._end_point(word[1])
        if amount is None or first is None or amount[1] is Unit.HOUR:
            return None
        return Parsed(Lasting(first.node, amount[0], amount[1]), first.end)

    def _from_lasting(self, at: int) -> Parsed | None:
        """ "from Wednesday for three days", "ab Mittwoch drei Tage", "tomorrow for two days"."""
        word = self.entry("open_from", at)
        first = self._end_point(at if word is None else word[1])
        if first is None:
            return None
        start = self.skip("lasting", self.skip_comma(first.end))
        amount = None if word is None and start == first.end else self._amount(start)
        if (
            amount is None
            or amount[1] is Unit.HOUR
            or (word is None and not self.entry("lasting", start - 1))
        ):
            return None
        return Parsed(Lasting(first.node, amount[0], amount[1]), amount[2])

    def _end_point(self, at: int) -> Parsed | None:
        found = longest((self.point(at), self.point(self.skip("leads", at))))
        return None if found is None or _is_short_day(found) else found


def follows_on(first: Node, last: Node) -> bool:  # noqa: PLR0911 - one row a kind of node
    """Whether `last` is the day, week or month right behind `first`."""
    match first, last:
        case Weekday(), Weekday():
            plain = first.which is None and (first.week is None or last.week is None)
            return plain and last.which is None and last.weekday - first.weekday in {1, -6}
        case UnitFromNow(), UnitFromNow():
            return first.unit is last.unit and last.which == first.which + 1
        case DayFromNow(), DayFromNow():
            return last.days == first.days + 1
        case IsoWeek(), IsoWeek():
            return first.weekday is last.weekday is None and last.week == first.week + 1
        case Month(), Month():
            return last.month in {first.month + 1, first.month - 11} and last.which is None is first.which
        case CalendarDay(), CalendarDay():
            return first.month == last.month and last.day == first.day + 1
        case _:
            return False


def _is_short_day(parsed: Parsed) -> bool:
    """ "Do" and "So" are words of their own."""
    return isinstance(parsed.node, Weekday) and parsed.firmness is Firmness.ALONE


def _one_short_day(first: Parsed, last: Parsed) -> bool:
    """Short weekdays count in pairs: "Mo-Fr", but not "so - Friday"."""
    return _is_short_day(first) != _is_short_day(last)


def _in_week_of(first: Node, last: Node) -> Node:
    """ "from Tuesday to Friday next week": both are days of next week."""
    if not (isinstance(first, Weekday) and isinstance(last, Weekday)):
        return first
    if first.week is not None or first.which is not None or last.week is None:
        return first
    return replace(first, week=last.week)
