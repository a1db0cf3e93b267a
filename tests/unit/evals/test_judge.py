"""The judge tells right from declined from wrong, and counts a confident error twice."""

import pytest

from evals.conversation import Call, FullAnswer, Reply
from evals.judge import Judged, Score, Verdict, judge, score
from evals.question_set import AnswerCheck, Question
from evals.shop import open_demo
from evals.wording import slips
from leadhand.errors import JsonValue
from tools.registry import ToolRegistry

SHOP = open_demo().shop
REGISTRY = ToolRegistry.discover()
AVAILABILITY, CAPACITY, WORKLOAD = (
    "get_machine_availability",
    "check_capacity",
    "analyze_workload_distribution",
)


def judged(
    want: list[dict[str, object]], *calls: Call, others: list[list[dict[str, object]]] | None = None
) -> Judged:
    question = Question.model_validate(
        {"id": "q", "category": "c", "text": "?", "want": want, "or": others or []}
    )
    return judge(question, Reply("" if calls else "I cannot.", calls), shop=SHOP, registry=REGISTRY)


def call(tool: str, **args: JsonValue) -> Call:
    return Call(tool, args)


PUMA_TOMORROW: dict[str, object] = {
    "tool": AVAILABILITY,
    "names": ["Puma 3100"],
    "window": "2026-11-24/2026-11-24",
}
FIFTY: dict[str, object] = {"tool": CAPACITY, "hours": 50, "window": "2026-12-01/2026-12-31"}


@pytest.mark.parametrize(
    "args",
    [
        {"machines": ["Puma 3100"], "window": "tomorrow"},
        {"machines": ["PUMA-3100"], "from": "2026-11-24", "to": "2026-11-24"},
        {"machines": ["the pumma 3100"], "window": "morgen"},
    ],
)
def test_the_same_machine_and_day_in_other_words_are_right(args: dict[str, JsonValue]) -> None:
    assert judged([PUMA_TOMORROW], Call(AVAILABILITY, args)).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    "args",
    [
        {"machines": ["Haas VF-4"], "window": "tomorrow"},
        {"machines": ["Puma 3100", "Haas VF-4"], "window": "tomorrow"},
        {"machines": ["Puma 2100"], "window": "tomorrow"},
        {"machines": ["Puma 3100"], "window": "next week"},
        {"machines": ["Puma 3100"]},
        {"window": "tomorrow"},
        {"machines": ["Puma 3100"], "window": "tomorrow", "min_free_minutes": 600},
        {"machines": ["Puma 3100"], "window": "the day of the tentacle"},
    ],
)
def test_another_machine_another_window_or_an_invented_amount_is_wrong(args: dict[str, JsonValue]) -> None:
    assert judged([PUMA_TOMORROW], Call(AVAILABILITY, args)).verdict is Verdict.WRONG


def test_a_part_of_a_code_is_not_the_machine() -> None:
    want: list[dict[str, object]] = [{"tool": AVAILABILITY, "names": ["Haas VF-4"]}]
    assert judged(want, call(AVAILABILITY, machines=["Haas"])).verdict is Verdict.WRONG


def test_a_work_centers_name_may_stand_where_machines_stand() -> None:
    want: list[dict[str, object]] = [{"tool": AVAILABILITY, "names": ["milling"]}]
    assert judged(want, call(AVAILABILITY, machines=["milling"])).verdict is Verdict.RIGHT
    assert judged(want, call(AVAILABILITY, work_center="CNC milling")).verdict is Verdict.RIGHT


def test_no_call_is_declined_where_one_was_right_and_right_where_none_was() -> None:
    assert judged([PUMA_TOMORROW]).verdict is Verdict.DECLINED
    assert judged([]).verdict is Verdict.RIGHT


def test_a_call_is_wrong_where_none_was_right() -> None:
    assert judged([], call(AVAILABILITY)).verdict is Verdict.WRONG


def test_half_of_two_questions_is_declined() -> None:
    assert judged([PUMA_TOMORROW, FIFTY], call(CAPACITY, hours=50, window="next month")).verdict is (
        Verdict.DECLINED
    )


def test_half_of_another_way_to_ask_is_wrong() -> None:
    both: list[dict[str, object]] = [{"tool": WORKLOAD, "window": "2026-11-23/2026-12-06"}]
    each: list[dict[str, object]] = [
        {"tool": WORKLOAD, "window": "2026-11-23/2026-11-29"},
        {"tool": WORKLOAD, "window": "2026-11-30/2026-12-06"},
    ]
    this_week, next_week = call(WORKLOAD, window="this week"), call(WORKLOAD, window="next week")
    assert judged(both, this_week, next_week, others=[each]).verdict is Verdict.RIGHT
    assert judged(both, next_week, others=[each]).verdict is Verdict.WRONG


