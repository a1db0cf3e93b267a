"""What happens after an answer: titles, and reports that are due, in the server or a worker beside it."""

import re
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from psycopg import sql
from pypdf import PdfReader

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller
from tests.acceptance.json_access import at, items_at, number_at, parse, text_at
from tests.acceptance.mail_receiver import post_office
from tests.acceptance.server_process import EXIT_TIMEOUT_S, POLL_INTERVAL_S, ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace
from tests.integration.reports.receivers import Post
from tests.ready_data import lay_down, with_shops

DEADLINE_S = 60.0
SHOP = "north"
QUESTION = "When is the Puma 3100 available?"
TITLE = "Puma 3100 available"
ANNA_MAY = ("planning:read", "studio", "reports:read", "reports:write")


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


def test_the_server_titles_a_thread_and_mails_the_report_that_is_due(workshop: Workspace) -> None:
    with (
        post_office() as post,
        ServerProcess(
            workshop, "titling", {"LEADHAND_SMTP_URL": f"smtp://127.0.0.1:{post.port}"}, worker=True
        ) as server,
        Caller(server.url, workshop.token(SHOP, "anna", ANNA_MAY)) as anna,
    ):
        schedule = schedule_that_is_due(anna, ShopDatabase(workshop))
        anna.ask("first", QUESTION)
        eventually(lambda: title(anna, "first") == TITLE)
        ready = parse(server.wait_ready().content)
        assert text_at(ready, "worker") == "running"
        eventually(lambda: post.got != [])
        check_mailed_report(anna, schedule, post)


def schedule_that_is_due(anna: Caller, database: ShopDatabase) -> str:
    """Its id; it missed its time of today or yesterday."""
    asked: JsonValue = {
        "name": "The morning",
        "when": "daily 06:00",
        "recipients": [{"kind": "email", "target": "boss@shop.example"}],
    }
    made = anna.http.post("/api/reports/schedules", json=asked)
    assert made.status_code == 201, made.text
    schedule = text_at(parse(made.content), "id")
    late = "update report_schedule set next_at = now() - interval '1 day' where id = %s::uuid"
    database.run(sql.SQL(late), schedule)
    return schedule


def check_mailed_report(anna: Caller, schedule: str, post: Post) -> None:
    """One report of one period, mailed once; its PDF opens, and its page has what the tool answers."""
    reports = items_at(parse(anna.http.get(f"/api/reports?schedule={schedule}").content), "reports")
    [ready] = [report for report in reports if text_at(report, "status") == "ready"]
    eventually(lambda: [text_at(one, "status") for one in deliveries(anna, ready)] == ["sent"])
    [mail] = post.got
    assert post.to == [["boss@shop.example"]]
    [file] = mail.iter_attachments()
    pages = PdfReader(BytesIO(file.get_content())).pages
    assert "Demo shop north" in "".join(page.extract_text() for page in pages)
    page = mail.get_body(("html",))
    assert page is not None
    shown = page.get_content()
    assert shown.split() == anna.http.get(text_at(ready, "forms", "html")).text.split()
    report = parse(anna.http.get(text_at(ready, "forms", "json")).content)
    source = next(one for one in items_at(report, "sources") if at(one, "input", "group_by") == "machine")
    answer = anna.http.post(
        f"/api/tools/{text_at(source, 'tool')}",
        json=at(source, "input"),
        headers={"x-as-of": text_at(report, "as_of")},
    )
    rows = items_at(parse(answer.content), "rows")
    assert len(rows) >= 10
    for row in rows:
        cells = f">{text_at(row, 'name')}</td><td[^>]+>{number_at(row, 'load_h'):g}<"
        assert re.search(cells, shown), text_at(row, "name")


def deliveries(anna: Caller, report: JsonValue) -> list[JsonValue]:
    return items_at(parse(anna.http.get(f"/api/reports/{text_at(report, 'id')}").content), "deliveries")


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
