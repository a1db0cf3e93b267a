"""Forward insertion: golden cases, and a shop's floor through the change of the clocks."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from leadhand.errors import BeyondHorizon, InvalidRouting, NoEligibleMachine, NoEligibleOperator
from planning.crew import Crew, CrewMember, assign, fully_booked
from planning.floor import Floor
from planning.insertion import (
    Choice,
    InsertedStep,
    InsertionRequest,
    Operators,
    ReadyReason,
    Step,
    WaitReason,
    insert,
)
from planning.shop import (
    Absence,
    Attendance,
    Booking,
    Calendar,
    Interval,
    Intervals,
    Machine,
    Operator,
    OperatorSkill,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    Skill,
    WorkCenter,
)
from planning.workplaces import Workplace
from planning.zones import local_minute


def machine(
    available: Intervals, envelopes: Intervals = (), crew: tuple[CrewMember, ...] = (), code: str = "M1"
) -> Workplace:
    return Workplace(code, code, available, envelopes, Crew(crew))


def one(
    workplace: Workplace, minutes: int, *, setup: int = 0, splittable: bool = True, horizon: int = 1000
) -> InsertedStep:
    step = Step((Choice(workplace, setup, minutes - setup),), splittable=splittable)
    return insert(InsertionRequest((step,), release=0, horizon_end=horizon)).steps[0]


def staffed(
    workplace: Workplace, setup: int, run: int, attendance: Attendance, *, handover: bool = True
) -> InsertedStep:
    step = Step((Choice(workplace, setup, run),), attendance=attendance)
    request = InsertionRequest((step,), 0, 1000, Operators.REQUIRED, handover)
    return insert(request).steps[0]


# Golden cases


def test_work_starts_at_the_next_opening_and_ends_at_the_previous_closing() -> None:
    placed = one(machine(((10, 20), (30, 40))), 10)
    assert (placed.start, placed.end) == (10, 20)


def test_splittable_work_pauses_over_closed_time() -> None:
    placed = one(machine(((0, 20), (30, 40))), 25)
    assert (placed.start, placed.end) == (0, 35)
    assert placed.segments == (Segment(0, 20), Segment(30, 35))


def test_splittable_work_never_spans_a_booking_even_where_its_minutes_would_add_up() -> None:
    placed = one(machine(((0, 100),), ((20, 25),)), 30)
    assert (placed.start, placed.end) == (25, 55)


def test_a_booking_in_closed_time_is_still_in_the_way() -> None:
    placed = one(machine(((0, 20), (40, 100)), ((25, 30),)), 25)
    assert (placed.start, placed.end) == (40, 65)


def test_unsplittable_work_waits_for_one_open_stretch_that_holds_it_all() -> None:
    placed = one(machine(((0, 20), (30, 60))), 25, splittable=False)
    assert (placed.start, placed.end) == (30, 55)


def test_work_that_fits_a_gap_exactly_touches_both_bookings() -> None:
    placed = one(machine(((0, 100),), ((0, 10), (40, 100))), 30)
    assert (placed.start, placed.end) == (10, 40)


def test_an_earlier_end_wins_over_preference_and_code() -> None:
    slow, quick = machine(((0, 100),), code="A"), machine(((0, 100),), code="B")
    step = Step((Choice(slow, 0, 20, preference=0), Choice(quick, 0, 10, preference=9)))
    assert insert(InsertionRequest((step,), 0, 1000)).steps[0].machine_id == "B"


def test_equal_ends_are_decided_by_start_then_preference_then_code() -> None:
    def winner(*choices: Choice) -> str | None:
        return insert(InsertionRequest((Step(choices),), 0, 1000)).steps[0].machine_id

    early = Choice(machine(((0, 5), (10, 15)), code="Z"), 0, 10, preference=9)
    late = Choice(machine(((5, 15),), code="A"), 0, 10)
    assert winner(late, early) == "Z"
    liked = Choice(machine(((0, 50),), code="Z"), 0, 10, preference=1)
    other = Choice(machine(((0, 50),), code="A"), 0, 10, preference=2)
    assert winner(other, liked) == "Z"
    assert winner(Choice(machine(((0, 50),), code="B"), 0, 10), replace(other, preference=0)) == "A"


def test_a_step_is_ready_after_its_predecessor_its_wait_and_its_material() -> None:
    place = machine(((0, 1000),))
    steps = (
        Step((Choice(place, 5, 5),), wait_after_min=7),
        Step((Choice(place, 0, 3),)),
        Step((Choice(place, 0, 4),), material_at=500),
    )
    done = insert(InsertionRequest(steps, release=100, horizon_end=1000))
    assert [(s.ready, s.start, s.end) for s in done.steps] == [
        (100, 100, 110),
        (117, 117, 120),
        (500, 500, 504),
    ]
    assert [s.ready_reason for s in done.steps] == [
        ReadyReason.RELEASE,
        ReadyReason.PREDECESSOR,
        ReadyReason.MATERIAL,
    ]
    assert done.finish == 504


def test_a_subcontract_runs_by_the_clock_and_a_milestone_takes_no_time() -> None:
    place = machine(((0, 10), (50, 100)))
    steps = (
        Step((Choice(place, 0, 10),)),
        Step(elapsed_min=45),
        Step(elapsed_min=0),
        Step((Choice(place, 0, 5),)),
    )
    done = insert(InsertionRequest(steps, 0, 1000)).steps
    assert [(s.machine_id, s.start, s.end) for s in done] == [
        ("M1", 0, 10),
        (None, 10, 55),
        (None, 55, 55),
        ("M1", 55, 60),
    ]


def test_the_wait_is_counted_elapsed_and_in_working_minutes() -> None:
    placed = one(machine(((10, 30), (40, 100)), ((10, 50),)), 10)
    assert (placed.start, placed.wait_min, placed.working_wait_min) == (50, 50, 30)


def test_the_wait_reason_is_what_would_have_to_go_for_an_earlier_start() -> None:
    crew = (CrewMember("o1", "O1", ((30, 90),)),)
    assert one(machine(((0, 50),)), 5).wait_reason is WaitReason.NONE
    assert one(machine(((10, 50),)), 5).wait_reason is WaitReason.CLOSED
    assert one(machine(((0, 50),), ((0, 10),)), 5).wait_reason is WaitReason.MACHINE_BUSY
    assert staffed(machine(((0, 90),), (), crew), 0, 5, Attendance.FULL).wait_reason is WaitReason.OPERATOR
    both = machine(((0, 90),), ((0, 30),), crew)
    assert staffed(both, 0, 5, Attendance.FULL).wait_reason is WaitReason.MACHINE_BUSY


def test_full_attendance_with_handover_works_while_anybody_is_there() -> None:
    crew = (CrewMember("o1", "O1", ((0, 10),)), CrewMember("o2", "O2", ((8, 20),)))
    placed = staffed(machine(((0, 100),), (), crew), 0, 15, Attendance.FULL)
    assert placed.segments == (Segment(0, 10, "o1"), Segment(10, 15, "o2"))


def test_without_handover_one_person_does_it_all() -> None:
    crew = (CrewMember("o1", "O1", ((0, 10),)), CrewMember("o2", "O2", ((8, 30),)))
    placed = staffed(machine(((0, 100),), (), crew), 0, 15, Attendance.FULL, handover=False)
    assert placed.segments == (Segment(8, 23, "o2"),)


def test_attendance_for_setup_needs_a_person_for_the_first_minutes_only() -> None:
    crew = (CrewMember("o1", "O1", ((5, 10),)),)
    placed = staffed(machine(((0, 100),), (), crew), 4, 20, Attendance.SETUP)
    assert placed.segments == (Segment(5, 9, "o1"), Segment(9, 29))


def test_unsplittable_work_ends_inside_its_open_stretch_also_where_only_setup_is_attended() -> None:
    place = machine(((0, 10), (20, 60)), (), (CrewMember("o1", "O1", ((3, 60),)),))
    step = Step((Choice(place, 2, 6),), attendance=Attendance.SETUP, splittable=False)
    request = InsertionRequest((step,), 0, 1000, Operators.REQUIRED)
    assert insert(request).steps[0].start == 20
    shorter = replace(step, choices=(Choice(place, 2, 5),))
    assert insert(replace(request, steps=(shorter,))).steps[0].start == 3


def test_attendance_none_needs_nobody() -> None:
    placed = staffed(machine(((0, 100),)), 4, 20, Attendance.NONE)
    assert placed.segments == (Segment(0, 24),)


def test_at_a_handover_the_one_who_can_stay_longest_takes_over_then_the_lowest_code() -> None:
    a, b, c = (
        CrewMember("a", "A", ((0, 5), (10, 50))),
        CrewMember("b", "B", ((5, 20),)),
        CrewMember("c", "C", ((5, 20),)),
    )
    assert assign(((0, 20),), (c, b, a)) == (Segment(0, 5, "a"), Segment(5, 20, "b"))


def test_a_person_is_fully_booked_only_where_all_parallel_jobs_are_taken() -> None:
    assert fully_booked([(0, 10), (5, 20), (20, 30)], 1) == ((0, 30),)
    assert fully_booked([(0, 10), (5, 20), (20, 30)], 2) == ((5, 10),)
    assert fully_booked([(0, 10), (10, 20)], 2) == ()


def test_a_routing_that_cannot_be_done_says_which_step_and_why() -> None:
    place = machine(((0, 10),))
    with pytest.raises(InvalidRouting):
        insert(InsertionRequest((), 0, 100))
    with pytest.raises(InvalidRouting):
        insert(InsertionRequest((Step((Choice(place, -1, 5),)),), 0, 100))
    with pytest.raises(NoEligibleMachine):
        insert(InsertionRequest((Step(),), 0, 100))
    with pytest.raises(NoEligibleOperator):
        staffed(place, 0, 5, Attendance.FULL)
    steps = (Step((Choice(place, 0, 5),)), Step((Choice(place, 0, 6),)))
    with pytest.raises(BeyondHorizon) as caught:
        insert(InsertionRequest(steps, 0, 100))
    assert caught.value.details["step"] == 2


# On a shop's floor, through the change of the clocks

ZONES = [
    ("America/Chicago", date(2027, 3, 13), 7),
    ("America/Chicago", date(2026, 10, 31), 9),
    ("Europe/Berlin", date(2027, 3, 27), 7),
    ("Europe/Berlin", date(2026, 10, 24), 9),
    ("Australia/Sydney", date(2026, 10, 3), 7),
    ("Australia/Sydney", date(2027, 4, 3), 9),
]


def floor_with_night_shift(zone: str, day: date, *, skilled: bool = True, booked: Intervals = ()) -> Floor:
    """One machine and one operator, on every night from 22:00 to 06:00; four days from noon of `day`."""
    shifts = tuple(Shift(weekday, 22 * 60, 6 * 60, ends_next_day=True) for weekday in range(1, 8))
    start = local_minute(day, 12 * 60, ZoneInfo(zone))
    window = (start, start + 4 * 24 * 60)
    bookings = tuple(
        Booking(f"b{i}", None, "m1", a, b, segments=(Segment(a, b, "o1"),)) for i, (a, b) in enumerate(booked)
    )
    return Floor(
        Shop(
            settings=ShopSettings("Night", zone),
            calendars={"night": Calendar("night", "Night", shifts)},
            work_centers={"wc": WorkCenter("wc", "WC", skill_id="turning")},
            machines={"m1": Machine("m1", "M1", "One", "wc", "night")},
            skills={"turning": Skill("turning", "TURN")},
            operators={
                "o1": Operator(
                    "o1", "O1", "Ann", "night", skills=(OperatorSkill("turning"),) if skilled else ()
                )
            },
            bookings=bookings,
        ),
        window,
    )


def insert_on(floor: Floor, minutes: int) -> InsertedStep:
    step = Step((Choice(floor.staffed_workplace("m1"), 0, minutes),))
    return insert(InsertionRequest((step,), *floor.window, Operators.REQUIRED)).steps[0]


@pytest.mark.parametrize(("zone", "day", "night_h"), ZONES)
def test_a_night_shift_holds_the_hours_that_the_clock_change_leaves_it(
    zone: str, day: date, night_h: int
) -> None:
    floor = floor_with_night_shift(zone, day)
    whole_night = insert_on(floor, night_h * 60)
    assert whole_night.end - whole_night.start == night_h * 60
    assert whole_night.start == local_minute(day, 22 * 60, ZoneInfo(zone))
    minute_more = insert_on(floor, night_h * 60 + 1)
    assert len(minute_more.segments) == 2


@pytest.mark.parametrize(("day", "night_min"), [(date(2026, 10, 3), 450), (date(2027, 4, 3), 510)])
def test_lord_howe_moves_its_clocks_by_half_an_hour(day: date, night_min: int) -> None:
    placed = insert_on(floor_with_night_shift("Australia/Lord_Howe", day), night_min)
    assert placed.end - placed.start == night_min
    assert len(placed.segments) == 1


def test_a_shop_without_the_skill_has_nobody_for_attended_work() -> None:
    with pytest.raises(NoEligibleOperator):
        insert_on(floor_with_night_shift("Europe/Berlin", date(2026, 12, 1), skilled=False), 60)


def test_bookings_of_the_shop_are_in_the_way_of_machine_and_person() -> None:
    free = insert_on(floor_with_night_shift("Europe/Berlin", date(2026, 12, 1)), 60)
    taken: Interval = (free.start, free.start + 90)
    placed = insert_on(floor_with_night_shift("Europe/Berlin", date(2026, 12, 1), booked=(taken,)), 60)
    assert placed.start == taken[1]
    assert placed.wait_reason is WaitReason.MACHINE_BUSY


def test_an_absent_person_attends_nothing_and_could_not_come_either() -> None:
    floor = floor_with_night_shift("Europe/Berlin", date(2026, 12, 1))
    first = insert_on(floor, 60)
    until = first.start + 24 * 60
    absent = Absence("a1", "o1", floor.window[0], until, "vacation")
    away = Floor(replace(floor.shop, absences=(absent,)), floor.window)
    assert insert_on(away, 60).start == until
    assert floor.could_come(["turning"], (first.start, first.end)) == {"o1"}
    assert away.could_come(["turning"], (first.start, first.end)) == frozenset()
    assert away.could_come(["milling"], (until, until + 60)) == frozenset()
