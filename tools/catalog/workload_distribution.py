"""analyze_workload_distribution: how work is spread over people, machines, work centers, orders or days."""

import asyncio
from enum import StrEnum
from fractions import Fraction

from pydantic import Field

from planning.calendars import ShopTimes
from planning.data_trust import Check
from planning.machine_moves import machine_moves
from planning.moves import MAX_MOVES, Move, MoveQuestion, operator_moves
from planning.rounding import coefficient, hours, percent
from planning.shop import Interval, Minute, Shop, WorkCenter
from planning.unscheduled import unscheduled
from planning.workload import GroupBy, Question, Row, Workload, counted_machines, workload
from planning.zones import MINUTES_PER_DAY, BucketSize, iso, to_minute
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.data_wording import warnings_about_data
from tools.names import MAX_NAME_CHARS, find_work_center
from tools.views import (
    MAX_CURSOR_CHARS,
    PAGE_ROWS,
    WindowView,
    count_of,
    evidence,
    load_window,
    page,
    several_at_once,
)
from tools.windows import Window, WindowInput, read_window
from tools.workload_views import (
    BucketView,
    Extreme,
    LoadView,
    Suggestion,
    WorkloadRow,
    bucket_view,
    load_view,
    suggestion,
    workload_row,
)

DEFAULT_DAYS = 7
# Work that starts in the window may end after it; moves are looked at so far beyond.
BEYOND_DAYS = 14


class BucketChoice(StrEnum):
    NONE = "none"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class WorkloadInput(WindowInput):
    group_by: GroupBy = Field(
        default=GroupBy.OPERATOR,
        description=(
            "Whose load is compared: operator (people), machine, work_center, order, or day (all machines)."
        ),
    )
    bucket: BucketChoice = Field(
        default=BucketChoice.NONE,
        description="Also split each row over time: day, week or month. none: the window as a whole.",
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Only work on machines of this work center, by its code or name as the person said it.",
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_CURSOR_CHARS,
        description="next_cursor of an earlier answer, for more rows.",
    )


class WorkloadOutput(ToolOutput):
    """Rows by utilization, highest first; orders by load, days by date."""

    window: WindowView
    group_by: GroupBy
    bucket: BucketChoice
    total_rows: int
    next_cursor: str | None
    total: LoadView = Field(description="Sum of loads over sum of available time of all rows.")
    unassigned_h: float = Field(description="Work in the window that needs an operator and has none.")
    unassigned_bookings: int
    spread_pp: float | None = Field(description="Highest less lowest utilization, in percentage points.")
    cv: float | None = Field(
        description="Standard deviation / mean of the utilizations: 0 is perfectly even."
    )
    most_loaded: Extreme | None
    least_loaded: Extreme | None
    total_by_bucket: list[BucketView]
    rows: list[WorkloadRow]
    suggestions: list[Suggestion] = Field(
        description="Moves of unassigned or overloaded work that would fit; machine moves leave people aside."
    )


async def run(asked: WorkloadInput, context: ToolContext) -> WorkloadOutput:
    window = read_window(asked, context.tenant, default_days=DEFAULT_DAYS)
    now = to_minute(context.tenant.as_of)
    loaded = (window.start_min, window.end_min + BEYOND_DAYS * MINUTES_PER_DAY)
    shop = await load_window(context.shops, context.tenant, loaded)
    return await asyncio.to_thread(_answer, asked, shop, window, (now, loaded))


def _answer(asked: WorkloadInput, shop: Shop, window: Window, clock: tuple[int, Interval]) -> WorkloadOutput:
    now, loaded = clock
    center = find_work_center(shop, asked.work_center) if asked.work_center else None
    size = None if asked.bucket is BucketChoice.NONE else BucketSize(asked.bucket.value)
    center_id = center.row.id if center else None
    question = Question(window.interval, asked.group_by, size, center_id)
    times = shop.view(ShopTimes, loaded)
    found = workload(times, question)
    shown = page(found.rows, asked.cursor)
    moves = _moves(times, found, question, now)
    measured = asked.group_by is not GroupBy.ORDER
    zone = times.zone
    most, least = _extremes(found)
    shown_buckets = found.buckets[:PAGE_ROWS]
    return WorkloadOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=[
            window.assumption,
            *([center.assumption] if center and center.assumption else []),
            *_assumptions(asked, found, center.row if center else None),
        ],
        warnings=_warnings(shop, found, center_id, asked.group_by, now),
        evidence=_evidence(found, asked.group_by, moves),
        window=WindowView(
            start=iso(window.start_min, zone), end=iso(window.end_min, zone), text=window.sentence
        ),
        group_by=asked.group_by,
        bucket=asked.bucket,
        total_rows=shown.total,
        next_cursor=shown.next_cursor,
        total=load_view(found.total, measured=measured),
        unassigned_h=hours(found.unassigned),
        unassigned_bookings=len(found.unassigned_bookings),
        spread_pp=None if found.spread.spread is None else percent(found.spread.spread),
        cv=None if found.spread.cv_square is None else coefficient(found.spread.cv_square),
        most_loaded=most,
        least_loaded=least,
        total_by_bucket=[
            bucket_view(b, f, zone, measured=measured)
            for b, f in zip(shown_buckets, found.total_by_bucket, strict=False)
        ],
        rows=[workload_row(row, shown_buckets, measured=measured) for row in shown.rows],
        suggestions=[suggestion(move, shop, zone) for move in moves],
    )


