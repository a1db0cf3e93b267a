"""check_capacity: whether an order fits, until when, what limits it, and what overtime changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, EmptyWindow
from planning.capacity import CaseAnswer, Verdict, rank
from planning.capacity_question import CapacityQuestion, answer_question
from planning.data_trust import Check
from planning.date_phrases import span_text
from planning.floor import Floor
from planning.rounding import hours, percent
from planning.shop import Interval, Minute, Shop
from planning.unscheduled import unscheduled
from planning.zones import MINUTES_PER_DAY, iso, to_minute
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.capacity_input import CapacityInput, work_asked
from tools.capacity_views import (
    VERDICT_WORDS,
    CenterView,
    EarliestFinish,
    LimitView,
    OptionRow,
    OptionView,
    OvertimeView,
    VerdictGroup,
    joined,
    number,
)
from tools.capacity_wording import CapacityViews
from tools.data_wording import warnings_about_data
from tools.views import PAGE_ROWS, WindowView, evidence, listed, load_to_horizon
from tools.windows import MAX_WINDOW_DAYS, read_due, read_slot, read_window

DEFAULT_DAYS = 30


class CapacityOutput(ToolOutput):
    """`answer` is the verdict in a sentence; `where` names the work center (or routing) that it stands on.

    verdict: yes; yes_split (fits in lots or pieces); yes_over_target (fits, but utilization rises over the
    target); yes_with_overtime; no. With several work centers: the best of them, `verdicts` has them all.
    """

    verdict: Verdict
    answer: str
    comparison: str | None = Field(description="How many work centers got which verdict, where several did.")
    where: str
    needed_h: float = Field(description="Hours of work with one setup a step.")
    quantity: int | None
    window: WindowView
    due: str
    due_text: str
    max_utilization_pct: float
    earliest_finish: EarliestFinish | None = Field(
        description="Of everything checked, without overtime; null: not before the planning horizon ends."
    )
    plan: OptionView | None = Field(
        description="The simplest way that meets the verdict; for no: the earliest."
    )
    what_limits: list[LimitView] = Field(description="What limits the finish most, at most 10.")
    what_limits_text: str = Field(description="All of what limits it, for a sentence.")
    overtime: OvertimeView
    shortfall_h: float = Field(description="Hours without room before the due date; 0 when it fits.")
    utilization_after_pct: float | None = Field(description="The highest of the work centers in `where`.")
    options: list[OptionRow] = Field(description="Each way to do it in `where`, with its earliest finish.")
    verdicts: list[VerdictGroup]
    total_work_centers: int
    work_centers: list[CenterView] = Field(description="Best first, at most 50.")


@dataclass(frozen=True, slots=True)
class _Time:
    """What part of time the question is about: `window` = [earliest start, due)."""

    window: Interval
    text: str
    assumptions: tuple[str, ...]


async def run(asked: CapacityInput, context: ToolContext) -> CapacityOutput:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    overtime = tuple(read_slot(slot.from_, slot.to, tenant).interval for slot in asked.overtime)
    time = _time(asked, tenant, MINUTES_PER_DAY)
    shop, horizon = await load_to_horizon(context.shops, tenant, now, time.window[1])
    time = _time(asked, tenant, shop.settings.due_cutoff_local_min)
    start, due = time.window
    if start >= horizon or due - start > (MAX_WINDOW_DAYS + 1) * MINUTES_PER_DAY:
        days = shop.settings.horizon_days
        raise BeyondHorizon(
            f"The shop plans {days} days ahead; {time.text} lies beyond that.", details={"horizon_days": days}
        )
    span = now, max(horizon, time.window[1])
    return await asyncio.to_thread(_answer, asked, shop, time, _Clock(span, overtime))


@dataclass(frozen=True, slots=True)
class _Clock:
    """span = [now, end of what is searched)."""

    span: Interval
    overtime: tuple[Interval, ...]


def _time(asked: CapacityInput, tenant: TenantContext, cutoff_local_min: int) -> _Time:
    """The window from now on, and the due date as its end."""
    now, zone = to_minute(tenant.as_of), ZoneInfo(tenant.timezone)
    due = None
    if asked.due is not None and asked.due.strip():
        due = read_due(asked.due, tenant, cutoff_local_min=cutoff_local_min)
    if due is not None and not any(text and text.strip() for text in (asked.from_, asked.to, asked.window)):
        text = span_text(*due.interval, zone)
        return _Time(due.interval, text, (due.assumption, "Work may start from now on."))
    window = read_window(asked, tenant, default_days=DEFAULT_DAYS)
    told = [window.assumption]
    if window.end_min <= now:
        raise EmptyWindow(f"The window is over: {window.sentence}. New work can only be planned from now on.")
    if window.start_min < now:
        told.append("The window began in the past; it counts from now, since no work can be planned before.")
    if due is not None:
        told.append(f"{due.assumption} The figures count until then.")
    start, end = max(window.start_min, now), window.end_min if due is None else due.end_min
    if end <= start:
        raise EmptyWindow(f"It is due before the window begins ({window.sentence}).")
    text = window.sentence if (start, end) == window.interval else span_text(start, end, zone)
    return _Time((start, end), text, tuple(told))


def _answer(asked: CapacityInput, shop: Shop, time: _Time, clock: _Clock) -> CapacityOutput:
    floor = shop.view(Floor, _whole_days(clock.span))
    work = work_asked(asked, shop, (time.window[0], clock.span[1]))
    target = asked.max_utilization_pct
    answers = answer_question(
        floor,
        CapacityQuestion(
            alternatives=work.alternatives,
            quantity=work.quantity,
            window=time.window,
            horizon_end=clock.span[1],
            max_utilization_pct=Fraction(
                shop.settings.utilization_threshold_pct if target is None else str(target)
            ),
            lots=asked.lots,
            overtime=clock.overtime,
        ),
    )
    told = [*time.assumptions, *work.assumptions, *_told(asked, shop)]
    return _Composer(floor, asked, answers).output(clock.span[0], time, told)


def _whole_days(span: Interval) -> Interval:
    """Widened to whole UTC days, so that questions of one day share a floor."""
    return span[0] // MINUTES_PER_DAY * MINUTES_PER_DAY, -(-span[1] // MINUTES_PER_DAY) * MINUTES_PER_DAY


def _told(asked: CapacityInput, shop: Shop) -> list[str]:
    told: list[str] = []
    if asked.max_utilization_pct is None:
        threshold = shop.settings.utilization_threshold_pct
        told.append(f"Over {threshold} % utilization counts as over target (the shop's threshold).")
    told.append("The verdict is about machines; people are shown beside it.")
    return told


class _Composer:
    """Puts the output together."""

    def __init__(self, floor: Floor, asked: CapacityInput, answers: Sequence[CaseAnswer]) -> None:
        self.floor, self.shop, self.zone = floor, floor.shop, floor.times.zone
        self.asked, self.answers = asked, sorted(answers, key=rank)
        self.views = CapacityViews(floor, by_pieces=bool(asked.routing))

    def output(self, now: Minute, time: _Time, assumptions: list[str]) -> CapacityOutput:
        answer, views, (start, due) = self.answers[0], self.views, time.window
        centers = self._centers()
        after = [center.after_pct for center in answer.centers if center.after_pct is not None]
        return CapacityOutput(
            data_version=self.shop.settings.data_version,
            as_of=iso(now, self.zone),
            timezone=self.shop.settings.timezone,
            assumptions=assumptions,
            warnings=self._warnings(centers, now),
            evidence=self._evidence(time.window),
            verdict=answer.verdict,
            answer=views.sentence(answer, None if self.asked.machines else self._where(answer)),
            comparison=self._comparison(),
            where=self._where(answer),
            needed_h=hours(answer.needed_min),
            quantity=self.asked.quantity if self.asked.routing else None,
            window=WindowView(start=iso(start, self.zone), end=iso(due, self.zone), text=time.text),
            due=iso(due, self.zone),
            due_text=views.instant(due),
            max_utilization_pct=percent(answer.case.max_utilization_pct),
            earliest_finish=views.earliest(self.answers),
            plan=views.option(answer.plan, answer) if answer.plan else None,
            what_limits=views.limits(answer),
            what_limits_text=views.limits_text(answer),
            overtime=views.overtime(answer),
            shortfall_h=hours(answer.shortfall_min),
            utilization_after_pct=percent(max(after)) if after else None,
            options=[views.option_row(option, answer) for option in answer.options],
            verdicts=self._verdicts(),
            total_work_centers=len(centers),
            work_centers=centers[:PAGE_ROWS],
        )

    def _centers(self) -> list[CenterView]:
        alone = not self.asked.routing
        return [self.views.center_view(a, load, alone=alone) for a in self.answers for load in a.centers]

    def _where(self, answer: CaseAnswer) -> str:
        """What the order would be made on, as the person named it: machines, or work centers."""
        if self.asked.machines:
            return joined([machine.name for machine in self.views.machines(answer.case.machine_ids)])
        centers = [self.views.center(center) for center in answer.case.centers]
        return joined([center.name or center.code for center in centers]) or "subcontractors"

    def _comparison(self) -> str | None:
        count, groups = len(self.answers), self._verdicts()
        if count == 1:
            return None
        if len(groups) == 1:
            return f"It is the same for all {count} work centers checked."
        told = [f"{VERDICT_WORDS[group.verdict]}: {group.count}" for group in groups]
        return f"Of {count} work centers checked: {'; '.join(told)}."

    def _verdicts(self) -> list[VerdictGroup]:
        groups: dict[Verdict, list[str]] = {}
        for answer in self.answers:
            groups.setdefault(answer.verdict, []).append(self._where(answer))
        return [VerdictGroup(verdict=v, count=len(w), text="; ".join(w)) for v, w in groups.items()]

    def _warnings(self, centers: Sequence[CenterView], now: Minute) -> list[str]:
        warnings: list[str] = []
        machine_ids = frozenset(m for answer in self.answers for m in answer.case.machine_ids)
        waiting = sum(1 for _ in unscheduled(self.shop, machine_ids))
        if waiting:
            warnings.append(
                f"{waiting} open operations that could run here are not scheduled and not counted as load."
            )
        doubled = sum(a.case.figures[m].double_booked for a in self.answers for m in a.case.machine_ids)
        if doubled:
            warnings.append(f"{number(hours(doubled))} h of the load are booked on top of other work.")
        short = [center.name for center in centers if not center.people.enough]
        if short:
            warnings.append(f"Qualified people have fewer free hours than the work needs in {listed(short)}.")
        late = [slot for slot in self.views.overtime(self.answers[0]).slots if not slot.covered]
        if late:
            warnings.append(f"For {len(late)} of the overtime slots too few qualified people are free.")
        unsure = Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SHIFTS
        return warnings + warnings_about_data(self.shop, now, unsure, machine_ids=machine_ids)

    def _evidence(self, window: Interval) -> list[Evidence]:
        machine_ids = [m for answer in self.answers for m in answer.case.machine_ids]
        return evidence(
            work_center=(center for answer in self.answers for center in answer.case.centers),
            machine=machine_ids,
            booking=(
                booking.id
                for machine_id in machine_ids
                for booking in self.floor.bookings(machine_id)
                if max(booking.envelope_start, window[0]) < min(booking.envelope_end, window[1])
            ),
        )


TOOL = Tool(
    name="check_capacity",
    label="Checking capacity…",
    description=(
        "Whether new work fits: verdict (yes, split, over target, with overtime, no), earliest finish, what "
        "limits it, what overtime would change, missing hours, utilization afterwards. Use it for “can we "
        "take on a 50-hour order next month”, “is there room for 20 hours of milling by Friday”, “when could "
        "a job of 30 hours be finished”. Give `hours` (or `routing` with `quantity`); pass names and dates "
        "on as the person said them (“Puma 3100”, “next month”, “KW 49”): they are resolved here. Without "
        "machines or work centers every work center is checked. Without dates: the next 30 days."
    ),
    input_model=CapacityInput,
    output_model=CapacityOutput,
    run=run,
)
