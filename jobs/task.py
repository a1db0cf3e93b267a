"""What a job is: a task, about one row of one shop."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JobRow:
    """All that a job is told: a shop, and a row of it. Whatever else it needs it reads as that shop."""

    tenant_id: str
    row_id: UUID


@dataclass(frozen=True, slots=True)
class Task:
    """Work of one kind, which has a queue of its own under its name.

    A worker takes only jobs of the tasks that it has, so that one which was not yet updated leaves new kinds
    alone. `run` may be run again about the same row at any time, after a crash also while an earlier run goes
    on: its effect must be one that can happen once only.
    """

    name: str
    run: Callable[[JobRow], Awaitable[None]]
    max_attempts: int = 5
    # Before the second attempt; it doubles from there.
    first_retry_s: float = 5.0
    last_retry_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Tick:
    """Work that comes up every so many seconds, in one of all workers that have it; one at a time waits.

    `run` may run twice at once all the same, when a worker was lost and came back: it must bear that.
    """

    name: str
    every_s: int
    run: Callable[[], Awaitable[None]]
