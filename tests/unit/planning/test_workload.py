"""How work is spread: rows against the oracle, and moves that could really be made."""

from collections import Counter
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.machine_moves import machine_moves
from planning.moves import Move, MoveKind, MoveQuestion, operator_moves
from planning.shop import (
    Absence,
    Alternative,
    Attendance,
    Booking,
    Calendar,
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
from planning.workload import GroupBy, Question, Workload, counted_bookings, workload
from planning.zones import BucketSize, local_minute
from tests.unit.planning import oracle
from tests.unit.planning.strategies import Place, places, shops

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0) -> int:
    """December 2026; the 1st is a Tuesday."""
    return local_minute(date(2026, 12, day), hour * 60 + minute, BERLIN)


TUESDAY = (at(1, 0), at(2, 0))


def job(
    key: str, machine: str, start: int, end: int, operator: str | None, *, locked: bool = False
) -> Booking:
    segments = (Segment(start, end, operator),)
    return Booking(key, f"op-{key}", machine, start, end, locked=locked, segments=segments)


def shop(*bookings: Booking, attendance: Attendance = Attendance.FULL, setup_min: int = 30) -> Shop:
    """Machines m1, m2 (turning), m3 (grinding); people o1 (both skills), o2 (turning); open 6:00 to 14:00."""
    shifts = tuple(Shift(day, 360, 840) for day in range(1, 6))
    turn, grind = OperatorSkill("turn"), OperatorSkill("grind")
    alternatives = (Alternative("m1", setup_min, 60), Alternative("m2", setup_min, 120))
    return Shop(
        settings=ShopSettings("Test", "Europe/Berlin"),
        calendars={"c": Calendar("c", "Day", shifts)},
        work_centers={
            "t": WorkCenter("t", "T", "Turning", "turn"),
            "g": WorkCenter("g", "G", "Grinding", "grind"),
        },
        machines={
            "m1": Machine("m1", "M1", "Lathe", "t", "c"),
            "m2": Machine("m2", "M2", "Other lathe", "t", "c"),
            "m3": Machine("m3", "M3", "Grinder", "g", "c"),
        },
        skills={"turn": Skill("turn", "T"), "grind": Skill("grind", "G")},
        operators={
            "o1": Operator("o1", "O1", "Ann", "c", skills=(turn, grind)),
            "o2": Operator("o2", "O2", "Bob", "c", skills=(turn,)),
        },
        orders={b.id: Order(b.id, f"P-{b.id}", "Customer", 60, OrderStatus.RELEASED) for b in bookings},
        operations={
            f"op-{b.id}": Operation(
                f"op-{b.id}", b.id, 10, setup_min, 60, attendance=attendance, alternatives=alternatives
            )
            for b in bookings
        },
        bookings=bookings,
    )


def spread(plan: Shop, group_by: GroupBy, window: tuple[int, int] = TUESDAY) -> Workload:
    return workload(ShopTimes(plan, window), Question(window, group_by))


@settings(max_examples=50, deadline=None)
@given(st.data(), places())
def test_rows_of_people_and_machines_equal_the_oracles(data: st.DataObject, place: Place) -> None:
    plan = data.draw(shops(place))
    times = ShopTimes(plan, place.window)
    people = {row.key: row.figures for row in workload(times, Question(place.window)).rows}
    for operator in plan.operators.values():
        calendar, available = oracle.operator_minutes(plan, operator.id, place.window)
        own = [(s.start, s.end) for b in plan.bookings for s in b.segments if s.operator_id == operator.id]
        naive = oracle.figures(
            calendar, available, own, own, place.window, max_parallel=operator.max_parallel
        )
        found = people[operator.id]
        assert (found.load, found.available, found.free) == (naive.load, naive.available, naive.free)
        assert (found.utilization, found.overloaded) == (naive.utilization, naive.overloaded)
    machines = workload(times, Question(place.window, GroupBy.MACHINE))
    naive_load = sum(
        len(set(range(s.start, s.end)) & set(range(*place.window))) for b in plan.bookings for s in b.segments
    )
    assert machines.total.load == naive_load == sum(row.figures.load for row in machines.rows)
    missing = [oracle.without_operator(plan.operations[b.operation_id or ""], b) for b in plan.bookings]
    assert machines.unassigned == sum(len(minutes & set(range(*place.window))) for minutes in missing)


