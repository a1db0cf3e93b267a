"""What one more hour is worth: golden cases, and on random shops the same as a full rerun of the plan."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.changes import Overtime, with_change
from planning.overtime_hour import Attending, next_hour
from planning.pulled import Pulled, PulledAgain
from planning.relief import NoRelief, Relief, Reliefs
from planning.retiming import Policy, Retiming
from planning.schedule_change import could_use, schedule_change
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Machine,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    Segment,
    Shift,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, booked, shop
from tests.unit.planning.test_bottlenecks import full_monday, two_machines

PLENTY = 10**9


def value(base: Shop, machine_id: str = "m1", effort: int = PLENTY) -> Relief | NoRelief:
    return Reliefs(ShopTimes(base, WINDOW), MONDAY, effort).of(machine_id, MONDAY)


def two_days() -> Shop:
    """Monday is full with the first order; the second one has two hours on Tuesday and was due before."""
    return two_machines(full_monday(), booked("b2", "op2", at(1, 6), at(1, 8)))


def test_an_hour_behind_the_shift_is_worth_what_the_late_work_gains_by_it() -> None:
    found = value(two_days())
    assert isinstance(found, Relief)
    # The second order works its first hour on Monday from 14:00 on, and is done on Tuesday at 7:00, not 8:00.
    assert found.span == (at(0, 14), at(0, 15))
    assert (found.saved, found.earlier, found.rescued) == (1 * H, ("o2",), ())
    assert found.coming.attending is Attending.NOBODY_NEEDED


def test_an_hour_that_saves_a_due_date_rescues_the_order() -> None:
    base = two_days()
    due = replace(base.orders["o2"], due_at=at(1, 7))
    found = value(replace(base, orders={**base.orders, "o2": due}))
    assert isinstance(found, Relief)
    assert (found.saved, found.rescued) == (1 * H, ("o2",))


def test_an_hour_on_a_machine_that_nobody_waits_for_saves_nothing() -> None:
    found = value(two_days(), "m2")
    assert isinstance(found, Relief)
    assert (found.saved, found.earlier) == (0, ())


def test_a_machine_that_never_closes_has_no_hour_to_add() -> None:
    base = two_days()
    around = tuple(Shift(day, 0, 0, ends_next_day=True) for day in range(1, 8))
    assert (
        value(replace(base, calendars={"cal": replace(base.calendars["cal"], shifts=around)}))
        is NoRelief.NO_HOUR
    )


def test_no_hour_is_offered_while_the_machine_is_down_or_closed_by_the_clock() -> None:
    base = two_days()
    down = Downtime("d1", "m1", at(0, 13), at(1, 13), DowntimeKind.BREAKDOWN)
    assert next_hour(ShopTimes(replace(base, downtimes=(down,)), WINDOW), "m1", MONDAY, MONDAY) == (
        at(1, 14),
        at(1, 15),
    )
    shut = CalendarException(
        "e1", ExceptionKind.CLOSURE, "Fair", machine_id="m1", interval=(at(0, 12), at(1, 6))
    )
    assert next_hour(ShopTimes(replace(base, exceptions=(shut,)), WINDOW), "m1", MONDAY, MONDAY) == (
        at(1, 14),
        at(1, 15),
    )


def test_work_that_pauses_over_night_may_go_on_in_the_hour_unless_it_is_locked() -> None:
    late = Booking(
        "b1",
        "op1",
        "m1",
        at(0, 13),
        at(1, 7),
        segments=(Segment(at(0, 13), at(0, 14)), Segment(at(1, 6), at(1, 7))),
    )
    found = value(two_machines(late))
    assert isinstance(found, Relief)
    assert found.span == (at(0, 14), at(0, 15))
    locked = value(two_machines(replace(late, locked=True)))
    assert isinstance(locked, Relief)
    assert locked.span == (at(1, 14), at(1, 15))


def test_more_work_than_may_be_tried_is_left_out_and_said_so() -> None:
    assert value(two_days(), effort=0) is NoRelief.TOO_MUCH_WORK


def test_orders_whose_operations_wait_for_one_another_have_no_value_of_an_hour() -> None:
    base = two_days()
    circle = replace(base.operations["op2"], predecessor_ids=("op2",))
    assert value(replace(base, operations={**base.operations, "op2": circle})) is NoRelief.INVALID_ROUTING


def test_somebody_qualified_comes_in_for_the_hour_where_the_work_needs_people() -> None:
    base = two_days()
    days = tuple(Shift(day, 6 * H, 14 * H) for day in range(1, 8))
    base = replace(
        base,
        calendars={**base.calendars, "people": replace(base.calendars["cal"], id="people", shifts=days)},
        operators={"ann": Operator("ann", "A", "Ann", "people")},
        operations={key: replace(o, attendance=Attendance.FULL) for key, o in base.operations.items()},
        bookings=tuple(replace(b, segments=_by("ann", b.segments)) for b in base.bookings),
    )
    found = value(base)
    assert isinstance(found, Relief)
    assert (found.coming.attending, found.coming.operator) == (Attending.COMES, base.operators["ann"])
    assert found.saved == 1 * H


def _by(operator_id: str, segments: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(replace(s, operator_id=operator_id) for s in segments)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_the_value_is_that_of_the_full_rerun(seed: int) -> None:
    base = random_shop(Random(seed))  # noqa: S311
    times = ShopTimes(base, WINDOW)
    for machine_id in base.machines:
        found = Reliefs(times, MONDAY, PLENTY).of(machine_id, MONDAY)
        assert isinstance(found, Relief)
        operator = found.coming.operator
        change = Overtime(found.span, machine_id, operator.id if operator else None)
        full = schedule_change(times, change, Policy.PUSH_RIGHT, MONDAY)
        late = [(o.before.figures.tardiness or 0) - (o.after.figures.tardiness or 0) for o in full.orders]
        assert found.saved == sum(late)
        assert set(found.earlier) == {o.order_id for o in full.orders if (o.later_by or 0) < 0}
        assert set(found.rescued) == {o.order_id for o in full.no_longer_late}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_looking_only_where_the_hour_reaches_places_every_booking_as_a_full_run_does(seed: int) -> None:
    base = random_shop(Random(seed))  # noqa: S311
    times, machine_id = ShopTimes(base, WINDOW), "m0"
    span = next_hour(times, machine_id, MONDAY + seed % 3 * DAY, MONDAY)
    assert span is not None
    change = Overtime(span, machine_id, "p0")
    more, first = ShopTimes(with_change(base, change), WINDOW), Pulled(times)
    chosen = could_use(change, base)
    Retiming(times, MONDAY).pull_left(chosen, first)
    again = PulledAgain(first, more, machine_id, "p0")
    found = Retiming(more, MONDAY).pull_left(chosen, again)
    assert found == Retiming(more, MONDAY).pull_left(chosen)
    assert again.looked <= len(chosen)


def test_work_that_the_hour_does_not_reach_is_not_looked_at_again() -> None:
    base = random_shop(Random(1))  # noqa: S311
    times = ShopTimes(base, WINDOW)
    span = next_hour(times, "m0", MONDAY + 20 * DAY, MONDAY)
    assert span is not None
    first = Pulled(times)
    Retiming(times, MONDAY).pull_left(None, first)
    more = ShopTimes(with_change(base, Overtime(span, "m0")), WINDOW)
    again = PulledAgain(first, more, "m0", None)
    Retiming(more, MONDAY).pull_left(None, again)
    assert again.looked == 0


def random_shop(pick: Random) -> Shop:
    """Three machines, two skills, up to four people, up to seven orders with tight due dates."""
    early = tuple(Shift(day, 6 * H, 14 * H) for day in range(1, 6))
    late = tuple(Shift(day, pick.choice((10, 14)) * H, 20 * H) for day in range(1, 6))
    base = shop([], [])
    cal = base.calendars["cal"]
    orders, operations, bookings = dict[str, Order](), dict[str, Operation](), list[Booking]()
    people = {f"p{i}": _person(i, pick) for i in range(pick.randint(1, 4))}
    for number in range(pick.randint(1, 7)):
        order = replace(
            base.orders["o1"],
            id=f"o{number}",
            code=f"WO-{number}",
            due_at=pick.choice([None, MONDAY + pick.randrange(5 * DAY)]),
            release_at=pick.choice([None, MONDAY + pick.randrange(DAY)]),
            status=pick.choice([OrderStatus.RELEASED, OrderStatus.RELEASED, OrderStatus.HOLD]),
        )
        orders[order.id] = order
        for seq in range(pick.randint(1, 3)):
            row = _operation(order.id, seq, pick)
            operations[row.id] = row
            if row.subcontract_minutes is None:
                bookings += _pieces(row, [*people, None], pick)
    return replace(
        base,
        calendars={
            "cal": replace(cal, shifts=tuple(Shift(day, 6 * H, 22 * H) for day in range(1, 6))),
            "early": replace(cal, id="early", shifts=early),
            "late": replace(cal, id="late", shifts=late),
        },
        work_centers={
            "wc": WorkCenter("wc", "WC", "", "s0"),
            "wc2": WorkCenter("wc2", "WC2", "", pick.choice(["s1", None])),
        },
        machines={
            f"m{i}": Machine(f"m{i}", f"M{i}", "", "wc" if i < 2 else "wc2", pick.choice(["cal", "early"]))
            for i in range(3)
        },
        skills={"s0": Skill("s0", "S0"), "s1": Skill("s1", "S1")},
        operators=people,
        orders=orders,
        operations=operations,
        bookings=tuple(bookings),
    )


def _person(number: int, pick: Random) -> Operator:
    skills = tuple(OperatorSkill(key) for key in ("s0", "s1") if pick.random() < 0.8)
    return Operator(
        f"p{number}", f"P{number}", "", pick.choice(["early", "late"]), pick.choice([1, 1, 2]), skills
    )


def _operation(order_id: str, seq: int, pick: Random) -> Operation:
    return Operation(
        f"{order_id}-{seq}",
        order_id,
        seq,
        setup_min=30,
        run_s_per_piece=60,
        attendance=pick.choice(list(Attendance)),
        splittable=pick.random() < 0.7,
        min_wait_after_min=pick.choice([0, 0, 90]),
        subcontract_minutes=pick.choice([None, None, None, 300]),
        alternatives=tuple(Alternative(f"m{i}", 30, 60) for i in range(3)),
    )


def _pieces(row: Operation, people: list[str | None], pick: Random) -> list[Booking]:
    """One or two bookings anywhere in the first days, in conflict or not, some locked."""
    found: list[Booking] = []
    for piece in range(pick.choice([1, 1, 2])):
        start = MONDAY + 6 * H + pick.randrange(4 * DAY)
        end = start + pick.randint(20, 400)
        segment = Segment(start, end, pick.choice(people))
        machine_id = f"m{pick.randrange(3)}"
        locked = pick.random() < 0.1
        found.append(
            Booking(f"{row.id}/{piece}", row.id, machine_id, start, end, locked=locked, segments=(segment,))
        )
    return found
