"""undo_change: proposes to put back what an earlier change of the plan or of a report schedule changed."""

import asyncio
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import JsonValue, NotFound, StalePlan
from planning.date_phrases import instant_text
from planning.plan_writes import RowChange, inverse, moved_since
from planning.shop import Booking, Shop
from planning.zones import to_minute
from storage.plan_writes import KeptWrite
from tools.base import ToolContext, ToolInput
from tools.names import MAX_NAME_CHARS
from tools.proposing import Wanted, proposed
from tools.report_schedule_proposing import taken_back
from tools.views import count_of, listed, load_to_horizon
from tools.write_views import WriteViews
from tools.writing import ProposedWrite, WriteTool


class UndoChangeInput(ToolInput):
    write_id: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="`write_id` of an earlier answer. Without it: the person's newest change.",
    )


async def propose(asked: UndoChangeInput, context: ToolContext) -> ProposedWrite:
    tenant = context.tenant
    write = await context.writes.find(tenant, _write_id(asked))
    if write.undone_by is not None:
        raise StalePlan(
            f"That change has been taken back already: {write.summary}",
            details={"write_id": str(write.id), "undone_by": str(write.undone_by)},
        )
    if write.schedules:
        return await taken_back(write, context)
    now = to_minute(tenant.as_of)
    changes = inverse(write.changes)
    rows = [row for c in changes for row in (c.before, c.after) if isinstance(row, Booking)]
    start = min([now, *(b.envelope_start for b in rows)])
    end = max([now, *(b.envelope_end for b in rows)])
    shop, _ = await load_to_horizon(context.shops, tenant, start, end)
    return await asyncio.to_thread(_proposed, write, changes, shop, tenant)


def _write_id(asked: UndoChangeInput) -> UUID | None:
    """Raises NotFound for what is no id of ours."""
    text = (asked.write_id or "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no change of this id. Without an id your newest is meant.") from None


def _proposed(
    write: KeptWrite, changes: tuple[RowChange, ...], shop: Shop, tenant: TenantContext
) -> ProposedWrite:
    zone = ZoneInfo(shop.settings.timezone)
    moved = moved_since(shop, changes)
    if moved:
        views = WriteViews(shop, zone)
        names = [views.what(change) for change in moved]
        told: list[JsonValue] = [*names[:10]]
        raise StalePlan(
            f"It cannot be taken back as it was: {listed(names)} changed since.",
            details={"write_id": str(write.id), "moved": told},
        )
    when = instant_text(to_minute(write.applied_at), zone)
    back = "goes back to what it was" if len(changes) == 1 else "go back to what they were"
    return proposed(
        shop,
        Wanted(
            summary=f"Taken back: {write.summary}",
            changes=changes,
            assumptions=[
                f"The change was made {when}, asked for by {write.requested_by} and approved by "
                f"{write.approved_by}; {count_of(len(changes), 'row')} of the plan {back}."
            ],
            undoes=write.id,
        ),
        tenant,
    )


TOOL = WriteTool(
    name="undo_change",
    label="Looking up the last change…",
    description=(
        "Proposes to take back a change of the plan or of a report's schedule that was made from here: "
        "exactly its rows go back to what they were, if nobody has changed them since. Use it for “undo "
        "that”, “take the last change back”, “put it back as it was”. Without `write_id` it is the person's "
        "newest change. It changes nothing by itself: a person sees the exact change and approves it."
    ),
    input_model=UndoChangeInput,
    propose=propose,
)
