"""Orders whose planned finish lies past their due date by more than so much."""

from collections.abc import Set
from typing import Final

from leadhand.errors import JsonValue
from reports.alerts.conditions import OrderLate
from reports.alerts.figures import Figures, Subject, pages
from reports.gathering import Gathering
from reports.report import CellKind, SectionKey
from reports.wording import Words
from tools.catalog.order_status import OrderStatusOutput
from tools.order_reading import CLOSED
from tools.order_views import OrderRow

# Elapsed hours: a finish that moves about the bound by less than this is told once.
MARGIN_H: Final = 1.0
# Of 50 orders each, the latest first: one that has just become late comes last.
_PAGES: Final = 20
_TOOL: Final = "get_order_status"
_COLUMNS: Final = (
    ("order", CellKind.TEXT),
    ("customer", CellKind.TEXT),
    ("due_date", CellKind.DAY),
    ("planned_finish", CellKind.MOMENT),
    ("tardiness_h", CellKind.HOURS),
    ("remaining_h", CellKind.HOURS),
)


async def late_orders(asked: OrderLate, gathering: Gathering, open_: Set[str]) -> Figures:
    """An order without a known finish, or one that is closed, is never late."""
    complete = True
    if asked.order is not None:
        rows = (await _of(gathering, {"order": asked.order, "explain": False})).orders
    else:
        late = await pages(
            gathering, _TOOL, {"filter": "late", "explain": False}, OrderStatusOutput, at_most=_PAGES
        )
        rows = [row for page in late for row in page.orders]
        complete = late[-1].next_cursor is None
        if asked.hours < MARGIN_H and open_ - {row.order.id for row in rows}:
            # Some are in time by now: by how much? Those with the least slack come first.
            rows = [*rows, *(await _of(gathering, {"filter": "at_risk", "explain": False})).orders]
    subjects = tuple(
        _subject(row, late_h, asked, gathering.words)
        for row in rows
        if row.status not in CLOSED and (late_h := _lateness(row)) is not None
    )
    return Figures(SectionKey.ORDERS, _COLUMNS, subjects, MARGIN_H, complete)


async def _of(gathering: Gathering, given: dict[str, JsonValue]) -> OrderStatusOutput:
    return await gathering.answer(_TOOL, given, OrderStatusOutput)


def _lateness(row: OrderRow) -> float | None:
    """Hours past the due date; below 0 while it is in time."""
    return row.tardiness_h or (None if row.slack_h is None else -row.slack_h)


def _subject(row: OrderRow, late_h: float, asked: OrderLate, words: Words) -> Subject:
    return Subject(
        key=row.order.id,
        label=row.order.code,
        excess=late_h - asked.hours,
        sentence=words(
            "alert.order_late",
            what=row.order.code,
            value=words.hours(late_h),
            finish=words.moment(row.planned_finish),
        ),
        row=(
            row.order.code,
            row.order.customer,
            row.due_date,
            row.planned_finish,
            row.tardiness_h,
            row.remaining_h,
        ),
        figures={
            "tardiness_h": row.tardiness_h,
            "due": row.due,
            "planned_finish": row.planned_finish,
            "hours": asked.hours,
        },
        rows={"production_order": [row.order.id]},
    )
