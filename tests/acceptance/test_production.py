"""A server in production: log and figures hold nothing that they must not, and named pages may call it."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx2
import pytest
from psycopg import sql

from leadhand.errors import JsonValue
from storage.cluster import PORT
from tests.acceptance.caller import Caller, new_chat_id, question, refusal
from tests.acceptance.conftest import CANARIES
from tests.acceptance.json_access import parse
from tests.acceptance.lost_servers import eventually
from tests.acceptance.model_script import Cut, HttpFault, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.workspace import JWT_SECRET, Workspace

MODEL_KEY = "sk-canary-of-the-model-key"
DATABASE_PASSWORD = "canary-of-the-database-password"
METRICS_TOKEN = "canary-of-the-metrics-token"
PAGE = "https://planning.example"
ASKED = "canary-of-a-question"
STUMBLE = "stumble"  # what a planted fault of the database looks for
SAW: JsonValue = {"machines": ["KASTO-1"]}
METRICS = {"authorization": f"Bearer {METRICS_TOKEN}"}


@pytest.fixture(scope="module")
def production_server(
    builtin_server: ServerProcess,
    workspace: Workspace,
    model_settings: dict[str, str],
    database: ShopDatabase,
) -> Generator[ServerProcess]:
    """As an operator runs it: in production, on a database of its own, with secrets everywhere."""
    del builtin_server
    address = f"leadhand?host={quote(database.socket_folder, safe='')}&port={PORT}"
    settings = {
        **model_settings,
        "OPENAI_API_KEY": MODEL_KEY,
        "LEADHAND_MODEL_MAX_RETRIES": "1",
        "LEADHAND_ENV": "production",
        "LEADHAND_DATABASE_URL": f"postgresql://leadhand_app:{DATABASE_PASSWORD}@/{address}",
        "LEADHAND_METRICS_TOKEN": METRICS_TOKEN,
        "LEADHAND_ALLOWED_ORIGINS": PAGE,
        "LEADHAND_MAX_BODY_BYTES": "20000",
    }
    with ServerProcess(workspace, "production", settings) as server:
        yield server


@pytest.fixture(scope="module")
def api_key(production_server: ServerProcess, workspace: Workspace) -> str:
    del production_server
    made = workspace.succeed("apikey", "create", "--shop", "north", "--user", "anna", "--name", "log")
    return made.strip()


@pytest.fixture
def anna(production_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(production_server.url, anna_token) as caller:
        yield caller


def lines_of(server: ServerProcess) -> Iterator[dict[str, JsonValue]]:
    """The log lines; what else the process wrote is its banner."""
    for line in server.log.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
        else:
            assert line.startswith(("Leadhand ", "  ")), f"neither banner nor log: {line}"


@contextmanager
def refusing_rows(database: ShopDatabase, table: str, column: str, word: str) -> Generator[None]:
    """Within the block the table takes no row with `word` in that column, and says so with the whole row."""
    name = sql.Identifier(table)
    check = sql.SQL("alter table {} add constraint planted check (strpos({}::text, {}) = 0) not valid")
    with database.connection() as connection:
        connection.execute(check.format(name, sql.Identifier(column), word))
    try:
        yield
    finally:
        with database.connection() as connection:
            connection.execute(sql.SQL("alter table {} drop constraint planted").format(name))


@dataclass
class Heard:
    """What came back, error bodies apart."""

    errors: list[str] = field(default_factory=list[str])
    rest: list[str] = field(default_factory=list[str])

    def take(self, response: httpx2.Response) -> httpx2.Response:
        (self.errors if response.status_code >= 400 else self.rest).append(response.text)
        return response


def force_every_refusal(anna: Caller, heard: Heard, forged: list[str]) -> None:
    """401, 403, 404, 405, 409, 413, 422, each with a question where it could slip through."""
    http = anna.http
    for credential in forged:
        sent = {"authorization": f"Bearer {credential}"}
        refusal(heard.take(http.get("/api/threads", headers=sent)), 401, "unauthorized")
    heard.take(http.get("/metrics", headers={"authorization": f"Bearer {anna.headers['authorization']}"}))
    refusal(heard.take(http.get(f"/api/threads/{ASKED}?q={ASKED}")), 404, "not_found")
    refusal(heard.take(http.get(f"/{ASKED}")), 404, "not_found")
    refusal(heard.take(http.put(f"/api/chat?q={ASKED}", json={"x": ASKED})), 405, "method_not_allowed")
    refusal(heard.take(http.post("/api/chat", json={"id": ASKED, ASKED: ASKED})), 422, "invalid_request")
    refusal(heard.take(http.post("/api/chat", content=f'{{"id": "{ASKED}')), 422, "invalid_request")
    refusal(heard.take(http.post("/api/chat", json={"id": ASKED * 2_000})), 413, "body_too_large")
    refusal(
        heard.take(http.post("/api/tools/check_capacity", json={"hours": ASKED})), 422, "invalid_tool_input"
    )
    refusal(heard.take(http.post(f"/api/tools/{ASKED}", json={})), 404, "unknown_tool")
    refusal(heard.take(http.post("/api/chat", json={}, headers={"x-as-of": ASKED})), 422, "invalid_request")


def test_no_secret_and_nothing_that_people_wrote_stands_in_log_figures_or_errors(
    *,
    production_server: ServerProcess,
    scripted_model: ScriptedModel,
    database: ShopDatabase,
    anna: Caller,
    anna_token: str,
    api_key: str,
) -> None:
    heard = Heard()
    forged = [anna_token[:-4] + "AAAA", f"{api_key[:-4]}0000", f"lh_{ASKED}"]
    force_every_refusal(anna, heard, forged)

    with Caller(production_server.url, api_key, as_of=None) as program:
        scripted_model.play(calls(("get_machine_availability", SAW)), says("Free on Monday."))
        assert program.ask(new_chat_id(), ASKED).kinds[-1] == "finish"
    echo = f"Incorrect API key provided: {MODEL_KEY}. You asked: {ASKED}"
    chat = new_chat_id()
    for reply in (
        [HttpFault(401, message=echo)],
        [HttpFault(400, message=echo)],
        [HttpFault(500, message=echo)] * 2,
        [plays(Text(ASKED), Cut())],
        [calls(("get_machine_availability", f'{{"machines": "{ASKED}')), says("Sorry.")],
        [calls(("get_machine_availability", {"machines": [ASKED]})), says("Sorry.")],
        [calls((ASKED, {ASKED: ASKED})), says("Sorry.")],
    ):
        scripted_model.play(*reply)
        anna.ask(chat, ASKED)
    body = question(chat, ASKED, message_id="said-before")
    scripted_model.play(says("Yes."))
    with anna.post_chat(body) as stream:
        stream.to_end()
    again = question(chat, f"{ASKED} again", message_id="said-before")
    refusal(heard.take(anna.http.post("/api/chat", json=again)), 409, "idempotency_conflict")

    with refusing_rows(database, "message", "parts", STUMBLE):
        planted = question(new_chat_id(), f"{ASKED} {STUMBLE}")
        refusal(heard.take(anna.http.post("/api/chat", json=planted)), 500, "internal_error")
        scripted_model.play(says(f"{ASKED} {STUMBLE}"))
        assert "error" in anna.ask(new_chat_id(), ASKED).kinds
    with refusing_rows(database, "tool_result", "output", CANARIES["north"]):
        scripted_model.play(calls(("get_machine_availability", SAW)), says("Sorry."))
        assert "tool-output-error" in anna.ask(new_chat_id(), ASKED).kinds

    figures = anna.http.get("/metrics", headers=METRICS).text
    description = anna.http.get("/openapi.json").text
    log = production_server.log
    assert '"POST /api/chat 500"' in log
    assert "CheckViolation" in log

    credentials = [JWT_SECRET, anna_token, api_key, MODEL_KEY, DATABASE_PASSWORD, METRICS_TOKEN, *forged[:2]]
    texts = [ASKED, STUMBLE, CANARIES["north"], "Free on Monday"]
    for name, text in {"log": log, "figures": figures, "description": description}.items():
        assert not [word for word in credentials + texts if word in text], name
    for answer in heard.errors + heard.rest:
        assert not [word for word in credentials if word in answer]
        assert "Failing row" not in answer


def test_every_line_of_a_request_and_of_its_turn_carries_the_same_id(
    production_server: ServerProcess, scripted_model: ScriptedModel, anna: Caller
) -> None:
    scripted_model.play(HttpFault(500), says("On Monday."))
    answer = anna.http.post("/api/chat", json=question(new_chat_id(), "When?"))
    correlation = answer.headers["x-correlation-id"]
    assert answer.status_code == 200

    def lines() -> list[dict[str, JsonValue]]:
        return [line for line in lines_of(production_server) if line.get("correlation_id") == correlation]

    def access_lines() -> list[dict[str, JsonValue]]:
        return [line for line in lines() if line["logger"] == "server.border"]

    # A line is written once the answer is out.
    eventually(lambda: bool(access_lines()))
    access = access_lines()
    assert [line["message"] for line in access] == ["POST /api/chat 200"]
    assert access[0]["tenant_id"] == "north"
    assert access[0]["route"] == "/api/chat"
    assert isinstance(access[0]["duration_ms"], int)
    ended = [line for line in lines() if line["logger"] == "runs.endings"]
    assert [line["message"] for line in ended] == ["turn finished"]
    assert ended[0]["tenant_id"] == "north"
    assert ended[0]["run_id"]


def test_probes_write_no_lines(production_server: ServerProcess, anna: Caller) -> None:
    # The line of a request stands in the log before the next one on its connection is answered.
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/nowhere", 404), ("/healthz", 200)):
        assert anna.http.get(path).status_code == status
    routes = [line.get("route") for line in lines_of(production_server)]
    assert "-" in routes
    assert not {"/healthz", "/readyz", "/metrics"} & set(routes)


def test_a_page_of_a_named_origin_may_ask_and_read_streams_and_refusals(
    scripted_model: ScriptedModel, anna: Caller
) -> None:
    asks_first = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    with httpx2.Client(base_url=anna.base_url) as browser:
        preflight = browser.options("/api/chat", headers=asks_first)
        refused = browser.post("/api/chat", headers={"origin": PAGE})
        refusal(
            browser.options("/api/chat", headers={**asks_first, "origin": "https://evil.example"}),
            403,
            "permission_denied",
        )
    assert preflight.status_code == 200
    refusal(refused, 401, "unauthorized")
    scripted_model.play(says("On Monday."))
    streamed = anna.http.post("/api/chat", json=question(new_chat_id(), "When?"), headers={"origin": PAGE})
    assert ChatStream(streamed).to_end().text == "On Monday."
    for response in (preflight, refused, streamed):
        assert response.headers["access-control-allow-origin"] == PAGE


def test_a_database_that_is_away_is_logged_without_its_password_even_at_debug(workspace: Workspace) -> None:
    settings = {
        "LEADHAND_DATABASE_URL": f"postgresql://leadhand_app:{DATABASE_PASSWORD}@127.0.0.1:1/leadhand",
        "LEADHAND_DATABASE_POOL_TIMEOUT_S": "1",
        "LEADHAND_LOG_LEVEL": "debug",
    }
    server = ServerProcess(workspace, "away", settings)
    server.start()
    try:
        answer = server.wait_ready(status=503)
    finally:
        server.terminate()
    assert parse(answer.content)
    assert "not ready" in server.log
    assert "port 1 failed: Connection refused" in server.log
    assert DATABASE_PASSWORD not in server.log