@settings(max_examples=40, deadline=None)
@given(st.data(), places(), st.sampled_from(GroupBy), st.sampled_from(BucketSize))
def test_groups_and_buckets_of_one_window_add_up_to_the_same_load(
    data: st.DataObject, place: Place, group_by: GroupBy, size: BucketSize
) -> None:
    plan = data.draw(shops(place))
    times = ShopTimes(plan, place.window)
    found = workload(times, Question(place.window, group_by, size))
    assert sum(row.figures.load for row in found.rows) == found.total.load
    if group_by is not GroupBy.DAY:
        assert sum(part.load for part in found.total_by_bucket) == found.total.load
        for row in found.rows:
            assert sum(part.available for part in row.by_bucket) == row.figures.available
    if group_by is not GroupBy.OPERATOR:
        assert found.total.load == workload(times, Question(place.window, GroupBy.MACHINE)).total.load


@settings(max_examples=40, deadline=None)
@given(st.data(), places(), st.sampled_from(GroupBy))
def test_the_order_of_the_rows_changes_nothing(data: st.DataObject, place: Place, group_by: GroupBy) -> None:
    plan = data.draw(shops(place))
    mixed = replace(
        plan,
        bookings=tuple(data.draw(st.permutations(plan.bookings))),
        machines=dict(reversed(list(plan.machines.items()))),
        operators=dict(reversed(list(plan.operators.items()))),
        operations=dict(reversed(list(plan.operations.items()))),
        absences=tuple(reversed(plan.absences)),
    )
    question = Question(place.window, group_by)
    once = workload(ShopTimes(plan, place.window), question)
    again = workload(ShopTimes(mixed, place.window), question)
    assert once == again
    ask = MoveQuestion(place.window, place.window[0])
    for moves in (operator_moves, machine_moves):
        assert moves(ShopTimes(plan, place.window), once.bookings, ask) == moves(
            ShopTimes(mixed, place.window), again.bookings, ask
        )


@settings(max_examples=50, deadline=None)
@given(st.data(), places())
def test_suggested_people_are_there_and_free_for_all_of_the_work(data: st.DataObject, place: Place) -> None:
    plan = data.draw(shops(place))
    wide = (place.window[0] - 3 * 1440, place.window[1] + 3 * 1440)
    counted = counted_bookings(plan, Question(place.window))
    work = {key: Counter[int]() for key in plan.operators}
    for booking in plan.bookings:
        for segment in booking.segments:
            if segment.operator_id:
                work[segment.operator_id].update(range(segment.start, segment.end))
    for move in operator_moves(ShopTimes(plan, wide), counted, MoveQuestion(place.window, place.window[0])):
        minutes = oracle.minutes_of(move.spans)
        if move.from_id:
            assert not move.booking.locked
            work[move.from_id].subtract(minutes)
        assert minutes <= oracle.operator_minutes(plan, move.to_id, wide)[1]
        work[move.to_id].update(minutes)
        at_once = plan.operators[move.to_id].max_parallel
        assert all(work[move.to_id][minute] <= at_once for minute in minutes)
        assert len(minutes) == move.minutes


