"""Changes that wait for a person: asked for, answered, and what became of them."""

from uuid import UUID

from leadhand.errors import (
    JsonValue,
)
from leadhand.events import (
    RunAwaitingApproval,
    RunEvent,
    ToolApprovalRequested,
)
from runs.answers import Answer
from storage import audit
from tests.acceptance.json_access import object_at, text_at
from tests.integration.runs.conftest import Planner, ending, events_of

PRIORITY: tuple[str, JsonValue] = ("update_due_date", {"order": "WO-1", "priority": 5})
OTHER: tuple[str, JsonValue] = ("update_due_date", {"order": "WO-2", "priority": 4})
MACHINES: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})


async def priorities(planner: Planner) -> dict[str, int]:
    async with planner.desk.database.transaction(planner.who) as conn:
        cursor = await conn.execute("select code, priority from production_order")
        return {str(row["code"]): int(str(row["priority"])) for row in await cursor.fetchall()}


def asked_in(events: list[RunEvent]) -> list[UUID]:
    return [UUID(event.approval_id) for event in events if isinstance(event, ToolApprovalRequested)]


async def ask(planner: Planner) -> list[UUID]:
    """A question whose answer waits for a person; the approvals."""
    events = await planner.ask("Change it")
    assert isinstance(ending(events), RunAwaitingApproval)
    return asked_in(events)


async def answer_in_chat(planner: Planner, *answers: Answer) -> list[RunEvent]:
    approvals = planner.desk.approvals
    return await events_of(await approvals.answer_in_chat(planner.who, planner.chat_id, answers))


async def stored_parts(planner: Planner) -> list[dict[str, JsonValue]]:
    """The tool parts of the last message."""
    parts = (await planner.history())[-1].parts
    return [object_at(part) for part in parts if text_at(part, "type").startswith("tool-")]


async def refusals(planner: Planner) -> list[tuple[str | None, str | None]]:
    """Code and who decided, of what the audit says was refused."""
    async with planner.desk.database.transaction(planner.who) as conn:
        rows = await audit.newest(conn, most=10)
    return [(row.code, row.approved_by) for row in rows if row.action == "write_refused"]


async def let_pass(planner: Planner, approval: UUID) -> None:
    """The time to answer it passes."""
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            "update approval set expires_at = clock_timestamp() - interval '1 s' where id = %s", (approval,)
        )


async def finished(planner: Planner) -> list[RunEvent]:
    """All events of the run that goes on by itself."""
    run = await planner.desk.runs.running(planner.who, planner.chat_id)
    return [] if run is None else await events_of(run)
