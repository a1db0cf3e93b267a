"""simulate_schedule_change: what a breakdown, an absence, overtime or a changed order does to the plan."""

import asyncio
from dataclasses import asdict
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from planning.calendars import ShopTimes
from planning.changes import Overtime
from planning.data_trust import Check
from planning.retiming import Policy
from planning.rounding import hours
from planning.schedule_change import ChangeEffect, schedule_change
from planning.shop import Interval, Minute, Shop
from planning.zones import iso, to_minute
from storage.simulations import Simulation
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.change_input import (
    AskedChange,
    ChangeKind,
    ChangeReader,
    ScheduleChangeInput,
    check_fields,
    when_asked,
)
from tools.change_views import (
    AffectedRow,
    ChangeViews,
    ConflictsView,
    OrderEffectRow,
    OrderName,
    ReplacementRow,
    StuckRow,
)
from tools.data_wording import warnings_about_data
from tools.simulation_ids import simulation_id
from tools.simulation_keeping import moment, with_kept
from tools.views import PAGE_ROWS, Named, View, count_of, evidence, load_to_horizon, named
from tools.windows import Window

_POLICIES = {
    Policy.PUSH_RIGHT: (
        "Work that is hit waits on its machine, and what stands behind it moves later; the sequence stays."
    ),
    Policy.SAME_MACHINE: (
        "Work that is hit goes into the next gap of its machine; other work stays where it can."
    ),
    Policy.ALTERNATIVES: (
        "Work that is hit goes where it ends first: its machine or another one that can do it."
    ),
    Policy.REPLAN: (
        "Work that is hit goes where it ends first. Then its orders and the next ones on their machines are "
        "planned anew, as far as that makes less late: a quick re-plan, not the best there is."
    ),
}

# Of themselves; re-planning uses what they change.
_MOVE_NOTHING = frozenset({ChangeKind.CANCEL, ChangeKind.DUE_DATE, ChangeKind.PRIORITY})


class ChangeView(View):
    """The change as it was understood; `end` null beside a start: no end is known, or needed."""

    kind: ChangeKind
    text: str
    machine: Named | None
    operator: Named | None
    order: OrderName | None
    start: str | None
    end: str | None
    when: str | None


class ScheduleChangeOutput(ToolOutput):
    """Lists have at most 50 rows, each with its total. Empty lists: the change does nothing there."""

    sim_id: str = Field(description="The same for the same question about the same plan at the same time.")
    change: ChangeView
    policy: Policy
    summary: str = Field(description="What the change does, in a sentence.")
    lost_h: float = Field(description="Working hours that a machine or a person loses.")
    total_affected: int
    total_hit: int = Field(description="Bookings that the change itself hits and that may move.")
    affected: list[AffectedRow] = Field(description="By start before the change.")
    total_stuck: int
    stuck: list[StuckRow]
    total_unplaced: int = Field(description="Bookings that find no place before the planning horizon ends.")
    unplaced_h: float
    total_orders: int
    orders: list[OrderEffectRow] = Field(description="Orders whose finish or outlook differs, worst first.")
    total_newly_late: int
    newly_late: list[OrderEffectRow]
    total_no_longer_late: int
    no_longer_late: list[OrderEffectRow]
    total_no_longer_scheduled: int
    no_longer_scheduled: list[OrderEffectRow] = Field(
        description="Orders without a finish then, since work of theirs finds no place."
    )
    total_replacements: int
    replacements: list[ReplacementRow]
    new_conflicts: ConflictsView
    solved_conflicts: ConflictsView


async def run(asked: ScheduleChangeInput, context: ToolContext) -> ScheduleChangeOutput:
    check_fields(asked)
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    window = when_asked(asked, tenant)
    end = now if window is None else window.end_min
    shop, horizon = await load_to_horizon(context.shops, tenant, now, end)
    output = await asyncio.to_thread(_answer, asked, shop, (tenant, window), (now, horizon))
    return await with_kept(output, _simulation(output, context), context)


# What makes the effect on orders unsure.
_UNSURE = (Check.NO_TIMES, Check.NOT_REPORTED, Check.UNKNOWN_MATERIAL)


def _answer(
    asked: ScheduleChangeInput, shop: Shop, said: tuple[TenantContext, Window | None], span: Interval
) -> ScheduleChangeOutput:
    tenant, window = said
    times = ShopTimes(shop, _covering(shop, span, window))
    read = ChangeReader(asked, times, span).read(window, tenant)
    effect = schedule_change(times, read.change, asked.chosen_policy, span[0])
    return _output(asked, shop, read, effect, span[0])


