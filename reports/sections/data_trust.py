"""How far the figures can be trusted: what is missing in the data."""

from reports.draft import Draft
from reports.report import CellKind
from tools.catalog.data_trust import DataTrustOutput


def fill(draft: Draft, found: DataTrustOutput | None) -> None:
    if found is None:
        return
    words = draft.words
    made = str(found.checks_made)
    if found.checks_with_findings:
        draft.say("trust", found=str(found.checks_with_findings), made=made)
    else:
        draft.say("trust_none", made=made)
    if found.newest_import is not None:
        draft.say("newest_import", when=words.moment(found.newest_import))
    if found.newest_report is not None:
        draft.say("newest_report", when=words.moment(found.newest_report))
    if found.stale or found.import_stale:
        draft.say("old", hours=words.hours(found.stale_after_h))
    draft.table(
        "checks",
        [
            ("check", CellKind.TEXT),
            ("count", CellKind.COUNT),
            ("looked_at", CellKind.COUNT),
            ("share_pct", CellKind.PERCENT),
            ("effect", CellKind.TEXT),
            ("examples", CellKind.TEXT),
        ],
        (
            (
                words(f"check.{row.check.value}"),
                row.count,
                row.looked_at,
                row.share_pct,
                words(f"effect.{row.check.value}"),
                words.work(", ".join(row.examples)),
            )
            for row in found.checks
            if row.count
        ),
    )
