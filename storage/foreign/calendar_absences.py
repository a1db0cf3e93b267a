"""Absences of people from the events of a calendar: of which kind, and which of them the plan has already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_people import People
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_stored import TimedRow, add_known
from storage.foreign.calendar_times import Days, Span
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.shop_names import Named
from storage.foreign.stored_times import StoredTimes, Time
from storage.foreign.vocabulary import folded, key_of, key_of_longest
from storage.foreign.words_of_cells import learn_absences

_DAY_OFF, _LEFT_OUT, _ASKED = "absence", "left out", "?"
_WORD = "absence."


@dataclass(frozen=True, slots=True)
class CalendarAbsences:
    """Gathers the absences of a file; `finish` makes rows of them, since only then is it known which events
    the plan has. `source`: the system that keys of new ones are of."""

    events: Events
    canonical: Canonical
    source: str
    rows: list[TimedRow] = field(default_factory=list[TimedRow])

    def take(self, series: Series) -> None:
        """The absences of the people whose names stand in the summary."""
        people = People(self.events)
        away, takes = people.of(series), people.takes_free(series)
        if away is None or takes is None:
            self.events.tell(series, _ASKED)
            return
        if not takes:
            told = f"{shown(series.summary)} ({self.events.when(series)}) is marked as free and is left out"
            self.events.findings.notice(self.events.place, None, told)
        if not away or not takes:
            self.events.tell(series, _LEFT_OUT)
            return
        kind = self._kind(series)
        self.events.tell(
            series,
            f"{_DAY_OFF} ({kind})" if kind else _DAY_OFF,
            [person.name or person.code for person in away],
        )
        for person in away:
            self._absences(series, person, kind or "other", of_several=len(away) > 1)

    def finish(self, of_file: Sequence[Series]) -> None:
        """Adds the rows, and tells of absences of the plan that overlap them, or that the calendar had and
        has no more."""
        for series in of_file:  # an answer to what is in the file is no typing error
            for word in self._words_said(series):
                self.events.decisions.optional(f"{_WORD}{word}")
        stored = StoredTimes(self.events.shop.absences, self.source, self.events.zone)
        add_known(self.rows, stored, self.events, of_file, to=self.canonical, entity="absence", so="away")

    def _kind(self, series: Series) -> str | None:
        """What is said of a word of the summary, else what its category or its summary says; None: it is
        asked."""
        for word in self._words_said(series)[:1]:
            return learn_absences(self.events.decisions, [word]).get(word)
        said = self.events.absence_word(series)
        kind = key_of("absence", said) if said else key_of_longest("absence", series.summary)
        if kind is not None:
            return kind
        text = series.categories[0] if series.categories else series.summary
        return learn_absences(self.events.decisions, [text], self._summaries(text)).get(text)

    def _summaries(self, category: str) -> str:
        """What the question about a category tells of its events."""
        of_it = [other for other in self.events.of_file if category in other.categories]
        alike = list(dict.fromkeys(other.summary for other in of_it if not self._words_said(other)))
        if len(alike) <= 1:
            return ""
        more = " …" if len(alike) > 5 else ""
        return (
            f"it is the category of {'; '.join(map(shown, alike[:5]))}{more}; a word of a summary may be "
            "said alone, and comes first: absence.WORD"
        )

    def _words_said(self, series: Series) -> list[str]:
        """The words in its summary of which an answer says what kind of absence it is, the longest first."""
        summary = f" {folded(series.summary)} "
        given = [key.removeprefix(_WORD) for key in self.events.decisions.given if key.startswith(_WORD)]
        found = [word for word in given if folded(word) and f" {folded(word)} " in summary]
        return sorted(found, key=len, reverse=True)

    def _absences(self, series: Series, person: Named, kind: str, *, of_several: bool) -> None:
        origin = Origin(f"{self.events.place} [{series.summary}]", None)
        for when in self.events.times(series):
            cells = {"operator_id": person.id, "kind": kind, **_cells(when)}
            opens = cells.get("start_date") or cells["start"]
            closes = cells.get("end_date") or cells["end"]
            key, *also = self._keys(series, when, person, of_several=of_several)
            self.rows.append(
                (origin, Time(person.id, opens, closes, key, numbered=True, also=tuple(also)), cells)
            )

    def _keys(self, series: Series, when: Days | Span, person: Named, *, of_several: bool) -> Iterator[str]:
        """The event's UID, with the time by which its series knows it and, of several people, the person;
        then those that such an absence may have in the plan, with its own start behind the UID."""
        key = series.key_of(when, self.events.floating)
        by_start = f"{series.uid}/{_start(when)}"
        alone, of_person = (key, by_start), (f"{key}/{person.code}", f"{by_start}/{person.code}")
        yield from (*of_person, *alone) if of_several else (*alone, *of_person)


def _start(when: Days | Span) -> str:
    return str(when.first) if isinstance(when, Days) else f"{when.start:%Y%m%dT%H%MZ}"


def _cells(when: Days | Span) -> dict[str, str]:
    if isinstance(when, Days):
        return {"start_date": str(when.first), "end_date": str(when.after - timedelta(days=1))}
    return {"start": _iso(when.start), "end": _iso(when.end)}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
