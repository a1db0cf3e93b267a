"""How the tests are spread over worker processes."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


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
