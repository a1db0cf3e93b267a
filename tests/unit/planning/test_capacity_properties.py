"""Capacity on random small shops: as the minute oracle has it, monotone, and never against a rule."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.capacity import Case, CaseAnswer, Verdict, evaluate
from planning.capacity_options import Option, OptionKind
from planning.capacity_overtime import Overtime, standard_slots
from planning.capacity_question import CapacityQuestion, WorkDemand, answer_question
from planning.capacity_rooms import Work
from planning.figures import figures
from planning.floor import Floor
from planning.intervals import clip, intersect, normalize, subtract, total
from planning.shop import Calendar, Intervals, Machine, OvertimeSlot, Shift, Shop, ShopSettings, WorkCenter
from planning.workplaces import Workplace
from planning.zones import local_minute
from tests.unit.planning.insertion_oracle import (
    OracleChoice,
    OracleRules,
    OracleStep,
    as_minutes,
    best_step,
    earliest_split,
)

HORIZON = 60
DUE = 40


def spans(most: int, longest: int) -> st.SearchStrategy[Intervals]:
    def laid_out(lengths: list[tuple[int, int]]) -> Intervals:
        found: list[tuple[int, int]] = []
        minute = 0
        for pause, length in lengths:
            found.append((minute + pause, minute + pause + length))
            minute += pause + length
        return clip(normalize(found), (0, HORIZON))

    return st.lists(st.tuples(st.integers(0, 6), st.integers(1, longest)), max_size=most).map(laid_out)


@st.composite
def cases(draw: st.DrawFn, most_machines: int = 3) -> Case:
    machines = [
        Workplace(code, code, draw(spans(5, 12)), draw(spans(3, 5)))
        for code in "ABC"[: draw(st.integers(1, most_machines))]
    ]
    work = Work(
        "wc",
        tuple(machines),
        setup_min=draw(st.integers(0, 4)),
        run_s_per_piece=draw(st.sampled_from([20, 60, 90, 130])),
        splittable=draw(st.booleans()),
    )
    ready = draw(st.integers(0, 8))
    slots = draw(spans(3, 6))
    opened = {m.machine_id: clip(subtract(slots, m.available), (ready, DUE)) for m in machines}
    window = (ready, DUE)
    return Case(
        works=(work,),
        quantity=draw(st.integers(1, 16)),
        window=window,
        horizon_end=HORIZON,
        figures={
            m.machine_id: figures(m.available, m.available, m.envelopes, m.envelopes, window)
            for m in machines
        },
        overtime=Overtime(clip(slots, window), opened, standard=True).on(opened),
        max_utilization_pct=Fraction(1000),
        lots=draw(st.none() | st.integers(1, 3)),
    )


def oracle_choices(work: Work, quantity: int) -> tuple[OracleChoice, ...]:
    return tuple(
        OracleChoice(
            w.code,
            as_minutes(w.available),
            as_minutes(w.envelopes),
            work.setup_min,
            work.run_min(quantity),
        )
        for w in work.workplaces
    )


def oracle_finish(case: Case, lots: int | None) -> int | None:
    [work] = case.works
    return earliest_split(
        oracle_choices(work, case.quantity),
        quantity=case.quantity,
        run_s=work.run_s_per_piece,
        ready=case.window[0],
        horizon_end=HORIZON,
        splittable=work.splittable,
        lots=lots,
    )


def earliest(answer: CaseAnswer) -> int:
    return answer.earliest.finish if answer.earliest else HORIZON + 1


@settings(max_examples=100, deadline=None)
@given(cases())
def test_every_option_has_the_earliest_finish_of_all(case: Case) -> None:
    [work] = case.works
    answer = evaluate(case)
    finishes = {option.kind: option.finish for option in answer.options}
    step = OracleStep(oracle_choices(work, case.quantity), splittable=work.splittable)
    block = best_step(step, OracleRules(horizon_end=HORIZON), case.window[0])
    lots = oracle_finish(case, case.lots or len(work.workplaces))
    pieces = oracle_finish(case, None) if case.lots is None else lots
    assert finishes.get(OptionKind.ONE_BLOCK) == (block[0] if block else None)
    # A split is listed where it beats what is simpler; the earliest of all is always there.
    found = min(finishes.values(), default=None)
    assert found == min((f for f in (block and block[0], lots, pieces) if f is not None), default=None)
    if OptionKind.LOTS in finishes:
        assert finishes[OptionKind.LOTS] == lots


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_verdict_says_what_the_finishes_say(case: Case) -> None:
    answer = evaluate(case)
    block = next((o for o in answer.options if o.kind is OptionKind.ONE_BLOCK), None)
    in_time = earliest(answer) <= DUE
    assert (answer.verdict is Verdict.YES) == (block is not None and block.finish <= DUE)
    assert (answer.verdict in {Verdict.YES, Verdict.YES_SPLIT}) == in_time
    assert (answer.shortfall_min == 0) == in_time
    # Hours against hours are necessary: what lacks hours is never in time.
    assert not (answer.centers[0].shortfall_min and in_time)
    if answer.verdict is Verdict.YES_WITH_OVERTIME:
        assert answer.plan is not None
        assert answer.plan.finish <= DUE
        assert answer.overtime.used_min > 0


@settings(max_examples=100, deadline=None)
@given(cases())
def test_no_option_breaks_a_rule_of_the_plan(case: Case) -> None:
    answer = evaluate(case)
    for option in answer.options:
        assert_rules(case, option, {})
    if answer.overtime.answer is not None:
        assert_rules(case, answer.overtime.answer, dict(answer.overtime.offered.opened))


def assert_rules(case: Case, option: Option, opened: dict[str, Intervals]) -> None:
    [work] = case.works
    machines = {w.machine_id: w for w in work.workplaces}
    assert sum(part.pieces for part in option.parts) == case.quantity
    assert max(part.end for part in option.parts) == option.finish
    by_machine: dict[str, list[tuple[int, int]]] = {}
    for part in option.parts:
        machine = machines[part.machine_id]
        open_time = normalize([*machine.available, *opened.get(part.machine_id, ())])
        assert part.start >= case.window[0]
        assert total(part.work) == work.minutes(part.pieces), "one setup and the run of its pieces"
        assert (part.work[0][0], part.work[-1][1]) == (part.start, part.end)
        assert intersect(part.work, open_time) == part.work, "outside the calendar"
        assert not clip(machine.envelopes, (part.start, part.end)), "overlaps a booking"
        assert work.splittable or total(part.work) == part.end - part.start, "paused"
        by_machine.setdefault(part.machine_id, []).append((part.start, part.end))
    for envelopes in by_machine.values():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(envelopes))), "machine double booked"
    if option.kind is not OptionKind.PIECES:
        assert all(len(envelopes) == 1 for envelopes in by_machine.values())
        assert len(by_machine) <= (option.lots or 1)


@settings(max_examples=80, deadline=None)
@given(cases(), spans(3, 8), st.integers(0, 5))
def test_more_capacity_or_a_shorter_order_never_finishes_later(
    case: Case, extra: Intervals, less: int
) -> None:
    def more(workplace: Workplace) -> Workplace:
        return replace(workplace, available=normalize([*workplace.available, *extra]))

    [work] = case.works
    easier = replace(
        case,
        works=(replace(work, workplaces=tuple(map(more, work.workplaces))),),
        quantity=max(1, case.quantity - less),
    )
    assert earliest(evaluate(easier)) <= earliest(evaluate(case))


@settings(max_examples=80, deadline=None)
@given(cases())
def test_overtime_never_finishes_later_and_the_fewest_slots_are_taken(case: Case) -> None:
    answer = evaluate(case)
    effect = answer.overtime
    if answer.verdict is not Verdict.YES_WITH_OVERTIME:
        assert effect.brings_forward_min is None or effect.brings_forward_min >= 0
        return
    count = len(effect.offered.slots)
    assert effect.offered.slots == case.overtime.slots[:count], "in order of time"
    fewer = evaluate(replace(case, overtime=case.overtime.first(count - 1)))
    assert fewer.verdict is Verdict.NO


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_machines_changes_nothing(case: Case, random: Random) -> None:
    [work] = case.works
    mixed = random.sample(work.workplaces, len(work.workplaces))
    again = evaluate(replace(case, works=(replace(work, workplaces=tuple(mixed)),)))
    answer = evaluate(case)
    for name in ("verdict", "options", "answer", "limits", "shortfall_min", "overtime"):
        assert getattr(again, name) == getattr(answer, name), name


@settings(max_examples=80, deadline=None)
@given(cases())
def test_a_machine_limits_by_exactly_what_a_rerun_with_its_first_closed_hour_saves(case: Case) -> None:
    answer = evaluate(case)
    if answer.answer is None:
        return
    [work], option = case.works, answer.answer
    expected = {w.machine_id: saved_by_an_hour(case, option, w) for w in work.workplaces}
    gains = {limit.machine_id: limit.gain_min for limit in answer.limits if limit.gain_min}
    assert gains == {machine_id: gain for machine_id, gain in expected.items() if gain}
    assert [x.gain_min for x in answer.limits] == sorted((x.gain_min for x in answer.limits), reverse=True)


def saved_by_an_hour(case: Case, option: Option, machine: Workplace) -> int:
    """On so short a horizon the first closed hour is all the closed time until the finish."""
    [work] = case.works
    own = [part.start for part in option.parts if part.machine_id == machine.machine_id]
    best = option.finish
    for since in {case.window[0], max(own, default=case.window[0])}:
        taken = as_minutes(machine.available) | as_minutes(machine.envelopes)
        hour = frozenset(minute for minute in range(since, option.finish) if minute not in taken)
        wider = tuple(
            replace(choice, open_minutes=choice.open_minutes | hour)
            if choice.code == machine.code
            else choice
            for choice in oracle_choices(work, case.quantity)
        )
        finish = earliest_split(
            wider,
            quantity=case.quantity,
            run_s=work.run_s_per_piece,
            ready=case.window[0],
            horizon_end=HORIZON,
            splittable=work.splittable,
            lots=option.lots,
        )
        best = min(best, finish or best)
    return option.finish - best


# Through the change of the clocks

NIGHTS = [
    ("America/Chicago", date(2027, 3, 13), 7 * 60),
    ("America/Chicago", date(2026, 10, 31), 9 * 60),
    ("Europe/Berlin", date(2027, 3, 27), 7 * 60),
    ("Europe/Berlin", date(2026, 10, 24), 9 * 60),
    ("Australia/Sydney", date(2026, 10, 3), 7 * 60),
    ("Australia/Sydney", date(2027, 4, 3), 9 * 60),
    ("Australia/Lord_Howe", date(2026, 10, 3), 7 * 60 + 30),
    ("Australia/Lord_Howe", date(2027, 4, 3), 8 * 60 + 30),
]


def night_shop(zone: str, day: date, *, overtime: bool) -> Shop:
    """Open in the night that begins on `day`, 22:00 to 06:00, by shift or by overtime only."""
    weekday = day.isoweekday()
    shifts = () if overtime else (Shift(weekday, 22 * 60, 6 * 60, ends_next_day=True),)
    slots = (OvertimeSlot(weekday, 22 * 60, 6 * 60, ends_next_day=True),) if overtime else ()
    return Shop(
        settings=ShopSettings("Night", zone, standard_overtime=slots),
        calendars={"night": Calendar("night", "Night", shifts)},
        work_centers={"wc": WorkCenter("wc", "WC")},
        machines={"m1": Machine("m1", "M1", "One", "wc", "night")},
    )


def verdict_for(shop: Shop, day: date, minutes: int) -> CaseAnswer:
    start = local_minute(day, 12 * 60, ZoneInfo(shop.settings.timezone))
    window = (start, start + 36 * 60)
    asked = CapacityQuestion(((WorkDemand(("m1",), "wc"),),), minutes, window, window[1], Fraction(1000))
    [answer] = answer_question(Floor(shop, window), asked)
    return answer


@pytest.mark.parametrize(("zone", "day", "night_min"), NIGHTS)
def test_the_night_of_the_clock_change_holds_its_true_minutes(zone: str, day: date, night_min: int) -> None:
    shop = night_shop(zone, day, overtime=False)
    assert verdict_for(shop, day, night_min).verdict is Verdict.YES
    over = verdict_for(shop, day, night_min + 1)
    assert (over.verdict, over.shortfall_min) == (Verdict.NO, 1)


@pytest.mark.parametrize(("zone", "day", "night_min"), NIGHTS)
def test_overtime_in_that_night_holds_its_true_minutes_too(zone: str, day: date, night_min: int) -> None:
    shop = night_shop(zone, day, overtime=True)
    fits = verdict_for(shop, day, night_min)
    assert (fits.verdict, fits.overtime.used_min) == (Verdict.YES_WITH_OVERTIME, night_min)
    assert verdict_for(shop, day, night_min + 1).verdict is Verdict.NO
    start = local_minute(day, 0, ZoneInfo(zone))
    [slot] = standard_slots(shop, (start, start + 2 * 24 * 60))
    assert slot[1] - slot[0] == night_min
