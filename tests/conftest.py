"""What all levels of tests share: a folder for servers, and how tests are spread over worker processes."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from cli import collector

# Set by the process that the person started; xdist's workers inherit it.
SERVER_FOLDER = "LEADHAND_TESTS_FOLDER"
# Those whose modules take longest come first.
LEVELS = ("acceptance", "migration", "integration", "unit", "browser")
# One worker begins with it while another makes what all installations are copies of.
NEEDS_NO_INSTALLATION = "acceptance/test_wheel.py"
TOGETHER = {
    "test_model_faults.py": "impatient servers",
    "test_silence.py": "impatient servers",
    "test_tool_calls.py": "impatient servers",
    "test_chaos.py": "unsteady servers",
    "test_database_away.py": "unsteady servers",
    "test_approvals.py": "second server",
    "test_conversation.py": "second server",
    "test_two_servers.py": "second server",
}
_made_here = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    collector.look_seldom()
    if "loadscopereorder" in config.option:
        config.option.loadscopereorder = False
    if SERVER_FOLDER not in os.environ:
        os.environ[SERVER_FOLDER] = tempfile.mkdtemp(prefix="leadhand-tests-")
        config.stash[_made_here] = True


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(_made_here, False):
        shutil.rmtree(os.environ.pop(SERVER_FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def server_folder() -> Path:
    """A folder of this test run for database servers.

    Not below pytest's own: as root, Postgres runs as another account and must be able to pass through the
    folders above, and every pytest that starts closes its own to others.
    """
    return Path(os.environ[SERVER_FOLDER])


class ByModule(LoadScopeScheduling):
    """A module stays in one worker, and so do modules that share servers which no others need."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return TOGETHER.get(module.rpartition("/")[2], module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule | None:
    """Instead of the group marks of pytest-xdist, which this pytest no longer hands to the scheduler."""
    return None if config.getoption("dist") == "no" else ByModule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that all workers end together; else the order stays random."""

    def rank(item: pytest.Item) -> tuple[bool, int]:
        return not item.path.match(NEEDS_NO_INSTALLATION), LEVELS.index(item.nodeid.split("/")[1])

    items.sort(key=rank)
