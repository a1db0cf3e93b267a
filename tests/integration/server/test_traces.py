"""Call trees: every call of a turn below what made it, for whoever asked it; nothing of what was said."""

import asyncio
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from leadhand.errors import JsonValue
from leadhand.settings import Settings
from storage.database import Database
from storage.embedded import EmbeddedServer
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import Gate, HttpFault, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.server.conftest import Caller, in_thread, refusal
from tests.integration.storage.catalog import ask
from tests.unit.tools.small_tools import ALL
from tools.registry import ToolRegistry

SOON = {"retry-after-ms": "1"}
NEST: JsonValue = {"levels": 1, "tool": "echo"}


@pytest.fixture
def app_settings(app_settings: Settings) -> Settings:
    return app_settings.model_copy(update={"model_max_retries": 2})


class SmallTools(ToolRegistry):
    """Tools that call tools; those of the product do not yet."""

    @classmethod
    def discover(cls, **_: object) -> "SmallTools":
        return cls(ALL)


@pytest.fixture
def small_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runs.desk.ToolRegistry", SmallTools)


def lines(span: JsonValue, depth: int = 0) -> list[str]:
    """A line a span: what it is and how it ended, indented below what called it."""
    code = at(span, "code")
    ended = text_at(span, "outcome") + (f" {code}" if code else "")
    line = f"{'  ' * depth}{text_at(span, 'kind')} {text_at(span, 'name')}: {ended}"
    return [line, *(below for child in items_at(span, "children") for below in lines(child, depth + 1))]


def found(response: Response) -> JsonValue:
    assert response.status_code == 200, response.text
    return parse(response.content)


async def listed(caller: Caller, query: str = "") -> list[JsonValue]:
    return items_at(found(await caller.http.get(f"/api/traces{query}")), "traces")


async def newest_tree(caller: Caller) -> JsonValue:
    newest = (await listed(caller))[0]
    return found(await caller.http.get(f"/api/traces/{text_at(newest, 'run_id')}"))


@pytest.mark.usefixtures("small_tools")
async def test_a_turn_is_a_tree_of_its_calls_with_retries_nested_and_failed_tools(
    anna: Caller, model: ScriptedModel
) -> None:
    model.play(
        HttpFault(429, SOON),
        calls(("nest", NEST), ("fail", {})),
        says("Done."),
    )
    await anna.ask("What is free?")
    tree = await newest_tree(anna)
    assert lines(at(tree, "root")) == [
        "run run: ok",
        "  node recall: ok",
        "  model scripted: ok",
        "    request request: error http_429",
        "    request request: ok",
        "  tool nest: ok",
        "    tool nest: ok",
        "      tool echo: ok",
        "  tool fail: error not_found",
        "  model scripted: ok",
        "    request request: ok",
    ]
    assert at(tree, "truncated") is False


@pytest.mark.usefixtures("small_tools")
async def test_spans_say_tokens_versions_tries_and_calls(anna: Caller, model: ScriptedModel) -> None:
    model.play(HttpFault(429, SOON), calls(("nest", NEST)), says("Done."))
    stream = await anna.ask("What is free?")
    root = at(await newest_tree(anna), "root")
    _, first, tool, last = items_at(root, "children")
    wanted: JsonValue = {"model": "scripted", "input_tokens": 1800, "output_tokens": 80}
    assert at(root, "facts") == wanted
    assert at(first, "facts", "finish_reason") == "tool_calls"
    assert at(first, "facts", "tool_calls") == 1
    assert at(last, "facts", "finish_reason") == "stop"
    assert at(last, "facts", "input_tokens") == 900
    assert isinstance(at(last, "facts", "prompt_version"), int)
    tries = [at(sent, "facts") for sent in items_at(first, "children")]
    assert tries == [{"try_number": 1, "http_status": 429}, {"try_number": 2, "http_status": 200}]
    (call_id,) = {text_at(chunk, "toolCallId") for chunk in stream if chunk["type"] == "tool-input-start"}
    assert at(tool, "call_id") == call_id
    assert at(tool, "children", 0, "call_id") == f"{call_id}.1"
    for span in (root, first, tool, last):
        duration_ms = at(span, "duration_ms")
        assert isinstance(duration_ms, float)
        assert duration_ms >= 0
        assert text_at(span, "started_at").endswith(("-06:00", "-05:00"))


