"""Runs that nobody holds: found, offered, picked up."""

from dataclasses import dataclass
from uuid import UUID

from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.rows import execute, fetch_all, fetch_one
from storage.runs import Run
from storage.transactions import Connection

_SQL = named_queries("takeover")

# Its owner while a run is offered.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Ownerless:
    """A run whose lease has passed; all that is known of it before its shop is."""

    tenant_id: str
    run_id: UUID


@dataclass(frozen=True, slots=True)
class PickedUp(Run):
    """A run as it was taken; `age_s` since it was admitted, on the database's clock."""

    age_s: float = 0.0


async def ownerless(connection: Connection, *, at_most: int) -> tuple[Ownerless, ...]:
    """Runs of all shops whose lease has passed, longest ago first."""
    return await fetch_all(connection, _SQL["ownerless"], {"at_most": at_most}, Ownerless)


async def offer(connection: Connection, *, run_id: UUID, attempt: int) -> bool:
    """Take the run from `attempt`, whose lease has passed; False when it is held, offered or over."""
    return await execute(connection, _SQL["offer"], {"run_id": run_id, "attempt": attempt}) == 1


async def hand_over(connection: Connection, *, run_id: UUID, attempt: int, owner: str) -> bool:
    """Give up the run that `attempt` of `owner` holds; False when it does not hold it any more."""
    params = {"run_id": run_id, "attempt": attempt, "owner": owner}
    return await execute(connection, _SQL["hand_over"], params) == 1


async def pick_up(connection: Connection, *, run_id: UUID, owner: str, lease_s: float) -> PickedUp | None:
    """The run, held by `owner` from now on; None when it is not offered (any more)."""
    params = {"run_id": run_id, "owner": owner, "lease_s": lease_s}
    return await fetch_one(connection, _SQL["pick_up"], params, PickedUp)


async def seize(
    connection: Connection, *, run_id: UUID, attempt: int, owner: str, lease_s: float
) -> PickedUp | None:
    """The run, taken from `attempt`, if nobody holds it; None when it is held or over."""
    params = {"run_id": run_id, "attempt": attempt, "owner": owner, "lease_s": lease_s}
    return await fetch_one(connection, _SQL["seize"], params, PickedUp)


def hold_statement(*, run_id: UUID, attempt: int) -> Statement:
    """Fails the transaction (RunInterrupted) unless `attempt` holds the run."""
    return Statement(_SQL["hold"], (run_id, attempt))
