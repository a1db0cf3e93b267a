"""The smallest shop that has a row in every table."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from planning.shop import (
    Absence,
    Alternative,
    Attendance,
    Booking,
    BookingStatus,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Machine,
    MaterialRequirement,
    Minute,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    OvertimeSlot,
    ProgressReport,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.zones import local_minute

CHICAGO = ZoneInfo("America/Chicago")


def chicago(day: int, hour: int, minute: int = 0, month: int = 12) -> Minute:
    """A minute of 2026 by the shop's clock."""
    return local_minute(date(2026, month, day), hour * 60 + minute, CHICAGO)


def booked(
    id_: str, operation_id: str, machine_id: str, start: Minute, end: Minute, *, waived: bool = False
) -> Booking:
    return Booking(
        id_,
        operation_id,
        machine_id,
        start,
        end,
        waived_conflict=waived,
        segments=(Segment(start, end, "op-anna"),),
    )


def small_shop(name: str = "Small Shop") -> Shop:
    calendar = Calendar(
        "cal-day",
        "Day and night",
        (
            Shift(1, 6 * 60, 14 * 60 + 30, breaks=(Break(9 * 60, 9 * 60 + 15), Break(12 * 60, 12 * 60 + 30))),
            Shift(1, 22 * 60, 6 * 60, ends_next_day=True, breaks=(Break(2 * 60, 2 * 60 + 30),)),
            Shift(7, 22 * 60, 24 * 60),
        ),
    )
    operations = (
        Operation(
            "o1-10",
            "ord-1",
            10,
            30,
            90,
            name="Turn",
            attendance=Attendance.SETUP,
            splittable=False,
            min_wait_after_min=60,
            alternatives=(Alternative("m-puma", 30, 90), Alternative("m-haas", 45, 120, 1)),
        ),
        Operation(
            "o1-20",
            "ord-1",
            20,
            15,
            60,
            predecessor_ids=("o1-10",),
            alternatives=(Alternative("m-haas", 15, 60),),
        ),
        Operation("o1-30", "ord-1", 30, 0, 0, name="Anodise", subcontract_minutes=2880),
        Operation("o2-10", "ord-2", 10, 0, 0, name="Released", milestone=True, attendance=Attendance.NONE),
    )
    return Shop(
        settings=ShopSettings(
            name,
            "America/Chicago",
            standard_overtime=(OvertimeSlot(6, 6 * 60, 12 * 60), OvertimeSlot(7, 20 * 60, 0, True)),
            at_risk_buffer_h=4,
            site_calendar_id="cal-day",
            utilization_threshold_pct=80,
            frozen_hours=12,
            horizon_days=120,
        ),
        calendars={"cal-day": calendar},
        exceptions=(
            CalendarException(
                "ex-1",
                ExceptionKind.CLOSURE,
                "Christmas",
                calendar_id="cal-day",
                production_date=date(2026, 12, 25),
            ),
            CalendarException(
                "ex-2",
                ExceptionKind.OVERTIME,
                "Rush",
                machine_id="m-puma",
                interval=(chicago(5, 6), chicago(5, 12)),
            ),
        ),
        work_centers={"wc-turn": WorkCenter("wc-turn", "TURN", "Turning", "sk-turn")},
        machines={
            "m-haas": Machine("m-haas", "HAAS", "Haas ST-20", "wc-turn", "cal-day"),
            "m-puma": Machine("m-puma", "PUMA", "Puma 3100", "wc-turn", "cal-day", active_from=chicago(1, 0)),
        },
        skills={"sk-turn": Skill("sk-turn", "T", "Turning")},
        operators={
            "op-anna": Operator(
                "op-anna",
                "ANNA",
                "Anna Kowalski",
                "cal-day",
                2,
                skills=(OperatorSkill("sk-turn", None, chicago(20, 0)),),
                active_from=chicago(1, 0, month=1),
            )
        },
        absences=(Absence("ab-1", "op-anna", chicago(10, 6), None, "sick"),),
        downtimes=(
            Downtime("dt-1", "m-haas", chicago(8, 6), chicago(9, 6), DowntimeKind.MAINTENANCE, "spindle"),
        ),
        orders={
            "ord-1": Order(
                "ord-1", "WO-1", "Acme", 40, OrderStatus.RELEASED, chicago(19, 0), chicago(1, 6), 2
            ),
            "ord-2": Order("ord-2", "WO-2", "Bolt & Co", 1, OrderStatus.DRAFT, chicago(12, 15, 30)),
        },
        operations={operation.id: operation for operation in operations},
        materials={
            "o1-10": (
                MaterialRequirement("mt-bar", "Bar 40", Decimal("12.500"), chicago(5, 0)),
                MaterialRequirement("mt-jaws", "Soft jaws", Decimal("1.000")),
            )
        },
        progress={"o1-10": (ProgressReport(chicago(7, 7), 5, 1), ProgressReport(chicago(7, 9), 12))},
        bookings=(
            Booking(
                "b-1",
                "o1-10",
                "m-puma",
                chicago(7, 6),
                chicago(7, 10),
                BookingStatus.IN_PROGRESS,
                locked=True,
                segments=(
                    Segment(chicago(7, 6), chicago(7, 9), "op-anna"),
                    Segment(chicago(7, 9, 15), chicago(7, 10)),
                ),
            ),
            booked("b-2", "o1-20", "m-haas", chicago(7, 12), chicago(7, 14)),
            Booking("b-3", "o2-10", "m-haas", chicago(7, 13), chicago(7, 13)),
            Booking(
                "b-4",
                None,
                "m-haas",
                chicago(14, 6),
                chicago(14, 8),
                BookingStatus.HELD,
                quote_id="q-1",
                segments=(Segment(chicago(14, 6), chicago(14, 8)),),
            ),
        ),
    )
