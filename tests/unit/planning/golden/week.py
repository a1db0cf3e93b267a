"""The golden week, Monday 23 to Sunday 29 November 2026 in UTC: 06:00-14:00 with a break 10:00-10:30 from
Monday to Friday, 7.5 hours a day. M1 and M2 are mills; Ann does one job at a time, Bob two.
"""

from dataclasses import replace

from planning.availability import (
    MachineAvailability,
    Question,
    bookings_by_machine,
    machine_availability,
)
from planning.calendars import ShopTimes
from planning.figures import Figures
from planning.order_status import OrderFigures, OrderReports
from planning.shop import (
    Alternative,
    Booking,
    Break,
    Calendar,
    Interval,
    Machine,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.workload import GroupBy, Workload, workload
from planning.workload import Question as WorkloadQuestion

H = 60
DAY = 24 * H
# Monday 2026-11-23 00:00 UTC.
MONDAY = 29_923_200
WEEK: Interval = (MONDAY, MONDAY + 7 * DAY)
FIRST_DAY: Interval = (MONDAY, MONDAY + DAY)


def at(day: int, hour: int, minute: int = 0) -> int:
    """Day 0 is Monday."""
    return MONDAY + day * DAY + hour * H + minute


def job(key: str, *spans: Interval, machine: str = "m1", operator: str | None = None) -> Booking:
    """A booking that works in each span and holds its machine from the first to the last."""
    segments = tuple(Segment(start, end, operator) for start, end in spans)
    return Booking(key, f"op{key}", machine, spans[0][0], spans[-1][1], segments=segments)


def week(*bookings: Booking, **fields: object) -> Shop:
    """The shop with these bookings; each is an operation of its own that takes 20 pieces of 2 min and 1 h."""
    machines = {key: Machine(key, key.upper(), f"Mill {key[1]}", "wc", "cal") for key in ("m1", "m2")}
    skill = (OperatorSkill("mill"),)
    shop = Shop(
        settings=ShopSettings("Golden", "UTC", site_calendar_id="cal"),
        calendars={
            "cal": Calendar(
                "cal",
                "Day",
                tuple(Shift(day, 6 * H, 14 * H, breaks=(Break(10 * H, 10 * H + 30),)) for day in range(1, 6)),
            )
        },
        work_centers={"wc": WorkCenter("wc", "WC", "Milling", "mill")},
        machines=machines,
        skills={"mill": Skill("mill", "MILL", "Milling")},
        operators={
            "ann": Operator("ann", "A", "Ann", "cal", 1, skill),
            "bob": Operator("bob", "B", "Bob", "cal", 2, skill),
        },
        orders={
            "o1": Order("o1", "WO-1", "Acme", 20, OrderStatus.RELEASED, due_at=at(2, 0), release_at=at(0, 0))
        },
        operations={
            b.operation_id or "": Operation(
                b.operation_id or "", "o1", 10 * (n + 1), 60, 120, alternatives=(Alternative("m1", 60, 120),)
            )
            for n, b in enumerate(bookings)
        },
        bookings=bookings,
    )
    return replace(shop, **fields)  # pyright: ignore[reportArgumentType] - the fields of Shop


def spread_of(shop: Shop, group_by: GroupBy = GroupBy.MACHINE, window: Interval = FIRST_DAY) -> Workload:
    return workload(ShopTimes(shop, window), WorkloadQuestion(window, group_by))


def figures_of(
    shop: Shop, key: str = "m1", window: Interval = FIRST_DAY, group_by: GroupBy = GroupBy.MACHINE
) -> Figures:
    """The figures of a machine, or by `group_by` of a person, in the window."""
    return next(row.figures for row in spread_of(shop, group_by, window).rows if row.key == key)


def machine_at(
    shop: Shop, as_of: int, *, window: Interval = FIRST_DAY, minutes: int = H, horizon_days: int = 30
) -> MachineAvailability:
    """M1 at an instant."""
    question = Question(window, as_of, as_of + horizon_days * DAY, minutes)
    rows = bookings_by_machine(shop).get("m1", ())
    return machine_availability(ShopTimes(shop, question.span), "m1", rows, question)


def order_at(shop: Shop, as_of: int) -> OrderFigures:
    """WO-1 at an instant."""
    times = ShopTimes(shop, (MONDAY - 30 * DAY, MONDAY + 60 * DAY))
    return OrderReports(times, as_of).of(shop.orders["o1"]).figures
