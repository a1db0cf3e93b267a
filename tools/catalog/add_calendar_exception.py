"""add_calendar_exception: overtime, a downtime, an absence or a closure is entered, after an approval."""

import asyncio

from planning.calendar_effect import TimeEffect, time_effect
from planning.calendars import ShopTimes
from planning.plan_writes import added
from planning.rounding import hours
from planning.shop import Interval, Shop
from planning.zones import to_minute
from tools.base import ToolContext
from tools.calendar_views import calendar_effect_view
from tools.exception_input import CalendarExceptionInput, EntryKind
from tools.exception_reading import Entry, EntryReader, When, when_asked
from tools.proposing import Wanted, proposed
from tools.views import count_of, load_to_horizon
from tools.writing import ProposedWrite, WriteTool


async def propose(asked: CalendarExceptionInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    when = when_asked(asked, tenant)
    shop, horizon = await load_to_horizon(context.shops, tenant, now, max(now, when.span[1] or 0))
    return await asyncio.to_thread(_proposed, asked, shop, (when, (now, horizon)), context)


def _proposed(
    asked: CalendarExceptionInput, shop: Shop, time: tuple[When, Interval], context: ToolContext
) -> ProposedWrite:
    when, span = time
    end = max(span[1], when.span[1] or 0)
    entry = EntryReader(asked, ShopTimes(shop, (min(span[0], when.span[0]), end)), span).read(when)
    changes = [added(row) for row in entry.rows]
    effect = time_effect(shop, changes, span[0])
    wanted = Wanted(
        summary=_summary(entry, effect),
        changes=changes,
        assumptions=[*entry.assumptions, "No booking is moved by it."],
        warnings=[*entry.warnings, *_warnings(asked, effect)],
        calendar=calendar_effect_view(shop, effect),
    )
    return proposed(shop, wanted, context.tenant)


def _summary(entry: Entry, effect: TimeEffect) -> str:
    told: list[str] = []
    for minutes, what in (
        (effect.machines_lose, "machine time are lost"),
        (effect.people_lose, "people's time are lost"),
        (effect.machines_win, "machine time are won"),
        (effect.people_win, "people's time are won"),
    ):
        if minutes:
            told.append(f"{hours(minutes):g} h of {what}")
    if effect.hit:
        verb = "lies" if len(effect.hit) == 1 else "lie"
        told.append(f"{count_of(len(effect.hit), 'booking')} {verb} in it")
    return f"{entry.text}: {'; '.join(told or ['no working time changes'])}."


def _warnings(asked: CalendarExceptionInput, effect: TimeEffect) -> list[str]:
    told: list[str] = []
    won, lost = effect.machines_win or effect.people_win, effect.machines_lose or effect.people_lose
    if asked.kind is EntryKind.OVERTIME and not won:
        told.append("Nothing is won: it is working time already, or a closure forbids it.")
    if asked.kind is not EntryKind.OVERTIME and not lost:
        told.append("No working time is in it, so nothing is lost.")
    if effect.hit:
        inside = hours(sum(hit.minutes for hit in effect.hit))
        stay = "booking stays where it is" if len(effect.hit) == 1 else "bookings stay where they are"
        told.append(
            f"{len(effect.hit)} {stay}, with {inside:g} h of work in lost time, until somebody or a re-plan "
            "moves that work."
        )
    return told


TOOL = WriteTool(
    name="add_calendar_exception",
    label="Preparing the entry…",
    description=(
        "Enters overtime, a downtime, an absence or a closure: proposes the exact entry, which a person "
        "approves; until then nothing is changed. Tells the working hours won or lost and the bookings that "
        "lie in lost time; it moves none of them. Use it for “add overtime on the Puma on Saturday 6 to "
        "12”, “the Puma is down tomorrow 8 to 12: enter that”, “enter Maria's vacation next week”, “we are "
        "closed on 24 December: put that into the calendar”. For “what happens if the Puma is down” use "
        "simulate_schedule_change. Pass names and dates on as the person said them."
    ),
    input_model=CalendarExceptionInput,
    propose=propose,
)
