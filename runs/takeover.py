"""Takes a run over that nobody holds: whose it is, what was said so far, and from where it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from graph.builder import CompiledTurn
from graph.state import TurnState, going_on, turn_input
from jobs.context import RunOwner, run_owner
from jobs.task import JobRow
from leadhand.context import TenantContext
from leadhand.errors import InternalFault
from leadhand.events import (
    RunEvent,
    StepReset,
    StepStarted,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
    sink,
)
from runs.event_codec import decode_events, encode_events
from runs.lease import LEASE_S
from runs.replay import continues_answer
from runs.window import read_window
from storage import run_events, takeover, threads
from storage.database import Database
from storage.run_events import Flush
from storage.takeover import PickedUp
from storage.transactions import Connection
from tools.registry import ToolRegistry

# The key of a checkpoint's metadata that says whose it is.
OF_RUN = "leadhand_run"


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run that this process holds now, with all that was said in it; `seq` of its log's last flush."""

    run: PickedUp
    tenant: TenantContext
    chat_id: str
    untitled: bool
    events: Sequence[RunEvent]
    seq: int

    @property
    def answer_id(self) -> str:
        return self.run.assistant_message_id or str(self.run.id)


async def pick_up(database: Database, row: JobRow, *, owner: str) -> TakenRun | None:
    """The run `row`, if it is offered; None when another process was quicker, or it is over.

    Raises:
        DatabaseUnavailable: try again.
        InternalFault: what was said in it cannot be read by this version.
    """
    found = await run_owner(database, row)
    if found is None:
        return None
    async with database.transaction(found.tenant) as conn:
        run = await takeover.pick_up(conn, run_id=row.row_id, owner=owner, lease_s=LEASE_S)
        return None if run is None else await _taken(conn, run, found.tenant)


async def seize(database: Database, lost: RunOwner, *, owner: str) -> TakenRun | None:
    """The run `lost`, whose lease has passed, to end it; None when somebody else has taken it.

    Raises:
        DatabaseUnavailable: try again.
    """
    async with database.transaction(lost.tenant) as conn:
        run = await takeover.seize(
            conn, run_id=lost.run.id, attempt=lost.run.attempt, owner=owner, lease_s=LEASE_S
        )
        return None if run is None else await _taken(conn, run, lost.tenant, lenient=True)


async def _taken(
    conn: Connection, run: PickedUp, tenant: TenantContext, *, lenient: bool = False
) -> TakenRun | None:
    thread = await threads.get_by_id(conn, thread_id=run.thread_id)
    if thread is None:
        return None
    kept = {flush.seq: flush for flush in await run_events.read_all(conn, run_id=run.id)}
    last = max(kept, default=0)
    for seq in range(1, last):
        if seq not in kept:
            # Lost with a crash of the database; readers would wait for it.
            empty = Flush(seq, encode_events([]))
            await run_events.append(conn, run_id=run.id, attempt=run.attempt, flush=empty)
    try:
        events = [event for seq in sorted(kept) for event in decode_events(kept[seq].events)]
    except InternalFault:
        if not lenient:
            raise
        events = []
    return TakenRun(run, tenant, thread.chat_id, thread.titled_by == "question", events, last)


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where a run goes on that another attempt began."""

    taken: TakenRun
    database: Database
    graph: CompiledTurn
    registry: ToolRegistry

    async def __call__(self, config: RunnableConfig) -> TurnState | Command[str] | None:
        """The graph's input: none, if it goes on from its last checkpoint. Voids a model call made again."""
        snapshot = await self.graph.aget_state(config)
        goes_on = (snapshot.metadata or {}).get(OF_RUN) == str(self.taken.run.id)
        if not goes_on and continues_answer(self.taken.events):
            # The attempt before may have told it already; told twice it is refused.
            known = cast("TurnState", snapshot.values).get("run_id") == str(self.taken.run.id)
            return None if known else going_on(str(self.taken.run.id))
        values = cast("TurnState", snapshot.values) if goes_on else TurnState()
        calls_model = not goes_on or not {"agent", "retrieve"}.isdisjoint(snapshot.next)
        if calls_model and unfinished_call(self.taken.events, values.get("messages", [])):
            sink().emit(StepReset())
        return None if goes_on else await self._from_transcript()

    async def _from_transcript(self) -> TurnState:
        """As admitted, but for what the checkpoints before may have held beyond the transcript."""
        run, tenant = self.taken.run, self.taken.tenant
        async with self.database.transaction(tenant) as conn:
            window = await read_window(conn, run.thread_id, self.registry)
        return turn_input(
            tenant_id=tenant.tenant_id,
            user_id=tenant.user_id,
            thread_id=str(run.thread_id),
            run_id=str(run.id),
            messages=window,
            replace=True,
        )


def unfinished_call(events: Sequence[RunEvent], messages: Sequence[BaseMessage]) -> bool:
    """Whether a model call began that no checkpoint has: what it said so far will be said again.

    `messages`: the checkpoint's; the last step's calls stand in them if its model call was completed.
    """
    called: set[str] = set()
    for event in reversed(events):
        match event:
            case StepStarted() | StepReset():
                break
            case ToolInputStarted(call_id=call_id) | ToolInputReady(call_id=call_id):
                called.add(call_id)
            case ToolInputRejected(call_id=call_id):
                called.add(call_id)
            case _:
                pass
    else:
        return False
    known = {
        call["id"] for message in messages if isinstance(message, AIMessage) for call in message.tool_calls
    }
    return not called & known
