"""identify_bottlenecks: which machine, work center or skill holds the shop up, and what would relieve it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import Field

from leadhand.context import TenantContext
from planning.bottlenecks import BottleneckQuestion, Bottlenecks, Level, Ranked, bottlenecks
from planning.calendars import ShopTimes
from planning.data_trust import Check
from planning.plan_waits import PlanWaits
from planning.relief import Reliefs
from planning.shop import Machine, Minute, Shop
from planning.unscheduled import unscheduled
from planning.workload import counted_machines
from planning.zones import MINUTES_PER_DAY, Bucket, BucketSize, buckets, iso, to_minute, whole_days
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.bottleneck_views import (
    DELAYED_ROWS,
    BottleneckRow,
    BottleneckViews,
    Highest,
    ReliefRow,
    relief_row,
)
from tools.data_wording import warnings_about_data
from tools.names import MAX_NAME_CHARS, find_machines, find_work_center
from tools.views import (
    MAX_CURSOR_CHARS,
    WindowView,
    count_of,
    evidence,
    listed,
    load_to_horizon,
    page,
)
from tools.windows import Window, WindowInput, read_window

DEFAULT_DAYS = 30
MAX_MACHINES = 100
# Days are told apart in a window of up to so many days, weeks in a longer one.
BY_DAY = 14
TRIED = 3
# Bookings to place times people to choose from: about a second of one core; a machine named may take more.
EFFORT, EFFORT_OF_NAMED = 20_000, 100_000
_NOUNS = {Level.MACHINE: "machine", Level.WORK_CENTER: "work center", Level.OPERATOR: "skill"}


class BucketChoice(StrEnum):
    AUTO = "auto"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class BottlenecksInput(WindowInput):
    level: Level = Field(
        default=Level.MACHINE,
        description=(
            "What is compared: machine, work_center, or operator (people by the skills that machines need)."
        ),
    )
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_MACHINES,
        description="Show only these machines, with their rank among all: codes or names as they were said.",
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Compare only machines of this work center, by its code or name as it was said.",
    )
    bucket: BucketChoice = Field(
        default=BucketChoice.AUTO,
        description="In what pieces of time the peak is looked for; auto: days up to two weeks, else weeks.",
    )
    threshold_pct: int | None = Field(
        default=None,
        ge=1,
        le=200,
        description="Utilization above which the fullest is a bottleneck; left out: the shop's threshold.",
    )
    relief: bool = Field(
        default=True,
        description="Also work out what one more hour would bring, for the first three or those named.",
    )
    cursor: str | None = Field(
        default=None, max_length=MAX_CURSOR_CHARS, description="next_cursor of an earlier answer."
    )


class BottlenecksOutput(ToolOutput):
    """The fullest first. `bottleneck` null: there is none, `highest` is only the highest load."""

    window: WindowView
    level: Level
    bucket: BucketSize
    threshold_pct: int
    summary: str
    bottleneck: Highest | None
    highest: Highest | None
    total_ranked: int
    total_over_threshold: int
    next_cursor: str | None
    ranking: list[BottleneckRow]
    relief: list[ReliefRow]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question in the shop's own rows. `only`: the machines that are shown, None: all compared."""

    question: BottleneckQuestion
    cut: tuple[Bucket, ...]
    size: BucketSize
    only: tuple[Machine, ...] | None
    assumptions: tuple[str, ...]


async def run(asked: BottlenecksInput, context: ToolContext) -> BottlenecksOutput:
    now = to_minute(context.tenant.as_of)
    window = read_window(asked, context.tenant, default_days=DEFAULT_DAYS)
    start = min(now, window.start_min)
    shop, horizon = await load_to_horizon(context.shops, context.tenant, start, window.end_min)
    return await asyncio.to_thread(_answer, asked, shop, (context.tenant, window), horizon)


# What makes load and queues unsure.
_UNSURE = (Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SHIFTS)


