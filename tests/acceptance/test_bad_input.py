"""What no client should send: each is refused with its code, and nothing of it is stored or half done."""

from collections.abc import Generator

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id, question, refusal
from tests.acceptance.json_access import at, items_at, text_at
from tests.acceptance.model_script import says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase

CHAT = "bad-input"
STORED = ("thread", "message", "run", "tool_result")


@pytest.fixture
def nothing_is_stored(anna: Caller, database: ShopDatabase, scripted_model: ScriptedModel) -> Generator[None]:
    """Around a refused request: no row more or less, no word to the model, and the chat works after it."""
    before = [database.count(table) for table in STORED]
    yield
    assert [database.count(table) for table in STORED] == before
    assert scripted_model.requests == ()
    scripted_model.play(says("Here I am."))
    assert anna.ask(new_chat_id(), "Are you there?").text == "Here I am."


def raw_message(text: str) -> bytes:
    """A body whose text is written into the JSON as it is."""
    parts = '[{"type":"text","text":"' + text + '"}]'
    return ('{"id":"bad-input","message":{"id":"m","role":"user","parts":' + parts + "}}").encode()


BROKEN_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"id": "bad-input", "message": {',
    "not UTF-8": b'{"id": "bad-input\xff"}',
    "a NUL": raw_message(r"free\u0000"),
    "a raw NUL": raw_message("free\x00"),
    "half a surrogate pair": raw_message(r"free \ud83d"),
    "the other half": raw_message(r"free \udc00 today"),
    "deep nesting": b"[" * 100_000,
    "a deep body": b'{"id":"bad-input","message":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "a number": b"42",
    "not a number": b'{"id": NaN}',
}


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("body", BROKEN_BODIES.values(), ids=BROKEN_BODIES.keys())
def test_a_body_that_is_not_clean_json_is_refused(anna: Caller, body: bytes) -> None:
    response = anna.http.post("/api/chat", content=body, headers={"content-type": "application/json"})
    refusal(response, 422, "invalid_request")


def changed(**changes: JsonValue) -> JsonValue:
    return {**question(CHAT, "When is it free?", message_id="m"), **changes}


def message(**changes: JsonValue) -> JsonValue:
    whole: dict[str, JsonValue] = {"id": "m", "role": "user", "parts": [{"type": "text", "text": "free?"}]}
    return changed(message={**whole, **changes})


WRONG_SHAPES: dict[str, tuple[JsonValue, str]] = {
    "a number as chat id": (changed(id=7), "id"),
    "an empty chat id": (changed(id=""), "id"),
    "a chat id of 10,000 characters": (changed(id="x" * 10_000), "id"),
    "a path as chat id": (changed(id="../../etc/passwd"), "id"),
    "no chat id": ({"message": {"role": "user", "parts": []}}, "id"),
    "an unknown trigger": (changed(trigger="delete-everything"), "trigger"),
    "a list as message": (changed(message=[]), "message"),
    "messages that are a text": ({"id": CHAT, "messages": "hello"}, "messages"),
    "no message at all": ({"id": CHAT}, "messages"),
    "an assistant's message": (message(role="assistant"), "messages"),
    "parts that are a text": (message(parts="free?"), "message.parts"),
    "no parts": (message(parts=[]), "parts"),
    "a text that is a number": (message(parts=[{"type": "text", "text": 5}]), "parts.0.text"),
    "only blanks": (message(parts=[{"type": "text", "text": " \n "}]), "parts"),
    "a file": (message(parts=[{"type": "file", "mediaType": "image/png", "url": "data:,"}]), "parts.0"),
    "a text that is too long": (message(parts=[{"type": "text", "text": "x" * 8_001}]), "parts"),
}


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize(("body", "field"), WRONG_SHAPES.values(), ids=WRONG_SHAPES.keys())
def test_a_body_of_the_wrong_shape_is_refused_with_the_field_that_is_wrong(
    anna: Caller, body: JsonValue, field: str
) -> None:
    error = refusal(anna.http.post("/api/chat", json=body), 422, "invalid_request")
    assert field in [text_at(wrong, "field") for wrong in items_at(error, "details", "fields")]


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in chunks"])
def test_a_body_of_five_megabytes_is_refused(anna: Caller, announced: bool) -> None:
    body = raw_message("x" * 5_000_000)
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    response = anna.http.post(
        "/api/chat", content=body if announced else pieces, headers={"content-type": "application/json"}
    )
    refusal(response, 413, "body_too_large")


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_new_answer_where_nothing_was_asked_is_refused(anna: Caller) -> None:
    body: JsonValue = {"id": new_chat_id(), "messages": [], "trigger": "regenerate-message"}
    refusal(anna.http.post("/api/chat", json=body), 404, "not_found")


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("clock", ["tomorrow", "2026-11-23", "2026-11-23T07:00:00", "9999-12-31T23:59:59Z"])
def test_a_clock_that_is_no_instant_is_refused(anna: Caller, clock: str) -> None:
    body = question(CHAT, "When is it free?")
    response = anna.http.post("/api/chat", json=body, headers={"x-as-of": clock})
    refusal(response, 422, "invalid_request")


