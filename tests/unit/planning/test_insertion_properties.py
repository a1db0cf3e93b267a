"""Forward insertion on random small shops against the exhaustive search of `insertion_oracle`."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import BeyondHorizon, NoEligibleOperator
from planning.crew import Crew, CrewMember
from planning.insertion import Choice, InsertedStep, Insertion, InsertionRequest, Operators, Step, insert
from planning.intervals import clip, intersect, normalize, total
from planning.shop import Attendance, Intervals
from planning.workplaces import Workplace
from tests.unit.planning.insertion_oracle import (
    OracleChoice,
    OracleRules,
    OracleStep,
    as_minutes,
    best_finish,
    best_step,
)

HORIZON = 40


def spans(most: int, longest: int = 9) -> st.SearchStrategy[Intervals]:
    """Short stretches with short pauses, so that exact fits and near misses are common."""

    def laid_out(lengths: list[tuple[int, int]]) -> Intervals:
        found: list[tuple[int, int]] = []
        minute = 0
        for pause, length in lengths:
            found.append((minute + pause, minute + pause + length))
            minute += pause + length
        return clip(normalize(found), (0, HORIZON))

    return st.lists(st.tuples(st.integers(0, 6), st.integers(1, longest)), max_size=most).map(laid_out)


def crews() -> st.SearchStrategy[Crew]:
    return st.lists(spans(most=4), min_size=1, max_size=2).map(
        lambda frees: Crew(tuple(CrewMember(f"o{i}", f"O{i}", free) for i, free in enumerate(frees)))
    )


@st.composite
def workplaces(draw: st.DrawFn) -> Workplace:
    code = draw(st.sampled_from("ABC"))
    return Workplace(code, code, draw(spans(most=6)), draw(spans(most=2, longest=4)), draw(crews()))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    if draw(st.integers(0, 9)) == 0:
        return Step(elapsed_min=draw(st.integers(0, 6)))
    choices = draw(st.lists(workplaces(), min_size=1, max_size=2, unique_by=lambda w: w.code))
    return Step(
        tuple(
            Choice(w, draw(st.integers(0, 3)), draw(st.integers(1, 6)), draw(st.integers(0, 1)))
            for w in choices
        ),
        attendance=draw(st.sampled_from(Attendance)),
        splittable=draw(st.booleans()),
        wait_after_min=draw(st.integers(0, 3)),
        material_at=draw(st.none() | st.integers(0, 20)),
    )


@st.composite
def requests(draw: st.DrawFn, most: int = 3) -> InsertionRequest:
    return InsertionRequest(
        steps=tuple(draw(st.lists(steps(), min_size=1, max_size=most))),
        release=draw(st.integers(0, 10)),
        horizon_end=HORIZON,
        operators=draw(st.sampled_from(Operators)),
        handover=draw(st.booleans()),
    )


def placed_or_none(request: InsertionRequest) -> Insertion | None:
    try:
        return insert(request)
    except (BeyondHorizon, NoEligibleOperator):
        return None


def oracle_step(step: Step) -> OracleStep:
    return OracleStep(
        tuple(
            OracleChoice(
                c.workplace.code,
                as_minutes(c.workplace.available),
                as_minutes(c.workplace.envelopes),
                c.setup_min,
                c.run_min,
                c.preference,
                tuple((member.code, as_minutes(member.free)) for member in c.workplace.crew.members),
            )
            for c in step.choices
        ),
        step.attendance.value,
        step.splittable,
        step.wait_after_min,
        step.material_at or 0,
        step.elapsed_min,
    )


def oracle_rules(request: InsertionRequest) -> OracleRules:
    return OracleRules(request.operators is Operators.REQUIRED, request.handover, request.horizon_end)


@settings(max_examples=100, deadline=None)
@given(requests())
def test_the_finish_equals_the_best_of_all_machines_people_and_starts(request: InsertionRequest) -> None:
    placed = placed_or_none(request)
    oracle = best_finish(tuple(map(oracle_step, request.steps)), oracle_rules(request), request.release)
    within = oracle if oracle is None or oracle <= HORIZON else None
    finish = placed.finish if placed and placed.finish <= HORIZON else None
    assert finish == within


@settings(max_examples=150, deadline=None)
@given(requests(most=1))
def test_each_step_takes_the_earliest_end_then_start_then_preference_then_code(
    request: InsertionRequest,
) -> None:
    placed = placed_or_none(request)
    step = request.steps[0]
    best = best_step(oracle_step(step), oracle_rules(request), request.release)
    if best is None:
        assert placed is None
        return
    assert placed is not None
    found = placed.steps[0]
    assert (found.end, found.start, found.machine_id or "") == (best[0], best[1], best[3])


@settings(max_examples=100, deadline=None)
@given(requests())
def test_no_insertion_breaks_a_rule_of_the_plan(request: InsertionRequest) -> None:
    placed = placed_or_none(request)
    if placed is None:
        return
    ready = request.release
    for step, done in zip(request.steps, placed.steps, strict=True):
        ready = max(ready, step.material_at or 0)
        assert done.ready == ready <= done.start <= done.end
        ready = done.end + step.wait_after_min
        if done.machine_id is not None:
            assert_rules(request, step, done)


def assert_rules(request: InsertionRequest, step: Step, done: InsertedStep) -> None:
    choice = next(c for c in step.choices if c.workplace.machine_id == done.machine_id)
    place = choice.workplace
    work = tuple((s.start, s.end) for s in done.segments)
    assert not clip(place.envelopes, (done.start, done.end)), "overlaps a booking"
    assert intersect(normalize(work), place.available) == normalize(work), "outside the calendar"
    assert total(work) == choice.setup_min + choice.run_min, "duration"
    assert (work[0][0], work[-1][1]) == (done.start, done.end), "envelope"
    assert all(a[1] <= b[0] for a, b in pairwise(work)), "segments in order"
    if not step.splittable:
        assert total(normalize(work)) == done.end - done.start, "paused"
    if request.operators is Operators.IGNORE or step.attendance is Attendance.NONE:
        assert all(s.operator_id is None for s in done.segments)
        return
    full = step.attendance is Attendance.FULL
    attended = [s for s in done.segments if s.operator_id is not None]
    minutes = sum(s.end - s.start for s in attended)
    assert minutes == choice.setup_min + (choice.run_min if full else 0)
    for s in attended:
        member = next(m for m in place.crew.members if m.operator_id == s.operator_id)
        assert clip(member.free, (s.start, s.end)) == ((s.start, s.end),), (
            "operator not free or not qualified"
        )
    assert request.handover or len({s.operator_id for s in attended}) <= 1


@settings(max_examples=80, deadline=None)
@given(requests(), st.data())
def test_more_time_or_shorter_work_never_finishes_later(
    request: InsertionRequest, data: st.DataObject
) -> None:
    placed = placed_or_none(request)
    if placed is None:
        return
    extra = data.draw(spans(most=2))
    shorter = data.draw(st.integers(0, 2))

    def easier(choice: Choice) -> Choice:
        place = choice.workplace
        crew = Crew(tuple(replace(m, free=normalize([*m.free, *extra])) for m in place.crew.members))
        wider = replace(place, available=normalize([*place.available, *extra]), crew=crew)
        return replace(choice, workplace=wider, run_min=max(1, choice.run_min - shorter))

    wider = tuple(replace(step, choices=tuple(map(easier, step.choices))) for step in request.steps)
    again = insert(replace(request, steps=wider))
    assert again.finish <= placed.finish


@settings(max_examples=60, deadline=None)
@given(requests(), st.randoms(use_true_random=False))
def test_the_order_of_machines_and_people_changes_nothing(request: InsertionRequest, random: Random) -> None:
    def mixed(crew: Crew) -> Crew:
        return Crew(tuple(random.sample(crew.members, len(crew.members))))

    def shuffled(step: Step) -> Step:
        choices = [
            replace(c, workplace=replace(c.workplace, crew=mixed(c.workplace.crew))) for c in step.choices
        ]
        random.shuffle(choices)
        return replace(step, choices=tuple(choices))

    again = replace(request, steps=tuple(map(shuffled, request.steps)))
    assert placed_or_none(again) == placed_or_none(request)
