"""Every route that the server describes, with ids of somebody else: answered as ids that never were."""

import re
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import httpx2
import pytest
from psycopg import sql

from leadhand.cursors import encode_cursor
from leadhand.errors import JsonValue
from tests.acceptance.api_routes import OF_THE_SHOP, Operation, operations
from tests.acceptance.caller import Caller, message_text, new_chat_id, question
from tests.acceptance.conftest import CANARIES
from tests.acceptance.json_access import at, items_at, object_at, parse, text_at
from tests.acceptance.model_script import Gate, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase

NORTH = CANARIES["north"]
# Routes that make what the client names; what they do with a name that somebody else uses is told below.
MAKING = {"POST /api/chat", "POST /api/runs"}
# Where an id that never was is no fault: nothing is running there, and the list goes on behind any cursor.
NO_FAULT = {
    "GET /api/chat/{id}/stream": 204,
    "POST /api/chat/{id}/stop": 202,
    "GET /api/threads": 200,
    "GET /api/runs": 200,
    "GET /api/traces": 200,
    # To its owner a stream that has no end yet.
    "GET /api/runs/{id}/events": 404,
    "GET /api/approvals": 200,
    # Neither stranger may approve anything.
    "POST /api/approvals/{id}": 403,
    # Nor may either read documents; who may is told in tests/integration/server/test_knowledge.py.
    "GET /api/knowledge/documents": 403,
    "GET /api/knowledge/documents/{id}": 403,
    "DELETE /api/knowledge/documents/{id}": 403,
    # Nor reports; who may is told in tests/integration/server/test_reports.py.
    "GET /api/reports": 403,
    "GET /api/reports/{id}": 403,
    "GET /api/reports/{id}.{form}": 403,
    "POST /api/reports/{id}/deliveries/{delivery_id}/retry": 403,
    "GET /api/reports/schedules": 403,
    "GET /api/reports/schedules/{id}": 403,
    "PATCH /api/reports/schedules/{id}": 403,
    "DELETE /api/reports/schedules/{id}": 403,
    # Nor alerts; who may is told in tests/integration/server/test_alerts.py.
    "GET /api/alerts": 403,
    "GET /api/alerts/{id}": 403,
    "PATCH /api/alerts/{id}": 403,
    "DELETE /api/alerts/{id}": 403,
}
# Something that waits for an approval, under the id of the run that asked.
WAITING = sql.SQL(
    "insert into approval (tenant_id, id, thread_id, run_id, requested_by, call_id, tool, input, proposal,"
    " proposal_hash, expires_at) select tenant_id, id, thread_id, id, user_id, 'call', 'a_tool', '{}', '{}',"
    " repeat('0', 64), now() + interval '1 h' from run where id = %s::uuid"
)
STRANGERS = pytest.mark.parametrize("stranger", ["bert", "carl"], ids=["another shop", "a colleague"])