def test_a_clock_without_the_permission_is_refused(carl: Caller, database: ShopDatabase) -> None:
    before = database.count("thread")
    body = question(CHAT, "When is it free?")
    response = carl.http.post("/api/chat", json=body, headers={"x-as-of": "2026-11-23T07:00:00-06:00"})
    refusal(response, 403, "permission_denied")
    assert database.count("thread") == before


TOOL_INPUTS: dict[str, tuple[str, JsonValue, int, str]] = {
    "an unknown machine": ("get_machine_availability", {"machines": ["Hyperlathe 9"]}, 404, "not_found"),
    "an unknown work center": ("check_capacity", {"hours": 5, "work_centers": ["WELD"]}, 404, "not_found"),
    "an end before the start": (
        "get_machine_availability",
        {"from": "2026-12-10", "to": "2026-12-01"},
        422,
        "empty_window",
    ),
    "a window of ten years": (
        "analyze_workload_distribution",
        {"from": "2026-12-01", "to": "2036-12-01"},
        422,
        "window_too_long",
    ),
    "a day that does not exist": (
        "get_machine_availability",
        {"from": "2026-02-30", "to": "2026-03-02"},
        422,
        "invalid_date",
    ),
    "hours below zero": ("check_capacity", {"hours": -5}, 422, "invalid_duration"),
    "a misspelt field": ("get_machine_availability", {"machine": "Puma"}, 422, "invalid_tool_input"),
    "a wrong type": ("get_machine_availability", {"machines": 7}, 422, "invalid_tool_input"),
    "a list as input": ("get_machine_availability", [], 422, "invalid_tool_input"),
    "an unknown tool": ("sell_machine", {}, 404, "unknown_tool"),
}


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("asked", TOOL_INPUTS.values(), ids=TOOL_INPUTS.keys())
def test_a_tool_run_alone_refuses_bad_input_with_its_code(
    anna: Caller, asked: tuple[str, JsonValue, int, str]
) -> None:
    tool, tool_input, status, code = asked
    refusal(anna.http.post(f"/api/tools/{tool}", json=tool_input), status, code)


def test_an_unknown_machine_comes_with_its_near_misses(anna: Caller) -> None:
    response = anna.http.post("/api/tools/get_machine_availability", json={"machines": ["Puma 3200"]})
    error = refusal(response, 404, "not_found")
    suggestions = items_at(error, "details", "suggestions")
    assert "PUMA-3100" in [text_at(suggestion, "code") for suggestion in suggestions]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/api/chat", 405, "method_not_allowed"),
        ("GET", "/api/threads/never-used", 404, "not_found"),
        ("GET", "/api/threads?limit=many", 422, "invalid_request"),
    ],
)
def test_every_other_refusal_has_the_same_shape(
    anna: Caller, method: str, path: str, status: int, code: str
) -> None:
    error = refusal(anna.http.request(method, path), status, code)
    assert at(error, "retryable") is False
