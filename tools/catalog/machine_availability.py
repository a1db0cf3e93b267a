"""get_machine_availability: when machines are free, what runs on them now, and what is booked."""

import asyncio
from collections.abc import Sequence

from pydantic import Field

from planning.attendance import work_without_operator
from planning.availability import (
    MachineAvailability,
    MachineStatus,
    Question,
    machine_availabilities,
)
from planning.calendars import ShopTimes
from planning.data_trust import Check
from planning.figures import combine
from planning.intervals import clip, total
from planning.rounding import hours
from planning.shop import Machine, Minute, Shop
from planning.unscheduled import unscheduled
from planning.zones import iso, to_minute, whole_days
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.data_wording import warnings_about_data
from tools.machine_views import CLOSURES, MachineRow, MachineViews
from tools.names import MAX_NAME_CHARS, find_machines, find_work_center
from tools.views import (
    MAX_CURSOR_CHARS,
    FiguresView,
    View,
    WindowView,
    count_of,
    evidence,
    figures_view,
    listed,
    load_to_horizon,
    page,
)
from tools.windows import Window, WindowInput, read_window

DEFAULT_DAYS = 7
MAX_MACHINES = 100
# Booking rows of each machine: all that a person reads of one, an impression of many.
SCHEDULE_ROWS, SCHEDULE_ROWS_OF_MANY, FEW_MACHINES = 50, 5, 4


class MachineAvailabilityInput(WindowInput):
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_MACHINES,
        description=(
            "Codes or names of machines exactly as the person said them, misspelt ones too. "
            "Leave empty for all machines."
        ),
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of machines: all those of this work center, by its code or name as it was said.",
    )
    min_free_minutes: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="How much free working time is looked for, in minutes: 50 hours are 3000.",
    )
    splittable: bool = Field(
        default=True,
        description="Whether work may pause over closed time (nights, breaks). False: in one open stretch.",
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_CURSOR_CHARS,
        description="next_cursor of an earlier answer, for more machines.",
    )


class StatusCounts(View):
    free: int
    partially_booked: int
    booked: int
    unavailable: int


class MachineAvailabilityOutput(ToolOutput):
    """Machines by next_available, soonest first."""

    window: WindowView
    min_free_minutes: int
    splittable: bool
    total_machines: int
    next_cursor: str | None
    by_status: StatusCounts
    all_machines: FiguresView = Field(
        description="Sums over all machines asked about, those on later pages too."
    )
    machines: list[MachineRow]


async def run(asked: MachineAvailabilityInput, context: ToolContext) -> MachineAvailabilityOutput:
    now = to_minute(context.tenant.as_of)
    window = read_window(asked, context.tenant, default_days=DEFAULT_DAYS)
    shop, horizon = await load_to_horizon(
        context.shops, context.tenant, min(now, window.start_min), window.end_min
    )
    question = Question(window.interval, now, horizon, asked.min_free_minutes, asked.splittable)
    return await asyncio.to_thread(_answer, asked, shop, window, question)


def _answer(
    asked: MachineAvailabilityInput, shop: Shop, window: Window, question: Question
) -> MachineAvailabilityOutput:
    machines, assumptions = _chosen(asked, shop, question)
    assumptions = [window.assumption, *assumptions, _how_searched(asked)]
    times = shop.view(ShopTimes, whole_days(question.span))
    found = machine_availabilities(times, machines, question)
    found.sort(key=lambda a: _soonest_first(a, shop))
    shown = page(found, asked.cursor)
    zone = times.zone
    views = MachineViews(shop, zone, SCHEDULE_ROWS if shown.total <= FEW_MACHINES else SCHEDULE_ROWS_OF_MANY)
    counts = {status.value: sum(a.status is status for a in found) for status in MachineStatus}
    return MachineAvailabilityOutput(
        data_version=shop.settings.data_version,
        as_of=iso(question.as_of, zone),
        timezone=shop.settings.timezone,
        assumptions=assumptions,
        warnings=_warnings(shop, found, question),
        evidence=_evidence(found),
        window=WindowView(
            start=iso(window.start_min, zone), end=iso(window.end_min, zone), text=window.sentence
        ),
        min_free_minutes=asked.min_free_minutes,
        splittable=asked.splittable,
        total_machines=shown.total,
        next_cursor=shown.next_cursor,
        by_status=StatusCounts(**counts),
        all_machines=figures_view(combine(a.figures for a in found)),
        machines=[views.machine(a) for a in shown.rows],
    )


