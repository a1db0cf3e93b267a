"""Putting a job in the queue, in the transaction of what it is about."""

import logging
from dataclasses import dataclass
from uuid import UUID

from storage.named_queries import named_queries
from storage.rows import fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("jobs")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Deferred:
    job_id: int | None
    refusal: str | None


async def defer_once(
    connection: Connection, *, task: str, row_id: UUID, subject: str, after_s: float = 0.0
) -> bool:
    """Queue `task` about the row `row_id` of the transaction's shop; whether it was queued.

    It joins the transaction: rolled back, there is no job. One job of the task waits and one runs for each
    `subject` (a thread, say) of the shop, whatever is asked; it begins `after_s` from now at the earliest.
    The job's arguments are the transaction's own tenant and the row's id. Never fails or holds up the
    transaction: a fault is logged.
    """
    params = {"queue": task, "task": task, "row_id": row_id, "subject": subject, "after_s": after_s}
    deferred = await fetch_one(connection, _SQL["defer_once"], params, _Deferred)
    assert deferred is not None, "a function gives one row"  # noqa: S101
    if deferred.refusal is not None:
        _log.error("the job %s could not be queued (SQLSTATE %s)", task, deferred.refusal)
    return deferred.job_id is not None


async def defer_in_line(
    connection: Connection,
    *,
    task: str,
    row_id: UUID,
    line: str,
    after_s: float = 0.0,
    priority: int = 0,
) -> None:
    """Queue `task` about the row `row_id` of the transaction's shop; it joins the transaction.

    Jobs of one `line` of the shop run one after the other, as they were queued, each after `after_s` at the
    earliest; a worker takes those of a higher `priority` first. One about a row that waits already is enough.
    Fails the transaction if it cannot be queued: what the row promises would never come.
    """
    params = {
        "queue": task,
        "task": task,
        "row_id": row_id,
        "line": line,
        "after_s": after_s,
        "priority": priority,
    }
    await fetch_value(connection, _SQL["defer_in_line"], params, int)