def _covering(shop: Shop, span: Interval, window: Window | None) -> Interval:
    """Everything that may still move, the horizon, and the change."""
    rows = [b for b in shop.bookings if b.envelope_end > span[0]]
    first = min([span[0], *(b.envelope_start for b in rows)])
    return first, max([span[1], window.end_min if window else 0, *(b.envelope_end for b in rows)])


def _output(
    asked: ScheduleChangeInput, shop: Shop, read: AskedChange, effect: ChangeEffect, now: Minute
) -> ScheduleChangeOutput:
    zone = ZoneInfo(shop.settings.timezone)
    views = ChangeViews(shop, effect, zone, now)
    orders = sorted(effect.orders, key=lambda o: -(o.later_by or 0))
    replacements = views.replacements()
    gone = [] if asked.change is ChangeKind.CANCEL else [s.before for s in effect.shifts if s.after is None]
    return ScheduleChangeOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=[*read.assumptions, *_assumptions(asked, read, shop)],
        warnings=[
            *_warnings(effect, len(gone)),
            *warnings_about_data(shop, now, _UNSURE, order_ids=[o.order_id for o in effect.orders]),
        ],
        evidence=_evidence(read, effect),
        sim_id=sim_id(shop, read, asked.chosen_policy, now),
        change=_change_view(read, views, zone),
        policy=asked.chosen_policy,
        summary=_summary(read, effect, len(gone)),
        lost_h=hours(effect.lost),
        total_affected=len(effect.shifts),
        total_hit=len(effect.touched),
        affected=views.affected(effect.shifts),
        total_stuck=len(effect.stuck),
        stuck=views.stuck(),
        total_unplaced=len(gone),
        unplaced_h=hours(sum(s.end - s.start for b in gone for s in b.segments)),
        total_orders=len(orders),
        orders=views.orders(orders),
        total_newly_late=len(effect.newly_late),
        newly_late=views.orders(effect.newly_late),
        total_no_longer_late=len(effect.no_longer_late),
        no_longer_late=views.orders(effect.no_longer_late),
        total_no_longer_scheduled=len(effect.no_longer_scheduled),
        no_longer_scheduled=views.orders(effect.no_longer_scheduled),
        total_replacements=len(replacements),
        replacements=replacements[:PAGE_ROWS],
        new_conflicts=views.conflicts(effect.new),
        solved_conflicts=views.conflicts(effect.solved),
    )


def _simulation(output: ScheduleChangeOutput, context: ToolContext) -> Simulation:
    """`finish` and what follows from it are those of the order that is changed, where the change moves it."""
    order = output.change.order
    own = next((row for row in output.orders if order is not None and row.order.id == order.id), None)
    finish, due = (None, None) if own is None else (moment(own.finish_after), moment(own.due))
    slack = None if finish is None or due is None else (due - finish).total_seconds() / 3600
    return Simulation(
        sim_id=output.sim_id,
        kind="schedule_change",
        what=f"{output.change.text}, policy {output.policy.value.replace('_', ' ')}",
        as_of=context.tenant.as_of,
        data_version=output.data_version,
        finish=finish,
        on_time=None if slack is None else slack >= 0,
        slack_h=None if slack is None else round(slack, 2),
        tardiness_h=None if slack is None else round(max(0.0, -slack), 2),
        lost_h=output.lost_h,
        orders_affected=output.total_orders,
        bookings_affected=output.total_affected,
        newly_late=output.total_newly_late,
        no_longer_late=output.total_no_longer_late,
        unplaced=output.total_unplaced,
        stuck=output.total_stuck,
    )


def sim_id(shop: Shop, read: AskedChange, policy: Policy, now: Minute) -> str:
    """One name for one question about one plan at one time."""
    told = [shop.settings.data_version, read.kind.value, asdict(read.change), policy.value, now]
    return simulation_id(told)


def _change_view(read: AskedChange, views: ChangeViews, zone: ZoneInfo) -> ChangeView:
    start, end = read.span or (None, None)
    return ChangeView(
        kind=read.kind,
        text=read.text,
        machine=None if read.machine is None else named(read.machine),
        operator=None if read.operator is None else named(read.operator),
        order=None if read.order is None else views.order(read.order.id),
        start=None if start is None else iso(start, zone),
        end=None if end is None else iso(end, zone),
        when=read.when,
    )


