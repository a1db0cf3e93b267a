"""What sales can promise: free hours, and when an order of a usual size could be finished where."""

from reports.draft import Draft
from reports.report import CellKind
from tools.catalog.capacity import CapacityOutput


def fill(draft: Draft, found: CapacityOutput | None) -> None:
    if found is None:
        return
    words = draft.words
    size, first = words.hours(draft.options.promise_hours), found.earliest_finish
    if first is None:
        draft.say("no_promise", hours=size)
    else:
        where = ", ".join(center.name for center in first.work_centers)
        draft.say("promise", hours=size, finish=words.moment(first.finish), where=where)
    draft.say("promise_how")
    draft.table(
        "promise",
        [
            ("center", CellKind.TEXT),
            ("free_h", CellKind.HOURS),
            ("available_h", CellKind.HOURS),
            ("utilization_pct", CellKind.PERCENT),
            ("verdict", CellKind.TEXT),
            ("earliest_finish", CellKind.MOMENT),
        ],
        (
            (
                row.name,
                row.free_h,
                row.available_h,
                row.utilization_pct,
                words(f"verdict.{row.verdict.value}"),
                row.earliest_finish,
            )
            for row in found.work_centers
        ),
        found.total_work_centers,
    )