def _answer(
    asked: BottlenecksInput, shop: Shop, said: tuple[TenantContext, Window], horizon: Minute
) -> BottlenecksOutput:
    tenant, window = said
    now = to_minute(tenant.as_of)
    times, plan = shop.view(ShopTimes, whole_days(window.interval)), shop.view(PlanWaits)
    read = _read(asked, times, window)
    level = read.question.level
    found = bottlenecks(times, plan, read.question)
    ranked = list(enumerate(found.ranking, start=1))
    only = None if read.only is None else {m.id for m in read.only}
    rows = [pair for pair in ranked if only is None or pair[1].key in only]
    shown = page(rows, asked.cursor)
    views = BottleneckViews(plan, level, read.cut, times.zone)
    relief, told = _relief(read, found, times, plan, (now, horizon)) if asked.relief else ([], [])
    return BottlenecksOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, times.zone),
        timezone=shop.settings.timezone,
        assumptions=[window.assumption, *read.assumptions, *told],
        warnings=[*_warnings(plan, found, read), *warnings_about_data(shop, now, _UNSURE)],
        evidence=_evidence([row for _, row in shown.rows], level),
        window=WindowView(
            start=iso(window.start_min, times.zone),
            end=iso(window.end_min, times.zone),
            text=window.sentence,
        ),
        level=level,
        bucket=read.size,
        threshold_pct=read.question.threshold_pct,
        summary=_summary(found, views, read.question, window),
        bottleneck=views.highest(found.bottleneck),
        highest=views.highest(found.ranking[0] if found.ranking else None),
        total_ranked=len(ranked),
        total_over_threshold=sum(row.over_threshold for row in found.ranking),
        next_cursor=shown.next_cursor,
        ranking=[views.row(rank, row) for rank, row in shown.rows],
        relief=relief,
    )


def _read(asked: BottlenecksInput, times: ShopTimes, window: Window) -> _Asked:
    """Raises NotFound and Ambiguous for a name."""
    shop, level = times.shop, asked.level
    told: list[str] = []
    only: tuple[Machine, ...] | None = None
    center_id: str | None = None
    if asked.machines:
        machines = find_machines(shop, asked.machines)
        only, told = machines.rows, [*machines.assumptions]
        if level is not Level.MACHINE:
            level = Level.MACHINE
            told.append("Machines were named, so machines are compared.")
        if asked.work_center:
            told.append("Machines were named, so the work center was left aside.")
    elif asked.work_center is not None:
        center = find_work_center(shop, asked.work_center)
        center_id = center.row.id
        told += [center.assumption] if center.assumption else []
        told.append(f"Only {center.row.name or center.row.code} is looked at.")
    days = (window.end_min - window.start_min) / MINUTES_PER_DAY
    size = BucketSize.DAY if days <= BY_DAY else BucketSize.WEEK
    if asked.bucket is not BucketChoice.AUTO:
        size = BucketSize(asked.bucket.value)
    cut = buckets(size, window.interval, times.zone)
    threshold = asked.threshold_pct or shop.settings.utilization_threshold_pct
    if asked.threshold_pct is None:
        told.append(f"Over {threshold} % utilization the fullest is a bottleneck (the shop's threshold).")
    told.append("Of equally full ones, the one with more load comes first, then the lower code.")
    if level is Level.OPERATOR:
        told.append("A person with several skills counts in each of them, with all of their work.")
    edges = (window.start_min, *(bucket.end for bucket in cut))
    return _Asked(BottleneckQuestion(level, edges, threshold, center_id), cut, size, only, tuple(told))


def _relief(
    read: _Asked, found: Bottlenecks, times: ShopTimes, plan: PlanWaits, span: tuple[Minute, Minute]
) -> tuple[list[ReliefRow], list[str]]:
    """One more hour in the window, or from now on, on those named or on the fullest."""
    now, horizon = span
    start, end = read.question.window
    if read.question.level is Level.OPERATOR:
        return [], ["What one more hour would bring is worked out for machines, not for people."]
    if end <= now:
        return [], ["The window is over, so no hour can be added in it."]
    if read.only is None:
        rows = [row for row in found.ranking[:TRIED] if row.figures.load]
        fullest = (_fullest_machine(row, times, plan, read.question) for row in rows)
        machine_ids = [machine_id for machine_id in fullest if machine_id is not None]
    else:
        machine_ids = [m.id for m in read.only[:TRIED]]
    if not machine_ids:
        return [], []
    first = min([now, *(b.envelope_start for b in times.shop.bookings if b.envelope_end > now)])
    last = max([horizon, end, *(b.envelope_end for b in times.shop.bookings)])
    wide = times.shop.view(ShopTimes, whole_days((first, last)))
    effort = EFFORT if read.only is None else EFFORT_OF_NAMED
    reliefs = Reliefs(wide, now, effort)
    since = max(now, start)
    told = [
        "One more hour is the next hour behind a machine's working time in which it could be worked; in both "
        "plans, with and without it, the work of the orders that could use it is pulled forward."
    ]
    return [relief_row(times.shop, key, reliefs.of(key, since), times.zone) for key in machine_ids], told


