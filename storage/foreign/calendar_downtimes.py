"""Downtimes of machines from the events of a calendar: of which kind, how long, and which of them the plan
has already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from storage.exchange.problems import shown
from storage.foreign.calendar_downtime_kinds import kind_of
from storage.foreign.calendar_events import Events, names
from storage.foreign.calendar_machines import DownMachines
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_stored import TimedRow, add_known, midnight
from storage.foreign.calendar_times import Days, Span
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.decisions import Choice, Question
from storage.foreign.open_ends import NEVER, OPEN, is_open_end
from storage.foreign.stored_times import StoredTimes, Time

_WRITTEN, _THAT_DAY = "written", "that_day"
_NOTE_CHARS = 2_000
_TOLD = 3


@dataclass(frozen=True, slots=True)
class _Down:
    """When an event says that a machine is down; without an end until further notice. `key`: of that time."""

    start: datetime
    end: datetime | None
    key: str


@dataclass(frozen=True, slots=True)
class CalendarDowntimes:
    """Gathers the downtimes of a file; `finish` makes rows of them, since only then is it known which events
    the plan has."""

    events: Events
    canonical: Canonical
    machines: DownMachines
    source: str
    rows: list[TimedRow] = field(default_factory=list[TimedRow])

    def take(self, series: Series) -> None:
        found, kind = self.machines.of(series), kind_of(self.events, series)
        downs = self._downs(series)
        if not found or kind is None or downs is None:
            self.events.tell(series, "?", self.machines.names(found))
            return
        self.events.tell(series, f"downtime ({kind})", self.machines.names(found))
        note = ": ".join(filter(None, (series.summary, series.description)))[:_NOTE_CHARS]
        for down in downs:
            start, end = _iso(down.start), "" if down.end is None else _iso(down.end)
            for machine in found:
                own = f"{down.key}/{self.machines.named_of(machine).code}"
                keys = (own, down.key) if len(found) > 1 else (down.key, own)
                when = Time(machine, start, end, keys[0], numbered=True, also=keys[1:])
                cells = {"machine_id": machine, "start": start, "end": end, "kind": kind, "note": note}
                self.rows.append((Origin(f"{self.events.place} [{series.summary}]", None), when, cells))

    def finish(self, of_file: Sequence[Series]) -> None:
        """Adds the rows, and tells of downtimes of the plan that overlap them, or that the calendar had and
        has no more."""
        stored = StoredTimes(self.events.shop.downtimes, self.source, self.events.zone)
        add_known(self.rows, stored, self.events, of_file, to=self.canonical, entity="downtime", so="down")

    def _downs(self, series: Series) -> list[_Down] | None:
        """None while it is asked how long it is."""
        times = [*self.events.all_times(series), *self._begun(series)]
        found: list[_Down] = []
        for when in times:
            key = series.key_of(when, self.events.floating)
            start, end = self._edges(when)
            goes_on = _goes_on(series)
            if end > start and not goes_on:
                found.append(_Down(start, end, key))
                continue
            lasts = self._lasts(series, written=end > start, goes_on=goes_on)
            if lasts is None:
                return None
            if lasts == OPEN and series.repeats:
                self.events.findings.problem(
                    self.events.place, None, "repeats, and has no end", "open_end.…=that_day",
                    column=series.summary,
                )  # fmt: skip
                return []
            last = _last_of(lasts, start, end, self.events)
            if last is not None and last <= start:
                self.events.findings.problem(
                    self.events.place, None, "ends before it starts", "a later day in open_end.…",
                    column=series.summary,
                )  # fmt: skip
                return []
            found.append(_Down(start, last, key))
        if any(down.end is None for down in found):
            text = f"the downtime {shown(series.summary)} has no end: until further notice"
            self.events.findings.notice(self.events.place, None, text)
        return found

    def _begun(self, series: Series) -> Iterator[Span]:
        """Its time before the window, where it says no end and may last."""
        start, end = series.main.start, series.main.end
        if series.repeats or not isinstance(start, datetime) or end != start:
            return
        zone = self.events.floating
        moment = (start if start.tzinfo is not None else start.replace(tzinfo=zone)).astimezone(UTC)
        if moment >= midnight(self.events.window.first, self.events):
            return
        if _goes_on(series) or self.events.key("open_end", series) in self.events.decisions.given:
            yield Span(moment, moment)
            return
        text = f"{shown(series.summary)} began on {moment:%Y-%m-%d}, has no end and is left out"
        self.events.findings.notice(
            self.events.place, None, f"{text}; open_end.{shown(series.summary)}=open would take it"
        )

    def _edges(self, when: Days | Span) -> tuple[datetime, datetime]:
        if isinstance(when, Span):
            return when.start, when.end
        return midnight(when.first, self.events), midnight(when.after, self.events)

    def _lasts(self, series: Series, *, written: bool, goes_on: bool) -> str | None:
        """How long one is that has no end, or says that it goes on. `written`: it has an end as well, and is
        asked about alone."""
        own = self.events.key("open_end", series)
        if goes_on and not written and own not in self.events.decisions.given:
            return OPEN
        choices = [
            Choice(OPEN, "until further notice"),
            Choice(_THAT_DAY, "that day only"),
            Choice("2026-12-04", "until such a day, included"),
        ]
        choices += [Choice(_WRITTEN, "until the end that it has")] if written else []
        alone = written or own in self.events.decisions.given
        question = Question(
            own if alone else "open_end",
            f'How long is "{shown(series.summary)}", which says that it goes on?'
            if written
            else f"Some have no end, such as {shown(series.summary)}: how long are they?",
            tuple(choices),
            why=f"{self.events.about(series)}; {NEVER}; of this event alone: "
            f"open_end.{shown(series.summary)}",
        )
        return self.events.decisions.settle(
            question, fits=lambda text: is_open_end(text) or (written and text == _WRITTEN)
        )


def _goes_on(series: Series) -> bool:
    return any(names("open_end", "words", text) for text in (series.summary, series.description))


def _last_of(lasts: str, start: datetime, end: datetime, events: Events) -> datetime | None:
    if lasts in {OPEN, _WRITTEN}:
        return None if lasts == OPEN else end
    day = start.astimezone(events.zone).date() if lasts == _THAT_DAY else date.fromisoformat(lasts)
    return midnight(day + timedelta(days=1), events)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
