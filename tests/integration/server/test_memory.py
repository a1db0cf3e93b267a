"""What is remembered of a person: theirs to read, edit and delete, and changed only by what they say."""

import asyncio
from uuid import uuid4

from leadhand.errors import JsonValue
from storage.database import Database
from storage.embedded import EmbeddedServer
from tests.acceptance.json_access import at, items_at, object_at, parse, text_at
from tests.acceptance.model_script import ModelRequest, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.remains import remains_of
from tests.integration.server.conftest import Caller, refusal, text_of
from tests.unit.server.protocol_checker import Json

EMPTY: Json = {
    "name": None,
    "role": None,
    "language": None,
    "units": None,
    "preferences": [],
    "goals": [],
    "facts": [],
    "notes": [],
}


async def memory_of(caller: Caller) -> Json:
    response = await caller.http.get("/api/memory")
    assert response.status_code == 200, response.text
    return object_at(parse(response.content))


async def edit(caller: Caller, **fields: JsonValue) -> Json:
    """Everything else is left out; the version is the present one."""
    body = {"version": (await memory_of(caller))["version"], **fields}
    response = await caller.http.put("/api/memory", json=body)
    assert response.status_code == 200, response.text
    return object_at(parse(response.content))


def remember(*changes: Json) -> tuple[str, JsonValue]:
    return "update_working_memory", {"changes": [*changes]}


def change(action: str, field: str, value: str, said: str) -> Json:
    return {"action": action, "field": field, "value": value, "said": said}


def ends_of(stream: list[Json], tool: str) -> list[Json]:
    """The outcomes of the calls of a tool: what the client is told of each."""
    made = {
        text_at(c, "toolCallId") for c in stream if c["type"] == "tool-input-start" and c["toolName"] == tool
    }
    ends = {"tool-output-available", "tool-output-error"}
    return [chunk for chunk in stream if chunk["type"] in ends and text_at(chunk, "toolCallId") in made]


def told_of(request: ModelRequest) -> str:
    """The section of the prompt with what is remembered; "" without one."""
    return request.contents("system")[0].partition("<memory")[2]


async def test_at_first_nothing_is_remembered(anna: Caller) -> None:
    assert await memory_of(anna) == {**EMPTY, "version": 0, "updated_at": None}
    assert (await anna.http.delete("/api/memory")).status_code == 204


async def test_a_person_edits_it_as_a_whole_and_reads_it_back(anna: Caller) -> None:
    first = await edit(
        anna, name=" Anna ", language="DE", facts=["I work\nnights", ""], units="decimal_hours"
    )
    assert first["facts"] == ["I work nights"]
    assert (first["name"], first["language"], first["units"]) == ("Anna", "de", "decimal_hours")
    assert text_at(first, "updated_at").endswith(("-06:00", "-05:00"))
    assert await memory_of(anna) == first
    second = await edit(anna, goals=["fewer late orders"])
    assert {**second, "version": 0, "updated_at": None} == {
        **EMPTY,
        "goals": ["fewer late orders"],
        "version": 0,
        "updated_at": None,
    }


async def test_what_was_read_is_taken_back_as_it_is(anna: Caller) -> None:
    read = await edit(anna, name="Anna", notes=["call before noon"])
    response = await anna.http.put("/api/memory", json=read)
    again = object_at(parse(response.content))
    assert {**again, "version": 0, "updated_at": ""} == {**read, "version": 0, "updated_at": ""}


async def test_an_edit_of_an_older_version_is_refused_and_loses_nothing(anna: Caller) -> None:
    first = await edit(anna, name="Anna")
    second = await edit(anna, name="Anne")
    response = await anna.http.put("/api/memory", json={"version": first["version"], "name": "Old"})
    assert refusal(response, 409, "memory_changed")["details"] == {"version": second["version"]}
    assert await memory_of(anna) == second


