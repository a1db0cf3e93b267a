"""A shop of one machine, and what a change does to its plan."""

from dataclasses import replace

from planning.calendars import ShopTimes
from planning.changes import Change
from planning.retiming import Policy
from planning.schedule_change import ChangeEffect, schedule_change
from planning.shop import Alternative, Attendance, Booking, Operation, Shop
from tests.unit.planning.order_shop import MONDAY, WINDOW, at, booked, shop, step


def alone(seq: int, *machines: str) -> Operation:
    """Two hours on M1, three on any other machine; needs nobody."""
    others = tuple(Alternative(m, 60, 360) for m in machines)
    return step(seq, attendance=Attendance.NONE, alternatives=(Alternative("m1", 60, 180), *others))


def plan(*rows: Booking, machines: tuple[str, ...] = ()) -> Shop:
    operations = [alone(10 * (i + 1), *machines) for i in range(len(rows))]
    base = shop(operations, list(rows), release_at=None, due_at=at(9, 0))
    twins = {m: replace(base.machines["m1"], id=m, code=m.upper()) for m in machines}
    return replace(base, machines={**base.machines, **twins})


def two_hours(number: int, day: int, hour: int) -> Booking:
    return booked(f"b{number}", f"op{number}0", at(day, hour), at(day, hour + 2))


def effect(
    base: Shop, change: Change, policy: Policy = Policy.PUSH_RIGHT, as_of: int = MONDAY
) -> ChangeEffect:
    return schedule_change(ShopTimes(base, WINDOW), change, policy, as_of)


def moves(found: ChangeEffect) -> dict[str, tuple[str, int, int] | None]:
    return {
        s.before.id: None
        if s.after is None
        else (s.after.machine_id, s.after.envelope_start, s.after.envelope_end)
        for s in found.shifts
    }
