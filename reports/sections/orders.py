"""Orders that are late or at risk, and where their time went."""

from collections.abc import Iterator, Sequence

from reports.draft import ColumnSpec, Draft
from reports.report import Cell, CellKind
from tools.catalog.order_status import OrderStatusOutput
from tools.order_views import OrderRow

# Orders whose chain is told link by link.
CHAINS = 4
# Links of one chain.
LINKS = 10
_DATED: tuple[ColumnSpec, ...] = (
    ("order", CellKind.TEXT),
    ("customer", CellKind.TEXT),
    ("due_date", CellKind.DAY),
    ("planned_finish", CellKind.MOMENT),
)
_LOST: tuple[ColumnSpec, ...] = (
    ("lost_to", CellKind.TEXT),
    ("lost_h", CellKind.HOURS),
    ("blocked_by", CellKind.TEXT),
)


def fill(draft: Draft, late: OrderStatusOutput | None, at_risk: OrderStatusOutput | None) -> None:
    found = late or at_risk
    if found is None:
        return
    counts, words = found.by_outlook, draft.words
    draft.figure("late_orders", counts.late, CellKind.COUNT)
    draft.figure("at_risk_orders", counts.at_risk, CellKind.COUNT)
    draft.figure("unscheduled_orders", counts.unscheduled, CellKind.COUNT)
    draft.say("outlook", **{name: str(count) for name, count in counts.model_dump().items()})
    if found.on_hold:
        draft.say("hold", count=str(found.on_hold))
    if late is not None:
        _late(draft, late)
    if at_risk is not None:
        draft.say("at_risk", buffer=words.hours(at_risk.at_risk_below_h))
        _at_risk(draft, at_risk)
    _causes(draft, [row for answer in (late, at_risk) if answer is not None for row in answer.orders])


def _late(draft: Draft, found: OrderStatusOutput) -> None:
    words = draft.words
    if not found.orders:
        draft.say("none_late")
        return
    worst = found.orders[0]
    draft.say(
        "latest",
        order=worst.order.code,
        late=words.hours(worst.tardiness_h),
        finish=words.moment(worst.planned_finish),
        due=words.said(worst.due_date, CellKind.DAY),
    )
    lost = None if worst.causes is None else worst.causes.most_lost_to
    if lost is not None:
        cause = words(f"cause.{lost.cause.value}")
        draft.say("lost", order=worst.order.code, cause=cause, lost=words.hours(lost.hours))
    draft.table(
        "late",
        [*_DATED, ("tardiness_h", CellKind.HOURS), ("remaining_h", CellKind.HOURS), *_LOST],
        (_late_row(draft, row) for row in found.orders),
        found.total_orders,
    )
    if len(found.orders) < found.total_orders:
        shown, total = str(len(found.orders)), str(found.total_orders)
        draft.gathering.bound("late_causes", shown=shown, total=total)


def _late_row(draft: Draft, row: OrderRow) -> tuple[Cell, ...]:
    return (*_dated(row), row.tardiness_h, row.remaining_h, *_lost(draft, row))


def _dated(row: OrderRow) -> tuple[Cell, ...]:
    return row.order.code, row.order.customer, row.due_date, row.planned_finish


def _lost(draft: Draft, row: OrderRow) -> tuple[Cell, ...]:
    """What took the most of its time besides the work, and whose work held its machines the longest."""
    lost = None if row.causes is None else row.causes.most_lost_to
    blocked = None if row.causes is None else row.causes.most_blocked_by
    return (
        None if lost is None else draft.words(f"cause.{lost.cause.value}"),
        None if lost is None else lost.hours,
        None if blocked is None else blocked.order,
    )


def _causes(draft: Draft, orders: Sequence[OrderRow]) -> None:
    words = draft.words
    draft.table(
        "causes",
        [("order", CellKind.TEXT), ("cause", CellKind.TEXT), ("hours", CellKind.HOURS)],
        (
            (row.order.code, words(f"cause.{part.cause.value}"), part.hours)
            for row in orders
            if row.causes is not None
            for part in row.causes.by_cause
        ),
    )
    draft.table(
        "chains",
        [
            ("order", CellKind.TEXT),
            ("start", CellKind.MOMENT),
            ("end", CellKind.MOMENT),
            ("hours", CellKind.HOURS),
            ("cause", CellKind.TEXT),
            ("operation", CellKind.TEXT),
            ("machine", CellKind.TEXT),
            ("why", CellKind.TEXT),
        ],
        (link for row in orders[:CHAINS] for link in _links(draft, row)),
    )


def _links(draft: Draft, row: OrderRow) -> Iterator[tuple[Cell, ...]]:
    """The last links, since the end of the chain is what makes it late."""
    links = [] if row.causes is None else row.causes.links[-LINKS:]
    for link in links:
        why = link.order or ("" if link.name is None else draft.words.tool(link.name))
        yield (
            row.order.code,
            link.start,
            link.end,
            link.hours,
            draft.words(f"cause.{link.cause.value}"),
            link.operation,
            None if link.machine is None else link.machine.name,
            why,
        )


def _at_risk(draft: Draft, found: OrderStatusOutput) -> None:
    draft.table(
        "at_risk",
        [*_DATED, ("slack_h", CellKind.HOURS), ("critical_ratio", CellKind.RATIO), *_LOST],
        ((*_dated(row), row.slack_h, row.critical_ratio, *_lost(draft, row)) for row in found.orders),
        found.total_orders,
    )
