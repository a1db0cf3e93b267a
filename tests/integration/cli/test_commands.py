"""`migrate`, `doctor` and `chat`: exit statuses, streams, no traceback."""

import pytest

from leadhand.context import Principal
from storage.embedded import EmbeddedServer
from storage.migrate import head_version
from tests.integration.cli.conftest import Leadhand

# Nobody listens on port 1; the connection is refused at once.
NOWHERE = "postgresql://leadhand_app@127.0.0.1:1/leadhand"
DEAD_MODEL = {
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "LEADHAND_MODEL": "some-model",
    "LEADHAND_MODEL_MAX_RETRIES": "0",
}


def lines_of(text: str) -> dict[str, tuple[str, str]]:
    """Subject → (mark, text) of the doctor's lines."""
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        mark, rest = line.split(maxsplit=1)
        found[rest[:10].strip()] = (mark, rest[10:].strip())
    return found


def test_an_up_to_date_database_is_said_to_be(leadhand_process: Leadhand) -> None:
    done = leadhand_process("migrate")
    assert (done.returncode, done.stdout) == (0, f"The database is up to date ({head_version()}).\n")


def test_migrating_a_server_of_one_s_own_needs_its_owner(leadhand: Leadhand) -> None:
    done = leadhand("migrate", LEADHAND_MIGRATION_URL=NOWHERE)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error[database_unavailable]")


def test_the_doctor_finds_a_healthy_installation_healthy(leadhand_process: Leadhand) -> None:
    done = leadhand_process("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    found = lines_of(done.stdout)
    assert {mark for mark, _ in found.values()} == {"ok"}
    checks = "settings, tokens, database, role, schema, demo shop, jobs, model, embedding"
    assert list(found) == checks.split(", ")


def test_the_doctor_goes_on_when_the_database_is_away(leadhand: Leadhand) -> None:
    done = leadhand("doctor", LEADHAND_DATABASE_URL=NOWHERE, LEADHAND_DATABASE_POOL_TIMEOUT_S="1")
    assert (done.returncode, done.stderr) == (1, "")
    found = lines_of(done.stdout)
    assert found["database"][0] == "fault"
    assert found["model"][0] == "ok"


def test_the_doctor_refuses_a_role_that_sees_every_shop(leadhand: Leadhand, server: EmbeddedServer) -> None:
    done = leadhand("doctor", LEADHAND_DATABASE_URL=server.owner_url)
    assert done.returncode == 1
    found = lines_of(done.stdout)
    assert found["database"][0] == "ok"
    assert found["role"][0] == "fault"


def test_the_doctor_asks_the_models(leadhand: Leadhand) -> None:
    rerank = {"LEADHAND_RERANK_URL": "http://127.0.0.1:1/rerank", "LEADHAND_RERANK_MODEL": "some-reranker"}
    done = leadhand("doctor", **DEAD_MODEL, **rerank)
    assert done.returncode == 1
    mark, text = lines_of(done.stdout)["model"]
    assert mark == "fault"
    assert text.startswith("some-model at http://127.0.0.1:1/v1: ")
    assert lines_of(done.stdout)["reranking"] == ("fault", "some-reranker: ConnectError")


def test_the_doctor_names_a_wrong_setting(leadhand: Leadhand) -> None:
    done = leadhand("doctor", LEADHAND_MAX_STEPS="many")
    assert done.returncode == 1
    assert done.stdout.startswith("fault  settings   LEADHAND_MAX_STEPS: ")


@pytest.fixture
def shop(two_shops: tuple[Principal, Principal]) -> str:
    return two_shops[0].tenant_id


def test_a_turn_prints_the_answer_alone_on_standard_output(leadhand_process: Leadhand, shop: str) -> None:
    done = leadhand_process("chat", "--shop", shop, "What can you do?")
    assert done.returncode == 0
    assert done.stdout.strip()
    assert "\x1b" not in done.stdout + done.stderr
    assert f"leadhand chat --shop {shop} --user me --thread " in done.stderr


def test_a_shop_that_is_not_there_is_not_found(leadhand: Leadhand) -> None:
    done = leadhand("chat", "--shop", "no-such-shop", "What can you do?")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error[not_found]: There is no shop no-such-shop")
    assert done.stderr.count("\n") == 1


def test_an_empty_question_is_refused(leadhand: Leadhand, shop: str) -> None:
    done = leadhand("chat", "--shop", shop, "  ")
    assert done.returncode == 1
    assert done.stderr.startswith("error[invalid_request]")


def test_a_model_that_is_down_is_the_coded_end_of_the_turn(leadhand: Leadhand, shop: str) -> None:
    done = leadhand("chat", "--shop", shop, "When is the Puma 3100 free?", **DEAD_MODEL)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error[model_unavailable]")
    assert "Traceback" not in done.stderr
