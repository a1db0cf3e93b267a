"""When machines are open and people are there, date by date, as the rows of a shop say."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain

from tests.integration.foreign.shop_state import ALWAYS, FOREVER, Row, ShopState
from tests.integration.foreign.spans import Span, merged, without

_DAY = timedelta(days=1)


class OpenTime:
    """The open time of a shop from `first` to `last` day."""

    def __init__(self, shop: ShopState, first: date, last: date) -> None:
        self._shop, self._first, self._last = shop, first, last
        self._shifts: dict[str, list[Row]] = {}
        for row in shop.of("calendar_shift"):
            self._shifts.setdefault(row["calendar_id"], []).append(row)

    def days(self) -> Iterator[date]:
        return self._from(self._first)

    def of(self, row: Row, whose: str) -> list[Span]:
        """Of a machine or a person, `whose` exceptions are told by this column, while it is in use.

        An overtime of a whole date without times opens nothing.
        """
        calendar = row["calendar_id"]
        exceptions = self._exceptions(calendar, whose, row["id"])
        closed = {
            e["production_date"]
            for e in exceptions
            if e.get("production_date") and not e.get("start") and e["kind"] == "closure"
        }
        # The night before the first day may end in it.
        days = (day for day in self._from(self._first - _DAY) if day.isoformat() not in closed)
        shifts = chain.from_iterable(self._shifts_on(calendar, day) for day in days)
        overtime = [
            (self._shop.since(e["start"]), self._shop.since(e["end"]))
            for e in exceptions
            if e.get("start") and e["kind"] == "overtime"
        ]
        closures = [
            (self._shop.since(e["start"]), self._shop.until(e["end"]))
            for e in exceptions
            if e.get("start") and e["kind"] == "closure"
        ]
        unused = [
            (ALWAYS, self._shop.since(row.get("active_from"))),
            (self._shop.until(row.get("active_to")), FOREVER),
        ]
        return without(chain(shifts, overtime), [*closures, *unused])

    def by_date(self, spans: Iterable[Span]) -> Iterator[tuple[date, str]]:
        spans = merged(spans)
        for day in self.days():
            start, end = self._shop.on(day, "00:00"), self._shop.on(day + _DAY, "00:00")
            parts = [
                f"{self._clock(max(a, start))}-{'24:00' if b >= end else self._clock(b)}"
                for a, b in spans
                if a < end and b > start
            ]
            yield day, " ".join(parts) or "closed"

    def _from(self, day: date) -> Iterator[date]:
        while day <= self._last:
            yield day
            day += _DAY

    def _clock(self, moment: datetime) -> str:
        return moment.astimezone(self._shop.zone).strftime("%H:%M")

    def _exceptions(self, calendar: str, whose: str, row_id: str) -> list[Row]:
        """Those of the calendar and its own; and the closures of the site, which are everyone's."""
        site = self._shop.settings.get("site_calendar_id")
        rows = self._shop.of("calendar_exception")
        own = [e for e in rows if (calendar and e.get("calendar_id") == calendar) or e.get(whose) == row_id]
        if not site or site == calendar:
            return own
        return [*own, *(e for e in rows if e.get("calendar_id") == site and e["kind"] == "closure")]

    def _shifts_on(self, calendar: str, day: date) -> Iterator[Span]:
        for shift in self._shifts.get(calendar, []):
            if int(shift["weekday"]) != day.isoweekday():
                continue
            overnight = (shift.get("ends_next_day") or "").lower() == "true"
            start = self._shop.on(day, shift["start_local"])
            end = self._shop.on(day + _DAY if overnight else day, shift["end_local"])
            breaks = [part.strip() for part in (shift.get("breaks") or "").split(";") if part.strip()]
            yield from without([(start, end)], [self._break(part, day, start) for part in breaks])

    def _break(self, written: str, day: date, shift_start: datetime) -> Span:
        """A break after midnight is written by the clock alone."""
        first, last = re.split("-", written.replace("+1", ""), maxsplit=1)
        start = self._shop.on(day, first)
        if start < shift_start:
            start = self._shop.on(day + _DAY, first)
        its_day = start.astimezone(self._shop.zone).date()
        end = self._shop.on(its_day, last)
        return start, end if end > start else self._shop.on(its_day + _DAY, last)
