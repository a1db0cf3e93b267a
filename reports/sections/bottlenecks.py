"""What is fullest, what queues before it, and what one more hour would bring."""

from reports.draft import Draft
from reports.report import CellKind
from tools.bottleneck_views import ReliefRow
from tools.catalog.bottlenecks import BottlenecksOutput


def fill(draft: Draft, found: BottlenecksOutput | None) -> None:
    if found is None:
        return
    words, first = draft.words, found.highest
    threshold = words.percent(found.threshold_pct)
    if first is None:
        draft.say("no_hours")
    else:
        share = words.percent(first.utilization_pct)
        said = "no_bottleneck" if found.bottleneck is None else "bottleneck"
        draft.say(said, name=first.name, share=share, threshold=threshold)
    over, total = str(found.total_over_threshold), str(found.total_ranked)
    draft.say("over", threshold=threshold, count=over, total=total)
    name = None if found.bottleneck is None else found.bottleneck.name
    draft.figure("bottleneck", name, CellKind.TEXT)
    for row in found.relief:
        if row.saved_late_h is not None and row.saved_late_h > 0:
            draft.say("relief", name=row.machine.name, saved=words.hours(row.saved_late_h))
    _ranking(draft, found)
    _relief(draft, found.relief)


def _ranking(draft: Draft, found: BottlenecksOutput) -> None:
    draft.table(
        "ranking",
        [
            ("rank", CellKind.COUNT),
            ("machine", CellKind.TEXT),
            ("utilization_pct", CellKind.PERCENT),
            ("over_threshold", CellKind.FLAG),
            ("queue_h", CellKind.HOURS),
            ("peak", CellKind.WEEK),
            ("peak_pct", CellKind.PERCENT),
            ("delayed", CellKind.COUNT),
        ],
        (
            (
                row.rank,
                row.name,
                row.utilization_pct,
                row.over_threshold,
                row.queue_h,
                None if row.peak is None else row.peak.label,
                None if row.peak is None else row.peak.utilization_pct,
                row.total_delayed,
            )
            for row in found.ranking
        ),
        found.total_ranked,
    )


def _relief(draft: Draft, rows: list[ReliefRow]) -> None:
    if not rows:
        return
    words = draft.words
    draft.table(
        "relief",
        [
            ("machine", CellKind.TEXT),
            ("hour_start", CellKind.MOMENT),
            ("operator", CellKind.TEXT),
            ("saved_late_h", CellKind.HOURS),
            ("orders_earlier", CellKind.COUNT),
            ("no_longer_late", CellKind.TEXT),
            ("why_not", CellKind.TEXT),
        ],
        (
            (
                row.machine.name,
                row.start,
                row.operator,
                row.saved_late_h,
                row.orders_earlier,
                ", ".join(row.no_longer_late),
                "" if row.not_computed is None else words(f"why_not.{row.not_computed.value}"),
            )
            for row in rows
        ),
    )
