"""Two connections for everybody at once: not one byte of a shop, or of a person, reaches anybody else."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import httpx2
import pytest
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.api_routes import METHODS, Operation, operations
from tests.acceptance.caller import Caller, new_chat_id, question
from tests.acceptance.conftest import CANARIES
from tests.acceptance.json_access import items_at, parse, text_at
from tests.acceptance.model_script import ModelReply, ModelRequest, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace

# In the plan of the shop east, and in what Dora alone says and is told.
OF_EAST: Final = "Eastlight"
OF_DORA: Final = "Dorasecret"
OF_SOUTH: Final = CANARIES["south"]
# Pages that the server's own description leaves out.
BESIDE_THE_API: Final = (
    "/docs",
    "/openapi.json",
    "/metrics",
    "/healthz",
    "/readyz",
    "/nothing",
    "/api/nothing",
)
# A tool knows no conversation: a second round of them would find what the first found.
OF_ONE_TOOL: Final = "{name}"
ROUNDS: Final = 2


@dataclass(slots=True)
class Harvest:
    """Every byte that somebody was sent: heads and bodies, each with what was asked."""

    who: Caller
    answers: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])

    def fetch(self, method: str, path: str, body: JsonValue = None) -> httpx2.Response:
        response = self.who.http.request(method, path, json=body)
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        self.answers.append((f"{method} {path}", head.encode() + b"\n\n" + response.content))
        return response

    def with_word(self, word: str) -> list[str]:
        """What was asked where the answer holds `word`, in whatever case."""
        return [asked for asked, answer in self.answers if word.lower().encode() in answer.lower()]


@pytest.fixture(scope="module")
def east(builtin_server: ServerProcess, workspace: Workspace, database: ShopDatabase) -> str:
    """A shop in whose every text stands a canary."""
    del builtin_server
    workspace.make_demo_shop("east", seed=9)
    texts = database.run(
        sql.SQL(
            "select c.table_name, c.column_name from information_schema.columns c"
            " where c.table_schema = 'public' and c.data_type = 'text'"
            "   and c.column_name in ('name', 'code', 'customer', 'note', 'external_id')"
            "   and exists (select from information_schema.columns t where t.table_schema = 'public'"
            "                  and t.table_name = c.table_name and t.column_name = 'tenant_id')"
        )
    )
    assert len(texts) > 15
    for table, column in texts:
        plant = sql.SQL("update {table} set {column} = {column} || '-' || %s where tenant_id = %s")
        with database.connection() as connection:
            names = {"table": sql.Identifier(str(table)), "column": sql.Identifier(str(column))}
            connection.execute(plant.format(**names), (OF_EAST, "east"))
    return "east"


@pytest.fixture(scope="module")
def narrow_server(
    builtin_server: ServerProcess, workspace: Workspace, model_settings: dict[str, str]
) -> Generator[ServerProcess]:
    """A server with two connections to the database, whose model is the scripted one."""
    del builtin_server
    settings = {
        **model_settings,
        "LEADHAND_DATABASE_POOL_MAX": "2",
        "LEADHAND_DATABASE_POOL_TIMEOUT_S": "60",
        # Everything waits for two connections here; no turn may end by its time.
        "LEADHAND_TOOL_TIMEOUT_S": "300",
        "LEADHAND_MAX_RUN_S": "600",
    }
    with ServerProcess(workspace, "narrow", settings) as server:
        yield server


def reply(request: ModelRequest) -> ModelReply:
    """Reads the plan with two tools at once and repeats what they found, and what was asked."""
    found = request.trailing_tool_results
    if not found:
        return calls(
            ("get_machine_availability", {}), ("analyze_workload_distribution", {"group_by": "operator"})
        )
    return says(request.last_user_text, " ", *(text[:400] for text in found))


def works(harvest: Harvest, chat: str, words: str) -> None:
    """What a planner does: asks, names the conversation, looks at lists, runs tools."""
    for number in range(ROUNDS):
        harvest.fetch("POST", "/api/chat", question(chat, f"{words} {number}", message_id=f"m-{number}"))
        harvest.fetch("PATCH", f"/api/threads/{chat}", {"title": f"{words} {number}"})
        for path in ("/api/threads", f"/api/threads/{chat}/messages", "/api/machines", "/api/operators"):
            harvest.fetch("GET", path)
        harvest.fetch("POST", "/api/tools/get_machine_availability", {})


def takes_all(harvest: Harvest, server: ServerProcess, chat: str, words: str) -> None:
    """Every route there is, with somebody else's chat; every tool; every kind of error."""
    tools = [
        text_at(tool, "name") for tool in items_at(parse(harvest.fetch("GET", "/api/tools").content), "tools")
    ]
    for path in BESIDE_THE_API:
        for method in METHODS:
            harvest.fetch(method.upper(), path)
    for number in range(ROUNDS):
        for operation in operations(server.url):
            if operation.name != "POST /api/chat" and not (number and OF_ONE_TOOL in operation.path):
                take(harvest, operation, chat, tools)
        # On the chat id of somebody else: a chat of one's own, so that it must be gone before the next round.
        harvest.fetch("POST", "/api/chat", question(chat, f"{words} {number}", message_id=f"m-{number}"))
        harvest.fetch("GET", f"/api/threads/{chat}/messages")


