"""Small shops with a plan, for tests of re-planning: three machines, three people, shifts with a break."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from planning.floor import Floor
from planning.insertion import Choice, InsertionRequest, Operators, Step, insert
from planning.replanning import ReplanRequest
from planning.routings import op_minutes
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    Break,
    Calendar,
    Downtime,
    DowntimeKind,
    Interval,
    Machine,
    MaterialRequirement,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.zones import to_minute

AS_OF = to_minute(datetime(2026, 11, 23, 6, tzinfo=UTC))
DAY = 1440
WINDOW: Interval = (AS_OF - DAY, AS_OF + 40 * DAY)
MACHINES = ("m1", "m2", "m3")


@dataclass(frozen=True)
class OpRow:
    """One operation: minutes on each of its machines, the first one the plan's own."""

    machines: tuple[str, ...]
    minutes: int
    attendance: Attendance = Attendance.FULL
    splittable: bool = True
    wait_min: int = 0


@dataclass(frozen=True)
class OrderRow:
    operations: tuple[OpRow, ...]
    due_min: int
    priority: int = 3
    release_min: int = 0


def open_shop(*, around_the_clock: bool, frozen_hours: int = 0) -> Shop:
    """No orders yet. Day shifts 6:00 to 14:00 UTC with a break from Monday to Friday, or no pause at all."""
    shifts = tuple(
        Shift(weekday, 0, 0, ends_next_day=True)
        if around_the_clock
        else Shift(weekday, 360, 840, breaks=(Break(600, 630),))
        for weekday in range(1, 8 if around_the_clock else 6)
    )
    return Shop(
        settings=ShopSettings(
            "Test", "UTC", data_version=7, site_calendar_id="cal", frozen_hours=frozen_hours
        ),
        calendars={"cal": Calendar("cal", "cal", shifts)},
        work_centers={"wc": WorkCenter("wc", "WC", "Turning", "skill")},
        machines={key: Machine(key, key.upper(), key, "wc", "cal") for key in MACHINES},
        skills={"skill": Skill("skill", "TURN", "Turning")},
        operators={
            f"o{n}": Operator(f"o{n}", f"O{n}", f"Person {n}", "cal", n % 2 + 1, (OperatorSkill("skill"),))
            for n in range(3)
        },
    )


def with_orders(shop: Shop, rows: Sequence[OrderRow], *, operators: Operators = Operators.REQUIRED) -> Shop:
    """The shop with the orders planned one after another, each as early as it fits on its first machines."""
    for number, row in enumerate(rows):
        shop = _with_order(shop, number, row, operators)
    return shop


def _with_order(shop: Shop, number: int, row: OrderRow, operators: Operators) -> Shop:
    key = f"p{number}"
    order = Order(
        key,
        f"P-{number}",
        "Customer",
        1,
        OrderStatus.RELEASED,
        due_at=AS_OF + row.due_min,
        release_at=AS_OF + row.release_min,
        priority=row.priority,
    )
    operations = {
        f"{key}.{n}": Operation(
            f"{key}.{n}",
            key,
            n,
            op.minutes,
            0,
            attendance=op.attendance,
            splittable=op.splittable,
            min_wait_after_min=op.wait_min,
            alternatives=tuple(
                Alternative(m, op.minutes + 5 * place, 0, place) for place, m in enumerate(op.machines)
            ),
        )
        for n, op in enumerate(row.operations)
    }
    shop = replace(shop, orders={**shop.orders, key: order}, operations={**shop.operations, **operations})
    floor = Floor(shop, WINDOW)
    steps = tuple(
        Step(
            (Choice(floor.staffed_workplace(op.machines[0]), op.minutes, 0),),
            attendance=op.attendance,
            splittable=op.splittable,
            wait_after_min=op.wait_min,
        )
        for op in row.operations
    )
    placed = insert(InsertionRequest(steps, AS_OF + row.release_min, WINDOW[1], operators))
    bookings = tuple(
        Booking(
            f"b{key}.{n}", f"{key}.{n}", step.machine_id or "", step.start, step.end, segments=step.segments
        )
        for n, step in enumerate(placed.steps)
    )
    assert all(
        op_minutes(shop.operations[b.operation_id or ""], 1, b.machine_id)
        == sum(s.end - s.start for s in b.segments)
        for b in bookings
    )
    return replace(shop, bookings=(*shop.bookings, *bookings))


def request_of(shop: Shop, *, steps: int = 40, polish: bool = False, seed: int = 1) -> ReplanRequest:
    return ReplanRequest(shop, AS_OF, WINDOW, steps=steps, polish=polish, seed=seed, deterministic_time=0.5)


@st.composite
def order_rows(draw: st.DrawFn, *, most: int = 6) -> tuple[OrderRow, ...]:
    operations = st.builds(
        OpRow,
        st.lists(st.sampled_from(MACHINES), min_size=1, max_size=3, unique=True).map(tuple),
        st.integers(4, 38).map(lambda n: n * 5),  # fits between a shift's edges and its break
        st.sampled_from(Attendance),
        st.booleans(),
        st.sampled_from([0, 0, 30]),
    )
    rows = st.builds(
        OrderRow,
        st.lists(operations, min_size=1, max_size=3).map(tuple),
        st.integers(0, 6 * DAY),
        st.integers(1, 5),
        st.sampled_from([0, 0, 600]),
    )
    return draw(st.lists(rows, min_size=2, max_size=most).map(tuple))


@st.composite
def planned_shops(draw: st.DrawFn) -> Shop:
    """Any plan: some work locked, some without people, a breakdown through the middle of what is planned."""
    shop = open_shop(around_the_clock=draw(st.booleans()), frozen_hours=draw(st.sampled_from([0, 4])))
    shop = with_orders(shop, draw(order_rows()), operators=draw(st.sampled_from(Operators)))
    locked = draw(st.sets(st.sampled_from([b.id for b in shop.bookings]), max_size=2))
    shop = replace(shop, bookings=tuple(replace(b, locked=b.id in locked) for b in shop.bookings))
    if draw(st.booleans()):
        start = AS_OF + draw(st.integers(0, 2 * DAY))
        down = Downtime("d", "m1", start, start + draw(st.integers(30, 900)), DowntimeKind.BREAKDOWN)
        shop = replace(shop, downtimes=(down,))
    return shop


@st.composite
def broken_shops(draw: st.DrawFn) -> Shop:
    """Such a plan with work moved to where it breaks rules, over other work, shift ends and predecessors, and
    with material that comes after its work began."""
    shop = draw(planned_shops())
    keys = [b.id for b in shop.bookings]
    moved = draw(st.dictionaries(st.sampled_from(keys), st.integers(-12, 12), max_size=4))
    rows = tuple(shifted(b, 15 * moved.get(b.id, 0)) for b in shop.bookings)
    materials = {
        b.operation_id or "": (MaterialRequirement("r", "bar", Decimal(1), b.envelope_start + 45),)
        for b in rows
        if b.id in draw(st.sets(st.sampled_from(keys), max_size=1))
    }
    return replace(shop, bookings=rows, materials=materials)


def shifted(booking: Booking, minutes: int) -> Booking:
    """The same work so much later."""
    return replace(
        booking,
        envelope_start=booking.envelope_start + minutes,
        envelope_end=booking.envelope_end + minutes,
        segments=tuple(replace(s, start=s.start + minutes, end=s.end + minutes) for s in booking.segments),
    )
