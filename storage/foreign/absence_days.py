"""Absences that a roster says day by day: consecutive days of one person and kind are one absence, and days
within an absence of the plan are that one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from storage.exchange.problems import Findings, shown
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.places import Places
from storage.foreign.shop_names import StoredTime
from storage.foreign.stored_times import StoredTimes, Time

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Run:
    """A person's absence of one kind from a first to a last day."""

    person: str
    kind: str
    days: tuple[date, ...]
    origin: Origin

    @property
    def first(self) -> str:
        return self.days[0].isoformat()

    @property
    def last(self) -> str:
        return self.days[-1].isoformat()

    @property
    def said(self) -> str:
        return said_days(self.days[0], self.days[-1])


@dataclass(slots=True)
class AwayDays:
    """`away`: who is away on which days, by person and kind. `worked`: the days on which people work."""

    away: dict[tuple[str, str], dict[date, Origin]] = field(
        default_factory=dict[tuple[str, str], dict[date, Origin]]
    )
    worked: dict[tuple[str, date], Origin] = field(default_factory=dict[tuple[str, date], Origin])
    _keys: set[str] = field(default_factory=set[str])

    def add(self, person: str, kind: str, day: date, origin: Origin) -> None:
        self.away.setdefault((person, kind), {}).setdefault(day, origin)

    def finish(self, places: Places, stored: StoredTimes, findings: Findings) -> None:
        """Adds the absences, and tells of those of the plan that they are, or go beyond."""
        new: list[_Run] = []
        self._keys = {row.cells["external_id"] for row in places.canonical.of("absence")}
        for held, run in self._runs(stored):
            if held is None:
                new.append(run)
                continue
            add_as_stored(held, stored, places.canonical, run.origin)
            if not stored.is_longer(held, run.days[0], run.days[-1]):
                continue
            text = f"{run.kind} of {shown(held.name)}, {run.said}, is {stored.called(held)}"
            findings.notice(run.origin.place, run.origin.row, text)
        for run in new:
            self._add(run, places, stored)
            for held in stored.beside(run.person, run.days[0], run.days[-1], run.kind):
                findings.notice(run.origin.place, run.origin.row, beyond(run.said, held, stored))
        self._tell_worked(stored, findings)
        stored.tell_overlaps(findings)

    def _runs(self, stored: StoredTimes) -> Iterator[tuple[StoredTime | None, _Run]]:
        """Consecutive days of one person and kind, and the absence of the plan that they lie within."""
        for (person, kind), days in self.away.items():
            run: list[date] = []
            within: StoredTime | None = None
            for day in sorted(days):
                held = stored.around(person, day, kind)
                if run and (day - run[-1] != _ONE_DAY or held != within):
                    yield within, _Run(person, kind, tuple(run), days[run[0]])
                    run = []
                within = held
                run.append(day)
            yield within, _Run(person, kind, tuple(run), days[run[0]])

    def _add(self, run: _Run, places: Places, stored: StoredTimes) -> None:
        key = f"{places.source}:{run.person} {run.first}"
        same = stored.replaced_by(Time(run.person, run.first, run.last, key))
        if same is None and (key in self._keys or stored.has(key)):
            key = f"{key} {run.kind}"
        self._keys.add(key)
        stored.rows.append((run.origin, Time(run.person, run.first, run.last, key)))
        places.canonical.add(
            "absence",
            {
                "id": None if same is None else same.id,
                "source": places.source if same is None else same.source,
                "external_id": key if same is None else same.external_id,
                "operator_id": run.person, "start_date": run.first, "end_date": run.last, "kind": run.kind,
            },
            run.origin,
        )  # fmt: skip

    def _tell_worked(self, stored: StoredTimes, findings: Findings) -> None:
        away = {(person, day) for (person, _), days in self.away.items() for day in days}
        found: dict[str, tuple[StoredTime, list[str], Origin]] = {}
        for (person, day), origin in self.worked.items():
            held = stored.around(person, day) if (person, day) not in away else None
            if held is not None:
                found.setdefault(held.id, (held, [], origin))[1].append(day.isoformat())
        for held, days, origin in found.values():
            text = (
                f"{shown(held.name)} works on {', '.join(days)}, and is away then by the plan "
                f"({stored.when(held)}): that stays until somebody takes it out"
            )
            findings.notice(origin.place, origin.row, text)


def add_as_stored(held: StoredTime, stored: StoredTimes, canonical: Canonical, origin: Origin) -> None:
    """The plan's absence as it is, once: a row that is it changes nothing."""
    stored.known.add(held.id)
    if any(row.cells.get("id") == held.id for row in canonical.of("absence")):
        return
    canonical.add("absence", {**_identity(held), **_written(held, stored)}, origin)


def said_days(first: date, last: date) -> str:
    """`2026-12-07`, or `2026-12-07 to 2026-12-09`."""
    return first.isoformat() if first == last else f"{first} to {last}"


def beyond(said: str, held: StoredTime, stored: StoredTimes) -> str:
    """What to say of days that go on where an absence of the plan ends, or end where it begins."""
    return f"{said} goes beyond {stored.called(held)}: it is an absence of its own"


def _identity(held: StoredTime) -> Mapping[str, str | None]:
    return {
        "id": held.id, "source": held.source, "external_id": held.external_id, "operator_id": held.whose,
        "kind": held.kind,
    }  # fmt: skip


def _written(held: StoredTime, stored: StoredTimes) -> Mapping[str, str]:
    if not held.whole_days:
        return {"start": held.opens.isoformat(), "end": held.closes.isoformat() if held.closes else ""}
    first = held.opens.astimezone(stored.zone).date()
    last = (held.closes.astimezone(stored.zone).date() - _ONE_DAY).isoformat() if held.closes else ""
    return {"start_date": first.isoformat(), "end_date": last}
