"""A tiny shop for the tests of the planning tools, and a source that serves it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue
from planning.shop import (
    Alternative,
    Booking,
    BookingStatus,
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
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.zones import local_minute, to_minute
from tools.base import ToolOutput
from tools.registry import ToolRegistry

CHICAGO = ZoneInfo("America/Chicago")
# Tuesday 1 December 2026, 07:00 in Chicago.
AS_OF = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)

Out = TypeVar("Out", bound=ToolOutput)


def at(day: int, hour: int, minute: int = 0) -> int:
    """December 2026 at the shop."""
    return local_minute(date(2026, 12, day), hour * 60 + minute, CHICAGO)


def tenant(as_of: datetime = AS_OF) -> TenantContext:
    return TenantContext("demo", "ann", frozenset(Permission), "America/Chicago", "en-US", as_of)


@dataclass
class OneShop:
    """A ShopSource that serves one value and remembers which windows were asked for."""

    shop: Shop
    asked: list[Interval] = field(default_factory=list[Interval])

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        assert tenant.tenant_id == "demo"
        self.asked.append(window)
        return self.shop


async def call(
    name: str, tool_input: dict[str, JsonValue], shop: Shop, kind: type[Out], as_of: datetime = AS_OF
) -> Out:
    """Run a tool as the registry does, output check included."""
    output = await ToolRegistry.discover().run(name, tool_input, tenant(as_of), OneShop(shop), call_id="c1")
    assert isinstance(output, kind)
    return output


def work(
    key: str, machine: str, *spans: tuple[int, int], operator: str | None = "ann", locked: bool = False
) -> Booking:
    segments = tuple(Segment(start, end, operator) for start, end in spans)
    running = spans[0][0] <= to_minute(AS_OF) < spans[-1][1]
    status = BookingStatus.IN_PROGRESS if running else BookingStatus.PLANNED
    return Booking(key, f"op-{key}", machine, spans[0][0], spans[-1][1], status, locked, segments=segments)


def plan(
    *bookings: Booking, unbooked: Sequence[str] = (), extra_machines: int = 0, data_version: int = 7
) -> Shop:
    """Lathes Puma 3100 and Puma 2600 and a grinder; Ann (all skills) and Bob (turning); 6:00 to 14:00.

    8 December is a holiday; the grinder is down from 3 December 8:00 until further notice.
    """
    turn, grind = OperatorSkill("s-turn"), OperatorSkill("s-grind")
    shifts = tuple(Shift(day, 360, 840, False, (Break(600, 630),)) for day in range(1, 6))
    keys = [*(b.id for b in bookings), *unbooked]
    alternatives = (Alternative("puma", 30, 60), Alternative("puma2", 30, 120))
    machines = {
        "puma": Machine("puma", "PUMA-3100", "Puma 3100", "turning", "cal"),
        "puma2": Machine("puma2", "PUMA-2600", "Puma 2600", "turning", "cal"),
        "grinder": Machine("grinder", "GR-1", "Grinder", "grinding", "cal"),
    }
    for number in range(extra_machines):
        key = f"x{number:03d}"
        machines[key] = Machine(key, key.upper(), f"Saw {number}", "sawing", "cal")
    return Shop(
        settings=ShopSettings("Demo", "America/Chicago", data_version=data_version),
        calendars={"cal": Calendar("cal", "Day", shifts)},
        exceptions=(
            CalendarException(
                "hol",
                ExceptionKind.CLOSURE,
                "Company day",
                calendar_id="cal",
                production_date=date(2026, 12, 8),
            ),
        ),
        work_centers={
            "turning": WorkCenter("turning", "TURN", "CNC turning", "s-turn"),
            "grinding": WorkCenter("grinding", "GRIND", "Grinding", "s-grind"),
            "sawing": WorkCenter("sawing", "SAW", "Sawing"),
        },
        machines=machines,
        skills={"s-turn": Skill("s-turn", "T"), "s-grind": Skill("s-grind", "G")},
        operators={
            "ann": Operator("ann", "OP-1", "Ann Lee", "cal", skills=(turn, grind)),
            "bob": Operator("bob", "OP-2", "Bob Ray", "cal", skills=(turn,)),
        },
        downtimes=(Downtime("down", "grinder", at(3, 8), None, DowntimeKind.BREAKDOWN, "spindle"),),
        orders={
            key: Order(key, f"WO-{key}", "Acme", 60, OrderStatus.RELEASED, due_at=at(20, 0)) for key in keys
        },
        operations={
            f"op-{key}": Operation(f"op-{key}", key, 10, 30, 60, "Turn", alternatives=alternatives)
            for key in keys
        },
        bookings=bookings,
    )
