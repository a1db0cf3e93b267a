"""How an answer to a quiz is read: by number, order, place or its words; what is unclear is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.quiz.answers import read_answers

OPTIONS = {
    1: ("8 %", "5 %", "10 %"),
    2: ("operator", "setter", "foreman", "planner"),
    3: ("Monday", "Friday"),
}
ALL = [1, 2, 3]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("1b 2a 3a", {1: 1, 2: 0, 3: 0}),
        ("1: b, 2) d; 3.b", {1: 1, 2: 3, 3: 1}),
        ("1=B 2=C", {1: 1, 2: 2}),
        ("question 1 is b and question 2 is c", {1: 1, 2: 2}),
        ("Frage 2: die letzte", {2: 3}),
        ("1. the first one 2. the third one", {1: 0, 2: 2}),
        ("1 c 2 don't know 3 the first", {1: 2, 2: None, 3: 0}),
        ("3b", {3: 1}),
        ("b", {1: 1}),
        ("I think it's b", {1: 1}),
        ("b, a, b", {1: 1, 2: 0, 3: 1}),
        ("the second one", {1: 1}),
        ("die zweite bitte", {1: 1}),
        ("2 1 2", {1: 1, 2: 0, 3: 1}),
        ("I don't know", {1: None}),
        ("Weiß ich nicht", {1: None}),
        ("8 %", {1: 0}),
        ("1: 8 %, 2: Setter", {1: 0, 2: 1}),
        ("setter, Monday", {2: 1, 3: 0}),
    ],
)
def test_an_answer_is_read_as_it_is_meant(said: str, wanted: dict[int, int | None]) -> None:
    read = read_answers([said], OPTIONS, ALL)
    assert (dict(read.by_number), read.unclear) == (wanted, ())


@pytest.mark.parametrize(
    "said",
    ["1d", "7a", "2", "a) 1", "1 b, 1 c", "b a b a", "Is the Puma free?", "what is the coolant?", "42 %", ""],
)
def test_what_fits_no_option_or_more_than_one_question_is_unclear(said: str) -> None:
    read = read_answers([said], OPTIONS, ALL)
    assert (dict(read.by_number), read.unclear) == ({}, (said,))


def test_an_answer_without_a_number_is_for_the_next_question_that_is_open() -> None:
    assert dict(read_answers(["the first"], OPTIONS, [2, 3]).by_number) == {2: 0}
    assert dict(read_answers(["2"], OPTIONS, [3]).by_number) == {3: 1}
    assert dict(read_answers(["a", "b"], OPTIONS, [2, 3]).by_number) == {2: 0, 3: 1}
    assert read_answers(["b"], OPTIONS, []).unclear == ("b",)


def test_a_question_may_be_answered_again_by_its_number() -> None:
    assert dict(read_answers(["1b"], OPTIONS, [2, 3]).by_number) == {1: 1}


@given(st.lists(st.text(max_size=40), max_size=4), st.sets(st.sampled_from(ALL)))
def test_whatever_is_said_only_options_that_are_there_are_chosen(said: list[str], left: set[int]) -> None:
    read = read_answers(said, OPTIONS, sorted(left))
    assert all(choice is None or choice < len(OPTIONS[number]) for number, choice in read.by_number.items())


@given(st.dictionaries(st.sampled_from(ALL), st.integers(0, 1), min_size=1))
def test_letters_with_their_numbers_are_read_back_in_any_order(chosen: dict[int, int]) -> None:
    said = " ".join(f"{number}{'ab'[choice]}" for number, choice in chosen.items())
    assert dict(read_answers([said], OPTIONS, ALL).by_number) == chosen
