"""Random small shops for property tests: two machines, two people, a few days, most over a clock change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from planning.shop import (
    Absence,
    Alternative,
    Attendance,
    Booking,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Interval,
    Machine,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    OvertimeSlot,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)

DAY = 1440
GRID = 15

# A clock change in each direction per zone, and one quiet week.
ZONE_DAYS = [
    ("America/Chicago", date(2027, 3, 14)),
    ("America/Chicago", date(2026, 11, 1)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Sydney", date(2026, 10, 4)),
    ("Australia/Sydney", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("America/Chicago", date(2026, 12, 9)),
]


@dataclass(frozen=True)
class Place:
    """Where and when a random shop plays: `window` is about three local days around the clock change."""

    zone_name: str
    day: date
    window: Interval


def places() -> st.SearchStrategy[Place]:
    return st.builds(_place, st.sampled_from(ZONE_DAYS), st.integers(0, 40), st.integers(1, 260))


def _place(zone_day: tuple[str, date], lead: int, length: int) -> Place:
    name, day = zone_day
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) // 60
    start = noon - 36 * 60 + lead * GRID
    return Place(name, day, (start, start + length * GRID))


@st.composite
def intervals_around(draw: st.DrawFn, window: Interval, *, longest: int = 2000) -> Interval:
    start = draw(st.integers(window[0] - 1000, window[1] + 500))
    return start, start + draw(st.integers(1, longest))


def loose_intervals() -> st.SearchStrategy[list[Interval]]:
    """Any order, overlapping, touching, empty."""
    return st.lists(st.tuples(st.integers(0, 80), st.integers(0, 25)).map(_from_length), max_size=10)


def _from_length(start_and_length: tuple[int, int]) -> Interval:
    start, length = start_and_length
    return start, start + length


def _shift(weekday: int, begin: int, length: int, pauses: tuple[tuple[int, int], ...]) -> Shift:
    start, end = begin * GRID, (begin + length) * GRID
    breaks = tuple(
        Break((start + offset * GRID) % DAY, (start + offset * GRID + minutes) % DAY)
        for offset, minutes in pauses
        if start + offset * GRID + minutes < end
    )
    return Shift(weekday, start, end - DAY if end > DAY else end, end > DAY, breaks)


@st.composite
def calendars(draw: st.DrawFn, key: str = "cal") -> Calendar:
    """Up to two disjoint shifts a day on most days, the second often overnight, across the clock change."""
    first = draw(st.tuples(st.integers(0, 40), st.integers(4, 40)))
    second = draw(st.none() | st.tuples(st.integers(80, 95), st.integers(4, 40)))
    pauses = tuple(draw(st.lists(st.tuples(st.integers(1, 30), st.sampled_from([10, 30, 45])), max_size=2)))
    weekdays = draw(st.sets(st.integers(1, 7), min_size=4))
    shifts = [_shift(day, first[0], first[1], pauses) for day in sorted(weekdays)]
    if second is not None:
        length = min(second[1], 96 - second[0] + first[0])
        shifts += [_shift(day, second[0], length, pauses) for day in sorted(weekdays)]
    return Calendar(key, key, tuple(shifts))


@st.composite
def exceptions(draw: st.DrawFn, place: Place) -> tuple[CalendarException, ...]:
    owners: list[dict[str, str]] = [{"calendar_id": "cal"}, {"machine_id": "m1"}, {"operator_id": "o1"}]
    found: list[CalendarException] = []
    for number in range(draw(st.integers(0, 4))):
        owner = draw(st.sampled_from(owners))
        kind = draw(st.sampled_from(ExceptionKind))
        by_date = draw(st.booleans())
        day = place.day + timedelta(days=draw(st.integers(-2, 2)))
        span = draw(intervals_around(place.window, longest=700))
        found.append(
            CalendarException(
                f"e{number}",
                kind,
                f"exception {number}",
                calendar_id=owner.get("calendar_id"),
                machine_id=owner.get("machine_id"),
                operator_id=owner.get("operator_id"),
                production_date=day if by_date else None,
                interval=None if by_date else span,
            )
        )
    return tuple(found)


@st.composite
def bookings(draw: st.DrawFn, window: Interval, key: str, operation_id: str) -> Booking:
    """One to three segments with pauses between, sometimes outside every shift, sometimes nobody's."""
    now = draw(st.integers(window[0] - 400, window[1]))
    segments: list[Segment] = []
    for _ in range(draw(st.integers(1, 3))):
        length = draw(st.integers(1, 400))
        segments.append(Segment(now, now + length, draw(st.sampled_from([None, "o1", "o2"]))))
        now += length + draw(st.integers(0, 300))
    return Booking(
        id=key,
        operation_id=operation_id,
        machine_id=draw(st.sampled_from(["m1", "m2"])),
        envelope_start=segments[0].start,
        envelope_end=segments[-1].end,
        locked=draw(st.booleans()),
        segments=tuple(segments),
    )


@st.composite
def shops(draw: st.DrawFn, place: Place) -> Shop:
    """One calendar, machines m1 and m2, operators o1 and o2, one order with an operation for each booking."""
    spans = intervals_around(place.window)
    count = draw(st.integers(0, 5))
    rows = tuple(draw(bookings(place.window, f"b{i}", f"op{i}")) for i in range(count))
    downtimes = tuple(
        Downtime(f"d{i}", "m1", span[0], draw(st.sampled_from([span[1], None])), DowntimeKind.BREAKDOWN)
        for i, span in enumerate(draw(st.lists(spans, max_size=2)))
    )
    absences = tuple(
        Absence(f"a{i}", "o1", span[0], draw(st.sampled_from([span[1], None])), "sick")
        for i, span in enumerate(draw(st.lists(spans, max_size=2)))
    )
    edge = st.none() | st.integers(place.window[0] - 600, place.window[1] + 600)
    overtime = tuple(OvertimeSlot(weekday, 17 * 60, 21 * 60) for weekday in (1, 3, 6, 7))
    return Shop(
        settings=ShopSettings("Test", place.zone_name, standard_overtime=overtime),
        calendars={"cal": draw(calendars())},
        exceptions=draw(exceptions(place)),
        work_centers={"wc": WorkCenter("wc", "WC", "Turning", "skill")},
        machines={
            "m1": Machine("m1", "M1", "First", "wc", "cal", active_from=draw(edge), active_to=draw(edge)),
            "m2": Machine("m2", "M2", "Second", "wc", "cal"),
        },
        skills={"skill": Skill("skill", "TURN", "Turning")},
        operators={
            "o1": Operator("o1", "O1", "Ann", "cal", draw(st.integers(1, 2)), (OperatorSkill("skill"),)),
            "o2": Operator("o2", "O2", "Bob", "cal", 1, (OperatorSkill("skill"),)),
        },
        absences=absences,
        downtimes=downtimes,
        orders={"order": Order("order", "P-1", "Customer", 10, OrderStatus.RELEASED)},
        operations={
            f"op{i}": Operation(
                f"op{i}",
                "order",
                i * 10,
                draw(st.integers(0, 90)),
                600,
                attendance=draw(st.sampled_from(Attendance)),
                alternatives=(Alternative("m1", 20, 600), Alternative("m2", 40, 300)),
            )
            for i in range(count)
        },
        bookings=rows,
    )
