"""simulate_new_order: when a new order would be finished, how it gets there, and what limits it."""

import asyncio
from dataclasses import asdict
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from planning.availability import bookings_by_machine
from planning.data_trust import Check
from planning.floor import Floor
from planning.insertion import Operators
from planning.intervals import overlap
from planning.new_order import plan_of
from planning.new_order_trial import Trial, try_order
from planning.rounding import hours
from planning.shop import Interval, Minute, Shop
from planning.unscheduled import unscheduled
from planning.zones import MINUTES_PER_DAY, iso, to_minute
from storage.simulations import Simulation
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.change_views import is_no_longer_late
from tools.data_wording import warnings_about_data
from tools.new_order_input import NewOrderInput
from tools.new_order_reading import AskedOrder, OrderReader
from tools.new_order_views import (
    AlternativeWay,
    MovesView,
    NewOperationRow,
    OrderLimitView,
    OvertimeSlotRow,
    StandardOvertimeView,
)
from tools.new_order_wording import NewOrderViews, order_text
from tools.simulation_ids import simulation_id
from tools.simulation_keeping import moment, with_kept
from tools.views import PAGE_ROWS, count_of, evidence, load_to_horizon


class NewOrderOutput(ToolOutput):
    """`answer` is the result in a sentence. Lists have at most 50 rows, each with its total."""

    sim_id: str = Field(description="The same for the same question about the same plan at the same time.")
    answer: str
    order_text: str
    quantity: int | None
    lots: int
    priority: int
    start: str
    finish: str
    finish_text: str
    due: str | None
    due_text: str | None
    on_time: bool | None = Field(description="null without a due date.")
    slack_h: float | None = Field(description="Due less finish, elapsed; negative when late.")
    tardiness_h: float | None = Field(description="Elapsed hours after the due date; 0 in time.")
    work_h: float = Field(description="Machine hours of all operations and lots.")
    latest_start: str | None = Field(
        description="When its first operation must start at the latest for the due date; null: too late."
    )
    optimal: bool = Field(
        description="Whether no other machines and starts finish earlier with all other work where it is."
    )
    total_operations: int
    operations: list[NewOperationRow] = Field(description="By start.")
    limiting: list[OrderLimitView] = Field(description="What limits the finish, most first, at most 10.")
    limiting_text: str
    alternatives: list[AlternativeWay] = Field(description="The three next best choices of machines.")
    overtime_used_h: float = Field(description="Machine hours worked in the overtime slots of the question.")
    overtime: list[OvertimeSlotRow]
    standard_overtime: StandardOvertimeView
    moves: MovesView


async def run(asked: NewOrderInput, context: ToolContext) -> NewOrderOutput:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    shop, horizon = await load_to_horizon(context.shops, tenant, now, now)
    output = await asyncio.to_thread(_answer, asked, shop, tenant, (now, horizon))
    return await with_kept(output, _simulation(output, asked, context), context)


