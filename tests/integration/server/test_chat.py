"""A turn over HTTP: streamed, followed, stopped, repeated, refused."""

import asyncio

import httpx2 as httpx
import pytest

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import Cut, Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.server.conftest import Caller, in_thread, question, refusal, text_of
from tests.unit.server.protocol_checker import read_stream


async def test_an_answer_is_streamed_and_remembered(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("It is ", "free."))
    stream = await anna.ask("When is the saw free?")
    assert text_of(stream) == "It is free."
    assert stream[-1]["finishReason"] == "stop"
    asked, answered = await anna.history()
    assert text_at(asked, "parts", 0, "text") == "When is the saw free?"
    assert text_at(answered, "id") == stream[0]["messageId"]
    assert at(answered, "metadata", "usage") == at(stream[-1], "messageMetadata", "usage")
    assert [at(part, "type") for part in items_at(answered, "parts")] == ["step-start", "text"]


async def test_a_tool_is_shown_from_the_first_letter_of_its_input_to_its_result(
    small_planner: Caller, model: ScriptedModel
) -> None:
    tool_input: JsonValue = {"window": "next week"}
    model.play(calls(("get_machine_availability", tool_input), fragment_chars=5), says("See above."))
    stream = await small_planner.ask("Which machines are free next week?")
    types = [chunk["type"] for chunk in stream if str(chunk["type"]).startswith("tool-")]
    assert types[0] == "tool-input-start"
    assert types[-2:] == ["tool-input-available", "tool-output-available"]
    available = next(chunk for chunk in stream if chunk["type"] == "tool-output-available")
    alone = await small_planner.http.post("/api/tools/get_machine_availability", json=tool_input)
    assert len(items_at(available, "output", "machines")) == len(items_at(parse(alone.content), "machines"))
    assert any(chunk["type"] == "data-status" for chunk in stream)


async def test_a_model_that_dies_mid_stream_ends_in_one_clean_coded_error(
    anna: Caller, model: ScriptedModel
) -> None:
    model.play(plays(Text("It is"), Cut()))
    stream = await anna.ask("When is the saw free?")
    assert [chunk["type"] for chunk in stream][-3:] == ["finish-step", "message-metadata", "error"]
    assert at(stream[-2], "messageMetadata", "error", "code") == "model_unavailable"
    _, answered = await anna.history()
    assert at(answered, "metadata", "error") == at(stream[-2], "messageMetadata", "error")


async def test_a_second_question_on_a_busy_thread_is_refused_and_leaves_nothing(
    anna: Caller, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("One "), Pause(gate), Text("two.")))
    first = asyncio.create_task(anna.ask("Count."))
    await in_thread(gate.wait_reached)
    second = await anna.http.post("/api/chat", json=question(anna.chat_id, "And now?"))
    assert refusal(second, 409, "thread_busy")["retryable"] is True
    gate.open()
    assert text_of(await first) == "One two."
    assert len(await anna.history()) == 2


async def test_a_client_that_leaves_loses_nothing_and_finds_the_running_turn_again(
    anna: Caller, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("One "), Pause(gate), Text("two.")))
    first = asyncio.create_task(anna.ask("Count."))
    await in_thread(gate.wait_reached)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    again = asyncio.create_task(anna.http.get(f"/api/chat/{anna.chat_id}/stream"))
    other = asyncio.create_task(anna.http.get(f"/api/chat/{anna.chat_id}/stream"))
    gate.open()
    streams = [read_stream((await follower).content) for follower in (again, other)]
    for stream in streams:
        assert text_of(stream) == "One two."
    assert len(await anna.history()) == 2


@pytest.mark.parametrize("chat_id", ["never-used", "%00", "a%20b", "x" * 500])
async def test_following_nothing_is_no_content(anna: Caller, chat_id: str) -> None:
    response = await anna.http.get(f"/api/chat/{chat_id}/stream")
    assert (response.status_code, response.content) == (204, b"")


async def test_a_finished_turn_is_no_longer_followed(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("Done."))
    await anna.ask("Anything?")
    assert (await anna.http.get(f"/api/chat/{anna.chat_id}/stream")).status_code == 204


