"""update_due_date: an order is due on another day or has another priority, after an approval."""

import asyncio
from dataclasses import replace
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import InvalidToolInput, JsonValue, WriteRefused
from planning.data_trust import Check
from planning.date_phrases import instant_text
from planning.plan_writes import changed
from planning.rounding import hours
from planning.routings import Routings
from planning.shop import Order, Shop
from planning.zones import to_minute
from tools.base import ToolContext, ToolInput
from tools.data_wording import warnings_about_data
from tools.names import MAX_NAME_CHARS
from tools.order_names import find_order
from tools.order_reading import CLOSED
from tools.proposing import Wanted, proposed
from tools.views import load_to_horizon
from tools.windows import MAX_PHRASE_CHARS, Window, read_due
from tools.writing import ProposedWrite, WriteTool

# What makes it unsure whether an order is late.
_UNSURE = (Check.NO_TIMES, Check.NOT_REPORTED, Check.UNKNOWN_MATERIAL)


class UpdateDueDateInput(ToolInput):
    order: str = Field(
        max_length=MAX_NAME_CHARS, description="Code or number of one order exactly as it was said."
    )
    due: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="The new due date: a date (its whole day), a timestamp or a phrase (“Friday”).",
    )
    priority: int | None = Field(
        default=None, ge=1, le=5, description="The new priority, from 1 to 5; 5 is the most pressing."
    )


async def propose(asked: UpdateDueDateInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    if not _is_given(asked.due) and asked.priority is None:
        wrong: JsonValue = {"field": "due", "problem": "missing", "right": "a date, or a `priority`"}
        raise InvalidToolInput("Say when it is due, or which priority it has.", details={"fields": [wrong]})
    shop, _ = await load_to_horizon(context.shops, tenant, now, now)
    return await asyncio.to_thread(_proposed, asked, shop, tenant)


def _proposed(asked: UpdateDueDateInput, shop: Shop, tenant: TenantContext) -> ProposedWrite:
    found = find_order(shop, asked.order)
    order = found.order
    if order.status in CLOSED:
        raise WriteRefused(
            f"{order.code} is {order.status.value}: there is nothing left to change.",
            details={"reason": "closed", "order": order.code},
        )
    due = None
    if _is_given(asked.due):
        due = read_due(asked.due or "", tenant, cutoff_local_min=shop.settings.due_cutoff_local_min)
    after = replace(
        order,
        due_at=order.due_at if due is None else due.end_min,
        priority=order.priority if asked.priority is None else asked.priority,
    )
    wanted = Wanted(
        summary=_summary(order, after, due, shop),
        changes=[changed(order, after)],
        assumptions=[
            *([] if found.assumption is None else [found.assumption]),
            *([] if due is None else [due.assumption]),
            "No work is moved by it.",
        ],
        warnings=warnings_about_data(shop, to_minute(tenant.as_of), _UNSURE, order_ids=[order.id]),
    )
    return proposed(shop, wanted, tenant)


def _summary(before: Order, after: Order, due: Window | None, shop: Shop) -> str:
    zone = ZoneInfo(shop.settings.timezone)
    told: list[str] = []
    if due is not None:
        old = "no due date" if before.due_at is None else instant_text(before.due_at, zone, closing=True)
        told.append(f"is due {due.sentence} instead of {old}")
    if before.priority != after.priority:
        told.append(f"has priority {after.priority} instead of {before.priority}")
    standing = "" if due is None else _standing(after, shop, zone)
    return f"{after.code} {' and '.join(told or ['stays as it is'])}{standing}."


def _standing(order: Order, shop: Shop, zone: ZoneInfo) -> str:
    """How the plan stands to the new due date."""
    operations = shop.view(Routings).planned(order)
    ends = [operation.end for operation in operations if operation.end is not None]
    if order.due_at is None or not ends or not all(operation.scheduled for operation in operations):
        return "; not all of its work is scheduled"
    finish = max(ends)
    off = hours(abs(order.due_at - finish))
    how = (
        "exactly then"
        if finish == order.due_at
        else f"{off:g} h {'before' if finish < order.due_at else 'late'}"
    )
    return f"; it is planned to finish {instant_text(finish, zone)}, {how}"


def _is_given(text: str | None) -> bool:
    return bool(text and text.strip())


TOOL = WriteTool(
    name="update_due_date",
    label="Preparing the new due date…",
    description=(
        "Gives an order another due date or priority: proposes the exact change, which a person approves; "
        "until then nothing is changed. Tells when the order is planned to finish and whether it is late "
        "then. Moves no work. Use it for “set the due date of WO-4003 to 12 December”, “WO-4001 is now due "
        "on Friday: enter that”, “give WO-4002 priority 5”. For “what if WO-4003 were due on Friday” use "
        "simulate_schedule_change. Pass names and dates on as the person said them."
    ),
    input_model=UpdateDueDateInput,
    propose=propose,
)