# Rows that every demo shop has.
CODES = {"order": "WO-4001", "machine": "PUMA-3100", "operator": "E101"}


def take(harvest: Harvest, operation: Operation, chat: str, tools: list[str]) -> None:
    method, path = operation.method.upper(), operation.path
    names = tools if "{name}" in path else [""]
    for name in names:
        filled = path.replace("{id}", chat).replace("{run_id}", chat).replace("{name}", name)
        filled = filled.replace("{form}", "json").replace("{delivery_id}", chat)
        for kind, code in CODES.items():
            filled = filled.replace(f"{{{kind}}}", code)
        assert "{" not in filled, f"{operation.name}: a parameter that this test does not know"
        bodies: list[JsonValue] = [operation.filled_body(), {"window": "next week"}, [], "nonsense"]
        for body in bodies:
            harvest.fetch(method, filled, body)
            if operation.body is None:
                break


def at_once(*jobs: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(jobs)) as threads:
        for done in [threads.submit(job) for job in jobs]:
            done.result()


def test_with_two_connections_nobody_is_sent_a_byte_of_another_shop_or_person(
    narrow_server: ServerProcess,
    workspace: Workspace,
    east: str,
    bert_token: str,
    scripted_model: ScriptedModel,
) -> None:
    scripted_model.play_rule(reply)
    dora_token, emil_token = (workspace.token(east, name) for name in ("dora", "emil"))
    url, chat = narrow_server.url, new_chat_id()
    with Caller(url, dora_token) as dora, Caller(url, emil_token) as emil, Caller(url, bert_token) as bert:
        of_dora, again, of_emil, of_bert = (Harvest(who) for who in (dora, dora, emil, bert))
        at_once(
            lambda: works(of_dora, chat, f"dora {OF_DORA} {OF_EAST}"),
            lambda: works(again, new_chat_id(), f"dora {OF_DORA} {OF_EAST}"),
            lambda: takes_all(of_emil, narrow_server, chat, "emil asks"),
            lambda: takes_all(of_bert, narrow_server, chat, "bert asks"),
        )
    for asked in ("POST /api/chat", "GET /api/threads", "GET /api/machines"):
        assert of_dora.with_word(OF_EAST).count(asked) >= (ROUNDS if asked != "GET /api/threads" else 1), (
            asked
        )
    assert of_dora.with_word(OF_DORA)
    assert of_emil.with_word(OF_EAST), "a colleague sees the plan"
    assert of_bert.with_word(OF_SOUTH), "the other shop sees its own"
    assert of_emil.with_word(OF_DORA) == []
    assert of_bert.with_word(OF_DORA) == []
    assert of_bert.with_word(OF_EAST) == []
    assert [asked for one in (of_dora, again, of_emil) for asked in one.with_word(OF_SOUTH)] == []
    for request in scripted_model.requests:
        asker, sent = request.last_user_text.split()[0], str(request.body)
        assert (OF_DORA in sent) == (asker == "dora"), asker
        assert asker != "bert" or OF_EAST not in sent
        assert asker == "bert" or OF_SOUTH not in sent
    assert OF_DORA not in narrow_server.log, "what people say is in no log"
