"""The same server as the integration tests' (one a test run)."""

from tests.integration.conftest import server

__all__ = ["server"]
