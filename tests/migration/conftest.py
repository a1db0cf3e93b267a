"""The same server as the integration tests' (one a process)."""

from tests.integration.conftest import server

__all__ = ["server"]