def test_two_calls_for_one_machine_each_are_one_call_for_both() -> None:
    want: list[dict[str, object]] = [{"tool": AVAILABILITY, "names": ["Puma 3100", "Haas VF-4"]}]
    calls = (call(AVAILABILITY, machines=["Puma 3100"]), call(AVAILABILITY, machines=["Haas VF-4"]))
    assert judged(want, *calls).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("args", "verdict"),
    [
        ({"hours": 20, "due": "Friday"}, Verdict.RIGHT),
        ({"hours": 20, "window": "until Friday"}, Verdict.RIGHT),
        ({"hours": 20, "window": "Friday"}, Verdict.WRONG),
        ({"hours": 21, "due": "Friday"}, Verdict.WRONG),
        ({"hours": 20}, Verdict.WRONG),
        ({"hours": 20, "due": "Friday", "lots": 2}, Verdict.WRONG),
    ],
)
def test_a_deadline_is_a_due_date_or_the_end_of_a_window_from_now(
    args: dict[str, JsonValue], verdict: Verdict
) -> None:
    assert (
        judged([{"tool": CAPACITY, "hours": 20, "by": "2026-11-27"}], Call(CAPACITY, args)).verdict is verdict
    )


def test_input_that_the_tool_would_refuse_is_wrong() -> None:
    assert judged([FIFTY], call(CAPACITY, hors=50)).verdict is Verdict.WRONG


def test_a_confident_error_costs_twice_what_declining_costs() -> None:
    right, declined, wrong = judged([]), judged([FIFTY]), judged([], call(AVAILABILITY))
    assert score([right, declined, wrong, right]) == Score(4, 2, 1, 1)
    assert score([right, declined, wrong, right]).weighted == pytest.approx(1 - 3 / 4)


def answer(text: str, **output: JsonValue) -> FullAnswer:
    return FullAnswer(text, (), (output,), ())


@pytest.mark.parametrize(
    "text",
    [
        "Free in None.",
        "It is finished on Mo…",
        "There are 1 bookings.",
        "**Free on Monday.",
        "Free on the the Puma.",
        "It is 12.5 h.",
        "",
    ],
)
def test_leftovers_cuts_slips_and_foreign_numbers_are_found(text: str) -> None:
    assert slips(AnswerCheck(id="a", text="?"), answer(text, free_h=5.0, bookings=1))


def test_an_answer_with_the_tools_figures_has_no_slips() -> None:
    check = AnswerCheck(id="a", text="Is it free?", figures=["0.free_h", "0.from"], words=["free"])
    told = answer(
        "**Free**: 5 h from Tue 24 Nov 2026, 07:15.", **{"free_h": 5.0, "from": "2026-11-24T07:15:00-06:00"}
    )
    assert slips(check, told) == []


def test_a_figure_that_is_not_told_is_a_slip() -> None:
    check = AnswerCheck(id="a", text="?", figures=["0.free_h"])
    assert slips(check, answer("It is free.", free_h=5.0)) == ["does not tell 0.free_h = 5.0"]


@pytest.mark.parametrize(
    ("want", "right", "wrong"),
    [
        (
            {"tool": "get_order_status", "order": "4012"},
            {"order": "WO-4012", "explain": True},
            {"order": "WO-4013"},
        ),
        (
            {"tool": "get_order_status", "customer": "Harlow", "filter": "late"},
            {"customer": "harlow", "filter": "late"},
            {"filter": "late"},
        ),
        (
            {"tool": "get_operator_availability", "operators": ["Hannah"], "free": ["at"]},
            {"operators": ["hannah"], "at": "10:00"},
            {"operators": ["Tyrone"]},
        ),
        (
            {"tool": "get_operator_availability", "qualified": "CMM|inspection"},
            {"work_center": "CMM"},
            {"machine": "Puma 3100"},
        ),
        (
            {"tool": "detect_schedule_conflicts", "types": ["machine_double_booked,operator_double_booked"]},
            {"types": ["operator_double_booked", "machine_double_booked"]},
            {"types": ["operator_double_booked"]},
        ),
        (
            {"tool": "get_order_status", "filter": "due_before", "window": "/2026-11-27"},
            {"filter": "due_before", "to": "2026-11-27"},
            {"filter": "due_before", "to": "2026-11-28"},
        ),
        (
            {
                "tool": "simulate_schedule_change",
                "change": "due_date",
                "order": "WO-4022",
                "due": "2026-12-02",
            },
            {"change": "due_date", "order": "WO-4022", "due": "Dec 2"},
            {"change": "due_date", "order": "WO-4022", "due": "Dec 3"},
        ),
        (
            {
                "tool": "simulate_schedule_change",
                "change": "order_move",
                "order": "4016",
                "from": "2026-11-30",
                "free": ["to"],
            },
            {"change": "order_move", "order": "WO-4016", "from": "2026-11-30", "to": "2026-12-04"},
            {"change": "order_move", "order": "WO-4016", "from": "2026-12-01"},
        ),
    ],
)
def test_people_orders_kinds_and_days_are_compared_by_what_they_mean(
    want: dict[str, object], right: dict[str, JsonValue], wrong: dict[str, JsonValue]
) -> None:
    tool = str(want["tool"])
    assert judged([want], Call(tool, right)).verdict is Verdict.RIGHT
    assert judged([want], Call(tool, wrong)).verdict is Verdict.WRONG
