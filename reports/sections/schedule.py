"""The bookings of the coming days by machine, and what must start in them."""

from collections.abc import Sequence

from planning.rounding import hours
from reports.draft import Draft
from reports.plan_reading import MAX_MACHINES, PlanReading
from reports.report import CellKind, Picture, PictureKind
from tools.boards.schedule import Stretch


def fill_schedule(draft: Draft, plan: PlanReading | None) -> None:
    if plan is None:
        return
    words, rows = draft.words, plan.schedule.bookings
    rows = sorted(rows, key=lambda row: (row.machine.code, row.start, row.id))
    machines = str(len({row.machine.id for row in rows}))
    days = words.days(draft.options.days)
    draft.say("schedule", count=str(len(rows)), machines=machines, days=days)
    if plan.machines_total > MAX_MACHINES:
        title = words("table.schedule")
        shown, total = str(MAX_MACHINES), str(plan.machines_total)
        draft.gathering.bound("pages", table=title, shown=shown, total=total)
    if plan.schedule.next_cursor is not None:
        draft.gathering.bound("bookings", table=words("table.schedule"), shown=str(len(rows)))
    table = draft.table(
        "schedule",
        [
            ("machine", CellKind.TEXT),
            ("order", CellKind.TEXT),
            ("customer", CellKind.TEXT),
            ("operation", CellKind.TEXT),
            ("start", CellKind.MOMENT),
            ("end", CellKind.MOMENT),
            ("work_h", CellKind.HOURS),
            ("late", CellKind.FLAG),
        ],
        (
            (
                row.machine.name,
                None if row.order is None else row.order.code,
                None if row.order is None else row.order.customer,
                row.operation,
                row.start,
                row.end,
                row.work_h,
                row.late,
            )
            for row in rows
        ),
    )
    if rows:
        window = plan.schedule.window
        alt = words(
            "picture.gantt_alt",
            machines=machines,
            bookings=str(len(rows)),
            start=words.moment(window.start),
            end=words.moment(window.end),
        )
        title = words("picture.gantt")
        draft.pictures.append(
            Picture(
                kind=PictureKind.GANTT,
                title=title,
                alt=alt,
                table=table.key,
                start=window.start,
                end=window.end,
                stretches=tuple(
                    (place, *span)
                    for place, row in enumerate(rows[: len(table.rows)])
                    for span in _worked(row.segments)
                ),
            )
        )


def _worked(parts: Sequence[Stretch]) -> list[tuple[str, str]]:
    """Without the places where one person hands over to another."""
    joined: list[tuple[str, str]] = []
    for part in parts:
        if joined and joined[-1][1] == part.start:
            joined[-1] = joined[-1][0], part.end
        else:
            joined.append((part.start, part.end))
    return joined


def fill_starts(draft: Draft, plan: PlanReading | None) -> None:
    if plan is None:
        return
    words = draft.words
    draft.say("starts", days=words.days(draft.options.days), count=str(len(plan.starts)))
    if plan.starts:
        first = plan.starts[0]
        operation = words.work(first.operation)
        draft.say("starts_first", order=first.order, operation=operation, latest=words.moment(first.latest))
    draft.say("starts_past", count=str(plan.too_late))
    draft.say("starts_how")
    draft.table(
        "latest_starts",
        [
            ("order", CellKind.TEXT),
            ("customer", CellKind.TEXT),
            ("operation", CellKind.TEXT),
            ("machine", CellKind.TEXT),
            ("latest_start", CellKind.MOMENT),
            ("planned_start", CellKind.MOMENT),
            ("wait_h", CellKind.HOURS),
            ("due_date", CellKind.DAY),
        ],
        (
            (
                row.order,
                row.customer,
                row.operation,
                row.machine,
                row.latest,
                row.planned,
                None if row.wait_min is None else hours(row.wait_min),
                row.due,
            )
            for row in plan.starts
        ),
    )