def _moves(times: ShopTimes, found: Workload, question: Question, now: int) -> tuple[Move, ...]:
    ask = MoveQuestion(question.window, now, MAX_MOVES)
    if question.group_by in {GroupBy.MACHINE, GroupBy.WORK_CENTER}:
        return machine_moves(times, found.bookings, ask)
    return operator_moves(times, found.bookings, ask)


def _extremes(found: Workload) -> tuple[Extreme | None, Extreme | None]:
    """The most and the least utilized; None where there are no two to compare."""
    measured = [(u, row) for row in found.rows if (u := row.figures.utilization) is not None]
    if len(measured) < 2:
        return None, None
    by_load = sorted(measured, key=lambda pair: (-pair[0], pair[1].code))
    return _extreme(*by_load[0]), _extreme(*by_load[-1])


def _extreme(utilization: Fraction, row: Row) -> Extreme:
    return Extreme(code=row.code, name=row.name or row.code, utilization_pct=percent(utilization))


def _assumptions(asked: WorkloadInput, found: Workload, center: WorkCenter | None) -> list[str]:
    told: list[str] = []
    if center is not None:
        told.append(f"Only work on machines of the work center {center.name or center.code} is counted.")
    if asked.group_by is GroupBy.DAY:
        told.append("Each day is the sum of all machines on it.")
        if asked.bucket is not BucketChoice.NONE:
            told.append("The rows are days already, so they are not split further.")
    if asked.group_by is GroupBy.ORDER:
        told.append("Orders have load but no available time, so they have no utilization.")
    told += several_at_once({row.name or row.code: row.max_parallel for row in found.rows})
    if len(found.buckets) > PAGE_ROWS:
        told.append(
            f"The first {PAGE_ROWS} of {len(found.buckets)} buckets are shown; ask for a shorter window."
        )
    return told


def _warnings(
    shop: Shop, found: Workload, center_id: str | None, group_by: GroupBy, now: Minute
) -> list[str]:
    told: list[str] = []
    if found.unassigned_bookings:
        where = count_of(len(found.unassigned_bookings), "booking")
        told.append(f"No operator yet for {hours(found.unassigned)} h of work on {where}.")
    if group_by is not GroupBy.ORDER:
        whose = "people" if group_by is GroupBy.OPERATOR else "machines"
        doubled = sum(row.figures.double_booked for row in found.rows if row.max_parallel == 1)
        if doubled:
            told.append(f"{hours(doubled)} h are booked on {whose} that are busy already.")
        if found.total.outside:
            outside = hours(found.total.outside)
            told.append(f"{outside} h are planned at times when the {whose} are not available.")
    machines = frozenset(m.id for m in counted_machines(shop, center_id))
    waiting = sum(1 for _ in unscheduled(shop, machines))
    if waiting:
        told.append(f"Not scheduled, so not counted: {count_of(waiting, 'operation')} of open orders.")
    checks = {Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SHIFTS}
    if group_by is GroupBy.OPERATOR:
        checks = {Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SKILLS}
    return told + warnings_about_data(shop, now, checks, machine_ids=machines)


def _evidence(found: Workload, group_by: GroupBy, moves: tuple[Move, ...]) -> list[Evidence]:
    ids = [row.key for row in found.rows if row.key is not None]
    takers = [move.to_id for move in moves]
    of_machines = group_by in {GroupBy.MACHINE, GroupBy.WORK_CENTER}
    return evidence(
        operator=[*(ids if group_by is GroupBy.OPERATOR else ()), *(() if of_machines else takers)],
        machine=[*(ids if group_by is GroupBy.MACHINE else ()), *(takers if of_machines else ())],
        work_center=ids if group_by is GroupBy.WORK_CENTER else (),
        production_order=ids if group_by is GroupBy.ORDER else (),
        booking=(booking.id for booking in found.bookings),
    )


TOOL = Tool(
    name="analyze_workload_distribution",
    label="Analyzing the workload…",
    description=(
        "How work is spread in a window: load, available and free hours, utilization and share for each "
        "operator, machine, work center, order or day; how even it is; work that has no operator; and moves "
        "that would help. Use it for “how is work distributed across operators”, “who has too much or too "
        "little to do”, “how busy are the machines next week”, “load by day in KW 49”. Pass names and dates "
        "on as the person said them: they are resolved here. Without dates: the next 7 days."
    ),
    input_model=WorkloadInput,
    output_model=WorkloadOutput,
    run=run,
)
