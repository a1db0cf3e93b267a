"""Small plans with one fault each, and the conflicts that are found in them."""

from dataclasses import replace
from decimal import Decimal

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType
from planning.conflicts import ConflictQuestion, Conflicts, conflicts
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    MaterialRequirement,
    Operation,
    Operator,
    OperatorSkill,
    Segment,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning.order_shop import WINDOW, at, booked, shop, step

T = ConflictType

EVERYTHING = ConflictQuestion(WINDOW)


def alone(seq: int) -> Operation:
    """An operation that needs nobody and takes exactly two hours on M1."""
    return step(seq, attendance=Attendance.NONE, alternatives=(Alternative("m1", 60, 180),))


def two_hours(key: str, operation: str, day: int, hour: int) -> Booking:
    return booked(key, operation, at(day, hour), at(day, hour + 2))


def calm() -> Shop:
    """A plan that breaks no rule."""
    return shop([alone(10), alone(20)], [two_hours("b1", "op10", 0, 6), two_hours("b2", "op20", 0, 8)])


def staffed(base: Shop, *operators: Operator) -> Shop:
    return replace(
        base,
        work_centers={"wc": WorkCenter("wc", "WC", skill_id="mill")},
        skills={"mill": Skill("mill", "MILL")},
        operators={o.id: o for o in operators},
    )


def ann(**changes: object) -> Operator:
    row = Operator("ann", "A", "Ann", "cal", skills=(OperatorSkill("mill"),))
    return replace(row, **changes)  # pyright: ignore[reportArgumentType] - the fields of Operator


def with_work(base: Shop, *segments: Segment) -> Shop:
    """The first booking done in these segments."""
    row = replace(
        base.bookings[0], segments=segments, envelope_start=segments[0].start, envelope_end=segments[-1].end
    )
    return replace(base, bookings=(row, *base.bookings[1:]))


def found(base: Shop, question: ConflictQuestion = EVERYTHING) -> Conflicts:
    return conflicts(ShopTimes(base, WINDOW), question)


def only(base: Shop) -> Conflict:
    items = found(base).items
    assert len(items) == 1, items
    return items[0]


def needing(base: Shop, *rows: tuple[str, int | None]) -> Shop:
    materials = tuple(MaterialRequirement(key, f"Item {key}", Decimal(1), at_) for key, at_ in rows)
    return replace(base, materials={"op10": materials})
