"""Servers that are lost in the midst of turns, and what is seen of it in the database."""

import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.server_process import EXIT_TIMEOUT_S, POLL_INTERVAL_S, ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace

DEADLINE_S = 60.0


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(POLL_INTERVAL_S)


def end(server: ServerProcess) -> None:
    if server.running:
        server.kill()


@contextmanager
def working(workspace: Workspace, settings: dict[str, str]) -> Generator[None]:
    """`leadhand worker`, the only one."""
    log = workspace.data_dir / "worker-of-lost-runs.log"
    with log.open("ab") as written:
        process = subprocess.Popen(
            [workspace.program, "worker"],
            env=workspace.environment(settings),
            cwd=workspace.data_dir,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(EXIT_TIMEOUT_S)


def runs(database: ShopDatabase, chat_id: str) -> list[dict[str, JsonValue]]:
    """Of a conversation, oldest first."""
    query = sql.SQL(
        "select to_jsonb(r) from run r join thread t on t.id = r.thread_id where t.chat_id = %s order by r.id"
    )
    return [row[0] for row in database.run(query, chat_id) if isinstance(row[0], dict)]


def waiting_for_locks(database: ShopDatabase) -> int:
    """How many connections wait for a lock."""
    query = sql.SQL(
        "select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = 'leadhand'"
    )
    [(found,)] = database.run(query)
    assert isinstance(found, int)
    return found
