"""Runs: one row a turn, leased by the process that executes it, on the clock of the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from leadhand.context import Permission
from leadhand.errors import IdempotencyConflict, ThreadBusy
from leadhand.prices import Cost, Tokens
from leadhand.spans import TraceParent, span_id_of, trace_id_of
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one
from storage.transactions import Connection
from storage.usage import TurnLimits, limit_params, read_room, refuse_without_room

_SQL = named_queries("runs")

RunStatus = Literal["running", "finished", "failed", "stopped", "awaiting_approval"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Of all model calls of a run; no cost when the model has no price."""

    tokens: Tokens = field(default_factory=Tokens)
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A turn as admitted: its clock, rights and model stay those of the start, whoever continues it.

    `lost`: how often its process was lost. `background`: nobody waits for it on a connection.
    """

    tenant_id: str
    user_id: str
    id: UUID
    thread_id: UUID
    status: RunStatus
    attempt: int
    lost: int
    owner: str
    lease_expires_at: datetime
    cancel_requested: bool
    idempotency_key: str | None
    user_message_seq: int | None
    assistant_message_id: str | None
    model: str
    permissions: list[str]
    as_of: datetime
    started_at: datetime
    ended_at: datetime | None
    error_code: str | None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost: Decimal | None
    currency: str | None
    trace_id: UUID | None = None
    parent_span_id: int | None = None
    background: bool = False

    @property
    def trace_parent(self) -> TraceParent | None:
        """None where a person began it."""
        if self.trace_id is None or self.parent_span_id is None:
            return None
        return TraceParent(self.trace_id, self.parent_span_id)

    @property
    def background_since(self) -> datetime | None:
        """When a background run was asked for; None for a turn of a chat."""
        return self.started_at if self.background else None

    @property
    def usage(self) -> Usage:
        tokens = Tokens(
            self.input_tokens, self.output_tokens, self.cached_input_tokens, self.reasoning_tokens
        )
        if self.cost is None or self.currency is None:
            return Usage(tokens)
        return Usage(tokens, Cost(self.cost, self.currency))


async def admit(
    connection: Connection,
    *,
    run_id: UUID,
    thread_id: UUID,
    owner: str,
    lease_s: float,
    model: str,
    permissions: Iterable[Permission],
    as_of: datetime,
    limits: TurnLimits,
    timezone: str,
    idempotency_key: str | None = None,
    user_message_seq: int | None = None,
    assistant_message_id: str | None = None,
    continues: Run | None = None,
    background: bool = False,
) -> Run:
    """Insert the running row of a turn (attempt 1); `continues`: the run in whose trace it is, and which
    it follows in being a background run.

    Raises:
        ThreadBusy: another run of the thread is running.
        TooManyRuns, BudgetExhausted: the caller or their shop has taken all of `limits`.
        IdempotencyConflict: a run that did not fail already has this key; see `find_by_idempotency_key`.
    """
    params = {
        "id": run_id,
        "thread_id": thread_id,
        "owner": owner,
        "lease_s": lease_s,
        "model": model,
        "permissions": sorted(permission.value for permission in permissions),
        "as_of": as_of,
        "idempotency_key": None if idempotency_key is None else storable_text(idempotency_key),
        "user_message_seq": user_message_seq,
        "assistant_message_id": assistant_message_id,
        "trace_id": None if continues is None else trace_id_of(continues.id, continues.trace_parent),
        "parent_span_id": None if continues is None else span_id_of(continues.id),
        "background": background or (continues is not None and continues.background),
        **limit_params(limits, timezone),
    }
    run = await fetch_one(connection, _SQL["admit"], params, Run)
    if run is not None:
        return run
    if await running(connection, thread_id=thread_id) is not None:
        raise ThreadBusy("This conversation is still being answered. Wait for it, or stop it first.")
    refuse_without_room(await read_room(connection, limits, timezone=timezone), limits, timezone=timezone)
    raise IdempotencyConflict("A turn with this idempotency key has already been taken.")


async def running(connection: Connection, *, thread_id: UUID) -> Run | None:
    """The thread's running run, even when its lease has passed."""
    return await fetch_one(connection, _SQL["running"], {"thread_id": thread_id}, Run)


async def latest(connection: Connection, *, thread_id: UUID) -> Run | None:
    return await fetch_one(connection, _SQL["latest"], {"thread_id": thread_id}, Run)


async def get_run(connection: Connection, *, run_id: UUID) -> Run | None:
    return await fetch_one(connection, _SQL["get_run"], {"run_id": run_id}, Run)


async def of_answer(connection: Connection, *, thread_id: UUID, message_id: str) -> tuple[Run, ...]:
    """The runs that made one answer, in order: more than one when it waited for an approval."""
    params = {"thread_id": thread_id, "message_id": storable_text(message_id)}
    return await fetch_all(connection, _SQL["of_answer"], params, Run)


async def find_by_idempotency_key(
    connection: Connection, *, thread_id: UUID, idempotency_key: str
) -> Run | None:
    """The run that this key has started on the thread; failed runs do not count."""
    params = {"thread_id": thread_id, "idempotency_key": storable_text(idempotency_key)}
    return await fetch_one(connection, _SQL["find_by_idempotency_key"], params, Run)


async def find_by_user_message(
    connection: Connection, *, thread_id: UUID, user_message_seq: int
) -> Run | None:
    """The newest run that answers this message of the user; failed runs do not count."""
    params = {"thread_id": thread_id, "user_message_seq": user_message_seq}
    return await fetch_one(connection, _SQL["find_by_user_message"], params, Run)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that was renewed. `cancel_requested`: somebody asked for a stop."""

    cancel_requested: bool


async def renew_lease(
    connection: Connection, *, run_id: UUID, attempt: int, owner: str, lease_s: float
) -> Held | None:
    """None when the run is not ours any more; its executor must stop at once then."""
    params = {"run_id": run_id, "attempt": attempt, "owner": owner, "lease_s": lease_s}
    return await fetch_one(connection, _SQL["renew_lease"], params, Held)


async def request_cancel(connection: Connection, *, run_id: UUID) -> bool:
    """Whether there was a running run to ask."""
    return await execute(connection, _SQL["request_cancel"], {"run_id": run_id}) == 1


async def finish(
    connection: Connection,
    *,
    run_id: UUID,
    attempt: int,
    status: Literal["finished", "failed", "stopped", "awaiting_approval"],
    error_code: str | None = None,
    timezone: str,
    usage: Usage,
    charged: Usage,
) -> bool:
    """End the run and add `charged` to its person's day in the shop's `timezone`.

    False when this attempt no longer holds it, and then nothing was changed.
    """
    params = {
        "run_id": run_id,
        "attempt": attempt,
        "status": status,
        "error_code": error_code,
        "input_tokens": usage.tokens.input,
        "cached_input_tokens": usage.tokens.cached_input,
        "output_tokens": usage.tokens.output,
        "reasoning_tokens": usage.tokens.reasoning,
        "cost": usage.cost.amount if usage.cost else None,
        "currency": usage.cost.currency if usage.cost else None,
        "timezone": timezone,
        "charged_input": charged.tokens.input,
        "charged_cached_input": charged.tokens.cached_input,
        "charged_output": charged.tokens.output,
        "charged_reasoning": charged.tokens.reasoning,
        "charged_cost": charged.cost.amount if charged.cost else 0,
        "charged_currency": charged.cost.currency if charged.cost else "",
    }
    return await execute(connection, _SQL["finish"], params) == 1
