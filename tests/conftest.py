"""What all levels of tests share: a folder for servers, and how tests are spread over worker processes."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Set by the process that the person started; xdist's workers inherit it.
SERVER_FOLDER = "LEADHAND_TESTS_FOLDER"
_made_here = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
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


class ByInstallation(LoadScopeScheduling):
    """A module stays in one worker; all that shares the acceptance installation is one unit of work.

    Each further worker would start databases, servers and a Node process of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        shares_installation = module.startswith("tests/acceptance/") and not module.endswith("test_wheel.py")
        return "acceptance" if shares_installation else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByInstallation | None:
    """Instead of the group marks of pytest-xdist, which this pytest no longer hands to the scheduler."""
    return None if config.getoption("dist") == "no" else ByInstallation(config, log)