@settings(max_examples=50, deadline=None)
@given(st.data(), places())
def test_suggested_machines_are_open_and_free_for_all_of_the_work(data: st.DataObject, place: Place) -> None:
    plan = data.draw(shops(place))
    wide = (place.window[0] - 3 * 1440, place.window[1] + 3 * 1440)
    counted = counted_bookings(plan, Question(place.window))
    blocked = {
        key: [(b.envelope_start, b.envelope_end) for b in plan.bookings if b.machine_id == key]
        for key in plan.machines
    }
    for move in machine_moves(ShopTimes(plan, wide), counted, MoveQuestion(place.window, place.window[0])):
        booking, slot = move.booking, set(range(*move.spans[0]))
        assert move.kind is MoveKind.OTHER_MACHINE
        assert not booking.locked
        assert move.to_id != booking.machine_id
        assert min(slot) >= booking.envelope_start
        assert not slot & oracle.minutes_of(blocked[move.to_id])
        assert len(slot & oracle.machine_minutes(plan, move.to_id, wide)[1]) == move.minutes
        blocked[booking.machine_id].remove((booking.envelope_start, booking.envelope_end))
        blocked[move.to_id] += move.spans


def test_rows_come_most_utilized_first_and_load_without_capacity_before_all() -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), "o1"), job("b", "m2", at(1, 8), at(1, 9), "o2"))
    plan = replace(plan, absences=(Absence("x", "o2", at(1, 0), None, "sick"),))
    rows = spread(plan, GroupBy.OPERATOR).rows
    assert [row.code for row in rows] == ["O2", "O1"]
    assert rows[0].figures.utilization is None
    assert rows[0].figures.overloaded


def test_a_work_center_is_the_sum_of_its_machines_and_not_the_mean_of_percentages() -> None:
    found = spread(shop(job("a", "m1", at(1, 6), at(1, 14), "o1")), GroupBy.WORK_CENTER)
    by_code = {row.code: row for row in found.rows}
    assert by_code["T"].figures.utilization == 50
    assert by_code["G"].figures.utilization == 0
    assert found.total.utilization == pytest.approx(100 / 3)


def test_an_order_has_its_load_and_its_share() -> None:
    found = spread(
        shop(job("a", "m1", at(1, 6), at(1, 9), None), job("b", "m2", at(1, 6), at(1, 7), None)),
        GroupBy.ORDER,
    )
    assert [(row.code, row.figures.load, row.share) for row in found.rows] == [
        ("P-a", 180, 75),
        ("P-b", 60, 25),
    ]


def test_held_capacity_is_a_row_of_its_own() -> None:
    held = Booking("q", None, "m1", at(1, 6), at(1, 8), segments=(Segment(at(1, 6), at(1, 8)),), quote_id="q")
    found = spread(shop(held), GroupBy.ORDER)
    assert [(row.key, row.code, row.figures.load) for row in found.rows] == [(None, "held", 120)]


def test_days_are_in_order_with_the_sum_of_all_machines() -> None:
    window = (at(1, 0), at(3, 0))
    found = spread(shop(job("a", "m1", at(2, 6), at(2, 14), None)), GroupBy.DAY, window)
    assert [(row.code, row.figures.load, row.figures.available) for row in found.rows] == [
        ("2026-12-01", 0, 3 * 480),
        ("2026-12-02", 480, 3 * 480),
    ]


def test_of_a_work_center_only_its_work_and_its_people_count() -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), "o2"), job("b", "m3", at(1, 8), at(1, 9), "o1"))
    found = workload(ShopTimes(plan, TUESDAY), Question(TUESDAY, work_center_id="g"))
    assert [(row.code, row.figures.load) for row in found.rows] == [("O1", 60)]


@pytest.mark.parametrize(
    ("attendance", "minutes"), [(Attendance.FULL, 120), (Attendance.SETUP, 30), (Attendance.NONE, 0)]
)
def test_work_without_an_operator_counts_as_far_as_it_needs_one(attendance: Attendance, minutes: int) -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), None), attendance=attendance)
    assert spread(plan, GroupBy.OPERATOR).unassigned == minutes


