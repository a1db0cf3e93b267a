"""The set of questions is well formed; how many of them a model gets right is for `make eval`."""

from collections import Counter

import pytest
from pydantic import ValidationError

from evals.dates import end_of, expected_ends, expected_windows, start_of
from evals.question_set import (
    HELD_OUT,
    SHOWN,
    ExpectedCall,
    Question,
    read_answer_checks,
    read_questions,
)
from evals.shop import planner
from leadhand.errors import JsonValue
from tools.json_input import validated
from tools.registry import ToolRegistry

ALL = [*read_questions(SHOWN), *read_questions(HELD_OUT)]
# Names of the arguments that every tool calls differently or that only the judge knows.
OTHERWISE_NAMED = {
    "tool",
    "names",
    "qualified",
    "window",
    "by",
    "from",
    "said",
    "free",
    "hours",
    "group_by",
    "routing",
}


def _calls(question: Question) -> list[ExpectedCall]:
    return [call for accepted in question.accepted for call in accepted]


def test_there_are_enough_questions_and_enough_that_no_tool_answers() -> None:
    assert len(ALL) >= 220
    assert sum(1 for question in ALL if not question.want) >= 60


def test_about_a_quarter_of_the_questions_is_held_out() -> None:
    assert 0.2 <= len(read_questions(HELD_OUT)) / len(ALL) <= 0.3


def test_every_question_has_an_id_of_its_own_and_is_asked_once() -> None:
    assert max(Counter(question.id for question in ALL).values()) == 1
    asked = Counter((q.text, tuple(turn.model_dump_json() for turn in q.earlier)) for q in ALL)
    assert max(asked.values()) == 1


def test_every_question_is_asked_in_words() -> None:
    assert [question.id for question in ALL if not question.text.strip()] == []


def test_every_expected_window_ends_after_it_starts() -> None:
    windows = [
        window
        for question in ALL
        for call in _calls(question)
        if call.window is not None
        for window in expected_windows(call.window)
        if window is not None
    ]
    assert windows
    assert all(start < end for start, end in windows)


def test_every_expected_deadline_is_after_the_start() -> None:
    for question in ALL:
        for call in _calls(question):
            if call.by is not None and call.by != "*":
                start = start_of(call.from_ or "now")
                assert all(end > start for end in expected_ends(call.by)), question.id


def test_a_date_as_an_end_is_its_whole_day() -> None:
    assert end_of("2026-11-24") - start_of("2026-11-24") == 24 * 60


def test_what_is_expected_of_a_tool_is_an_argument_that_it_has() -> None:
    registry = ToolRegistry.discover()
    for question in ALL:
        for call in _calls(question):
            fields = registry.get(call.tool).input_model.model_fields.keys()
            asked = call.model_dump(by_alias=True, exclude_defaults=True).keys() - OTHERWISE_NAMED
            assert asked <= fields, question.id


def test_only_capacity_questions_have_hours_deadlines_and_steps() -> None:
    for question in ALL:
        for call in _calls(question):
            if call.tool != "check_capacity":
                assert (call.hours, call.by, call.routing) == (None, None, []), question.id
            elif call.hours is None:
                assert call.routing, question.id
                assert call.quantity, question.id


def test_earlier_calls_are_calls_that_the_tools_accept() -> None:
    registry = ToolRegistry.discover()
    for question in ALL:
        for turn in question.earlier:
            for call in turn.calls:
                args: JsonValue = dict(call.args)
                assert validated(registry.get(call.tool).input_model, args), question.id


def test_a_follow_up_has_something_before_it() -> None:
    assert all(question.earlier for question in ALL if question.category == "follow_up")


def test_answers_are_checked_for_figures_or_words() -> None:
    checks = read_answer_checks()
    assert len(checks) >= 30
    assert all(check.figures or check.words for check in checks)


def test_a_misspelt_key_of_a_question_is_refused() -> None:
    with pytest.raises(ValidationError):
        ExpectedCall.model_validate({"tool": "check_capacity", "hors": 5})


def test_all_questions_are_asked_at_the_same_instant() -> None:
    assert planner().as_of.isoformat() == "2026-11-23T14:00:00+00:00"
