"""What the events of a calendar are for a shop, asked where they do not say, and their rows."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.calendar_file import CalendarFile, Days, Series, Span, Window, occurrences, window_of
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import Places, plain
from storage.foreign.shop_names import Named, ShopNames
from storage.foreign.vocabulary import folded, key_of, key_within, words
from storage.foreign.weekly import Weekly, weekly_of
from storage.foreign.words_of_cells import learn_absences

SOURCE = "icalendar"
SHOP, ABSENCES, BOTH = "shop", "absences", "both"
_KINDS = {
    "closure": "the shop, or a part of it, is closed",
    "overtime": "it works besides its shifts",
    "shift": "a shift of every week",
    "ignore": "nothing that is taken",
}


@dataclass(slots=True)
class CalendarRows:
    """Fills `canonical` from the events of a file; `closed` has the days that each calendar is closed on."""

    decisions: Decisions
    shop: ShopNames
    canonical: Canonical
    findings: Findings
    place: str
    window: Window
    zone: ZoneInfo
    places: Places
    # Whether the marks of whole days as free are their author's: some have them, and some say the opposite.
    marks_days: bool = False
    closed: dict[str, set[date]] = field(default_factory=dict[str, set[date]])

    def absence(self, series: Series) -> None:
        """The absences of the person whose name stands in the summary."""
        person = self._person(series)
        if person is None:
            return
        said = next((text for text in series.categories if key_of("absence", text)), None)
        kind = key_of("absence", said) if said else key_within("absence", series.summary)
        if kind is None:
            text = series.categories[0] if series.categories else series.summary
            kind = learn_absences(self.decisions, [text]).get(text)
        for time in self._times(series):
            self.canonical.add(
                "absence",
                {
                    "external_id": f"{series.uid}/{_key(time)}", "source": SOURCE, "operator_id": person.id,
                    "kind": kind or "other",
                    **(
                        {"start_date": str(time.first), "end_date": str(time.after - timedelta(days=1))}
                        if isinstance(time, Days)
                        else {"start": _iso(time.start), "end": _iso(time.end)}
                    ),
                },
                self._origin(series),
            )  # fmt: skip

    def is_absence(self, series: Series) -> bool:
        """Whether an event says that somebody is away: by its words, or by naming one person of the shop."""
        said = [series.summary, *series.categories]
        return any(_says("absence", text) for text in said) or len(self._people_in(series)) == 1

    def _people_in(self, series: Series) -> list[Named]:
        said = set(folded(series.summary).split())
        return [
            person
            for person in self.shop.operators
            if folded(person.name) and set(folded(person.name).split()) <= said
        ]

    def _person(self, series: Series) -> Named | None:
        """The one person whose name is in the summary; nobody is a note, several are a question."""
        named = self._people_in(series)
        key = f"person.{series.summary}"
        if key not in self.decisions.given and len(named) == 1:
            return named[0]
        if key not in self.decisions.given and not named:
            self.findings.notice(
                self.place,
                None,
                f"{shown(series.summary)} names nobody of the shop and is left out; {key}=CODE says who",
            )
            self.decisions.note(key, "nobody", "no name of a person is in it")
            return None
        question = Question(
            key,
            f'Whose absence is "{shown(series.summary)}"?',
            (
                *(Choice(person.code, person.name) for person in named or self.shop.operators[:50]),
                Choice("nobody", "no absence"),
            ),
        )
        value = self.decisions.settle(
            question, fits=lambda text: text == "nobody" or self.places.operators.find(text) is not None
        )
        found = self.places.operators.find(value or "")
        return next((person for person in self.shop.operators if person.id == found), None)

    def kind(self, series: Series) -> str | None:
        """What an event of the shop is."""
        proven: tuple[str, str] | None = None
        weekly = weekly_of(series, self.zone)
        word = next((k for k in ("overtime", "closure", "shift") if _says(k, series.summary)), None)
        if self.is_absence(series):
            word = None  # nobody's day off closes the shop
        elif self._takes_no_time(series):
            word = None  # whatever its words say, the calendar marks its time as free
        elif series.all_day:
            proven = ("closure", "whole days of the shop's calendar")
        elif word in {"overtime", "closure"} or (word == "shift" and weekly is not None):
            proven = (word or "", "its summary says so")
        choices = [Choice(k, about) for k, about in _KINDS.items() if k != "shift" or weekly is not None]
        free = self._takes_no_time(series)
        question = Question(
            f"event.{series.summary}", f'What is "{shown(series.summary)}"?', tuple(choices),
            why="the calendar marks its time as free" if free else "",
            suggested="ignore" if free else None,
        )  # fmt: skip
        return self.decisions.settle(question, proven=proven)

    def _takes_no_time(self, series: Series) -> bool:
        return series.marked_free and (not series.all_day or self.marks_days)

    def exception(self, series: Series, kind: str) -> None:
        """Closures or overtime, for the whole calendar or for some machines."""
        times = self._times(series)
        for name, target in self._targets(series):
            for time in times:
                cells = {"kind": kind, "name": series.summary, name: target}
                if isinstance(time, Span):
                    self._exception(series, time, cells, start=_iso(time.start), end=_iso(time.end))
                elif kind == "closure":
                    for number in range((time.after - time.first).days):
                        day = time.first + timedelta(days=number)
                        if name == "calendar_id":
                            self.closed.setdefault(target, set()).add(day)
                        self._exception(series, Days(day, day), cells, production_date=str(day))
                else:
                    self._problem(series, "overtime of a whole day has no hours", "a start and an end")

    def _exception(self, series: Series, time: Days | Span, cells: dict[str, str], **when: str) -> None:
        whom = "".join(cells.get(name, "") for name in ("calendar_id", "machine_id"))
        self.canonical.add(
            "calendar_exception",
            {"external_id": f"{series.uid}/{_key(time)}/{whom}", "source": SOURCE, **cells, **when},
            self._origin(series),
        )

    def _targets(self, series: Series) -> list[tuple[str, str]]:
        """The calendar or the machines that an event is for: (column, reference)."""
        key = f"for.{series.summary}"
        asked = (
            key in self.decisions.given
            or key_within("events", series.summary) == "part_of_shop"
            or _says("part_of_shop", series.summary)
            or self._names_machine(series)
        )
        calendars = [Choice(named.id, named.name) for named in self.shop.calendars[:30]]
        if asked:
            machines = [Choice(named.code, f"the machine {named.name}") for named in self.shop.machines[:20]]
            question = Question(
                key, f'Whom does "{shown(series.summary)}" hold for?', (*calendars, *machines),
                why="its summary speaks of a part of the shop; several machines are parted by ;",
            )  # fmt: skip
        else:
            question = Question(
                "calendar", "Which calendar do closures and overtime hold for?", tuple(calendars)
            )
        only = self.shop.calendars[0].id if len(self.shop.calendars) == 1 and not asked else None
        value = self.decisions.settle(
            question,
            proven=(only, "it is the shop's only calendar") if only else None,
            fits=lambda text: bool(self._named(text)),
        )
        return self._named(value) if value else []

    def _names_machine(self, series: Series) -> bool:
        said = f" {folded(series.summary)} "
        return _says("machine_down", series.summary) or any(
            f" {name} " in said
            for machine in self.shop.machines
            for name in (folded(machine.code), folded(machine.name))
            if name
        )

    def _named(self, text: str) -> list[tuple[str, str]]:
        calendar = self.places.calendars.find(text)
        if calendar is not None:
            return [("calendar_id", calendar)]
        found: list[tuple[str, str]] = []
        for part in text.split(";"):
            machine = self.places.machines.find(part)
            group = self.places.members.get(self.places.work_centers.find(part) or "", [])
            found += [("machine_id", reference) for reference in ([machine] if machine else group)]
            if not machine and not group:
                return []
        return found

    def shift(self, series: Series) -> None:
        """A shift of a week; where the file leaves one out, or has not begun yet, the calendar is closed
        for it."""
        weekly = weekly_of(series, self.zone)
        if weekly is None:
            self._problem(
                series, "is no shift of every week", "event.…=overtime, which takes its times one by one"
            )
            return
        choices = [Choice("new", "a calendar of its own")]
        choices += [Choice(n.id, f"{n.name}: its present week is replaced") for n in self.shop.calendars[:30]]
        key = f"for.{series.summary}"
        question = Question(key, f'Of which calendar is "{shown(series.summary)}" a shift?', tuple(choices))
        value = self.decisions.settle(
            question, fits=lambda text: text.startswith("new") or self.places.calendars.find(text) is not None
        )
        if value is None:
            return
        calendar = self._calendar(series, value)
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
        found = self.places.calendars.find(value)
        if found is not None:
            return found
        name = value.removeprefix("new").strip(" :") or series.summary
        known = self.places.calendars.find(name)
        if known is None:
            known = self.places.calendars.by_name[plain(name)] = name
            self.canonical.add(
                "calendar", {"external_id": name, "source": SOURCE, "name": name}, self._origin(series)
            )
        return known

    def _differences(self, series: Series, weekly: Weekly, calendar: str) -> None:
        """Occurrences that the week does not have, and those of the week that do not happen."""
        happens = {span.start: span for span in self._times(series) if isinstance(span, Span)}
        left_out = 0
        for day in self.window.days():
            if day.isoweekday() not in weekly.weekdays:
                continue
            span = weekly.on(day, self.zone)
            if span.start not in happens and day not in self.closed.get(calendar, set()):
                left_out += 1
                cells = {"kind": "closure", "name": f"no {series.summary}", "calendar_id": calendar}
                self._exception(series, span, cells, start=_iso(span.start), end=_iso(span.end))
            happens.pop(span.start, None)
        for span in happens.values():
            if self.window.first <= span.start.astimezone(self.zone).date():
                cells = {"kind": "overtime", "name": series.summary, "calendar_id": calendar}
                self._exception(series, span, cells, start=_iso(span.start), end=_iso(span.end))
        if left_out:
            text = (
                f"{shown(series.summary)} does not happen {left_out} times in the window (it begins later, "
                "or leaves them out): closed then"
            )
            self.findings.notice(self.place, None, text)

    def _times(self, series: Series) -> list[Days | Span]:
        return occurrences(series, self.window, self.zone, self.findings, self.place)

    def _origin(self, series: Series) -> Origin:
        return Origin(f"{self.place} [{series.summary}]", None)

    def _problem(self, series: Series, reason: str, right: str) -> None:
        self.findings.problem(self.place, None, reason, right, column=series.summary)


def take_calendar(
    calendar: CalendarFile,
    decisions: Decisions,
    shop: ShopNames,
    canonical: Canonical,
    findings: Findings,
    *,
    place: str,
) -> None:
    """All events of a file, as far as it is decided what they are."""
    zone = ZoneInfo(shop.timezone)
    window = window_of(decisions, zone, shop.horizon_days)
    rows = CalendarRows(
        decisions, shop, canonical, findings, place, window, zone, Places(decisions, canonical, SOURCE, shop)
    )
    rows.marks_days = any(series.all_day and series.marked_busy for series in calendar.series)
    for summary, reason, right in calendar.faults:
        findings.problem(place, None, reason, right, column=shown(summary))
    absent = sum(any(key_of("absence", text) for text in series.categories) for series in calendar.series)
    question = Question(
        "events",
        "Whose events are these?",
        (
            Choice(SHOP, "the shop's: closures, overtime, shifts"),
            Choice(ABSENCES, "its people's: absences, each with the name in its summary"),
            Choice(BOTH, "both: those that name one of its people or say absence are absences"),
        ),
        why="a calendar does not say",
        suggested=_mostly(absent, sum(map(rows.is_absence, calendar.series)), len(calendar.series)),
    )
    use = decisions.settle(question)
    if use is None:
        return
    kept: list[Series] = []
    for series in calendar.series:
        if series.cancelled:
            findings.notice(place, None, f"{shown(series.summary)} is cancelled and is left out")
        elif use == ABSENCES or (use == BOTH and rows.is_absence(series)):
            rows.absence(series)
        else:
            kept.append(series)
    _take_shop(rows, kept)


def _mostly(named_as_absence: int, absent: int, events: int) -> str:
    """Whose a calendar probably is, by how many of its events are absences."""
    if named_as_absence * 2 > events or absent == events:
        return ABSENCES
    return BOTH if absent else SHOP


def _take_shop(rows: CalendarRows, events: list[Series]) -> None:
    kinds = [(series, rows.kind(series)) for series in events]
    for series, kind in kinds:
        if kind in {"closure", "overtime"}:
            rows.exception(series, kind)
    for series, kind in kinds:  # after the closures: what is closed anyway need not be left out
        if kind == "shift":
            rows.shift(series)


def _says(kind: str, summary: str) -> bool:
    return any(f" {phrase} " in f" {folded(summary)} " for phrase in words("events")[kind])


def _key(time: Days | Span) -> str:
    return str(time.first) if isinstance(time, Days) else f"{time.start:%Y%m%dT%H%MZ}"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
