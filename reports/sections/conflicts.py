"""What is wrong in the plan, and what would mend it first."""

from planning.fix_items import FixKind
from reports.draft import Draft
from reports.report import Cell, CellKind
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.conflict_views import ConflictRow, FirstFix


def fill(draft: Draft, found: ConflictsOutput | None) -> None:
    if found is None:
        return
    words = draft.words
    draft.figure("conflict_errors", found.errors, CellKind.COUNT)
    draft.figure("conflict_warnings", found.warnings_total, CellKind.COUNT)
    if not found.errors:
        draft.say("no_conflicts")
    draft.say("conflicts", errors=str(found.errors), warnings=str(found.warnings_total))
    draft.table(
        "conflict_types",
        [("kind", CellKind.TEXT), ("severity", CellKind.TEXT), ("count", CellKind.COUNT)],
        (
            (words(f"conflict.{row.type.value}"), words(f"severity.{row.severity.value}"), row.count)
            for row in found.by_type
        ),
    )
    draft.table(
        "conflicts",
        [
            ("severity", CellKind.TEXT),
            ("kind", CellKind.TEXT),
            ("what", CellKind.TEXT),
            ("work", CellKind.TEXT),
            ("start", CellKind.MOMENT),
            ("hours", CellKind.HOURS),
            ("fix", CellKind.TEXT),
        ],
        (_row(draft, row) for row in found.items),
        found.total,
    )


def _row(draft: Draft, row: ConflictRow) -> tuple[Cell, ...]:
    words = draft.words
    whom = row.machine or row.operator
    return (
        words(f"severity.{row.severity.value}"),
        words(f"conflict.{row.type.value}"),
        row.order if whom is None else whom.name,
        words.work(row.work),
        row.start,
        row.hours,
        "" if row.first_fix is None else _fix(draft, row.first_fix),
    )


def _fix(draft: Draft, fix: FirstFix) -> str:
    """ "move: Puma 3100, Tue 1 Dec 2026, 14:00"."""
    words = draft.words
    what, where = words(f"fix.{fix.kind.value}"), fix.to or fix.machine
    if where is None or fix.kind is FixKind.DECIDE:
        return what
    if fix.start is None or fix.kind is FixKind.RELIEF:
        return words("fix.to", what=what, where=where)
    return words("fix.from", what=what, where=where, when=words.moment(fix.start))
