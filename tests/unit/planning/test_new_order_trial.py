"""A new order tried out: its limits by hand-made shops, and what gives way never collides."""

from dataclasses import replace
from random import Random

from planning.floor import Floor
from planning.insertion import Operators
from planning.intervals import overlap
from planning.new_order import MachineTimes, NewOperation, NewOrder, Rules, plan_of
from planning.new_order_limits import LimitKind
from planning.new_order_trial import Trial, try_order
from planning.shop import Booking, Shop
from tests.unit.tools.shops import at, plan, work

NOW, END = at(1, 7), at(30, 0)


def order(minutes: int, *machines: str, priority: int = 3, due: int | None = None) -> NewOrder:
    times = tuple(MachineTimes(m, run_min=minutes) for m in machines)
    return NewOrder((NewOperation(1, machines=times),), None, NOW, due, priority)


def tried(shop: Shop, asked: NewOrder, rules: Rules | None = None) -> Trial:
    return try_order(Floor(shop, (NOW, END)), plan_of(asked), rules or Rules(), (NOW, END))


def test_an_hour_on_the_machine_helps_by_what_it_saves_of_the_night() -> None:
    # 7 h from 7:00: 6.5 h until 14:00, the rest on Wednesday from 6:00 to 6:30.
    found = tried(plan(), order(7 * 60, "puma"))
    assert found.insertion.finish == at(2, 6, 30)
    # With the break and half an hour in the evening it is done on Tuesday at 14:00.
    assert [(r.kind, r.gain_min) for r in found.limits] == [(LimitKind.MACHINE_HOURS, 16 * 60 + 30)]


def test_where_an_hour_does_not_help_the_longest_wait_is_told() -> None:
    shop = plan(work("1", "grinder", (at(1, 7), at(1, 10)), (at(1, 10, 30), at(1, 12))))
    found = tried(shop, order(30, "grinder"))
    assert found.insertion.finish == at(1, 12, 30)
    assert [(r.kind, r.machine_id, r.wait_min) for r in found.limits] == [
        (LimitKind.WAIT_BUSY, "grinder", 5 * 60)
    ]


def test_an_hour_of_somebody_qualified_helps_where_machines_stand_for_want_of_people() -> None:
    # Ann alone may grind and works on a lathe until noon.
    shop = plan(work("1", "puma", (at(1, 7), at(1, 10)), (at(1, 10, 30), at(1, 12))))
    found = tried(shop, order(60, "grinder"), Rules(Operators.REQUIRED))
    assert found.insertion.steps[0].start == at(1, 12)
    assert (found.limits[0].kind, found.limits[0].gain_min) == (LimitKind.OPERATOR_HOURS, 5 * 60)


def test_material_that_comes_late_is_the_longest_wait() -> None:
    asked = order(30, "puma")
    late = replace(asked.operations[0], material_at=at(1, 9))
    found = tried(plan(), replace(asked, operations=(late,)))
    assert [(r.kind, r.wait_min) for r in found.limits] == [(LimitKind.WAIT_MATERIAL, 120)]


def test_work_that_gives_way_collides_with_nothing_and_keeps_its_minutes() -> None:
    """Random plans: whatever is displaced, no machine and no person is booked twice that was not before."""
    for seed in range(25):
        random = Random(seed)  # noqa: S311 - a fixed sequence
        shop = _random_plan(random)
        asked = order(random.randint(60, 900), "puma", "puma2", priority=random.randint(1, 5))
        people = Rules(random.choice(list(Operators)), move_unlocked=True)
        found = tried(shop, asked, people).displacement
        assert found is not None
        rows = found.shop.bookings
        assert not any(_collide(a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]), seed
        for shift in found.shifts:
            assert not shift.before.locked
            if shift.after is not None and shift.after.machine_id == shift.before.machine_id:
                assert _minutes(shift.after) == _minutes(shift.before)


def _random_plan(random: Random) -> Shop:
    """An hour or two of work on either lathe each day, some of it locked."""
    rows: list[Booking] = []
    for machine, operator in (("puma", "ann"), ("puma2", "bob")):
        for day in (1, 2, 3, 4, 7):
            for hour in (7, 11):
                if random.random() < 0.7:
                    span = at(day, hour), at(day, hour + random.randint(1, 2))
                    key, locked = f"{machine}{day}{hour}", random.random() < 0.2
                    rows.append(work(key, machine, span, operator=operator, locked=locked))
    shop = plan(*rows)
    orders = {key: replace(row, priority=random.randint(1, 5)) for key, row in shop.orders.items()}
    return replace(shop, orders=orders)


def _collide(one: Booking, other: Booking) -> bool:
    if one.machine_id == other.machine_id and overlap(_span(one), _span(other)):
        return True
    return any(
        a.operator_id is not None
        and a.operator_id == b.operator_id
        and overlap((a.start, a.end), (b.start, b.end))
        for a in one.segments
        for b in other.segments
    )


def _span(booking: Booking) -> tuple[int, int]:
    return booking.envelope_start, booking.envelope_end


def _minutes(booking: Booking) -> int:
    return sum(s.end - s.start for s in booking.segments)