def _chosen(
    asked: MachineAvailabilityInput, shop: Shop, question: Question
) -> tuple[Sequence[Machine], list[str]]:
    if asked.machines:
        named_ones = find_machines(shop, asked.machines)
        ignored = ["Machines were named, so the work center was left aside."] if asked.work_center else []
        return named_ones.rows, [*named_ones.assumptions, *ignored]
    start, end = question.span
    active = [
        m
        for m in shop.machines.values()
        if (m.active_from is None or m.active_from < end) and (m.active_to is None or m.active_to > start)
    ]
    if asked.work_center is None:
        return active, [f"No machine was named, so all {count_of(len(active), 'machine')} were looked at."]
    center = find_work_center(shop, asked.work_center)
    rows = [m for m in active if m.work_center_id == center.row.id]
    return rows, [center.assumption] if center.assumption else []


def _how_searched(asked: MachineAvailabilityInput) -> str:
    pause = "work may pause over closed time" if asked.splittable else "without a pause"
    minutes = asked.min_free_minutes
    return f"“Next available” is the first time from now on at which {minutes} minutes fit ({pause})."


# What makes the time of a machine unsure and is not told of it anyway.
_UNSURE = (Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SHIFTS)


def _soonest_first(found: MachineAvailability, shop: Shop) -> tuple[bool, Minute, str]:
    slot = found.next_slot
    return slot is None, slot.start if slot else 0, shop.machines[found.machine_id].code


def _warnings(shop: Shop, found: Sequence[MachineAvailability], question: Question) -> list[str]:
    def name(a: MachineAvailability) -> str:
        return shop.machines[a.machine_id].name or shop.machines[a.machine_id].code

    warnings: list[str] = []
    doubled = sorted((a for a in found if a.double_bookings), key=name)
    if doubled:
        hours_ = hours(sum(a.figures.double_booked for a in doubled))
        warnings.append(
            f"Double-booked in the window: {listed([name(a) for a in doubled])} ({hours_} h of work)."
        )
    outside = sorted((a for a in found if a.figures.outside), key=name)
    if outside:
        hours_ = hours(sum(a.figures.outside for a in outside))
        warnings.append(
            f"{hours_} h are planned outside available time: {listed([name(a) for a in outside])}."
        )
    without = shop.view(work_without_operator)
    alone = [
        total(clip(without[b.id], question.window)) for a in found for b in a.bookings if b.id in without
    ]
    if any(alone):
        count = sum(1 for minutes in alone if minutes)
        warnings.append(f"No operator yet for {hours(sum(alone))} h of work on {count_of(count, 'booking')}.")
    waiting = sum(1 for _ in unscheduled(shop, frozenset(a.machine_id for a in found)))
    if waiting:
        warnings.append(
            f"Not scheduled, so not counted: {count_of(waiting, 'open operation')} that could run here."
        )
    ids = [a.machine_id for a in found]
    return warnings + warnings_about_data(shop, question.as_of, _UNSURE, machine_ids=ids)


def _evidence(found: Sequence[MachineAvailability]) -> list[Evidence]:
    return evidence(
        machine=(a.machine_id for a in found),
        booking=(b.id for a in found for b in [*a.bookings, *(c.booking for c in a.current)]),
        downtime=(d.id for a in found for d in a.downtimes),
        calendar_exception=(c.row_id for a in found for c in a.closed if c.row_id and c.reason in CLOSURES),
    )


TOOL = Tool(
    name="get_machine_availability",
    label="Checking machine availability…",
    description=(
        "When machines are free, what runs on them now and what is booked: status in a window, next free "
        "time, free, booked and available hours, utilization, schedule, downtimes, closures. Use it for "
        "“when is X available”, “which machines are free”, “what is running on X”, “what is on X next week”. "
        "Pass names and dates on as the person said them (“Puma 3100”, “next month”, “KW 49”): they are "
        "resolved here. Without dates: the next 7 days. Not for whether an order fits: use check_capacity."
    ),
    input_model=MachineAvailabilityInput,
    output_model=MachineAvailabilityOutput,
    run=run,
)
