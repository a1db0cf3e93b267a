"""A shop small enough to work out by hand: Berlin, Monday to Friday 06:00 to 14:30, break 09:00 to 09:30."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

from planning.capacity import CaseAnswer
from planning.capacity_question import CapacityQuestion, WorkDemand, answer_question
from planning.floor import Floor
from planning.shop import (
    Booking,
    Break,
    Calendar,
    Interval,
    Machine,
    Minute,
    Operator,
    OperatorSkill,
    OvertimeSlot,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.zones import local_minute

ZONE = ZoneInfo("Europe/Berlin")
SATURDAY = OvertimeSlot(6, 6 * 60, 12 * 60)


def at(day: int, clock: str = "00:00", month: int = 12, year: int = 2026) -> Minute:
    """A local instant; 1 December 2026 is a Tuesday."""
    hour, minute = clock.split(":")
    return local_minute(date(year, month, day), int(hour) * 60 + int(minute), ZONE)


DECEMBER: Interval = (at(1), at(1, month=1, year=2027))


def booking(machine_id: str, start: Minute, end: Minute) -> Booking:
    return Booking(f"b-{machine_id}-{start}", None, machine_id, start, end, segments=(Segment(start, end),))


def small_shop(
    *bookings: Booking,
    machines: Sequence[str] = ("M1", "M2"),
    overtime: tuple[OvertimeSlot, ...] = (SATURDAY,),
) -> Shop:
    shifts = tuple(Shift(day, 360, 870, breaks=(Break(540, 570),)) for day in range(1, 6))
    return Shop(
        settings=ShopSettings("Small", "Europe/Berlin", standard_overtime=overtime),
        calendars={"day": Calendar("day", "Day", shifts)},
        work_centers={
            "turn": WorkCenter("turn", "TURN", "Turning", "turning"),
            "mill": WorkCenter("mill", "MILL"),
        },
        machines={code: Machine(code, code, f"Lathe {code}", "turn", "day") for code in machines},
        skills={"turning": Skill("turning", "TURNING")},
        operators={"ann": Operator("ann", "ANN", "Ann", "day", skills=(OperatorSkill("turning"),))},
        bookings=bookings,
    )


def with_mill(shop: Shop) -> Shop:
    return replace(shop, machines={**shop.machines, "X1": Machine("X1", "X1", "Mill X1", "mill", "day")})


def question(
    *routing: WorkDemand,
    quantity: int,
    window: Interval = DECEMBER,
    lots: int | None = None,
    overtime: tuple[Interval, ...] = (),
    target: int = 100,
) -> CapacityQuestion:
    return CapacityQuestion(
        alternatives=(routing,),
        quantity=quantity,
        window=window,
        horizon_end=at(1, month=5, year=2027),
        max_utilization_pct=Fraction(target),
        lots=lots,
        overtime=overtime,
    )


def hours_on(
    shop: Shop,
    hours: float,
    *machines: str,
    setup_min: int = 0,
    window: Interval = DECEMBER,
    lots: int | None = None,
    overtime: tuple[Interval, ...] = (),
    target: int = 100,
) -> CaseAnswer:
    """The answer for an order of so many hours on these machines of the turning center."""
    demand = WorkDemand(machines or tuple(shop.machines), "turn", setup_min)
    asked = question(
        demand, quantity=round(hours * 60), window=window, lots=lots, overtime=overtime, target=target
    )
    return ask(shop, asked)


def ask(shop: Shop, asked: CapacityQuestion) -> CaseAnswer:
    [answer] = answer_question(Floor(shop, (at(30, month=11), at(1, month=6, year=2027))), asked)
    return answer