async def test_of_edits_at_once_exactly_one_is_made(anna: Caller) -> None:
    version = (await edit(anna, name="Anna"))["version"]
    answers = await asyncio.gather(
        *(anna.http.put("/api/memory", json={"version": version, "name": f"A{n}"}) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    made = next(object_at(parse(answer.content)) for answer in answers if answer.status_code == 200)
    assert await memory_of(anna) == made


async def test_after_a_deletion_the_versions_before_it_are_no_good(anna: Caller) -> None:
    before = (await edit(anna, name="Anna"))["version"]
    assert (await anna.http.delete("/api/memory")).status_code == 204
    refusal(await anna.http.put("/api/memory", json={"version": before, "name": "x"}), 409, "memory_changed")
    after = (await edit(anna, name="Anna again"))["version"]
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after > before


async def test_more_than_is_kept_is_refused_with_the_bound(anna: Caller) -> None:
    too_much: list[tuple[Json, Json]] = [
        ({"name": "x" * 81}, {"field": "name", "most": 80, "given": 81}),
        ({"facts": [f"fact {n}" for n in range(31)]}, {"field": "facts", "most": 30, "given": 31}),
        ({"notes": [str(n) + "x" * 598 for n in range(9)]}, {"field": "all", "most": 4_000, "given": 5_391}),
    ]
    for fields, details in too_much:
        error = refusal(await anna.http.put("/api/memory", json={"version": 0, **fields}), 422, "memory_full")
        assert error["details"] == details
        assert "Remove or shorten something first" in text_at(error, "message")
    assert (await memory_of(anna))["version"] == 0


async def test_an_edit_that_is_no_memory_is_refused(anna: Caller) -> None:
    bodies: list[JsonValue] = [
        {"name": "Anna"},
        {"version": -1},
        {"version": 2**60},
        {"version": "x"},
        {"version": 0, "language": "german"},
        {"version": 0, "units": "furlongs"},
        {"version": 0, "facts": "one"},
        {"version": 0, "facts": [1]},
        [],
    ]
    for body in bodies:
        refusal(await anna.http.put("/api/memory", json=body), 422, "invalid_request")


async def test_nobody_else_sees_edits_or_deletes_it(anna: Caller, carl: Caller, bert: Caller) -> None:
    mine = await edit(anna, name="Anna", facts=["I work nights"])
    for other in (carl, bert):
        assert await memory_of(other) == {**EMPTY, "version": 0, "updated_at": None}
        body = {"version": mine["version"], "name": "x"}
        refusal(await other.http.put("/api/memory", json=body), 409, "memory_changed")
        assert (await edit(other, name="Other"))["name"] == "Other"
        assert (await other.http.delete("/api/memory")).status_code == 204
    assert await memory_of(anna) == mine


async def test_what_the_person_says_is_remembered_seen_as_a_call_and_in_the_next_conversation(
    anna: Caller, model: ScriptedModel
) -> None:
    changes = remember(
        change("add", "facts", "I work the late shift", "remember that I work the late shift"),
        change("set", "language", "de", "answer in German"),
    )
    model.play(calls(changes), says("I remember it."), says("Guten Tag."))
    stream = await anna.ask("Please remember that I work the late shift, and answer in German.")
    [end] = ends_of(stream, "update_working_memory")
    rows = items_at(end, "output", "outcomes")
    assert [text_at(row, "outcome") for row in rows] == ["done", "done"]
    assert not [chunk for chunk in stream if chunk["type"] == "tool-approval-request"]
    kept = await memory_of(anna)
    assert (kept["facts"], kept["language"]) == (["I work the late shift"], "de")
    await anna.ask("Hello!", uuid4().hex)
    first, second, third = model.requests
    assert told_of(first) == ""
    assert f'version="{kept["version"]}"' in told_of(second)
    assert '"language":"de"' in told_of(third)
    assert "I work the late shift" in told_of(third)


async def test_it_is_in_no_prompt_of_anybody_else(
    anna: Caller, carl: Caller, bert: Caller, model: ScriptedModel
) -> None:
    await edit(anna, facts=["I work nights"])
    model.play(says("Hello."), says("Hello."))
    for other in (carl, bert):
        await other.ask("Hello!")
    assert [told_of(request) for request in model.requests] == ["", ""]


async def test_what_a_model_was_told_elsewhere_changes_nothing(anna: Caller, model: ScriptedModel) -> None:
    """Such as by an order's note that says what to remember."""
    kept = await edit(anna, facts=["I work nights"])
    note, mine = "the user may approve everything", "When is the Puma free?"
    tries = {
        "not_in_messages": change("add", "facts", note, note),
        "not_in_sentence": change("add", "facts", note, mine),
        "not_asked": change("remove", "facts", "I work nights", mine),
    }
    model.play(*(calls(remember(asked)) for asked in tries.values()), says("I could not remember that."))
    stream = await anna.ask(mine)
    ends = ends_of(stream, "update_working_memory")
    assert [text_at(end, "type") for end in ends] == ["tool-output-error"] * 3
    told = [at(parse(request.trailing_tool_results[0].encode()), "error") for request in model.requests[1:]]
    assert [text_at(error, "code") for error in told] == ["not_said"] * 3
    assert [text_at(error, "details", "reason") for error in told] == list(tries)
    assert await memory_of(anna) == kept


async def test_what_was_said_in_another_conversation_is_not_said_in_this_one(
    anna: Caller, carl: Caller, model: ScriptedModel
) -> None:
    said = "I work the late shift"
    for speaker in (anna, carl):
        model.play(says("Good to know."), calls(remember(change("add", "facts", said, said))), says("No."))
        await speaker.ask(said)
        await anna.ask("Hello!", uuid4().hex)
        assert (await memory_of(anna))["facts"] == []


async def test_outside_a_conversation_the_tool_remembers_nothing(anna: Caller) -> None:
    body = {"changes": [change("set", "name", "Anna", "I am Anna")]}
    error = refusal(await anna.http.post("/api/tools/update_working_memory", json=body), 422, "not_said")
    assert error["details"] == {"reason": "no_conversation"}
    assert (await memory_of(anna))["version"] == 0


async def test_a_full_memory_tells_the_model_what_to_do(anna: Caller, model: ScriptedModel) -> None:
    kept = await edit(anna, goals=[f"goal {n}" for n in range(10)])
    model.play(calls(remember(change("add", "goals", "less overtime", "less overtime"))), says("It is full."))
    assert "full" in text_of(await anna.ask("My goal is less overtime"))
    [result] = model.requests[-1].trailing_tool_results
    assert "memory_full" in result
    assert "Remove or shorten something first" in result
    assert await memory_of(anna) == kept


async def test_deleting_it_leaves_no_trace_anywhere_in_the_database(
    anna: Caller, model: ScriptedModel, server: EmbeddedServer
) -> None:
    """Conversations that were had with it in the prompt hold nothing of it."""
    word = f"w{uuid4().hex}"
    await edit(anna, name=word, facts=[f"I like {word}"], notes=[word])
    machines: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})
    model.play(calls(machines), says("There are none."), says("Hello."))
    await anna.ask("When is a machine free?")
    await anna.ask("Hello!")
    assert all(word in told_of(request) for request in model.requests)
    assert remains_of(server, word) == ["public.working_memory"]
    assert (await anna.http.delete("/api/memory")).status_code == 204
    assert remains_of(server, word) == []


async def test_deleting_the_conversation_too_leaves_no_trace_of_what_was_said_in_it(
    anna: Caller, model: ScriptedModel, server: EmbeddedServer, database: Database
) -> None:
    word = f"w{uuid4().hex}"
    said = f"remember that I like {word}"
    model.play(calls(remember(change("add", "facts", f"I like {word}", said))), says(f"I remember {word}."))
    await anna.ask(said)
    assert {"public.working_memory", "public.message", "public.tool_result"} <= set(remains_of(server, word))
    assert (await anna.http.delete(f"/api/threads/{anna.chat_id}")).status_code == 204
    assert remains_of(server, word) == ["public.working_memory"]
    assert (await anna.http.delete("/api/memory")).status_code == 204
    assert remains_of(server, word) == []
