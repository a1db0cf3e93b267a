"""The rows that the events of a calendar become: absences, closures, overtime, shifts of a week, and
downtimes."""

from collections.abc import Sequence
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
from storage.foreign.calendar_kinds import Kinds, takes_tentative
from storage.foreign.calendar_machines import DownMachines
from storage.foreign.calendar_people import People
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_targets import Targets
from storage.foreign.calendar_times import Days, Span, window_of
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.clocks import TIME_ZONE, zone_said
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import Places, plain
from storage.foreign.shift_patterns import Slot, pattern_of
from storage.foreign.shop_names import ShopNames
from storage.foreign.stored_exceptions import EXCEPTION, as_stored
from storage.foreign.weekly import Weekly, weekly_of

SOURCE = "icalendar"
SHOP, ABSENCES, BOTH, DOWNTIMES = "shop", "absences", "both", "downtimes"
_LEFT_OUT, _ASKED = "left out", "?"


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
        self.events.tell(series, kind if found else _ASKED, targets.names(found))
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
            self.events.tell(series, _ASKED)
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
    zone = ZoneInfo(shop.timezone)
    window = window_of(decisions, zone, shop.horizon_days)
    source = decisions.optional("source", SOURCE) or SOURCE
    places = Places(decisions, canonical, source, shop)
    floating = _floating(calendar, decisions, shop)
    series_of = _until_their_last_day(calendar.series, decisions)
    events = Events(
        decisions, shop, findings, place, window, zone, floating, places, series_of
    )  # fmt: skip
    for text in calendar.others:
        findings.notice(place, None, text)
    for summary, reason, right in calendar.faults:
        _tell_fault(events, summary, reason, right)
    use = _whose(events, series_of)
    if use is None:
        return ()
    rows = CalendarRows(events, canonical, source)
    absences = CalendarAbsences(events, canonical, source)
    kept: list[Series] = []
    for series in series_of:
        if _is_left_out(events, series, series_of):
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
    told = list(known_by_event(canonical, shop, rows.of_events, gone, window.first))
    if not decisions.questions:
        findings.notices += [Notice(place, None, text) for text in told]
    findings.notices += as_stored(canonical, shop, place)
    return tuple(events.told)


def _tell_fault(events: Events, summary: str, reason: str, right: str) -> None:
    """An event that cannot be read is an error, unless it is said that it is nothing."""
    if events.decisions.optional(f"event.{summary}") == "ignore":
        events.findings.notice(events.place, None, f"{shown(summary)} is left out; {reason}")
    else:
        events.findings.problem(
            events.place, None, reason, f"{right}, or event.…=ignore", column=shown(summary)
        )


def _floating(calendar: CalendarFile, decisions: Decisions, shop: ShopNames) -> ZoneInfo:
    """The zone of times that name none: as answered, else the shop's; one that the calendar names is asked
    about."""
    own = ZoneInfo(shop.timezone)
    others = [zone for zone in calendar.zones if zone != shop.timezone]
    if others and TIME_ZONE not in decisions.given:
        question = Question(
            TIME_ZONE,
            f"The calendar's zone is {shown(', '.join(others))}, and times in it name none: "
            "which zone are they of?",
            tuple(Choice(zone) for zone in dict.fromkeys((*calendar.zones, shop.timezone))),
            why="X-WR-TIMEZONE says one that is not the shop's",
            suggested=others[0],
        )
        decisions.settle(question)
    return zone_said(decisions) or own


def _until_their_last_day(series: Sequence[Series], decisions: Decisions) -> list[Series]:
    """The series, with what is answered for rules that name a last day without a time, and have one on it."""
    doubtful = {found.uid: day for found in series if (day := found.last_day) is not None}
    if not doubtful:
        return list(series)
    told = "; ".join(
        f"{shown(found.summary)} until {doubtful[found.uid]}" for found in series if found.uid in doubtful
    )
    question = Question(
        "last_day",
        "Rules of repetition name their last day without a time: do they happen on that day too?",
        (Choice("included", "on that day too"), Choice("left_out", "not on that day")),
        why=told,
        suggested="included",
    )
    if decisions.settle(question) == "left_out":
        return list(series)
    return [found.with_last_day(doubtful[found.uid]) if found.uid in doubtful else found for found in series]


def _whose(events: Events, all_of_file: Sequence[Series]) -> str | None:
    named_as_absence = sum(events.absence_word(series) is not None for series in all_of_file)
    absent = sum(map(events.is_absence, all_of_file))
    about = "a list of its machines' downtimes: each event is a time in which machines are down"
    downtimes = [Choice(DOWNTIMES, about)] if events.shop.machines else []
    down = sum(map(DownMachines(events).is_told, all_of_file)) if downtimes else 0
    question = Question(
        "events",
        "Whose events are these?",
        (
            Choice(SHOP, "the shop's: closures, overtime, shifts"),
            Choice(ABSENCES, "its people's: absences, each with the name in its summary"),
            Choice(BOTH, "both: those that name one of its people or say absence are absences"),
            *downtimes,
        ),
        why="a calendar does not say",
        suggested=DOWNTIMES
        if down * 2 > len(all_of_file)
        else _mostly(named_as_absence, absent, len(all_of_file)),
    )
    return events.decisions.settle(question)


def _is_left_out(events: Events, series: Series, of_file: Sequence[Series]) -> bool:
    """Whether an event is cancelled, or tentative and not taken; told, unless it is still asked."""
    if series.cancelled:
        told = f"{shown(series.summary)} is cancelled and is left out"
        events.findings.notice(events.place, None, told)
        return True
    takes = takes_tentative(events, series, of_file) if series.tentative else True
    if takes is None:
        events.tell(series, _ASKED)
    elif not takes:
        told = f"{shown(series.summary)} ({events.when(series)}) is tentative and is left out"
        events.findings.notice(events.place, None, told)
    return not takes


def _mostly(named_as_absence: int, absent: int, events: int) -> str:
    """Whose a calendar probably is, by how many of its events are absences."""
    if named_as_absence * 2 > events or absent == events:
        return ABSENCES
    return BOTH if absent else SHOP


def _take_shop(rows: CalendarRows, of_shop: Kinds, targets: Targets, downtimes: CalendarDowntimes) -> None:
    kinds = [(series, of_shop.of(series)) for series in of_shop.kept]
    for series, kind in kinds:
        if kind in {"closure", "overtime"}:
            rows.exception(series, kind, targets)
        elif kind == "downtime":
            downtimes.take(series)
        elif kind != "shift":
            rows.events.tell(series, _LEFT_OUT if kind else _ASKED)
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
