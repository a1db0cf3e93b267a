"""Conversations get titles after their first answer: in the server itself, or in a worker beside it."""

import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg import sql

from tests.acceptance.caller import Caller
from tests.acceptance.json_access import parse, text_at
from tests.acceptance.server_process import EXIT_TIMEOUT_S, POLL_INTERVAL_S, ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace
from tests.ready_data import lay_down, with_shops

DEADLINE_S = 60.0
SHOP = "north"
QUESTION = "When is the Puma 3100 available?"
TITLE = "Puma 3100 available"


@pytest.fixture(scope="module")
def workshop(server_folder: Path) -> Workspace:
    """An installation of its own: elsewhere another server's worker might be quicker."""
    folder = server_folder / "titled"
    lay_down(with_shops(server_folder), folder)
    return Workspace(folder)


def title(caller: Caller, chat_id: str) -> str:
    response = caller.http.get(f"/api/threads/{chat_id}")
    assert response.status_code == 200, response.text
    return text_at(parse(response.content), "title")


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(POLL_INTERVAL_S)


def test_the_server_titles_a_thread_after_its_first_answer(workshop: Workspace) -> None:
    with (
        ServerProcess(workshop, "titling", worker=True) as server,
        Caller(server.url, workshop.token(SHOP, "anna")) as anna,
    ):
        anna.ask("first", QUESTION)
        eventually(lambda: title(anna, "first") == TITLE)
        ready = parse(server.wait_ready().content)
        assert text_at(ready, "worker") == "running"


def test_a_worker_beside_a_server_without_one_titles_what_nobody_named(workshop: Workspace) -> None:
    with (
        ServerProcess(workshop, "untitling") as server,
        Caller(server.url, workshop.token(SHOP, "anna")) as anna,
    ):
        anna.ask("named", QUESTION)
        anna.ask("unnamed", QUESTION)
        assert anna.http.patch("/api/threads/named", json={"title": "Mine"}).status_code == 200
        queue = ShopDatabase(workshop)
        titles = sql.SQL("select id from jobs.procrastinate_jobs where task_name = 'title'")
        assert len(queue.run(titles)) == 2, "nobody runs jobs yet"
        with working(workshop) as worker:
            eventually(lambda: queue.run(titles) == [])
            assert title(anna, "unnamed") == TITLE
            assert title(anna, "named") == "Mine"
            worker.send_signal(signal.SIGTERM)
            printed, errors = worker.communicate(timeout=EXIT_TIMEOUT_S)
        assert worker.returncode == 0, errors
        assert "worker" in printed.splitlines()[0]
        assert "Traceback" not in errors


@contextmanager
def working(workspace: Workspace) -> "Generator[subprocess.Popen[str]]":
    """`leadhand worker`, as a process."""
    process = subprocess.Popen(
        [workspace.program, "worker"],
        env=workspace.environment(),
        cwd=workspace.data_dir,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_a_worker_with_a_wrong_setting_ends_with_one_line_that_names_it(workshop: Workspace) -> None:
    done = workshop.run("worker", settings={"LEADHAND_SMALL_MODEL": "little"})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error[invalid_setting]: LEADHAND_SMALL_MODEL: ")
    assert "Traceback" not in done.stderr
