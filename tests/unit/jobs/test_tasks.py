"""What a job is told, how often it is tried, and who may know of the engine."""

import ast
import asyncio
import inspect
from pathlib import Path

import pytest

from jobs.attempts import Retries, attempted
from jobs.backoff import Backoff
from jobs.task import JobRow, Task
from leadhand.errors import DatabaseUnavailable, ModelRejected, ModelUnavailable

ROOT = Path(__file__).parents[3]


async def nothing(row: JobRow) -> None:
    del row


def test_a_job_is_told_a_shop_and_a_row_and_nothing_else() -> None:
    """What queues jobs makes just these two arguments; a task that wanted a third one would never run."""
    _, *arguments = inspect.signature(attempted(Task("t", nothing))).parameters.values()
    assert [(told.name, told.kind) for told in arguments] == [
        ("tenant_id", inspect.Parameter.KEYWORD_ONLY),
        ("row_id", inspect.Parameter.KEYWORD_ONLY),
    ]
    assert set(JobRow.__dataclass_fields__) == {"tenant_id", "row_id"}


def test_only_the_job_folder_knows_the_engine() -> None:
    """So that nothing can be queued past `defer_once`."""
    folders = (
        "leadhand",
        "models",
        "storage",
        "knowledge",
        "memory",
        "tools",
        "graph",
        "runs",
        "server",
        "cli",
    )
    knowing = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if any(_imports_the_engine(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert knowing == []


def _imports_the_engine(node: ast.AST) -> bool:
    names = (
        [alias.name for alias in node.names]
        if isinstance(node, ast.Import)
        else [node.module or ""]
        if isinstance(node, ast.ImportFrom)
        else []
    )
    return any(name.partition(".")[0] == "procrastinate" for name in names)


@pytest.mark.parametrize(
    ("error", "failures", "wait_s"),
    [
        (ModelUnavailable("away"), 1, 5.0),
        (DatabaseUnavailable("away"), 2, 10.0),
        (ValueError("unexpected"), 3, 20.0),
        (ModelUnavailable("away"), 4, 30.0),
        (ModelUnavailable("away"), 5, None),
        (ModelRejected("no such model"), 1, None),
        (asyncio.CancelledError(), 1, 0.0),
        (asyncio.CancelledError(), 5, None),
    ],
)
def test_a_job_waits_longer_after_each_failure_and_is_given_up_in_the_end(
    error: BaseException, failures: int, wait_s: float | None
) -> None:
    task = Task("t", nothing, max_attempts=5, first_retry_s=5.0, last_retry_s=30.0)
    assert Retries(task).wait_s(error, failures=failures) == wait_s


def test_a_worker_that_ends_again_and_again_is_started_again_after_ten_seconds_at_most() -> None:
    backoff = Backoff()
    assert [backoff.next_s() for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    backoff.reset()
    assert backoff.next_s() == 0.5