def _answer(asked: NewOrderInput, shop: Shop, tenant: TenantContext, span: Interval) -> NewOrderOutput:
    read = OrderReader(asked, shop, span, tenant).read()
    plan = plan_of(read.order)
    start, end = span
    floor = shop.view(
        Floor, (start // MINUTES_PER_DAY * MINUTES_PER_DAY, -(-end // MINUTES_PER_DAY) * MINUTES_PER_DAY)
    )
    return _output(shop, read, try_order(floor, plan, read.rules, span), span)


def _output(shop: Shop, read: AskedOrder, trial: Trial, span: Interval) -> NewOrderOutput:
    zone = ZoneInfo(shop.settings.timezone)
    views = NewOrderViews(shop, trial, zone, span[0])
    insertion, order = trial.insertion, trial.plan.order
    due, finish = order.due, insertion.finish
    text = order_text(trial, read.like.code if read.like else None, views.machines(insertion))
    return NewOrderOutput(
        data_version=shop.settings.data_version,
        as_of=iso(span[0], zone),
        timezone=shop.settings.timezone,
        assumptions=[*read.assumptions, *_assumptions(shop, read)],
        warnings=[*_warnings(shop, trial), *_about_data(shop, read, trial, span[0])],
        evidence=_evidence(shop, read, trial),
        sim_id=simulation_id(
            ["new_order", shop.settings.data_version, asdict(read.order), asdict(read.rules), span[0]]
        ),
        answer=views.answer(text),
        order_text=text,
        quantity=order.quantity,
        lots=order.lots,
        priority=order.priority,
        start=iso(min(step.start for step in insertion.steps), zone),
        finish=iso(finish, zone),
        finish_text=views.instant(finish),
        due=None if due is None else iso(due, zone),
        due_text=None if due is None else views.instant(due),
        on_time=trial.on_time,
        slack_h=None if due is None else hours(due - finish),
        tardiness_h=None if due is None else hours(max(0, finish - due)),
        work_h=hours(sum(s.end - s.start for step in insertion.steps for s in step.segments)),
        latest_start=views.latest_start(),
        optimal=insertion.optimal,
        total_operations=len(insertion.steps),
        operations=views.operations(PAGE_ROWS),
        limiting=views.limits(),
        limiting_text=views.limits_text(),
        alternatives=views.alternatives(),
        overtime_used_h=hours(sum(use.used_min for use in trial.overtime)),
        overtime=views.slots(trial.overtime),
        standard_overtime=views.standard(),
        moves=views.moves(),
    )


def _simulation(output: NewOrderOutput, asked: NewOrderInput, context: ToolContext) -> Simulation:
    moves = output.moves
    counted = moves.total_orders == len(moves.orders)
    return Simulation(
        sim_id=output.sim_id,
        kind="new_order",
        what=_what(output, asked),
        as_of=context.tenant.as_of,
        data_version=output.data_version,
        finish=moment(output.finish),
        on_time=output.on_time,
        slack_h=output.slack_h,
        tardiness_h=output.tardiness_h,
        lost_h=None,
        orders_affected=moves.total_orders,
        bookings_affected=moves.total_moved,
        newly_late=moves.total_newly_late,
        no_longer_late=sum(map(is_no_longer_late, moves.orders)) if counted else None,
        unplaced=moves.total_unplaced,
        stuck=0,
    )


def _what(output: NewOrderOutput, asked: NewOrderInput) -> str:
    """ "an order of 100 pieces on Puma 3100, due Fri 18 Dec 2026, with overtime": tells it from others."""
    rules = [
        "" if output.due_text is None else f"due {output.due_text}",
        "with overtime" if asked.overtime else "",
        "less important work gives way" if asked.move_unlocked else "",
        "people not looked at" if asked.operators is Operators.IGNORE else "",
    ]
    return ", ".join([output.order_text, *filter(None, rules)])


def _assumptions(shop: Shop, read: AskedOrder) -> list[str]:
    told = ["This is a simulation: nothing in the plan was changed."]
    if read.rules.operators is Operators.IGNORE:
        told.append("Only machines were looked at, not whether people are free.")
    if read.rules.move_unlocked:
        told.append(f"Unlocked work of a priority below {read.order.priority} may give way.")
        if shop.settings.frozen_hours:
            told.append(f"Work of the next {shop.settings.frozen_hours} h is frozen and does not move.")
    else:
        told.append("All other work stays where it is.")
    return told


def _warnings(shop: Shop, trial: Trial) -> list[str]:
    told: list[str] = []
    if not trial.insertion.optimal:
        told.append(
            "Branches or lots of the order share machines or people, so an earlier finish may exist: this is "
            "a good one, not proven the best. Re-planning can look further."
        )
    waiting = sum(1 for _ in unscheduled(shop, frozenset(trial.plan.machine_ids)))
    if waiting:
        told.append(
            f"{count_of(waiting, 'open operation')} that could run on these machines "
            f"{'is' if waiting == 1 else 'are'} not scheduled and not in the way."
        )
    moved = trial.displacement
    if moved is not None and moved.unplaced:
        told.append(
            f"{count_of(len(moved.unplaced), 'booking')} that would give way found no place before the "
            "planning horizon ends."
        )
    if moved is not None and moved.faults:
        told.append(
            f"{count_of(len(moved.faults), 'time')} moved work would end after work that may not move begins."
        )
    return told


def _about_data(shop: Shop, read: AskedOrder, trial: Trial, now: Minute) -> list[str]:
    """What is missing about the machines that could take the order, and about people where they count."""
    unsure = {Check.NO_TIMES, Check.NOT_REPORTED, Check.NO_SHIFTS, Check.OPEN_DOWNTIME}
    if read.rules.operators is not Operators.IGNORE:
        unsure |= {Check.NO_SKILLS}
    return warnings_about_data(shop, now, unsure, machine_ids=trial.plan.machine_ids)


def _evidence(shop: Shop, read: AskedOrder, trial: Trial) -> list[Evidence]:
    moved = trial.displacement
    shifts = () if moved is None else moved.shifts
    spans = {(step.machine_id, (step.ready, step.end)) for step in trial.insertion.steps if step.machine_id}
    on_machine = shop.view(bookings_by_machine)
    beside = (
        b.id
        for machine_id, span in spans
        for b in on_machine.get(machine_id, ())
        if overlap((b.envelope_start, b.envelope_end), span)
    )
    return evidence(
        machine=trial.plan.machine_ids,
        booking=(*beside, *(s.before.id for s in shifts)),
        production_order=(
            *(() if read.like is None else (read.like.id,)),
            *(() if moved is None else (o.order_id for o in moved.orders)),
        ),
    )


TOOL = Tool(
    name="simulate_new_order",
    label="Trying the order out…",
    description=(
        "When a new order with known work would be finished, without booking it: every operation with "
        "machine, start, end and why it waits, whether it is on time, latest start and float, what limits "
        "the finish, the three next best choices of machines, what standard overtime would change; on "
        "request with people, lots, overtime slots, or less important work giving way. Use it for “what if "
        "an order of 100 pieces with 30 min setup and 4 min per piece on the lathes comes in, when would it "
        "be done”, “simulate 50 pieces, sawing 3 min each, then turning 9 min each, due Friday”, “could we "
        "deliver another order like WO-4001 by Friday”. Give the work as `operations` or as `like_order`. "
        "Pass names and dates on as the person said them. For only a number of hours (“is there room for 50 "
        "hours next month”, “when could a job of 30 hours be finished”), utilization or a comparison of work "
        "centers use check_capacity; for a change to work that is planned already use "
        "simulate_schedule_change."
    ),
    input_model=NewOrderInput,
    output_model=NewOrderOutput,
    run=run,
)
