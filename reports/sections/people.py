"""How much work people have in the coming days, who is absent, whose skills end."""

from reports.draft import Draft
from reports.report import CellKind
from reports.wording import one_line
from tools.catalog.operator_availability import OperatorAvailabilityOutput
from tools.catalog.workload_distribution import WorkloadOutput


def fill(draft: Draft, load: WorkloadOutput | None, attendance: OperatorAvailabilityOutput | None) -> None:
    if load is not None:
        _load(draft, load)
    if attendance is not None:
        _attendance(draft, attendance)


def _load(draft: Draft, load: WorkloadOutput) -> None:
    words = draft.words
    days = words.days(draft.options.days)
    draft.say("people", days=days, share=words.percent(load.total.utilization_pct))
    if load.most_loaded is not None:
        most = load.most_loaded
        draft.say("fullest_person", name=most.name, share=words.percent(most.utilization_pct))
    if load.unassigned_bookings:
        bookings = str(load.unassigned_bookings)
        draft.say("unassigned", hours=words.hours(load.unassigned_h), bookings=bookings)
    draft.figure("unassigned", load.unassigned_h, CellKind.HOURS, about=days)
    draft.table(
        "operators",
        [
            ("operator", CellKind.TEXT),
            ("load_h", CellKind.HOURS),
            ("available_h", CellKind.HOURS),
            ("free_h", CellKind.HOURS),
            ("utilization_pct", CellKind.PERCENT),
            ("overloaded", CellKind.FLAG),
        ],
        (
            (row.name, row.load_h, row.available_h, row.free_h, row.utilization_pct, row.overloaded)
            for row in load.rows
        ),
        load.total_rows,
    )


def _attendance(draft: Draft, found: OperatorAvailabilityOutput) -> None:
    draft.say("absent", count=str(found.absences_total))
    draft.table(
        "absences",
        [
            ("operator", CellKind.TEXT),
            ("kind", CellKind.TEXT),
            ("start", CellKind.MOMENT),
            ("end", CellKind.MOMENT),
        ],
        ((row.operator.name, one_line(row.kind), row.start, row.end) for row in found.absences),
        found.absences_total,
    )
    if found.expiring_total:
        draft.table(
            "expiring",
            [("operator", CellKind.TEXT), ("skill", CellKind.TEXT), ("until", CellKind.MOMENT)],
            ((row.operator.name, row.skill.name, row.valid_to) for row in found.expiring),
            found.expiring_total,
        )