def _assumptions(asked: ScheduleChangeInput, read: AskedChange, shop: Shop) -> list[str]:
    told = ["This is a simulation: nothing in the plan was changed."]
    if isinstance(read.change, Overtime):
        told.append(
            "Two plans are compared, with and without the overtime. In both, the work of the orders that "
            "could use it is pulled forward as far as it goes, so “before” is not the plan as it stands."
        )
    elif asked.chosen_policy is Policy.REPLAN or asked.change not in _MOVE_NOTHING:
        told.append(_POLICIES[asked.chosen_policy])
    elif asked.change is ChangeKind.CANCEL:
        told.append("What becomes free stays free; other work is not pulled forward.")
    elif asked.change is ChangeKind.PRIORITY:
        told.append(
            "With this policy a priority moves no work; with `replan` the work near it is planned anew."
        )
    if shop.settings.frozen_hours:
        told.append(f"Work of the next {shop.settings.frozen_hours} h is frozen and does not move.")
    return told


def _warnings(effect: ChangeEffect, unplaced: int) -> list[str]:
    told: list[str] = []
    if effect.stuck:
        told.append(
            f"{count_of(len(effect.stuck), 'booking')} hit by the change may not move (locked, begun, held "
            "or frozen): a person must decide."
        )
    if effect.cut_short:
        told.append(
            "The search for a better plan was ended by its time; the best one found until then counts."
        )
    if unplaced:
        told.append(f"{count_of(unplaced, 'booking')} found no place before the planning horizon ends.")
    return told


def _summary(read: AskedChange, effect: ChangeEffect, unplaced: int) -> str:
    text = f"If {read.text}"
    done: list[str] = []
    if effect.lost:
        done.append(f"{hours(effect.lost):g} h of working time are lost")
    if effect.shifts:
        verb = "goes" if len(effect.shifts) == 1 else "go"
        moved = "changes" if len(effect.shifts) == 1 else "change"
        is_cancel = read.kind is ChangeKind.CANCEL
        done.append(f"{count_of(len(effect.shifts), 'booking')} {verb if is_cancel else moved}")
    if effect.newly_late:
        done.append(f"{count_of(len(effect.newly_late), 'order')} newly late")
    if effect.no_longer_late:
        done.append(f"{count_of(len(effect.no_longer_late), 'order')} no longer late")
    if unplaced:
        done.append(f"{count_of(unplaced, 'booking')} without a place")
    if effect.stuck:
        done.append(f"{count_of(len(effect.stuck), 'booking')} that may not move")
    if not (effect.shifts or effect.stuck or effect.orders):
        done.append("no booking and no order is affected")
    elif not effect.newly_late and not unplaced:
        done.append("no order becomes late")
    return f"{text}: {'; '.join(done)}."


def _evidence(read: AskedChange, effect: ChangeEffect) -> list[Evidence]:
    return evidence(
        machine=(row.machine_id for s in effect.shifts for row in (s.before, s.after) if row is not None),
        booking=(b.id for b in (*(s.before for s in effect.shifts), *effect.stuck)),
        production_order=(
            *(effect_.order_id for effect_ in effect.orders),
            *(() if read.order is None else (read.order.id,)),
        ),
    )


TOOL = Tool(
    name="simulate_schedule_change",
    label="Trying the change out…",
    description=(
        "What happens to the plan if something changes, without changing it: a machine is down, a person "
        "is absent, overtime is worked, an order is moved to a later day, cancelled, gets another "
        "quantity, priority or due date. Answers with the bookings before and after, orders newly late "
        "or no longer late, who takes over, what may not move, what finds no place, new and solved "
        "conflicts. Use it for “what happens if the Puma is down tomorrow”, “what if Maria is sick next "
        "week”, “what if we run overtime on Saturday on the Haas”, “what if WO-4001 is moved to Monday / "
        "cancelled / needs 200 pieces / is due on Friday / gets priority 5”. Pass names and dates on as "
        "the person said them. Without dates an outage or absence is 7 days. Not for whether a new order "
        "fits: use check_capacity. It never changes the plan."
    ),
    input_model=ScheduleChangeInput,
    output_model=ScheduleChangeOutput,
    run=run,
)
