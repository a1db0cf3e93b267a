"""Capacity and load by ISO week: of all machines, of each work center, of each machine."""

from collections.abc import Iterator, Sequence

from reports.draft import ColumnSpec, Draft
from reports.report import HEAT_ROWS, Cell, CellKind, Column, Picture, PictureKind
from tools.catalog.workload_distribution import WorkloadOutput
from tools.workload_views import BucketView, LoadView, WorkloadRow

_LOAD: tuple[ColumnSpec, ...] = (
    ("load_h", CellKind.HOURS),
    ("available_h", CellKind.HOURS),
    ("free_h", CellKind.HOURS),
    ("utilization_pct", CellKind.PERCENT),
)


def fill(draft: Draft, centers: WorkloadOutput | None, machines: WorkloadOutput | None) -> None:
    """Both None: the section has nothing to say."""
    whole = machines or centers
    if whole is None:
        return
    sums, words = whole.total, draft.words
    draft.figure("utilization", sums.utilization_pct, CellKind.PERCENT)
    draft.figure("load", sums.load_h, CellKind.HOURS)
    draft.figure("available", sums.available_h, CellKind.HOURS)
    draft.figure("free", sums.free_h, CellKind.HOURS)
    draft.say(
        "load",
        load=words.hours(sums.load_h),
        available=words.hours(sums.available_h),
        free=words.hours(sums.free_h),
        share=words.percent(sums.utilization_pct),
    )
    if centers is not None and centers.most_loaded is not None:
        most = centers.most_loaded
        draft.say("fullest", name=most.name, share=words.percent(most.utilization_pct))
    _weeks(draft, whole.total_by_bucket)
    if centers is not None:
        columns: list[ColumnSpec] = [("center", CellKind.TEXT), ("week", CellKind.WEEK), *_LOAD]
        total = centers.total_rows * len(centers.total_by_bucket)
        draft.table("centers", columns, _by_week(centers.rows), total)
    if machines is not None:
        _machines(draft, machines)


def _weeks(draft: Draft, weeks: Sequence[BucketView]) -> None:
    words = draft.words
    columns: list[ColumnSpec] = [("week", CellKind.WEEK), ("start", CellKind.DAY), *_LOAD]
    table = draft.table("weeks", columns, ((week.label, week.start, *_load(week)) for week in weeks))
    told = (
        words(
            "picture.load_alt_week",
            week=week.label,
            load=words.hours(week.load_h),
            available=words.hours(week.available_h),
        )
        for week in weeks
    )
    alt = words("picture.load_alt", weeks="; ".join(told))
    title = words("picture.load")
    draft.pictures.append(Picture(kind=PictureKind.LOAD, title=title, alt=alt, table=table.key))


def _machines(draft: Draft, machines: WorkloadOutput) -> None:
    words, rows = draft.words, machines.rows
    weeks = [Column(key=w.label, title=w.label, kind=CellKind.PERCENT) for w in machines.total_by_bucket]
    columns = [("machine", CellKind.TEXT), *_LOAD, *weeks]
    draft.table("machines", columns, map(_wide, rows), machines.total_rows)
    if len(rows) < machines.total_rows:
        title = words("table.machines")
        draft.gathering.bound("pages", table=title, shown=str(len(rows)), total=str(machines.total_rows))
    long: list[ColumnSpec] = [("machine", CellKind.TEXT), ("week", CellKind.WEEK), *_LOAD]
    draft.table("machine_weeks", long, _by_week(rows), machines.total_rows * len(weeks))


def heat_map(draft: Draft, machines: WorkloadOutput, threshold_pct: float | None) -> None:
    """The picture of the machines by week; `threshold_pct`: over it a cell is framed."""
    words = draft.words
    cells = [
        (part.utilization_pct, row.name, part.label)
        for row in machines.rows
        for part in row.buckets
        if part.utilization_pct is not None
    ]
    peak = ""
    if cells:
        most = max(cells, key=lambda cell: cell[0])
        peak = words("picture.heat_alt_peak", name=most[1], week=most[2], share=words.percent(most[0]))
    shown, total = str(min(len(machines.rows), HEAT_ROWS)), str(machines.total_rows)
    alt = words(
        "picture.heat_alt", shown=shown, total=total, threshold=words.percent(threshold_pct), peak=peak
    ).strip()
    title = words("picture.heat")
    draft.pictures.append(
        Picture(kind=PictureKind.HEAT, title=title, alt=alt, table="machines", threshold_pct=threshold_pct)
    )


def _wide(row: WorkloadRow) -> tuple[Cell, ...]:
    return (row.name, *_load(row), *(part.utilization_pct for part in row.buckets))


def _by_week(rows: Sequence[WorkloadRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        for part in row.buckets:
            yield row.name, part.label, *_load(part)


def _load(view: LoadView) -> tuple[Cell, ...]:
    return view.load_h, view.available_h, view.free_h, view.utilization_pct
