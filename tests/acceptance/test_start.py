"""Starting under bad conditions: a database that is away, settings that are wrong."""

from pathlib import Path

import pytest

from tests.acceptance.caller import Caller, new_chat_id, question, refusal
from tests.acceptance.json_access import parse, text_at
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace


def test_a_server_whose_database_is_down_starts_says_so_and_heals_when_it_is_up(
    workspace: Workspace, database: ShopDatabase, anna_token: str, tmp_path: Path
) -> None:
    address = tmp_path / "pg"
    address.mkdir()
    settings = {
        "LEADHAND_DATABASE_URL": f"postgresql://leadhand_app@/leadhand?host={address}",
        "LEADHAND_DATABASE_POOL_TIMEOUT_S": "1",
    }
    server = ServerProcess(workspace, "orphan", settings)
    server.start()
    with Caller(server.url, anna_token) as anna:
        try:
            server.wait_ready("/healthz")
            refusal(server.wait_ready("/readyz", status=503), 503, "database_unavailable")
            chat = new_chat_id()
            response = anna.http.post("/api/chat", json=question(chat, "When is the Puma 3100 free?"))
            assert refusal(response, 503, "database_unavailable")["retryable"] is True
            socket_name = ".s.PGSQL.5432"
            (address / socket_name).symlink_to(Path(database.socket_folder) / socket_name)
            assert text_at(parse(server.wait_ready().content), "status") == "ready"
            assert anna.ask(chat, "When is the Puma 3100 free?").state.finish_reason == "stop"
            assert len(anna.history(chat)) == 2, "the refused question left something behind"
        finally:
            assert server.terminate() == 0


WRONG_SETTINGS: dict[str, dict[str, str]] = {
    "LEADHAND_MAX_STEPS": {"LEADHAND_MAX_STEPS": "plenty"},
    "LEADHAND_JWT_SECRET": {"LEADHAND_JWT_SECRET": "short-secret"},
    "LEADHAND_DATABASE_URL": {"LEADHAND_DATABASE_URL": "mysql://me:short-secret@somewhere/else"},
    "OPENAI_BASE_URL": {"OPENAI_BASE_URL": "not an address", "LEADHAND_MODEL": "some-model"},
    "LEADHAND_MODEL": {"OPENAI_API_KEY": "short-secret"},
    "LEADHAND_PRICES": {"LEADHAND_PRICES": "{"},
    "LEADHAND_DATA_DIR": {"LEADHAND_DATA_DIR": "/dev/null/leadhand"},
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(workspace: Workspace, name: str) -> None:
    done = workspace.run("serve", "--port", "0", settings=WRONG_SETTINGS[name])
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"error[invalid_setting]: {name}: ")
    assert "short-secret" not in line, "a secret is never printed"


def test_production_without_a_database_of_its_own_does_not_start(workspace: Workspace) -> None:
    done = workspace.run("serve", "--port", "0", settings={"LEADHAND_ENV": "production"})
    assert done.returncode != 0
    assert "LEADHAND_DATABASE_URL" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_log_of_a_server_holds_no_question_no_answer_and_no_credential(
    builtin_server: ServerProcess, anna_builtin: Caller, anna_token: str
) -> None:
    stream = anna_builtin.ask(new_chat_id(), "When is the Puma 3100 free? The code word is Heliotrope.")
    refusal(anna_builtin.http.post("/api/chat", content=b'{"id": "Heliotrope'), 422, "invalid_request")
    assert "Heliotrope" not in builtin_server.log
    assert anna_token not in builtin_server.log
    assert stream.text, stream.state.terminal
    assert stream.text[:60] not in builtin_server.log
