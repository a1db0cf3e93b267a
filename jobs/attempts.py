"""One attempt of a job: its log lines, and what becomes of it when it fails."""

import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from procrastinate import JobContext
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from jobs.task import JobRow, Task
from leadhand import metrics
from leadhand.errors import LeadhandError
from leadhand.telemetry import correlation_id, new_correlation_id

_log = logging.getLogger(__name__)


class Retries(BaseRetryStrategy):
    """Again after a growing wait, unless trying again cannot help or was tried often enough."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        wait_s = self.wait_s(exception, failures=job.attempts + 1)
        return (
            None if wait_s is None else RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=wait_s))
        )

    def wait_s(self, error: BaseException, *, failures: int) -> float | None:
        """Seconds until the next attempt after so many failed ones; None: there is none."""
        if failures >= self._task.max_attempts:
            return None
        if isinstance(error, CancelledError):
            return 0.0  # the worker stops; another one goes on
        if isinstance(error, LeadhandError) and not error.retryable:
            return None
        return min(self._task.first_retry_s * 2 ** (failures - 1), self._task.last_retry_s)


def attempted(task: Task) -> Callable[..., Awaitable[None]]:
    """The task as the engine calls it: with the job's context, then its two arguments and no other."""
    retries = Retries(task)

    async def attempt(context: JobContext, *, tenant_id: str, row_id: str) -> None:
        correlation_id.set(new_correlation_id())
        try:
            with metrics.counted(metrics.jobs, task.name):
                await task.run(JobRow(tenant_id, UUID(row_id)))
            _log.info("job %s (%s) done", context.job.id, task.name, extra={"tenant_id": tenant_id})
        except CancelledError:
            _log.info("job %s (%s) was stopped with its worker", context.job.id, task.name)
            raise
        except Exception as error:  # the worker's border: the engine records it, this tells of it
            _report(error, context.job, task, retries.wait_s(error, failures=context.job.attempts + 1))
            raise

    return attempt


def _report(error: Exception, job: Job, task: Task, wait_s: float | None) -> None:
    expected = isinstance(error, LeadhandError)
    _log.log(
        logging.ERROR if wait_s is None else logging.WARNING,
        "job %s (%s) failed%s: %s",
        job.id,
        task.name,
        " for good" if wait_s is None else "",
        error.code if isinstance(error, LeadhandError) else type(error).__name__,
        exc_info=None if expected else error,
        extra={
            "attempt": job.attempts + 1,
            "retry_in_s": wait_s,
            "tenant_id": job.task_kwargs.get("tenant_id"),
        },
    )
