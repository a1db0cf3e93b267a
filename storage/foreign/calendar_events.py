"""The events of a calendar as a shop meets them: when each happens, who is named, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.calendar_occurrences import Occurrence, occurrences
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_tasks import Task
from storage.foreign.calendar_times import Days, Span, Window
from storage.foreign.decisions import Decisions
from storage.foreign.places import Places
from storage.foreign.shop_names import Named, ShopNames
from storage.foreign.vocabulary import folded, key_of, words

_TOLD_TIMES = 3
_TOLD_EVENTS = 5


@dataclass(frozen=True, slots=True)
class EventTold:
    """What is made of an event, for the one who confirms it. `use`: a kind, `absence (vacation)`, `left out`,
    or `?` while it is asked; `when` in the shop's time; `marks`: what else the file says of it."""

    summary: str
    use: str
    whom: str
    when: str
    marks: str


@dataclass(slots=True)
class Events:
    """What is known while the events of one file are looked at; `told` fills with what is made of them."""

    decisions: Decisions
    shop: ShopNames
    findings: Findings
    place: str
    window: Window
    zone: ZoneInfo
    # of times that name no zone
    floating: ZoneInfo
    places: Places
    # all events of the file
    of_file: Sequence[Series] = ()
    tasks: Sequence[Task] = ()
    told: list[EventTold] = field(default_factory=list[EventTold])
    _times: dict[str, list[Occurrence]] = field(default_factory=dict[str, list[Occurrence]])
    _endless: set[str] = field(default_factory=set[str])

    def times(self, series: Series) -> list[Days | Span]:
        """When an event happens within the window; that it does not say how long it is, is an error."""
        found = self.all_times(series)
        times = [time for time in found if not (isinstance(time, Span) and time.endless)]
        if len(times) < len(found) and series.uid not in self._endless:
            self._endless.add(series.uid)
            self.findings.problem(
                self.place, None, "does not end after its start", "a later end, or event.…=ignore",
                column=series.summary,
            )  # fmt: skip
        return times

    def all_times(self, series: Series) -> list[Days | Span]:
        """When an event happens within the window, also where it does not say how long it is."""
        return [found.when for found in self.occurrences(series)]

    def occurrences(self, series: Series) -> list[Occurrence]:
        """All its times within the window, each with what the event says of it."""
        if series.uid not in self._times:
            ignored = self.is_ignored(series)
            self._times[series.uid] = occurrences(
                series, self.window, self.floating, Findings() if ignored else self.findings, self.place
            )
        return self._times[series.uid]

    def is_ignored(self, series: Series) -> bool:
        """Whether it is said of the event itself that it is nothing."""
        return self.decisions.given.get(self.key("event", series)) == "ignore"

    @property
    def has_busy(self) -> bool:
        """Whether some events of the file are not marked as free: then the marks are their author's."""
        return any(not series.marked_free for series in self.of_file)

    def key(self, what: str, series: Series) -> str:
        """The key of an event: of the one that begins on a day, where it is given so, else of all that are
        called so."""
        alone = f"{what}.{series.summary} on {series.first_day}"
        return alone if alone in self.decisions.given else f"{what}.{series.summary}"

    def is_answered(self, series: Series) -> bool:
        """Whether it is said of the event itself what it is."""
        return self.key("event", series) in self.decisions.given

    def when(self, series: Series) -> str:
        """Its first times, and how many there are."""
        times = self.all_times(series)
        if not times:
            return f"not from {self.window.first} to {self.window.after - timedelta(days=1)}"
        first = ", ".join(_time_text(time, self.zone) for time in times[:_TOLD_TIMES])
        return first + (f", … ({len(times)} times)" if len(times) > _TOLD_TIMES else "")

    def about(self, series: Series) -> str:
        """When it is, and what the file says besides its summary."""
        marks = marks_of(series)
        told = self.when(series) + (f"; {marks}" if marks else "")
        alike = [other for other in self.of_file if other.summary == series.summary]
        if len(alike) == 1 or not alike:
            return told
        days = ", ".join(str(other.first_day) for other in alike[:_TOLD_EVENTS])
        more = " …" if len(alike) > _TOLD_EVENTS else ""
        return f"{told}; {len(alike)} are called so, and one alone is NAME on DATE ({days}{more})"

    def list_of(self, events: Sequence[Series]) -> str:
        """Some events, each with when it is."""
        said = "; ".join(
            f"{shown(series.summary)}: {'; '.join(filter(None, (self.when(series), marks_of(series))))}"
            for series in events[:_TOLD_EVENTS]
        )
        more = len(events) - _TOLD_EVENTS
        return said + (f"; and {more} more" if more > 0 else "")

    def tell(self, series: Series, use: str, whom: Iterable[str] = ()) -> None:
        self.told.append(EventTold(series.summary, use, ", ".join(whom), self.when(series), marks_of(series)))

    def is_absence(self, series: Series) -> bool:
        """Whether an event says that somebody is away: by its words, or by naming one person of the shop."""
        said = [series.summary, *series.categories]
        return any(says("absence", text) for text in said) or len(self.people_in(series)) == 1

    def people_in(self, series: Series) -> list[Named]:
        said = set(folded(series.summary).split())
        return [
            person
            for person in self.shop.operators
            if folded(person.name) and set(folded(person.name).split()) <= said
        ]

    def is_part(self, category: str) -> bool:
        """Whether a category names a part of the shop: it says for whom an event is, not what."""
        books = (self.places.calendars, self.places.machines, self.places.work_centers)
        return any(book.find(category) is not None for book in books)

    def absence_word(self, series: Series) -> str | None:
        """The first of its categories that names a kind of absence."""
        return next((text for text in series.categories if key_of("absence", text)), None)


def says(kind: str, text: str) -> bool:
    """Whether a phrase of this kind of event is among the words of a text."""
    return names("events", kind, text)


def names(category: str, key: str, text: str) -> bool:
    """Whether a phrase of a key of the vocabulary is among the words of a text."""
    return any(f" {phrase} " in f" {folded(text)} " for phrase in words(category)[key])


def marks_of(series: Series) -> str:
    """Where it is, its categories, and what its calendar marks it as."""
    marks = [f"at {shown(series.location)}"] if series.location else []
    marks += [f"category {shown(', '.join(series.categories))}"] if series.categories else []
    marks += ["marked as free"] if series.marked_free else []
    marks += ["tentative"] if series.tentative else []
    return ", ".join(marks)


def _time_text(time: Days | Span, zone: ZoneInfo) -> str:
    if isinstance(time, Days):
        last = time.after - timedelta(days=1)
        return _day(time.first) + (f" to {_day(last)}" if last > time.first else "")
    start, end = time.start.astimezone(zone), time.end.astimezone(zone)
    if time.endless:
        return f"{_day(start)} {start:%H:%M}, without an end"
    if start.date() == end.date():
        return f"{_day(start)} {start:%H:%M}-{end:%H:%M}"
    return f"{_day(start)} {start:%H:%M} to {_day(end)} {end:%H:%M}"


def _day(day: date) -> str:
    return f"{day:%a %Y-%m-%d}"