@pytest.mark.usefixtures("small_tools")
async def test_a_turn_that_is_stopped_ends_what_it_was_in(anna: Caller, model: ScriptedModel) -> None:
    gate = Gate()
    model.play(calls(("echo", {})), plays(Text("Half "), Pause(gate), Text("done.")))
    asking = asyncio.create_task(anna.ask("What is free?"))
    await in_thread(gate.wait_reached)
    assert (await anna.http.post(f"/api/chat/{anna.chat_id}/stop")).status_code == 202
    gate.open()
    await asking
    assert lines(at(await newest_tree(anna), "root")) == [
        "run run: cancelled",
        "  node recall: ok",
        "  model scripted: ok",
        "    request request: ok",
        "  tool echo: ok",
        "  model scripted: cancelled cancelled",
        "    request request: ok",
    ]


async def test_a_turn_that_the_model_fails_says_so_at_every_level(anna: Caller, model: ScriptedModel) -> None:
    model.play(HttpFault(400))
    await anna.ask("What is free?")
    assert lines(at(await newest_tree(anna), "root")) == [
        "run run: error model_rejected",
        "  node recall: ok",
        "  model scripted: error model_rejected",
        "    request request: error http_400",
    ]


async def test_the_answer_names_its_trace(anna: Caller, model: ScriptedModel) -> None:
    model.play(says("Yes."))
    stream = await anna.ask("What is free?")
    first, last = stream[0]["messageMetadata"], stream[-1]["messageMetadata"]
    run_id = text_at(first, "run_id")
    assert text_at(first, "trace_id") == text_at(last, "trace_id") == UUID(run_id).hex
    stored = (await anna.history())[-1]
    assert at(stored, "metadata", "trace_id") == UUID(run_id).hex
    tree = found(await anna.http.get(f"/api/traces/{run_id}"))
    assert at(tree, "trace_id") == UUID(run_id).hex
    assert at(tree, "root", "run_id") == run_id


async def test_runs_are_listed_newest_first_in_pages(anna: Caller, model: ScriptedModel) -> None:
    model.play(*[says("Yes.") for _ in range(3)])
    for chat_id in ("one", "two", "three"):
        await anna.ask(f"Question {chat_id}?", chat_id)
    first = found(await anna.http.get("/api/traces?limit=2"))
    second = found(await anna.http.get(f"/api/traces?limit=2&cursor={text_at(first, 'next_cursor')}"))
    rows = [row for page in (first, second) for row in items_at(page, "traces")]
    assert [text_at(row, "chat_id") for row in rows] == ["three", "two", "one"]
    assert {text_at(row, "status") for row in rows} == {"finished"}
    assert at(second, "next_cursor") is None


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WyJhIiwiYiJd"])
async def test_a_made_up_cursor_is_refused(anna: Caller, cursor: str) -> None:
    refusal(await anna.http.get(f"/api/traces?cursor={cursor}"), 422, "invalid_request")


async def test_a_run_of_somebody_else_is_no_run(
    anna: Caller, bert: Caller, carl: Caller, model: ScriptedModel
) -> None:
    model.play(says("Yes."))
    await anna.ask("What is free?")
    run_id = text_at((await listed(anna))[0], "run_id")
    for stranger in (bert, carl):
        assert await listed(stranger) == []
        for unknown in (run_id, str(uuid4()), "no-id"):
            refusal(await stranger.http.get(f"/api/traces/{unknown}"), 404, "not_found")


@pytest.mark.usefixtures("small_tools")
async def test_nothing_that_was_said_or_passed_is_in_a_span_and_nothing_stays_of_a_deleted_conversation(
    anna: Caller, model: ScriptedModel, server: EmbeddedServer, database: Database
) -> None:
    echo: JsonValue = {"window": "CANARY week", "machines": ["CANARY machine"]}
    model.play(calls(("echo", echo)), says("The CANARY is free."))
    await anna.ask("Where is the CANARY?", "CANARY-chat")

    async def kept() -> list[str]:
        async with database.transaction(anna.who) as connection:
            rows = await connection.execute(b"select to_jsonb(s)::text as row from span s")
            return [str(row["row"]) for row in await rows.fetchall()]

    assert len(await kept()) == 6
    assert "CANARY" not in "".join(await kept())
    await anna.http.delete("/api/threads/CANARY-chat")
    assert await kept() == []
    assert ask(server, "select count(*) from pg_inherits where inhparent = 'span'::regclass") == [(4,)]


async def test_a_turn_that_goes_on_shows_what_it_is_in(anna: Caller, model: ScriptedModel) -> None:
    gate = Gate()
    model.play(plays(Text("Half "), Pause(gate), Text("done.")))
    asking = asyncio.create_task(anna.ask("What is free?"))
    await in_thread(gate.wait_reached)
    assert lines(at(await newest_tree(anna), "root"))[0] == "run run: running"
    gate.open()
    await asking
    assert lines(at(await newest_tree(anna), "root"))[0] == "run run: ok"
