"""What lies behind the bookings of a Gantt: open hours, closures, downtimes and absences."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from planning.availability import closed_within
from planning.calendars import ClosedReason, ShopTimes
from planning.intervals import clip, overlap
from planning.shop import DowntimeKind, Interval, Intervals, Minute
from tools.boards.opened import Opened
from tools.machine_views import CLOSURES
from tools.views import Named, View, named

# What a first page may hold of it, so that it stays small whatever is asked for.
MAX_SPANS, MAX_CLOSURES, MAX_DOWNTIMES, MAX_ABSENCES = 2_000, 60, 200, 200
# Machines named by all closures together.
MAX_CLOSED_MACHINES = 2_000


class Span(View):
    start: str
    end: str


class OpenHours(View):
    """When machines are open, before downtime: one entry for all that share the same hours."""

    machine_ids: list[str]
    spans: list[Span]


class ClosureRow(View):
    """A holiday or closure that takes working time of machines: from the first to the last minute lost."""

    reason: ClosedReason
    name: str
    start: str
    end: str
    machine_ids: list[str] | None = Field(description="null: all machines asked about.")


class DownRow(View):
    id: str
    machine: Named
    kind: DowntimeKind
    note: str
    start: str
    end: str | None = Field(description="null: until further notice.")


class AwayRow(View):
    id: str
    operator: Named
    kind: str
    start: str
    end: str | None = Field(description="null: until further notice.")


class Background(View):
    """Of the machines and people asked about, in the window. Lists are cut where their total says more."""

    open_hours: list[OpenHours]
    hours_left_out: list[str] = Field(
        description="Machines whose open hours did not fit; ask for these machines alone."
    )
    closures_total: int
    closures: list[ClosureRow]
    downtimes_total: int
    downtimes: list[DownRow]
    absences_total: int
    absences: list[AwayRow]


def background_of(
    opened: Opened, window: Interval, machine_ids: Iterable[str], operator_ids: Iterable[str]
) -> Background:
    """Everything that is not a booking, in `window`."""
    times = opened.times_of(window)
    machines = sorted(machine_ids)
    hours, left_out = _open_hours(opened, times, window, machines)
    closures = _closures(opened, times, window, machines)
    downtimes = [d for key in machines for d in times.downtimes(key) if _touches(d.start, d.end, window)]
    absences = [a for key in operator_ids for a in times.absences(key) if _touches(a.start, a.end, window)]
    shop = opened.index.shop
    return Background(
        open_hours=hours,
        hours_left_out=left_out,
        closures_total=len(closures),
        closures=_bounded(closures),
        downtimes_total=len(downtimes),
        downtimes=[
            DownRow(
                id=d.id,
                machine=named(shop.machines[d.machine_id]),
                kind=d.kind,
                note=d.note,
                start=opened.iso(d.start),
                end=opened.at(d.end),
            )
            for d in sorted(downtimes, key=lambda d: (d.start, d.id))[:MAX_DOWNTIMES]
        ],
        absences_total=len(absences),
        absences=[
            AwayRow(
                id=a.id,
                operator=named(shop.operators[a.operator_id]),
                kind=a.kind,
                start=opened.iso(a.start),
                end=opened.at(a.end),
            )
            for a in sorted(absences, key=lambda a: (a.start, a.id))[:MAX_ABSENCES]
        ],
    )


def _open_hours(
    opened: Opened, times: ShopTimes, window: Interval, machines: Sequence[str]
) -> tuple[list[OpenHours], list[str]]:
    """The hours that most machines share first; those that do not fit are left out."""
    sharing: defaultdict[Intervals, list[str]] = defaultdict(list)
    for key in machines:
        sharing[clip(times.machine(key).calendar, window)].append(key)
    shown: list[OpenHours] = []
    left_out: list[str] = []
    room = MAX_SPANS
    for spans, keys in _most_shared(sharing):
        if len(spans) > room:
            left_out += keys
            continue
        room -= len(spans)
        rows = [Span(start=opened.iso(start), end=opened.iso(end)) for start, end in spans]
        shown.append(OpenHours(machine_ids=keys, spans=rows))
    return shown, left_out


def _most_shared(sharing: Mapping[Intervals, list[str]]) -> list[tuple[Intervals, list[str]]]:
    return sorted(sharing.items(), key=lambda item: (-len(item[1]), item[1]))


def _closures(
    opened: Opened, times: ShopTimes, window: Interval, machines: Sequence[str]
) -> list[ClosureRow]:
    found: defaultdict[tuple[Minute, Minute, ClosedReason, str], list[str]] = defaultdict(list)
    for key in machines:
        for closed in closed_within(times.machine(key), window):
            if closed.reason in CLOSURES:
                start, end = closed.intervals[0][0], closed.intervals[-1][1]
                found[start, end, closed.reason, closed.name].append(key)
    return [
        ClosureRow(
            reason=reason,
            name=name,
            start=opened.iso(start),
            end=opened.iso(end),
            machine_ids=None if len(keys) == len(machines) else keys,
        )
        for (start, end, reason, name), keys in sorted(found.items())
    ]


def _bounded(closures: Sequence[ClosureRow]) -> list[ClosureRow]:
    room = MAX_CLOSED_MACHINES
    shown: list[ClosureRow] = []
    for row in closures[:MAX_CLOSURES]:
        room -= len(row.machine_ids or ())
        if room < 0:
            break
        shown.append(row)
    return shown


def _touches(start: Minute, end: Minute | None, window: Interval) -> bool:
    return overlap((start, window[1] if end is None else end), window) > 0
