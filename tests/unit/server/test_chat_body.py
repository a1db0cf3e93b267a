"""What is taken from a chat request, and what is refused."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from leadhand.errors import InvalidRequest, JsonValue
from runs.answers import Answer
from runs.turn import Trigger, TurnRequest
from server.routes.chat_body import MAX_ANSWERS, MAX_MESSAGES, MAX_REASON_CHARS, ChatBody, answers_of, turn_of

Json = dict[str, JsonValue]


def user(text: str = "When is the Puma 3100 free?", **more: JsonValue) -> Json:
    return {"id": "bIof71OTlRmakwQg", "role": "user", "parts": [{"type": "text", "text": text}], **more}


ODD_ANSWER: Json = {
    "id": "msg-1",
    "role": "assistant",
    "metadata": {"model": None},
    "parts": [
        {"type": "step-start"},
        {"type": "text", "text": "Half an", "state": "streaming"},
        {"type": "tool-check_capacity", "toolCallId": "c1", "state": "input-streaming"},
        {"type": "data-unknown", "data": [1, {"x": None}]},
        "not even an object",
    ],
}


def turn(**body: JsonValue) -> TurnRequest:
    return turn_of(ChatBody.model_validate({"id": "chat-1", **body}), "key-1", max_chars=100)


def test_the_newest_user_text_is_taken_from_whole_messages() -> None:
    asked = turn(messages=[user("Earlier."), ODD_ANSWER, user("And next week?")])
    assert asked == TurnRequest(
        chat_id="chat-1",
        trigger=Trigger.SUBMIT,
        user_message_id="bIof71OTlRmakwQg",
        text="And next week?",
        idempotency_key="key-1",
    )


def test_the_last_message_alone_says_the_same() -> None:
    assert turn(message=user(), trigger="submit-message") == turn(messages=[user()])


def test_an_edit_names_the_message_that_it_replaces() -> None:
    assert turn(messages=[user()], messageId="bIof71OTlRmakwQg").message_id == "bIof71OTlRmakwQg"


def test_a_message_in_several_parts_is_one_text() -> None:
    parts: list[JsonValue] = [
        {"type": "text", "text": "a"},
        {"type": "data-x"},
        {"type": "text", "text": "b"},
    ]
    assert turn(message={**user(), "parts": parts}).text == "a\nb"


def test_a_regenerate_brings_the_question_along_for_a_server_that_never_stored_it() -> None:
    asked = turn(messages=[user()], trigger="regenerate-message")
    assert (asked.trigger, asked.message_id) == (Trigger.REGENERATE, None)
    assert (asked.user_message_id, asked.text) == ("bIof71OTlRmakwQg", "When is the Puma 3100 free?")


def test_a_bare_regenerate_needs_no_message() -> None:
    asked = turn(trigger="regenerate-message", messageId="msg-1")
    assert (asked.message_id, asked.text) == ("msg-1", None)


def test_a_message_without_an_id_is_a_new_one() -> None:
    assert turn(message={"role": "user", "parts": [{"type": "text", "text": "a"}]}).user_message_id is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "last message"),
        ({"messages": []}, "last message"),
        ({"messages": [user(), ODD_ANSWER]}, "last message"),
        ({"message": user(role="system")}, "last message"),
        ({"message": user("   \n")}, "no text"),
        ({"message": user(parts=[])}, "no text"),
        ({"message": user(parts=[1, None, {}])}, "no text"),
        ({"message": user("x" * 101)}, "longer than 100"),
        ({"message": user(parts=[{"type": "text", "text": 7}])}, "should be a string"),
        (
            {"message": user(parts=[{"type": "file", "url": "data:,"}, {"type": "text", "text": "a"}])},
            "attach",
        ),
    ],
)
def test_a_message_that_cannot_be_answered_is_refused_with_the_reason(body: Json, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason) as refused:
        turn(**body)
    assert refused.value.details["fields"]


@pytest.mark.parametrize(
    "body",
    [
        {"id": ""},
        {"id": "a" * 201},
        {"id": "a/b"},
        {"id": "a\0"},
        {"id": "a\n"},
        {"id": 7},
        {"trigger": "resume"},
        {"messageId": "a b"},
        {"message": {"role": "user", "id": "x y"}},
        {"messages": "hello"},
        {"messages": [user()] * (MAX_MESSAGES + 1)},
    ],
)
def test_ids_triggers_and_counts_are_bounded(body: Json) -> None:
    with pytest.raises(ValidationError):
        turn(**body)


APPROVAL = "0199d0a0-0000-7000-8000-000000000001"


def answered(approval: JsonValue, **more: JsonValue) -> Json:
    part: Json = {"type": "tool-x", "toolCallId": "c1", "state": "approval-responded", "approval": approval}
    return {"id": "msg-1", "role": "assistant", "parts": [{"type": "step-start"}, {**part, **more}]}


def answers(*messages: JsonValue, **body: JsonValue) -> list[Answer]:
    return answers_of(ChatBody.model_validate({"id": "chat-1", "messages": [*messages], **body}))


def test_answers_to_approvals_are_taken_from_the_newest_message_of_the_assistant() -> None:
    said: Json = {"id": APPROVAL, "approved": False, "reason": "No", "descriptor": {"proposal": 1}}
    done: Json = {"id": APPROVAL, "approved": True}
    message = answered(said)
    parts = message["parts"]
    assert isinstance(parts, list)
    parts.append({"type": "tool-x", "toolCallId": "c2", "state": "output-available", "approval": done})
    assert answers(user(), message) == [Answer(UUID(APPROVAL), approved=False, reason="No")]
    assert answers(answered(done), user()) == []
    assert answers(user(), message, trigger="regenerate-message") == []
    assert answers(user(), ODD_ANSWER) == []


@pytest.mark.parametrize(
    "approval",
    [
        None,
        {},
        {"id": "a1", "approved": True},
        {"id": APPROVAL},
        {"id": APPROVAL, "approved": "yes"},
        {"id": APPROVAL, "approved": True, "reason": "x" * (MAX_REASON_CHARS + 1)},
    ],
)
def test_an_answer_that_is_none_is_refused(approval: JsonValue) -> None:
    with pytest.raises(InvalidRequest) as refused:
        answers(user(), answered(approval))
    assert str(refused.value.details).count("parts.1.approval") == 1


def test_more_answers_than_a_step_can_ask_for_are_refused() -> None:
    part: Json = {
        "type": "tool-x",
        "state": "approval-responded",
        "approval": {"id": APPROVAL, "approved": True},
    }
    with pytest.raises(InvalidRequest):
        answers({"id": "msg-1", "role": "assistant", "parts": [part for _ in range(MAX_ANSWERS + 1)]})
