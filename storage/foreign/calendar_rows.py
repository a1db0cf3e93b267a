"""The rows that the events of a calendar become: absences, closures, overtime, shifts of a week, and
downtimes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, Notice, shown
from storage.foreign.calendar_absences import CalendarAbsences
from storage.foreign.calendar_downtime_kinds import settle_given_kinds
from storage.foreign.calendar_downtimes import CalendarDowntimes
from storage.foreign.calendar_events import Events, EventTold
from storage.foreign.calendar_exceptions import OfEvent, known_by_event
from storage.foreign.calendar_file import CalendarFile
from storage.foreign.calendar_kinds import Kinds
from storage.foreign.calendar_machines import DownMachines
from storage.foreign.calendar_people import People
from storage.foreign.calendar_reading import (
    ABSENCES,
    ASKED,
    BOTH,
    DOWNTIMES,
    SOURCE,
    events_of,
    is_left_out,
    whose,
)
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_targets import Targets
from storage.foreign.calendar_times import Days, Span
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import plain
from storage.foreign.shift_patterns import Slot, pattern_of
from storage.foreign.shop_names import ShopNames
from storage.foreign.stored_exceptions import EXCEPTION, as_stored
from storage.foreign.weekly import Weekly, weekly_of

_LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class CalendarRows:
    """Fills `canonical` from the events of a file; `closed` has the days that each calendar is closed on."""

    events: Events
    canonical: Canonical
    source: str = SOURCE
    closed: dict[str, set[date]] = field(default_factory=dict[str, set[date]])
    of_events: list[OfEvent] = field(default_factory=list[OfEvent])

    @property
    def decisions(self) -> Decisions:
        return self.events.decisions

    @property
    def people(self) -> People:
        return People(self.events)

    def exception(self, series: Series, kind: str, targets: Targets) -> None:
        """Closures or overtime, for calendars or for some machines."""
        found = targets.of(series)
        if kind == "overtime":
            there = [("operator_id", person.id) for person in self.people.at_work(series)]
            found += [target for target in there if found and target not in found]
        self.events.tell(series, kind if found else ASKED, targets.names(found))
        slots = self._hours(series) if kind == "overtime" and series.all_day else None
        for name, target in found:
            cells = {"kind": kind, "name": series.summary, name: target}
            for when in self.events.times(series):
                if isinstance(when, Span):
                    self._of_event(series, when, target)
                    self._exception(series, when, cells, start=_iso(when.start), end=_iso(when.end))
                    continue
                for day in (when.first + timedelta(days=n) for n in range((when.after - when.first).days)):
                    if kind == "closure":
                        if name == "calendar_id":
                            self.closed.setdefault(target, set()).add(day)
                        self._of_event(series, when, target)
                        self._exception(series, Days(day, day), cells, production_date=str(day))
                    for slot in slots or ():
                        span = _slot_on(day, slot, self.events.zone)
                        self._of_event(series, when, target)
                        self._exception(series, span, cells, start=_iso(span.start), end=_iso(span.end))

    def _of_event(self, series: Series, when: Days | Span, whom: str) -> None:
        """Remembers of which event the next row is; several days of one are told apart by their order."""
        uid, key = series.event_uid or series.uid, series.key_of(when, self.events.floating)
        several = isinstance(when, Days) and (when.after - when.first).days > 1
        own = f"{key}/{whom}" if key != uid and not several else ""
        self.of_events.append(OfEvent(len(self.canonical.of(EXCEPTION)), uid, own))

    def _hours(self, series: Series) -> tuple[Slot, ...]:
        """The times of day of overtime that has none; empty while they are asked."""
        own, found = self.events.key("hours", series), ""
        # Both are read where both are said: the event's own is the one that counts.
        for key in [key for key in ("hours", own) if key in self.decisions.given] or ["hours"]:
            found = self._settled_hours(key, series) or ""
        return _slots_in(found)

    def _settled_hours(self, key: str, series: Series) -> str | None:
        question = Question(
            key,
            "From when to when is overtime of a whole day?",
            (Choice("06:00-14:00", "such times"),),
            why=f"{shown(series.summary)}: {self.events.about(series)}; of this event alone: "
            f"hours.{shown(series.summary)}",
        )
        return self.decisions.settle(question, fits=lambda text: bool(_slots_in(text)))

    def _exception(self, series: Series, when: Days | Span, cells: dict[str, str], **times: str) -> None:
        whom = "".join(cells.get(name, "") for name in ("calendar_id", "machine_id", "operator_id"))
        self.canonical.add(
            "calendar_exception",
            {"external_id": f"{series.uid}/{_key(when)}/{whom}", "source": self.source, **cells, **times},
            self._origin(series),
        )

    def shift(self, series: Series) -> None:
        """A shift of a week; where the file leaves one out, or has not begun yet, the calendar is closed
        for it."""
        weekly = weekly_of(series, self.events.zone, self.events.floating)
        if weekly is None:
            self._problem(
                series, "is no shift of every week", "event.…=overtime, which takes its times one by one"
            )
            return
        choices = [Choice("new", "a calendar of its own")]
        choices += [
            Choice(n.id, f"{n.name}: its present week is replaced") for n in self.events.shop.calendars[:30]
        ]
        key = self.events.key("for", series)
        question = Question(
            key,
            f'Of which calendar is "{shown(series.summary)}" a shift?',
            tuple(choices),
            why=self.events.about(series),
        )
        value = self.decisions.settle(
            question,
            fits=lambda text: text.startswith("new") or self.events.places.calendars.find(text) is not None,
        )
        if value is None:
            self.events.tell(series, ASKED)
            return
        calendar = self._calendar(series, value)
        self.events.tell(series, "shift", [value if value.startswith("new") else calendar])
        self.canonical.rows.setdefault("calendar_shift", [])
        for weekday in weekly.weekdays:
            self.canonical.add(
                "calendar_shift",
                {
                    "calendar_id": calendar, "weekday": weekday, "start_local": weekly.start_local,
                    "end_local": weekly.end_local, "ends_next_day": "true" if weekly.overnight else "false",
                },
                self._origin(series),
            )  # fmt: skip
        self._differences(series, weekly, calendar)

    def _calendar(self, series: Series, value: str) -> str:
        found = self.events.places.calendars.find(value)
        if found is not None:
            return found
        name = value.removeprefix("new").strip(" :") or series.summary
        known = self.events.places.calendars.find(name)
        if known is None:
            known = self.events.places.calendars.by_name[plain(name)] = name
            self.canonical.add(
                "calendar", {"external_id": name, "source": self.source, "name": name}, self._origin(series)
            )
        return known

    def _differences(self, series: Series, weekly: Weekly, calendar: str) -> None:
        """Occurrences that the week does not have, and those of the week that do not happen."""
        happens = {span.start: span for span in self.events.times(series) if isinstance(span, Span)}
        left_out = 0
        for day in self.events.window.days():
            if day.isoweekday() not in weekly.weekdays:
                continue
            span = weekly.on(day, self.events.zone)
            if happens.get(span.start) == span:
                happens.pop(span.start)
                continue
            left_out += span.start not in happens
            if day not in self.closed.get(calendar, set()):
                cells = {"kind": "closure", "name": f"no {series.summary}", "calendar_id": calendar}
                self._exception(series, span, cells, start=_iso(span.start), end=_iso(span.end))
        for span in happens.values():
            if self.events.window.first <= span.start.astimezone(self.events.zone).date():
                cells = {"kind": "overtime", "name": series.summary, "calendar_id": calendar}
                self._exception(series, span, cells, start=_iso(span.start), end=_iso(span.end))
        if left_out:
            text = (
                f"{shown(series.summary)} does not happen {left_out} times in the window (it begins later, "
                "or leaves them out): closed then"
            )
            self.events.findings.notice(self.events.place, None, text)

    def _origin(self, series: Series) -> Origin:
        return Origin(f"{self.events.place} [{series.summary}]", None)

    def _problem(self, series: Series, reason: str, right: str) -> None:
        self.events.findings.problem(self.events.place, None, reason, right, column=series.summary)


def take_calendar(
    calendar: CalendarFile,
    decisions: Decisions,
    shop: ShopNames,
    canonical: Canonical,
    findings: Findings,
    *,
    place: str,
) -> tuple[EventTold, ...]:
    """All events of a file, as far as it is decided what they are, and what is made of each."""
    events = events_of(calendar, decisions, shop, canonical, findings, place=place)
    source, series_of = events.places.source, events.of_file
    use = whose(events)
    if use is None:
        return ()
    rows = CalendarRows(events, canonical, source)
    absences = CalendarAbsences(events, canonical, source)
    kept: list[Series] = []
    for series in series_of:
        if is_left_out(events, series):
            continue
        if use == ABSENCES or (use == BOTH and events.is_absence(series)):
            absences.take(series)
        else:
            kept.append(series)
    if use in {ABSENCES, BOTH}:
        absences.finish(series_of)
    marks_days = any(series.all_day and not series.marked_free for series in series_of)
    timed = frozenset(series.summary for series in kept if not series.all_day)
    several = len({series.calendar for series in series_of}) > 1
    kinds = Kinds(events, kept, marks_days, timed, use == DOWNTIMES)
    downtimes = CalendarDowntimes(events, canonical, DownMachines(events, several), source)
    _take_shop(rows, kinds, Targets(events, several), downtimes)
    downtimes.finish(calendar.series)
    gone = {series.event_uid or series.uid for series in series_of if series.cancelled}
    told = list(known_by_event(canonical, shop, rows.of_events, gone, events.window.first))
    if not decisions.questions:
        findings.notices += [Notice(place, None, text) for text in told]
    findings.notices += as_stored(canonical, shop, place)
    return tuple(events.told)


def _take_shop(rows: CalendarRows, of_shop: Kinds, targets: Targets, downtimes: CalendarDowntimes) -> None:
    kinds = [(series, of_shop.of(series)) for series in of_shop.kept]
    for series, kind in kinds:
        if kind in {"closure", "overtime"}:
            rows.exception(series, kind, targets)
        elif kind == "downtime":
            downtimes.take(series)
        elif kind != "shift":
            rows.events.tell(series, _LEFT_OUT if kind else ASKED)
    for series, kind in kinds:  # after the closures: what is closed anyway need not be left out
        if kind == "shift":
            rows.shift(series)
    for (
        series
    ) in of_shop.kept:  # an answer to what is in the file is no typing error, though it changes nothing
        of_shop.settle_given(series)
        settle_given_kinds(rows.events, series)
        targets.settle_given(series)


def _slots_in(text: str) -> tuple[Slot, ...]:
    """Times of a day without weekdays; empty: it says something else."""
    slots = pattern_of(text) or ()
    return slots if all(slot.weekdays is None for slot in slots) else ()


def _slot_on(day: date, slot: Slot, zone: ZoneInfo) -> Span:
    start, end = (datetime.combine(day, time(m // 60, m % 60), zone) for m in (slot.start, slot.end))
    if end <= start:
        end += timedelta(days=1)
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def _key(when: Days | Span) -> str:
    return str(when.first) if isinstance(when, Days) else f"{when.start:%Y%m%dT%H%MZ}"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
