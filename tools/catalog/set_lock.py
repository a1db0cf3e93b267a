"""set_lock: proposes to lock bookings where they are, or to let them move again."""

import asyncio
from dataclasses import replace

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import WriteRefused
from planning.plan_writes import changed
from planning.shop import BookingStatus, Minute, Shop
from planning.zones import to_minute
from tools.base import ToolContext
from tools.booking_selection import BookingSelectionInput, select, window_asked
from tools.proposing import Wanted, proposed
from tools.views import count_of, load_to_horizon
from tools.windows import Window
from tools.writing import ProposedWrite, WriteTool


class SetLockInput(BookingSelectionInput):
    locked: bool = Field(default=True, description="false: unlock them.")


async def propose(asked: SetLockInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    window = window_asked(asked, tenant)
    end = now if window is None else max(now, window.end_min)
    shop, _ = await load_to_horizon(context.shops, tenant, now, end)
    return await asyncio.to_thread(_proposed, asked, shop, (window, now), tenant)


def _proposed(
    asked: SetLockInput, shop: Shop, time: tuple[Window | None, Minute], tenant: TenantContext
) -> ProposedWrite:
    window, now = time
    selected = select(asked, shop, window, now)
    planned = [b for b in selected.bookings if b.status is BookingStatus.PLANNED]
    rows = [b for b in planned if b.locked is not asked.locked]
    word = "locked" if asked.locked else "unlocked"
    if not rows:
        state = f"{word} already" if planned else "begun already; only planned work is locked"
        raise WriteRefused(
            f"The work meant ({selected.what}) is {state}.",
            details={"reason": "nothing_to_change" if planned else "started"},
        )
    verb = "is" if len(rows) == 1 else "are"
    return proposed(
        shop,
        Wanted(
            summary=f"{count_of(len(rows), 'booking')} of {selected.what} {verb} {word}.",
            changes=[changed(booking, replace(booking, locked=asked.locked)) for booking in rows],
            assumptions=[*selected.assumptions, _MEANING[asked.locked]],
        ),
        tenant,
    )


_MEANING = {
    True: "Locked work is never moved by a re-plan, by reschedule_order, or to make room.",
    False: "Unlocked work may be moved again.",
}

TOOL = WriteTool(
    name="set_lock",
    label="Looking up the bookings…",
    description=(
        "Proposes to lock bookings, so that nothing moves them, or to unlock them (`locked` false): of an "
        "order, of some of its operations, or of a machine in a window. Use it for “lock the bookings of "
        "WO-4003”, “unlock operation 20 of WO-4003”, “lock everything on the Puma this week”, “fix WO-4003 "
        "where it is”. It changes nothing by itself: a person sees the exact change and approves it. Pass "
        "names and dates on as the person said them."
    ),
    input_model=SetLockInput,
    propose=propose,
)
