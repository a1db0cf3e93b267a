"""What the acceptance tests share: one installation, one scripted model, one Node process, a few servers."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from psycopg import sql

from leadhand.settings import ModelClient
from tests.acceptance.caller import Caller
from tests.acceptance.consumer import Consumer
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.unsteady_pair import UnsteadyPair, unsteady_pair
from tests.acceptance.workspace import Workspace
from tests.ready_data import lay_down, with_shops

# Words that stand in one shop's data only.
CANARIES = {"north": "Northlight", "south": "Southmoor"}


@pytest.fixture(scope="session")
def scripted_model_process() -> Generator[ScriptedModel]:
    """The one scripted model that the shared servers talk to."""
    with ScriptedModel() as model:
        yield model


@pytest.fixture
def scripted_model(scripted_model_process: ScriptedModel) -> Generator[ScriptedModel]:
    """The scripted model, with an empty script; a test may not leave a request that it did not script, nor
    one that a strict provider would refuse."""
    scripted_model_process.play()
    refused_before = scripted_model_process.refused
    yield scripted_model_process
    assert scripted_model_process.unscripted == 0, "the model was asked more often than the test scripted"
    assert scripted_model_process.refused == refused_before, "a strict provider would refuse this history"


@pytest.fixture(scope="session")
def consumer() -> Generator[Consumer]:
    """The npm package `ai` in its own Node process."""
    with Consumer() as process:
        yield process


@pytest.fixture(scope="session")
def workspace(server_folder: Path) -> Workspace:
    """The data directory of the session, with the demo shops north and south; one of each xdist worker."""
    data_dir = server_folder / f"acceptance-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    lay_down(with_shops(server_folder), data_dir)
    return Workspace(data_dir)


@pytest.fixture(scope="session")
def builtin_server(workspace: Workspace) -> Generator[ServerProcess]:
    """A server without any model endpoint; in each of the two shops its canary is planted.

    It comes first, so that the embedded Postgres runs as long as the session.
    """
    with ServerProcess(workspace, "builtin") as server:
        database = ShopDatabase(workspace)
        for shop, canary in CANARIES.items():
            database.run(
                sql.SQL("update machine set name = %s where tenant_id = %s and code = 'KASTO-1'"),
                f"Kasto {canary}",
                shop,
            )
            database.run(
                sql.SQL("update production_order set customer = %s where tenant_id = %s"), canary, shop
            )
        yield server


@pytest.fixture(scope="session")
def database(builtin_server: ServerProcess, workspace: Workspace) -> ShopDatabase:
    del builtin_server
    return ShopDatabase(workspace)


@pytest.fixture(scope="session")
def model_settings(scripted_model_process: ScriptedModel) -> dict[str, str]:
    """The settings that point a server at the scripted model."""
    return {
        "OPENAI_BASE_URL": scripted_model_process.base_url,
        "OPENAI_API_KEY": "test",
        "LEADHAND_MODEL": "scripted-1",
        "LEADHAND_HEARTBEAT_S": "0.2",
    }


@pytest.fixture(scope="session")
def scripted_server(
    builtin_server: ServerProcess, workspace: Workspace, model_settings: dict[str, str]
) -> Generator[ServerProcess]:
    """A server on the same data whose model is the scripted one."""
    del builtin_server
    with ServerProcess(workspace, "scripted", model_settings) as server:
        yield server


@pytest.fixture(scope="session")
def second_server(
    scripted_server: ServerProcess, workspace: Workspace, model_settings: dict[str, str]
) -> Generator[ServerProcess]:
    """The same once more on the same data; a test may kill it, if it starts it again."""
    del scripted_server
    with ServerProcess(workspace, "second", model_settings) as server:
        yield server


@pytest.fixture(scope="session", params=[client.value for client in ModelClient])
def impatient_server(
    request: pytest.FixtureRequest,
    builtin_server: ServerProcess,
    workspace: Workspace,
    model_settings: dict[str, str],
) -> Generator[ServerProcess]:
    """The scripted model again, with a short read timeout, one retry, and tight bounds on a turn.

    Once for each client of the model: both must hold against all that a model can do.
    """
    del builtin_server
    client = str(request.param)
    settings = {
        **model_settings,
        "LEADHAND_MODEL_CLIENT": client,
        "LEADHAND_MODEL_READ_TIMEOUT_S": "2",
        "LEADHAND_MODEL_CONNECT_TIMEOUT_S": "1",
        "LEADHAND_MODEL_MAX_RETRIES": "1",
        "LEADHAND_MAX_STEPS": "3",
        "LEADHAND_MAX_TOOL_CALLS": "3",
        "LEADHAND_MAX_RUN_TOKENS": "50000",
        "LEADHAND_TOOL_TIMEOUT_S": "4",
    }
    with ServerProcess(workspace, f"impatient-{client}", settings) as server:
        yield server


@pytest.fixture(scope="session")
def pair(server_folder: Path, model_settings: dict[str, str]) -> Generator[UnsteadyPair]:
    """Two servers with a database of their own; a test may kill any of the three, if it starts it again."""
    ready = with_shops(server_folder)
    with unsteady_pair(ready, server_folder / "unsteady", model_settings) as servers:
        yield servers


@pytest.fixture(scope="session")
def anna_token(builtin_server: ServerProcess, workspace: Workspace) -> str:
    """Anna plans the shop north."""
    del builtin_server
    return workspace.token("north", "anna")


@pytest.fixture(scope="session")
def bert_token(builtin_server: ServerProcess, workspace: Workspace) -> str:
    """Bert plans the shop south."""
    del builtin_server
    return workspace.token("south", "bert")


@pytest.fixture(scope="session")
def carl_token(builtin_server: ServerProcess, workspace: Workspace) -> str:
    """Carl is Anna's colleague in north; he may only read."""
    del builtin_server
    return workspace.token("north", "carl", ["planning:read"])


@pytest.fixture
def anna(scripted_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(scripted_server.url, anna_token) as caller:
        yield caller


@pytest.fixture
def bert(scripted_server: ServerProcess, bert_token: str) -> Generator[Caller]:
    with Caller(scripted_server.url, bert_token) as caller:
        yield caller


@pytest.fixture
def carl(scripted_server: ServerProcess, carl_token: str) -> Generator[Caller]:
    with Caller(scripted_server.url, carl_token, as_of=None) as caller:
        yield caller


@pytest.fixture
def anna_builtin(builtin_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(builtin_server.url, anna_token) as caller:
        yield caller


@pytest.fixture
def anna_impatient(impatient_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(impatient_server.url, anna_token) as caller:
        yield caller


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[2]
