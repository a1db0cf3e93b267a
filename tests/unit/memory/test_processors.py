"""What becomes of messages on their way to the model, in the order named; no call loses its result."""

from itertools import permutations

import orjson
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from leadhand.errors import InvalidSetting, JsonValue
from memory.processors import NAMES, OLD_RESULT_BYTES, WHOLE_RESULT_TURNS, processing
from models.tokens import count_message_tokens

KEY = "sk-" + "a1" * 12
RESULT: dict[str, JsonValue] = {
    "result_id": "r-1",
    "total_h": 41.5,
    "rows": [{"machine": f"M-{n}", "free": "2026-12-01T06:00", "note": "n" * 90} for n in range(40)],
    "assumptions": ["Shifts as in the calendar."],
}


def turn(number: int, result: str = "{}", asked: str = "When is the Puma free?") -> list[BaseMessage]:
    calls = [f"c{number}a", f"c{number}b"]
    return [
        HumanMessage(asked),
        AIMessage(
            "", tool_calls=[{"name": "x", "args": {"names": [asked], "n": 1}, "id": call} for call in calls]
        ),
        *(ToolMessage(result, tool_call_id=call, name="x") for call in calls),
        AIMessage(f"Answer {number}."),
    ]


def sent(turns: int, result: str = "{}", asked: str = "When is the Puma free?") -> list[BaseMessage]:
    return [SystemMessage("Rules."), *(m for number in range(turns) for m in turn(number, result, asked))]


def process(names: str, messages: list[BaseMessage], window_tokens: int = 16_000) -> list[BaseMessage]:
    return processing(names, window_tokens=window_tokens)(messages)


def unanswered(messages: list[BaseMessage]) -> set[str | None]:
    """Calls without a result and results without a call."""
    calls = [call["id"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls]
    results = [m.tool_call_id for m in messages if isinstance(m, ToolMessage)]
    assert len(calls) == len(set(calls))
    return set(calls) ^ set(results)


@pytest.mark.parametrize("order", list(permutations(NAMES)))
def test_in_every_order_each_call_keeps_its_result_and_the_question_stays(order: tuple[str, ...]) -> None:
    messages = sent(8, orjson.dumps(RESULT).decode(), f"My key is {KEY}, mail me: a.b@example.com")
    done = process(",".join(order), messages, window_tokens=3_000)
    assert unanswered(done) == set()
    assert done[0] == messages[0]
    assert isinstance(done[1], HumanMessage)
    assert isinstance(done[-1], AIMessage)
    assert KEY not in str(done)
    assert "example.com" not in str(done)


def test_each_processor_gets_what_the_one_before_made() -> None:
    """Cut first, the turns fit the window; trimmed first, they do not."""
    messages = sent(6, orjson.dumps(RESULT).decode())
    window = count_message_tokens(process("limit_tool_results", messages))
    assert len(process("limit_tool_results,trim", messages, window)) == len(messages)
    assert len(process("trim,limit_tool_results", messages, window)) < len(messages)


def test_none_leaves_everything_as_it_is() -> None:
    messages = sent(3, asked=KEY)
    assert process("none", messages, window_tokens=1) == messages


@pytest.mark.parametrize("names", ["", "trimm", "trim,", "trim,trim", "none,trim", "Trim"])
def test_a_name_that_no_processor_has_stops_the_start_and_is_named(names: str) -> None:
    with pytest.raises(InvalidSetting, match="LEADHAND_PROCESSORS"):
        processing(names, window_tokens=1_000)


def test_trimming_drops_the_oldest_turns_and_keeps_the_current_one_whole() -> None:
    messages = sent(5)
    one = count_message_tokens(turn(1))
    assert process("trim", messages, window_tokens=2 * one) == [messages[0], *turn(3), *turn(4)]
    assert process("trim", messages, window_tokens=1) == [messages[0], *turn(4)]


def test_old_results_shrink_to_their_figures_and_first_rows_and_stay_json() -> None:
    whole = orjson.dumps(RESULT).decode()
    done = process("limit_tool_results", sent(WHOLE_RESULT_TURNS + 2, whole))
    results = [message.text for message in done if isinstance(message, ToolMessage)]
    old, new = results[:4], results[4:]
    assert set(new) == {whole}
    for result in old:
        assert len(result.encode()) <= OLD_RESULT_BYTES
        read = orjson.loads(str(result))
        assert read["result_id"] == "r-1"
        assert read["total_h"] == 41.5
        assert read["_left_out"] is True
        assert [row["machine"] for row in read["rows"]] == ["M-0", "M-1", "M-2"]


@pytest.mark.parametrize(
    "result", ["x" * 9_000, "[" + "1," * 4_000 + "1]", '{"a": "' + "\\u00e9" * 9_000 + '"}', "\ud800" * 4_000]
)
def test_an_old_result_that_is_no_object_is_short_json_too(result: str) -> None:
    done = process("limit_tool_results", sent(WHOLE_RESULT_TURNS + 1, result))
    shown = next(message.text for message in done if isinstance(message, ToolMessage))
    assert len(shown.encode()) <= OLD_RESULT_BYTES
    assert isinstance(orjson.loads(str(shown)), dict)


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "lh_" + "x9" * 20,
        "AKIA" + "ABCD" * 4,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
    ],
)
def test_a_credential_reaches_no_model_wherever_it_stands(secret: str) -> None:
    done = process(
        "redact_secrets", sent(1, f'{{"note": "{secret[:60]}{secret[60:]}"}}', f"Use {secret} please")
    )
    assert secret not in str([message.model_dump() for message in done])
    assert isinstance(done[1], HumanMessage)
    assert done[1].text == "Use [secret] please"


def test_a_password_in_an_address_is_hidden_and_the_address_is_not() -> None:
    done = process("redact_secrets", [HumanMessage("postgresql://anna:hunter2@db.example:5432/shop")])
    assert done[0].text == "postgresql://[secret]@db.example:5432/shop"


@pytest.mark.parametrize(
    "text",
    [
        "Is WO-4003 late? The sk-size is 12.",
        "Puma 3100, 2026-12-01T06:00:00+01:00 to 2026-12-02, 41.5 h + 3 h",
        "https://planning.example/board?from=2026-12-01",
        "sim-0123456789abcdef and 0199c0de-aaaa-7bbb-8ccc-0123456789ab",
    ],
)
def test_what_planners_talk_about_stays(text: str) -> None:
    messages: list[BaseMessage] = [HumanMessage(text)]
    assert process("redact_secrets,redact_contacts", messages) == messages


def test_contacts_are_hidden_only_where_the_operator_asks_for_it() -> None:
    text = "Call +49 170 1234567 or write to max.m@example.com."
    assert process("redact_contacts", [HumanMessage(text)])[0].text == "Call [contact] or write to [contact]."
    assert process("redact_secrets", [HumanMessage(text)])[0].text == text


def test_the_state_is_not_touched() -> None:
    messages = sent(6, orjson.dumps(RESULT).decode(), KEY)
    before = [message.model_dump() for message in messages]
    process(",".join(NAMES), messages, window_tokens=1_000)
    assert [message.model_dump() for message in messages] == before