def moves_of(
    plan: Shop, as_of: int = TUESDAY[0], *, of_machines: bool = False
) -> list[tuple[str, str | None, str]]:
    times = ShopTimes(plan, (TUESDAY[0], TUESDAY[1] + 7 * 1440))
    ask = MoveQuestion(TUESDAY, as_of)
    counted = counted_bookings(plan, Question(TUESDAY))
    found: tuple[Move, ...] = (machine_moves if of_machines else operator_moves)(times, counted, ask)
    return [(move.booking.id, move.from_id, move.to_id) for move in found]


def test_work_without_operator_goes_to_the_qualified_person_with_the_least_load() -> None:
    plan = shop(
        job("busy", "m2", at(1, 6), at(1, 8), "o2"),
        job("open", "m1", at(1, 9), at(1, 11), None),
        job("grind", "m3", at(1, 12), at(1, 13), None),
    )
    assert moves_of(plan) == [("open", None, "o1"), ("grind", None, "o1")]


def test_nobody_is_suggested_who_would_have_too_much_to_do() -> None:
    plan = shop(job("late", "m2", at(1, 14), at(1, 22), "o2"), job("open", "m1", at(1, 9), at(1, 10), None))
    only_bob = replace(plan, operators={"o2": plan.operators["o2"]})
    assert moves_of(only_bob) == []


def test_nobody_is_suggested_whose_skill_runs_out_before_the_work_ends() -> None:
    plan = shop(job("grind", "m3", at(1, 12), at(1, 13), None))
    expiring = replace(plan.operators["o1"], skills=(OperatorSkill("grind", valid_to=at(1, 12, 30)),))
    assert moves_of(plan) == [("grind", None, "o1")]
    assert moves_of(replace(plan, operators={"o1": expiring})) == []


def test_work_of_somebody_absent_is_handed_over() -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), "o2"))
    plan = replace(plan, absences=(Absence("x", "o2", at(1, 0), None, "sick"),))
    assert moves_of(plan) == [("a", "o2", "o1")]


def test_nothing_that_has_begun_or_is_locked_is_handed_over() -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), "o2", locked=True))
    away = (Absence("x", "o2", at(1, 0), None, "sick"),)
    assert moves_of(replace(plan, absences=away)) == []
    free = shop(job("a", "m1", at(1, 6), at(1, 8), "o2"))
    assert moves_of(replace(free, absences=away), as_of=at(1, 7)) == []


def test_a_clash_on_a_machine_is_moved_to_an_alternative_with_its_own_times() -> None:
    plan = shop(
        job("fixed", "m1", at(1, 6), at(1, 8), "o1", locked=True),
        job("clash", "m1", at(1, 7), at(1, 8, 30), "o2"),
    )
    times = ShopTimes(plan, (TUESDAY[0], TUESDAY[1] + 7 * 1440))
    (move,) = machine_moves(
        times, counted_bookings(plan, Question(TUESDAY)), MoveQuestion(TUESDAY, TUESDAY[0])
    )
    assert (move.booking.id, move.from_id, move.to_id) == ("clash", "m1", "m2")
    assert move.minutes == 30 + 60 * 120 // 60
    assert move.spans == ((at(1, 7), at(1, 9, 30)),)


def test_a_machine_move_never_makes_the_next_operation_wait() -> None:
    plan = shop(
        job("fixed", "m1", at(1, 6), at(1, 8), "o1", locked=True),
        job("clash", "m1", at(1, 7), at(1, 8, 30), "o2"),
    )
    after = Operation("op-next", "clash", 20, 0, 60, alternatives=(Alternative("m3", 0, 60),))
    following = replace(job("next", "m3", at(1, 8, 45), at(1, 9), None), operation_id="op-next")
    plan = replace(
        plan, operations={**plan.operations, "op-next": after}, bookings=(*plan.bookings, following)
    )
    assert moves_of(plan, of_machines=True) == []


def test_a_calm_shop_needs_no_moves() -> None:
    plan = shop(job("a", "m1", at(1, 6), at(1, 8), "o2"))
    assert moves_of(plan) == []
    assert moves_of(plan, of_machines=True) == []