async def test_a_stop_ends_the_turn_and_keeps_what_was_said(anna: Caller, model: ScriptedModel) -> None:
    gate = Gate()
    model.play(plays(Text("One "), Pause(gate)))
    asked = asyncio.create_task(anna.ask("Count."))
    await in_thread(gate.wait_reached)
    stopped = await anna.http.post(f"/api/chat/{anna.chat_id}/stop")
    assert (stopped.status_code, stopped.json()) == (202, {"stopped": True})
    stream = await asked
    gate.open()
    assert stream[-1]["type"] == "abort"
    _, answered = await anna.history()
    assert at(answered, "metadata", "stopped") is True
    again = await anna.http.post(f"/api/chat/{anna.chat_id}/stop")
    assert (again.status_code, again.json()) == (202, {"stopped": False})


async def test_a_stranger_neither_follows_nor_stops_somebody_elses_turn(
    anna: Caller, bert: Caller, carl: Caller, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("One "), Pause(gate), Text("two.")))
    asked = asyncio.create_task(anna.ask("Count."))
    await in_thread(gate.wait_reached)
    for stranger in (bert, carl):
        assert (await stranger.http.get(f"/api/chat/{anna.chat_id}/stream")).status_code == 204
        stopped = await stranger.http.post(f"/api/chat/{anna.chat_id}/stop")
        assert stopped.json() == {"stopped": False}
    gate.open()
    assert text_of(await asked) == "One two."


async def test_the_same_request_again_replays_the_same_answer(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("Once."))
    body = question(anna.chat_id, "Anything?")
    first, second = [await anna.http.post("/api/chat", json=body) for _ in range(2)]
    streams = [read_stream(response.content) for response in (first, second)]
    assert [stream[0]["messageId"] for stream in streams] == [streams[0][0]["messageId"]] * 2
    assert [text_of(stream) for stream in streams] == ["Once.", "Once."]
    assert len(await anna.history()) == 2


async def test_the_same_key_with_another_text_is_a_conflict(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("Once."))
    await anna.ask("Anything?", **{"idempotency-key": "key-1"})
    other = await anna.http.post(
        "/api/chat", json=question(anna.chat_id, "Something else?"), headers={"idempotency-key": "key-1"}
    )
    refusal(other, 409, "idempotency_conflict")


async def test_a_regenerate_answers_the_last_question_anew(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("First."), says("Second."))
    await anna.ask("Anything?")
    response = await anna.http.post("/api/chat", json={"id": anna.chat_id, "trigger": "regenerate-message"})
    assert text_of(read_stream(response.content)) == "Second."
    assert [text_at(message, "role") for message in await anna.history()] == ["user", "assistant"]


async def test_a_regenerate_of_nothing_is_not_found(anna: Caller) -> None:
    response = await anna.http.post("/api/chat", json={"id": "never-used", "trigger": "regenerate-message"})
    refusal(response, 404, "not_found")


def message(text: bytes) -> bytes:
    """A chat body whose text is JSON as given."""
    return b'{"id": "c", "message": {"role": "user", "parts": [{"type": "text", "text": ' + text + b"}]}}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "invalid_request"),
        (b"\xff", 422, "invalid_request"),
        (b"[" * 10_000, 422, "invalid_request"),
        (message(rb'"a\u0000b"'), 422, "invalid_request"),
        (message(rb'"\ud800"'), 422, "invalid_request"),
        (message(b"7"), 422, "invalid_request"),
        (b'{"id": 7, "messages": "x"}', 422, "invalid_request"),
        (b'{"id": "c", "messages": []}', 422, "invalid_request"),
        (b" " * 60_000, 413, "body_too_large"),
    ],
    ids=["broken", "not UTF-8", "deep", "NUL", "surrogate", "text type", "types", "empty", "large"],
)
async def test_a_bad_body_is_refused_with_a_code_and_leaves_nothing(
    anna: Caller, body: bytes, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"}
    refusal(await anna.http.post("/api/chat", content=body, headers=headers), status, code)
    assert items_at(parse((await anna.http.get("/api/threads")).content), "threads") == []


@pytest.mark.parametrize("as_of", ["yesterday", "2026-12-01", "2026-12-01T08:00", "9999-12-31T23:59Z", ""])
async def test_a_clock_that_is_no_instant_is_refused(small_planner: Caller, as_of: str) -> None:
    body = question("c", "Hello?")
    response = await small_planner.http.post("/api/chat", json=body, headers={"x-as-of": as_of})
    refusal(response, 422, "invalid_request")


async def test_the_clock_is_not_everybodys_to_set(anna: Caller) -> None:
    headers = {"x-as-of": "2026-12-01T08:00:00+01:00"}
    response: httpx.Response = await anna.http.post(
        "/api/chat", json=question("c", "Hello?"), headers=headers
    )
    assert refusal(response, 403, "permission_denied")["details"] == {"permission": "studio"}
