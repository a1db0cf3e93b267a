"""release_booking: proposes to take bookings out of the plan."""

import asyncio
from collections.abc import Sequence

from leadhand.context import TenantContext
from planning.plan_writes import removed
from planning.shop import Booking, Minute, Shop
from planning.zones import to_minute
from tools.base import ToolContext
from tools.booking_choice import fixed_for, name_of, refuse_fixed, warn_of_fixed
from tools.booking_selection import BookingSelectionInput, Selected, select, window_asked
from tools.proposing import Wanted, proposed
from tools.views import count_of, listed, load_to_horizon
from tools.windows import Window
from tools.writing import ProposedWrite, WriteTool


class ReleaseBookingInput(BookingSelectionInput):
    """Which bookings go."""


async def propose(asked: ReleaseBookingInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    window = window_asked(asked, tenant)
    end = now if window is None else max(now, window.end_min)
    shop, _ = await load_to_horizon(context.shops, tenant, now, end)
    return await asyncio.to_thread(_proposed, asked, shop, (window, now), tenant)


def _proposed(
    asked: ReleaseBookingInput, shop: Shop, time: tuple[Window | None, Minute], tenant: TenantContext
) -> ProposedWrite:
    window, now = time
    selected = select(asked, shop, window, now)
    fixed = [reason for b in selected.bookings if (reason := fixed_for(b, now)) is not None]
    stay = {row.booking.id for row in fixed}
    free = [b for b in selected.bookings if b.id not in stay]
    if fixed and (asked.operations or not free):
        raise refuse_fixed(shop, fixed)
    return proposed(
        shop,
        Wanted(
            summary=_summary(shop, selected, free),
            changes=[removed(booking) for booking in free],
            assumptions=[*selected.assumptions, "The orders stay; their operations are then not booked."],
            warnings=warn_of_fixed(shop, fixed),
        ),
        tenant,
    )


def _summary(shop: Shop, selected: Selected, rows: Sequence[Booking]) -> str:
    if selected.order is not None:
        seqs = [str(shop.operations[b.operation_id or ""].seq) for b in rows]
        noun = "operation" if len(seqs) == 1 else "operations"
        return f"{selected.order.code} {noun} {listed(seqs, 10)}: {_out(len(rows))} of the plan."
    names = listed([name_of(shop, b) for b in rows])
    return f"{count_of(len(rows), 'booking')} ({names}): {_out(len(rows))} of the plan."


def _out(count: int) -> str:
    return "the booking is taken out" if count == 1 else "the bookings are taken out"


TOOL = WriteTool(
    name="release_booking",
    label="Taking work out of the plan…",
    description=(
        "Proposes to take bookings out of the plan, so that their machines are free again: of an order, "
        "of some of its operations, or of a machine in a window. Use it for “release WO-4003 from the "
        "plan”, “unschedule operation 20 of WO-4003”, “take everything off the Puma tomorrow”. It changes "
        "nothing by itself: a person sees the exact change and approves it. The orders stay. Locked work "
        "and work that has begun stays. Not for moving work: use reschedule_order. Pass names and dates "
        "on as said."
    ),
    input_model=ReleaseBookingInput,
    propose=propose,
)
