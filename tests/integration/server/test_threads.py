"""Conversations: listed, named, read back, deleted, and nobody else's business."""

import asyncio

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import Gate, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.server.conftest import Caller, in_thread, refusal


async def three_threads(anna: Caller, model: ScriptedModel) -> list[str]:
    """Ids, oldest first."""
    ids = ["one", "two", "three"]
    model.play(*[says("Yes.") for _ in ids])
    for chat_id in ids:
        await anna.ask(f"Question {chat_id}?", chat_id)
    return ids


async def page(anna: Caller, query: str = "") -> JsonValue:
    response = await anna.http.get(f"/api/threads{query}")
    assert response.status_code == 200, response.text
    return parse(response.content)


async def test_the_newest_conversation_comes_first(anna: Caller, model: ScriptedModel) -> None:
    ids = await three_threads(anna, model)
    listed = items_at(await page(anna), "threads")
    assert [text_at(thread, "id") for thread in listed] == ids[::-1]
    assert text_at(listed[0], "title") == "Question three?"
    assert text_at(listed[0], "updated_at").endswith(("-06:00", "-05:00"))


async def test_pages_follow_each_other_without_gap_or_repetition(anna: Caller, model: ScriptedModel) -> None:
    ids = await three_threads(anna, model)
    first = await page(anna, "?limit=2")
    second = await page(anna, f"?limit=2&cursor={text_at(first, 'next_cursor')}")
    seen = [text_at(thread, "id") for part in (first, second) for thread in items_at(part, "threads")]
    assert seen == ids[::-1]
    assert at(second, "next_cursor") is None


async def test_a_page_goes_on_even_if_its_last_conversation_was_deleted(
    anna: Caller, model: ScriptedModel
) -> None:
    await three_threads(anna, model)
    first = await page(anna, "?limit=2")
    await anna.http.delete("/api/threads/two")
    second = await page(anna, f"?limit=2&cursor={text_at(first, 'next_cursor')}")
    assert [text_at(thread, "id") for thread in items_at(second, "threads")] == ["one"]


@pytest.mark.parametrize(
    "query", ["?cursor=x", "?cursor=WyJhIiwiYiJd", "?limit=0", "?limit=201", "?limit=x", "?cursor=%00"]
)
async def test_a_made_up_cursor_or_limit_is_refused(anna: Caller, query: str) -> None:
    refusal(await anna.http.get(f"/api/threads{query}"), 422, "invalid_request")


async def test_a_title_can_be_set(anna: Caller, model: ScriptedModel) -> None:
    await three_threads(anna, model)
    renamed = await anna.http.patch("/api/threads/two", json={"title": "  Capacity in December "})
    assert renamed.json()["title"] == "Capacity in December"
    assert (await anna.http.get("/api/threads/two")).json() == renamed.json()


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, None, 7])
async def test_a_title_that_is_none_is_refused(anna: Caller, model: ScriptedModel, title: JsonValue) -> None:
    await three_threads(anna, model)
    refusal(await anna.http.patch("/api/threads/two", json={"title": title}), 422, "invalid_request")
    assert (await anna.http.get("/api/threads/two")).json()["title"] == "Question two?"


async def test_messages_are_read_back_from_the_newest(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("1."), says("2."), says("3."))
    for number in (1, 2, 3):
        await anna.ask(f"Question {number}?")
    path = f"/api/threads/{anna.chat_id}/messages"
    newest = parse((await anna.http.get(f"{path}?last=2")).content)
    assert [text_at(m, "parts", -1, "text") for m in items_at(newest, "messages")] == ["Question 3?", "3."]
    older = parse((await anna.http.get(f"{path}?last=50&before={at(newest, 'next_before')}")).content)
    assert len(items_at(older, "messages")) == 4
    assert at(older, "next_before") is None


async def test_a_stored_message_has_no_field_that_the_client_refuses(
    anna: Caller, model: ScriptedModel
) -> None:
    model.play(says("Yes."))
    await anna.ask("Question?")
    asked, answered = await anna.history()
    assert isinstance(asked, dict)
    assert isinstance(answered, dict)
    assert set(asked) == {"id", "role", "parts"}
    assert set(answered) == {"id", "role", "parts", "metadata"}


@pytest.mark.parametrize("query", ["?last=0", "?last=501", "?before=0", "?before=9223372036854775808"])
async def test_bounds_of_a_page_of_messages_are_held(anna: Caller, query: str) -> None:
    refusal(await anna.http.get(f"/api/threads/any/messages{query}"), 422, "invalid_request")


async def test_a_deleted_conversation_is_gone_and_its_id_free_again(
    anna: Caller, model: ScriptedModel
) -> None:
    await three_threads(anna, model)
    assert (await anna.http.delete("/api/threads/two")).status_code == 204
    refusal(await anna.http.get("/api/threads/two"), 404, "not_found")
    refusal(await anna.http.delete("/api/threads/two"), 404, "not_found")
    model.play(says("Hello again."))
    await anna.ask("Anybody?", "two")
    assert len(await anna.history("two")) == 2
    assert model.requests[0].contents("user") == ["Anybody?"]


async def test_deleting_a_conversation_stops_its_running_turn(anna: Caller, model: ScriptedModel) -> None:
    gate = Gate()
    model.play(plays(Text("One "), Pause(gate)))
    asked = asyncio.create_task(anna.ask("Count."))
    await in_thread(gate.wait_reached)
    assert (await anna.http.delete(f"/api/threads/{anna.chat_id}")).status_code == 204
    gate.open()
    assert (await asked)[-1]["type"] == "abort"
    refusal(await anna.http.get(f"/api/threads/{anna.chat_id}"), 404, "not_found")


@pytest.mark.parametrize(
    "route",
    [
        "GET /api/threads/{}",
        "PATCH /api/threads/{}",
        "DELETE /api/threads/{}",
        "GET /api/threads/{}/messages",
    ],
)
async def test_what_is_somebody_elses_is_answered_like_what_never_was(
    anna: Caller, bert: Caller, carl: Caller, model: ScriptedModel, route: str
) -> None:
    method, path = route.split()
    model.play(says("Yes."))
    await anna.ask("Question?")
    body = {"title": "mine"} if method == "PATCH" else None
    for stranger in (bert, carl):
        foreign = await stranger.http.request(method, path.format(anna.chat_id), json=body)
        absent = await stranger.http.request(method, path.format("never-used"), json=body)
        assert refusal(foreign, 404, "not_found") == refusal(absent, 404, "not_found")
    assert len(await anna.history()) == 2
    assert (await anna.http.get(f"/api/threads/{anna.chat_id}")).json()["title"] == "Question?"


async def test_lists_hold_only_the_callers_own(
    anna: Caller, bert: Caller, carl: Caller, model: ScriptedModel
) -> None:
    await three_threads(anna, model)
    for stranger in (bert, carl):
        assert items_at(await page(stranger), "threads") == []
