"""Where a person is, what they do, and when they could take one more job."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.availability import Question
from planning.calendars import ClosedReason, ShopTimes
from planning.operator_availability import (
    OperatorAvailability,
    OperatorStatus,
    Presence,
    operator_availability,
    work_by_operator,
)
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    ExceptionKind,
    Operator,
    OperatorSkill,
    Segment,
    Shop,
)
from tests.unit.planning import oracle, strategies
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, shop

quick = settings(max_examples=60, deadline=None)
TODAY = Question(window=(MONDAY, MONDAY + DAY), as_of=MONDAY, horizon=MONDAY + 30 * DAY)


def with_ann(*work: tuple[int, int], **changes: object) -> Shop:
    """Ann works 06:00-14:00; each stretch of work is a booking of its own."""
    row = Operator("ann", "A", "Ann", "cal", skills=(OperatorSkill("mill"),))
    row = replace(row, **changes)  # pyright: ignore[reportArgumentType] - the fields of Operator
    rows = [
        Booking(f"b{i}", None, "m1", *span, segments=(Segment(*span, "ann"),)) for i, span in enumerate(work)
    ]
    return replace(shop([], rows), operators={"ann": row})


def ask(base: Shop, moment: int = at(0, 9), question: Question = TODAY) -> OperatorAvailability:
    operator = base.operators["ann"]
    work = work_by_operator(base).get("ann", ())
    return operator_availability(ShopTimes(base, WINDOW), operator, work, question, moment)


def test_a_person_without_work_is_free_for_their_shift() -> None:
    found = ask(with_ann())
    assert (found.status, found.presence) == (OperatorStatus.FREE, Presence.FREE)
    assert [(s.start, s.end) for s in found.free_slots] == [(at(0, 6), at(0, 14))]


def test_work_is_listed_with_its_booking_and_leaves_the_rest_of_the_shift_free() -> None:
    found = ask(with_ann((at(0, 6), at(0, 10))))
    assert (found.status, found.presence) == (OperatorStatus.PARTIALLY_BOOKED, Presence.WORKING)
    assert [w.booking.id for w in found.now] == ["b0"]
    assert [(s.start, s.end, s.minutes) for s in found.free_slots] == [(at(0, 10), at(0, 14), 4 * H)]
    assert (found.figures.load, found.figures.free) == (4 * H, 4 * H)


def test_who_may_tend_two_machines_is_free_beside_one() -> None:
    found = ask(with_ann((at(0, 6), at(0, 14)), max_parallel=2))
    assert found.status is OperatorStatus.PARTIALLY_BOOKED
    assert [(s.start, s.end) for s in found.free_slots] == [(at(0, 6), at(0, 14))]
    assert found.figures.utilization == 50


def test_who_is_on_two_jobs_and_may_be_is_booked() -> None:
    found = ask(with_ann((at(0, 6), at(0, 14)), (at(0, 6), at(0, 14)), max_parallel=2))
    assert (found.status, found.free_slots) == (OperatorStatus.BOOKED, ())


def test_an_absence_without_end_is_until_further_notice() -> None:
    ill = replace(with_ann(), absences=(Absence("a1", "ann", at(-1, 0), None, "sick"),))
    found = ask(ill)
    assert (found.status, found.presence, found.next_slot) == (
        OperatorStatus.UNAVAILABLE,
        Presence.ABSENT,
        None,
    )
    assert found.reasons == (ClosedReason.ABSENCE,)
    assert [a.id for a in found.absences] == ["a1"]


def test_before_and_after_the_shift_a_person_is_off() -> None:
    assert ask(with_ann(), at(0, 5)).presence is Presence.OFF_SHIFT
    assert ask(with_ann(), at(0, 14)).presence is Presence.OFF_SHIFT


def test_a_holiday_is_why_a_person_is_not_there() -> None:
    holiday = CalendarException(
        "e1", ExceptionKind.CLOSURE, "Founders' day", calendar_id="cal", production_date=date(2026, 11, 23)
    )
    found = ask(replace(with_ann(), exceptions=(holiday,)))
    assert (found.status, found.reasons) == (OperatorStatus.UNAVAILABLE, (ClosedReason.HOLIDAY,))


def test_a_skill_that_ends_in_the_window_is_valid_until_then_and_not_throughout() -> None:
    ends_at_noon = OperatorSkill("mill", valid_to=at(0, 12))
    base = with_ann(skills=(ends_at_noon, OperatorSkill("turn")))
    assert [(s.skill.skill_id, s.valid, s.valid_throughout) for s in ask(base, at(0, 9)).skills] == [
        ("mill", True, False),
        ("turn", True, True),
    ]
    assert [s.valid for s in ask(base, at(0, 12)).skills] == [False, True]


def test_the_next_slot_is_the_next_shift_when_today_is_full() -> None:
    found = ask(with_ann((at(0, 6), at(0, 14))))
    assert found.next_slot is not None
    assert found.next_slot.start == at(1, 6)


@quick
@given(st.data())
def test_free_minutes_are_those_in_which_one_more_job_fits(data: st.DataObject) -> None:
    place = data.draw(strategies.places())
    base = data.draw(strategies.shops(place))
    wide = (place.window[0] - 4000, place.window[1] + 4000)
    question = Question(place.window, place.window[0], place.window[1], min_free_minutes=1)
    for operator in base.operators.values():
        work = work_by_operator(base).get(operator.id, ())
        found = operator_availability(ShopTimes(base, wide), operator, work, question, place.window[0])
        _, available = oracle.operator_minutes(base, operator.id, wide)
        running = [set(range(w.segment.start, w.segment.end)) for w in work]
        free = {m for m in available if sum(m in run for run in running) < operator.max_parallel}
        assert sum(s.minutes for s in found.free_slots) == len(free & set(range(*place.window)))
        clock = set(range(*place.window)) & available
        assert found.figures.available == len(clock)
        assert (found.status is OperatorStatus.BOOKED) == bool(clock and not clock & free)


def test_a_skill_renewed_without_a_gap_is_one_stretch_and_does_not_expire_between() -> None:
    rows = (OperatorSkill("mill", valid_to=at(0, 12)), OperatorSkill("mill", valid_from=at(0, 12)))
    (held,) = ask(with_ann(skills=rows)).skills
    assert (held.skill, held.valid_throughout, held.expires) == (OperatorSkill("mill"), True, False)


def test_a_skill_that_is_over_before_the_window_is_neither_valid_nor_expiring_in_it() -> None:
    (held,) = ask(with_ann(skills=(OperatorSkill("mill", valid_to=MONDAY),))).skills
    assert (held.valid, held.valid_within, held.expires) == (False, False, False)