def _fullest_machine(
    row: Ranked, times: ShopTimes, plan: PlanWaits, question: BottleneckQuestion
) -> str | None:
    """Of a work center, the fullest; None where all of its machines are out of use."""
    if question.level is Level.MACHINE:
        return row.key
    inside = replace(question, level=Level.MACHINE, work_center_id=row.key)
    ranking = bottlenecks(times, plan, inside).ranking
    return ranking[0].key if ranking else None


def _summary(found: Bottlenecks, views: BottleneckViews, question: BottleneckQuestion, window: Window) -> str:
    noun, limit = _NOUNS[question.level], f"the threshold of {question.threshold_pct} %"
    first, when = views.highest(found.ranking[0] if found.ranking else None), window.sentence
    if first is None:
        return f"No {noun} has any available time in the window, so there is no bottleneck ({when})."
    used = f"{first.utilization_pct:g} %"
    if found.bottleneck is None:
        kept = "is not over" if found.ranking[0].figures.load else "has no load, so it is not over"
        return f"There is no bottleneck: the fullest {noun}, {first.name}, {kept} {limit} ({used}, {when})."
    over = sum(row.over_threshold for row in found.ranking) - 1
    more = (
        f" {count_of(over, f'other {noun}')} {'is' if over == 1 else 'are'} over it as well." if over else ""
    )
    return f"{first.name} is the bottleneck: {used} utilization, over {limit} ({when}).{more}"


def _warnings(plan: PlanWaits, found: Bottlenecks, read: _Asked) -> list[str]:
    shop = plan.shop
    told: list[str] = []
    closed = [row.code for row in found.ranking if row.figures.overloaded and row.figures.utilization is None]
    if closed:
        told.append(f"Loaded without any available time, so without a utilization: {listed(closed)}.")
    if plan.left_out:
        codes = sorted(shop.orders[key].code for key in plan.left_out)
        told.append(f"Left out of waits and delays, their operations wait for one another: {listed(codes)}.")
    machines = frozenset(m.id for m in counted_machines(shop, read.question.work_center_id))
    waiting = sum(1 for _ in unscheduled(shop, machines))
    if waiting:
        told.append(f"Not scheduled, so not counted: {count_of(waiting, 'operation')} of open orders.")
    return told


def _evidence(rows: Sequence[Ranked], level: Level) -> list[Evidence]:
    keys = [row.key for row in rows]
    return evidence(
        machine=(key for row in rows for key in row.machine_ids),
        work_center=keys if level is Level.WORK_CENTER else (),
        skill=keys if level is Level.OPERATOR else (),
        operator=(key for row in rows for key in row.operator_ids),
        production_order=(delayed.order_id for row in rows for delayed in row.delayed[:DELAYED_ROWS]),
    )


TOOL = Tool(
    name="identify_bottlenecks",
    label="Looking for bottlenecks…",
    description=(
        "Where work queues: machines, work centers or skills ranked by utilization, which one is the "
        "bottleneck (fullest and over the threshold; none is an answer too), its peak, the hours that work "
        "waits before it, the late orders that waited there, and what one more hour would bring (hours of "
        "lateness saved). Use it for “where is our bottleneck”, “which machine holds us up next month”, “is "
        "the Okuma a bottleneck”, “what would an extra hour on the Okuma bring”. Pass names and dates on as "
        "the person said them. Without dates: the next 30 days. Not for how busy everybody is "
        "(analyze_workload_distribution), nor for overtime at a stated time (simulate_schedule_change)."
    ),
    input_model=BottlenecksInput,
    output_model=BottlenecksOutput,
    run=run,
)