def answer_of(response: httpx2.Response, *ids: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body; what differs from request to request, and the ids themselves, left out."""
    headers = {
        name: value for name, value in response.headers.items() if name not in {"date", "x-correlation-id"}
    }
    body = re.sub(r'"correlation_id":"[^"]+"', "", response.text)
    for number, known in enumerate(ids):
        body = body.replace(known, f"<id {number}>")
    return response.status_code, headers, body


def never_used(used: str) -> str:
    return f"{used[:-5]}-none"


def call(who: Caller, operation: Operation, ids: dict[str, str]) -> httpx2.Response:
    """The route with an id of each kind that it takes, in its path, its query or its body."""
    values = {name: ids[kind] for name, kind in operation.takes.items()}
    path = operation.path
    query: dict[str, str] = {}
    body = operation.filled_body()
    for name, value in values.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", value)
        elif isinstance(body, dict) and name in object_at(operation.body, "properties"):
            body[name] = value
        else:
            query[name] = value
    return who.http.request(operation.method.upper(), path, params=query, json=body)


@contextmanager
def a_turn_under_way(anna: Caller, model: ScriptedModel, chat: str) -> Generator[None]:
    """Anna's second question is being answered; afterwards she has the whole answer."""
    gate = Gate()
    model.play(says("Noted."), plays(Text("One "), Pause(gate), Text("two.")))
    anna.ask(chat, f"Remember {NORTH}.")
    with anna.asking(chat, "Count") as stream:
        stream.until_text("One ")
        try:
            yield
        finally:
            gate.open()
        stream.to_end()
    assert stream.text == "One two."
    assert len(anna.history(chat)) == 4


def rows_of_north(database: ShopDatabase) -> dict[str, str]:
    """An id of each kind that stands in north alone."""
    tables = ("machine", "operator", "work_center", "skill")
    found: dict[str, str] = {}
    for table in tables:
        of_north, of_south = (
            {text_at(row, "id") for row in database.rows(table, shop)} for shop in ("north", "south")
        )
        found[table.replace("_", " ")] = min(of_north - of_south)
    orders = {text_at(row, "id") for row in database.rows("production_order", "south")}
    found["order"] = min(
        text_at(row, "id")
        for row in database.rows("production_order", "north")
        if text_at(row, "status") == "released" and text_at(row, "id") not in orders
    )
    return found


def of_its_shop(operation: Operation) -> bool:
    return not OF_THE_SHOP.isdisjoint(operation.takes.values())


@STRANGERS
def test_every_route_answers_an_id_of_somebody_else_as_one_that_never_was(
    request: pytest.FixtureRequest,
    anna: Caller,
    scripted_model: ScriptedModel,
    database: ShopDatabase,
    stranger: str,
) -> None:
    who: Caller = request.getfixturevalue(stranger)
    rows = rows_of_north(database)
    chat = new_chat_id()
    tried: set[str] = set()
    with a_turn_under_way(anna, scripted_model, chat):
        anna.http.patch(f"/api/threads/{chat}", json={"title": f"About {NORTH}"})
        before = (anna.http.get(f"/api/threads/{chat}").text, anna.history(chat))
        moment = text_at(parse(before[0]), "updated_at")
        hers = text_at(parse(anna.http.get("/api/traces").content), "traces", 0, "run_id")
        nobodys = str(UUID(int=UUID(hers).int ^ 1))
        database.run(WAITING, hers)
        foreign, absent = (
            {
                "chat": name,
                "thread cursor": encode_cursor(moment, name),
                "position": encode_cursor(name),
                "order cursor": encode_cursor("due", "0", "0", name),
                "booking cursor": encode_cursor("0", "0", name),
                "run": run,
                "run cursor": encode_cursor(run),
                "approval": run,
                "approval cursor": encode_cursor(run),
                "document": run,
                "source cursor": encode_cursor(name),
                "report": run,
                "report form": "json",
                "report delivery": run,
                "report schedule": run,
                "report cursor": encode_cursor(run),
                "alert": run,
                "alert cursor": encode_cursor(run),
                **of_rows,
            }
            for name, run, of_rows in (
                (chat, hers, rows),
                (never_used(chat), nobodys, {kind: never_used(key) for kind, key in rows.items()}),
            )
        )
        for operation in operations(anna.base_url):
            if operation.name in MAKING or not operation.takes or "tool" in operation.takes.values():
                continue
            if stranger == "carl" and of_its_shop(operation):
                continue  # what stands in the plan is a colleague's as well
            tried.add(operation.name)
            of_foreign, of_absent = (
                answer_of(call(who, operation, ids), *ids.values()) for ids in (foreign, absent)
            )
            assert of_foreign == of_absent, operation.name
            if operation.method == "get" and operation.name not in NO_FAULT:
                assert call(anna, operation, foreign).status_code == 200, operation.name
            assert of_foreign[0] == NO_FAULT.get(operation.name, 404), operation.name
            assert NORTH not in str(of_foreign)
        assert (anna.http.get(f"/api/threads/{chat}").text, anna.history(chat)) == before
    assert tried >= {*NO_FAULT, "GET /api/threads/{id}", "DELETE /api/threads/{id}"}
    if stranger == "bert":
        assert tried >= {"GET /api/orders/{order}", "GET /api/machines/{machine}", "GET /api/schedule"}


def inputs_naming(named: str, schema: JsonValue) -> Generator[JsonValue]:
    """For each argument of a tool that takes text, an input with `named` in it."""
    required = {
        name: 1 if at(schema, "properties", name, "type") in {"integer", "number"} else named
        for name in items_at(schema, "required")
        if isinstance(name, str)
    }
    for argument, accepted in object_at(schema, "properties").items():
        kinds = str(accepted)
        if "array" in kinds or "$ref" in kinds:
            yield {**required, argument: [named]}
        if "array" not in kinds and ("string" in kinds or "$ref" in kinds):
            yield {**required, argument: named}


def test_a_tool_finds_nothing_of_another_shop_by_any_name_or_id(bert: Caller, database: ShopDatabase) -> None:
    """The names and row ids that only north has."""
    foreign = [f"Kasto {NORTH}", NORTH]
    rows_of_north: set[str] = set()
    for table in ("machine", "operator", "production_order"):
        of_north, of_south = (
            {text_at(row, "id") for row in database.rows(table, shop)} for shop in ("north", "south")
        )
        foreign.append(min(of_north - of_south))
        rows_of_north |= of_north - of_south
    tools = items_at(parse(bert.http.get("/api/tools").content), "tools")
    outcomes: set[int] = set()
    for tool in tools:
        for named in foreign:
            pairs = (inputs_naming(text, at(tool, "input_schema")) for text in (named, misspelt(named)))
            for of_foreign, of_absent in zip(*pairs, strict=True):
                path = f"/api/tools/{text_at(tool, 'name')}"
                known, unknown = (
                    answer_of(bert.http.post(path, json=body), named, misspelt(named))
                    for body in (of_foreign, of_absent)
                )
                outcomes.add(known[0])
                assert known[0] == unknown[0], of_foreign
                assert beside_suggestions(known[2]) == beside_suggestions(unknown[2]), of_foreign
                assert NORTH not in known[2]
                assert not [row for row in rows_of_north if row in known[2]]
    assert 404 in outcomes, "no tool looks anything up by name"


def beside_suggestions(body: str) -> str:
    """What is similar to a name depends on its letters; that it is of the asking shop is told elsewhere."""
    body = re.sub(r' Did you mean [^"]*\?"', '"', body)
    return re.sub(r'"suggestions":\[[^]]*\]', '"suggestions":[]', body).replace("<id 0>", "<id 1>")


def misspelt(used: str) -> str:
    return f"{used[:-1]}Z"


@STRANGERS
def test_a_chat_of_the_same_ids_is_made_beside_somebody_elses(
    request: pytest.FixtureRequest,
    anna: Caller,
    scripted_model: ScriptedModel,
    database: ShopDatabase,
    stranger: str,
) -> None:
    """The same chat, message and idempotency key: neither busy, nor a replay, nor a word of hers."""
    who: Caller = request.getfixturevalue(stranger)
    chat, key = new_chat_id(), {"idempotency-key": new_chat_id()}
    gate = Gate()
    scripted_model.play(plays(Text("For "), Pause(gate), Text("Anna.")), says("For the stranger."))
    with anna.post_chat(question(chat, f"About {NORTH}", message_id="m-1"), key) as hers:
        hers.until_text("For ")
        with who.post_chat(question(chat, "About anything", message_id="m-1"), key) as theirs:
            theirs.to_end()
        gate.open()
        hers.to_end()
    with who.post_chat(question(chat, "About anything", message_id="m-1"), key) as again:
        again.to_end()
    assert (hers.text, theirs.text, again.text) == ("For Anna.", "For the stranger.", "For the stranger.")
    assert again.message_id == theirs.message_id != hers.message_id
    assert scripted_model.requests[1].contents("user") == ["About anything"]
    for caller, asked in ((anna, f"About {NORTH}"), (who, "About anything")):
        history = caller.history(chat)
        assert len(history) == 2
        assert text_at(items_at(history[0], "parts")[0], "text") == asked
    assert who.http.delete(f"/api/threads/{chat}").status_code == 204
    assert len(anna.history(chat)) == 2
    rows = [row for row in database.rows("thread") if at(row, "chat_id") == chat]
    assert [(at(row, "tenant_id"), at(row, "user_id")) for row in rows] == [("north", "anna")]


def test_the_same_ids_used_by_three_people_at_once_stay_three_conversations(
    anna: Caller, bert: Caller, carl: Caller, scripted_model: ScriptedModel
) -> None:
    people = {"anna": anna, "bert": bert, "carl": carl}
    scripted_model.play_rule(lambda asked: says(f"Heard: {asked.last_user_text}"))
    chat, rounds = new_chat_id(), 3

    def talk(name: str) -> None:
        for number in range(rounds):
            people[name].ask(chat, f"{name} {number}", message_id=f"m-{number}")
            people[name].http.patch(f"/api/threads/{chat}", json={"title": f"of {name}"})

    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(talk, people))
    for name, caller in people.items():
        said = [message_text(message) for message in caller.history(chat)]
        turns = [[f"{name} {number}", f"Heard: {name} {number}"] for number in range(rounds)]
        assert said == [text for turn in turns for text in turn]
        assert text_at(parse(caller.http.get(f"/api/threads/{chat}").content), "title") == f"of {name}"
    for request in scripted_model.requests:
        assert len({text.split()[0] for text in request.contents("user")}) == 1


def test_every_route_that_makes_something_under_the_clients_name_is_told_here(anna: Caller) -> None:
    making = {
        operation.name
        for operation in operations(anna.base_url)
        if any(kind.endswith("to be made") for kind in operation.takes.values())
    }
    assert making == MAKING
