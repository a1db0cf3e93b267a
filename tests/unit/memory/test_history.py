"""The window of a conversation: whole turns leave it, oldest first, once a summary tells them."""

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from memory.history import Window, covered, fold_through, folded, overflows, question_id, turns_of
from models.tokens import count_message_tokens


def turn(number: int, words: int = 100) -> list[BaseMessage]:
    """Its question stands at 2 * number + 1 of the transcript, its answer after it."""
    call = f"c{number}"
    return [
        HumanMessage(f"question {number} " + "word " * words, id=question_id(2 * number + 1)),
        AIMessage("", tool_calls=[{"name": "x", "args": {}, "id": call}]),
        ToolMessage("{}", tool_call_id=call),
        AIMessage(f"answer {number} " + "word " * words),
    ]


def conversation(turns: int, words: int = 100) -> list[BaseMessage]:
    return [message for number in range(turns) for message in turn(number, words)]


TURN_TOKENS = count_message_tokens(turn(1))


def test_whole_turns_leave_the_window_oldest_first() -> None:
    messages = conversation(6)
    leaving = folded(messages, Window(tokens=int(TURN_TOKENS * 5.5)))
    assert [entry.seq for entry in leaving] == [1, 3, 5, 7]
    assert [message for entry in leaving for message in entry.messages] == messages[:16]


def test_the_current_turn_stays_however_long_it_is() -> None:
    messages = turn(0, words=5000)
    tiny = Window(tokens=1)
    assert not overflows(messages, tiny)
    assert folded(messages, tiny) == []
    assert fold_through(messages, tiny) is None
    assert covered(messages, through_seq=99) == []


def test_many_short_turns_overflow_like_few_long_ones() -> None:
    assert overflows(conversation(25, words=1), Window(tokens=100_000))
    assert not overflows(conversation(24, words=1), Window(tokens=100_000))
    assert overflows(conversation(3), Window(tokens=2 * TURN_TOKENS))


def test_a_summary_is_asked_for_before_the_window_overflows_and_not_after_each_turn() -> None:
    window = Window(tokens=10 * TURN_TOKENS)
    asked = [n for n in range(1, 11) if fold_through(conversation(n), window) is not None]
    assert asked == [8, 9, 10]
    through = fold_through(conversation(8), window)
    # Of eight turns the four newest stay: question 4 stands at 9.
    assert through == 8
    left = len(conversation(8)) - len(covered(conversation(8), 8))
    assert left == 4 * 4
    assert fold_through(conversation(8)[-left:], window) is None


@pytest.mark.parametrize(("through_seq", "turns"), [(0, 0), (1, 1), (2, 1), (4, 2), (5, 3)])
def test_a_summary_covers_the_turns_whose_question_it_reaches(through_seq: int, turns: int) -> None:
    messages = conversation(4)
    assert covered(messages, through_seq) == messages[: 4 * turns]


def test_a_turn_from_before_questions_were_numbered_goes_with_the_next_one_that_a_summary_tells() -> None:
    messages = [HumanMessage("old", id="6f1c"), AIMessage("answer"), *conversation(2)]
    assert [entry.seq for entry in turns_of(messages)] == [None, 1, 3]
    assert covered(messages, through_seq=1) == messages[:6]
    assert covered(messages, through_seq=0) == []


@pytest.mark.parametrize("other", ["question-", "question-x", "12", "question-1-2", None])
def test_only_our_own_ids_say_where_a_question_stands(other: str | None) -> None:
    assert turns_of([HumanMessage("a", id=other)])[0].seq is None
