"""get_operator_availability: who is there and free, what people work on, their absences and skills."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.availability import Question
from planning.calendars import ShopTimes
from planning.crew import fully_booked
from planning.data_trust import Check
from planning.date_phrases import instant_text
from planning.figures import combine
from planning.intervals import clip, total
from planning.operator_availability import (
    HeldSkill,
    OperatorAvailability,
    OperatorStatus,
    Presence,
    operator_availability,
    work_by_operator,
)
from planning.rounding import hours
from planning.shop import Minute, Shop
from planning.zones import MINUTES_PER_DAY, day_window, iso, local_day, to_minute
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.data_wording import warnings_about_data
from tools.names import MAX_NAME_CHARS
from tools.operator_choice import Chosen, choose_operators, skill_asked
from tools.operator_views import (
    CLOSURES,
    AbsentRow,
    ExpiringRow,
    OperatorRow,
    OperatorViews,
)
from tools.views import (
    MAX_CURSOR_CHARS,
    PAGE_ROWS,
    FiguresView,
    Named,
    View,
    WindowView,
    evidence,
    figures_view,
    listed,
    load_to_horizon,
    page,
    several_at_once,
)
from tools.windows import MAX_PHRASE_CHARS, Moment, Window, WindowInput, read_moment, read_window

DEFAULT_DAYS = 7
MAX_OPERATORS = 100
# Rows of each person's lists: all that is read of one, an impression of many.
INNER_ROWS, INNER_ROWS_OF_MANY, FEW_OPERATORS = 50, 5, 4


class OperatorAvailabilityInput(WindowInput):
    operators: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_OPERATORS,
        description="Codes or names of people as they were said. Leave empty for everybody.",
    )
    skill: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description='Only who holds this skill: "welding", "CNC milling" (without “certificate”).',
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of a skill: who is qualified for this machine, by its code or name as said.",
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of a skill: who is qualified for this work center.",
    )
    at: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            'The instant for presence and for “valid”: "now", "Tuesday 10:00", "2026-12-03T10:00". '
            "Default now. Without a window, the window is then that whole day. A day or a period such as "
            "“tomorrow morning” belongs into `window`."
        ),
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
        description="next_cursor of an earlier answer, for more people.",
    )


class PresenceCounts(View):
    working: int
    free: int
    absent: int
    off_shift: int


class OperatorStatusCounts(View):
    free: int
    partially_booked: int
    booked: int
    unavailable: int


class OperatorAvailabilityOutput(ToolOutput):
    """People with free time in the window first, soonest first; then by next_available."""

    window: WindowView
    at: str = Field(description="The instant of presence, doing and valid.")
    min_free_minutes: int
    splittable: bool
    skills_asked: list[Named] = Field(description="What people must hold; empty: no skill was asked for.")
    needed_by: str | None = Field(description="The machine or work center that needs these skills.")
    total_operators: int
    next_cursor: str | None
    by_presence: PresenceCounts = Field(description="At the time `at`, of all people asked about.")
    by_status: OperatorStatusCounts = Field(description="In the window, of all people asked about.")
    all_operators: FiguresView = Field(description="Sums over all people asked about, later pages too.")
    absences_total: int
    absences: list[AbsentRow] = Field(description="Of all people asked about, in the window, by start.")
    expiring_total: int
    expiring: list[ExpiringRow] = Field(description="Skills that end inside the window, soonest first.")
    operators: list[OperatorRow]


async def run(asked: OperatorAvailabilityInput, context: ToolContext) -> OperatorAvailabilityOutput:
    now = to_minute(context.tenant.as_of)
    at = read_moment(asked.at, context.tenant) if asked.at and asked.at.strip() else None
    window = _window(asked, context, at)
    minute = at.minute if at else now
    start, end = min(now, window.start_min, minute), max(window.end_min, minute + 1)
    shop, horizon = await load_to_horizon(context.shops, context.tenant, start, end)
    question = Question(window.interval, now, horizon, asked.min_free_minutes, asked.splittable)
    return await asyncio.to_thread(_answer, asked, shop, window, question, at)


def _window(asked: OperatorAvailabilityInput, context: ToolContext, at: Moment | None) -> Window:
    """The window said; that of a moment alone is its day."""
    said = any(text and text.strip() for text in (asked.window, asked.from_, asked.to))
    if at is None or said:
        return read_window(asked, context.tenant, default_days=DEFAULT_DAYS)
    zone = ZoneInfo(context.tenant.timezone)
    start, end = day_window(local_day(at.minute, zone), zone)
    day = at.text.partition(",")[0]
    return Window(start, end, day, f"No window was given, so it is the day of that time: {day}.")


def _answer(
    asked: OperatorAvailabilityInput, shop: Shop, window: Window, question: Question, moment: Moment | None
) -> OperatorAvailabilityOutput:
    at = question.as_of if moment is None else moment.minute
    needed = skill_asked(shop, asked.skill, asked.machine, asked.work_center)
    chosen = choose_operators(shop, asked.operators, needed, window.interval, at)
    span = question.span
    times = ShopTimes(shop, (min(span[0], at) - MINUTES_PER_DAY, max(span[1], at) + MINUTES_PER_DAY))
    work = work_by_operator(shop)
    found = [operator_availability(times, o, work.get(o.id, ()), question, at) for o in chosen.operators]
    found.sort(key=lambda f: _soonest_first(f, shop))
    shown = page(found, asked.cursor)
    rows = INNER_ROWS if shown.total <= FEW_OPERATORS else INNER_ROWS_OF_MANY
    views = OperatorViews(shop, times.zone, window.interval, rows, needed.skill_ids)
    absences = sorted((a for f in found for a in f.absences), key=lambda a: (a.start, a.id))
    expiring = _expiring(found)
    return OperatorAvailabilityOutput(
        data_version=shop.settings.data_version,
        as_of=iso(question.as_of, times.zone),
        timezone=shop.settings.timezone,
        assumptions=[
            *_assumptions(asked, window, moment, chosen),
            *_several_at_once(shop, shown.rows),
        ],
        warnings=_warnings(shop, found, question, times.zone),
        evidence=_evidence(found, needed.skill_ids),
        window=WindowView(
            start=iso(window.start_min, times.zone), end=iso(window.end_min, times.zone), text=window.sentence
        ),
        at=iso(at, times.zone),
        min_free_minutes=asked.min_free_minutes,
        splittable=asked.splittable,
        skills_asked=[views.skill_name(key) for key in sorted(needed.skill_ids)],
        needed_by=needed.by,
        total_operators=shown.total,
        next_cursor=shown.next_cursor,
        by_presence=PresenceCounts(**{p.value: sum(f.presence is p for f in found) for p in Presence}),
        by_status=OperatorStatusCounts(
            **{s.value: sum(f.status is s for f in found) for s in OperatorStatus}
        ),
        all_operators=figures_view(combine(f.figures for f in found)),
        absences_total=len(absences),
        absences=[views.absent(a) for a in absences[:PAGE_ROWS]],
        expiring_total=len(expiring),
        expiring=[views.expiring(*pair) for pair in expiring[:PAGE_ROWS]],
        operators=[views.operator(f) for f in shown.rows],
    )


def _soonest_first(found: OperatorAvailability, shop: Shop) -> tuple[bool, Minute, bool, Minute, str]:
    slots, slot = found.free_slots, found.next_slot
    return (
        not slots,
        slots[0].start if slots else 0,
        slot is None,
        slot.start if slot else 0,
        shop.operators[found.operator_id].code,
    )


def _expiring(found: Sequence[OperatorAvailability]) -> list[tuple[str, HeldSkill]]:
    rows = [(f.operator_id, held) for f in found for held in f.skills if held.expires]
    return sorted(rows, key=lambda row: (row[1].skill.valid_to or 0, row[0], row[1].skill.skill_id))


def _assumptions(
    asked: OperatorAvailabilityInput, window: Window, moment: Moment | None, chosen: Chosen
) -> list[str]:
    pause = "work may pause over closed time" if asked.splittable else "without a pause"
    minutes = asked.min_free_minutes
    return [
        window.assumption,
        *([moment.assumption] if moment else []),
        *chosen.assumptions,
        f"Free means that one more job of {minutes} minutes fits ({pause}).",
        "Who is there follows from the plan; nobody's attendance is recorded.",
    ]


def _several_at_once(shop: Shop, found: Sequence[OperatorAvailability]) -> list[str]:
    people = (shop.operators[one.operator_id] for one in found)
    return several_at_once({person.name or person.code: person.max_parallel for person in people})


def _warnings(
    shop: Shop, found: Sequence[OperatorAvailability], question: Question, zone: ZoneInfo
) -> list[str]:
    def name(operator_id: str) -> str:
        return shop.operators[operator_id].name or shop.operators[operator_id].code

    warnings: list[str] = []
    expiring = [
        f"{shop.skills[held.skill.skill_id].name or shop.skills[held.skill.skill_id].code} of "
        f"{name(operator_id)} ({instant_text(held.skill.valid_to or 0, zone, closing=True)})"
        for operator_id, held in _expiring(found)
    ]
    if expiring:
        warnings.append(f"Skills that end in the window: {listed(expiring)}.")
    doubled = [(f, minutes) for f in found if (minutes := _too_much_at_once(shop, f, question))]
    if doubled:
        names = sorted(name(f.operator_id) for f, _ in doubled)
        hours_ = hours(sum(minutes for _, minutes in doubled))
        warnings.append(f"More jobs at once than one person may attend: {listed(names)} ({hours_} h).")
    outside = [f for f in found if f.figures.outside]
    if outside:
        names = sorted(name(f.operator_id) for f in outside)
        hours_ = hours(sum(f.figures.outside for f in outside))
        warnings.append(f"{hours_} h are planned while the person is not available: {listed(names)}.")
    bare = sorted(name(f.operator_id) for f in found if not f.skills)
    if bare:
        warnings.append(f"No skills are recorded for {listed(bare)}.")
    return warnings + _about_data(shop, found, question.as_of)


def _about_data(shop: Shop, found: Sequence[OperatorAvailability], now: Minute) -> list[str]:
    """About the work that keeps these people busy: it may be done already, or may have to move."""
    bookings = [w.booking for f in found for w in (*f.work, *f.now)]
    steps = (shop.operations.get(b.operation_id or "") for b in bookings)
    orders = {step.order_id for step in steps if step is not None}
    return warnings_about_data(
        shop,
        now,
        {Check.NOT_REPORTED, Check.OVERLAP},
        order_ids=orders,
        machine_ids={b.machine_id for b in bookings},
    )


def _too_much_at_once(shop: Shop, found: OperatorAvailability, question: Question) -> int:
    """Minutes of the window with more jobs than `max_parallel`."""
    spans = ((w.segment.start, w.segment.end) for w in found.work)
    over = fully_booked(spans, shop.operators[found.operator_id].max_parallel + 1)
    return total(clip(over, question.window))


def _evidence(found: Sequence[OperatorAvailability], skill_ids: frozenset[str]) -> list[Evidence]:
    return evidence(
        operator=(f.operator_id for f in found),
        booking=(w.booking.id for f in found for w in [*f.work, *f.now]),
        absence=(a.id for f in found for a in f.absences),
        calendar_exception=(c.row_id for f in found for c in f.closed if c.row_id and c.reason in CLOSURES),
        skill=skill_ids,
    )


TOOL = Tool(
    name="get_operator_availability",
    label="Checking who is there…",
    description=(
        "Who is there and free: presence at an instant and what they do then; in a window shifts, absences "
        "(vacation, illness; as the plan has them), work, free time, hours, and skills with the dates they "
        "end. Use it for “who is free tomorrow morning”, “is Maria here on Friday”, “who can run the Puma”, "
        "“who is on vacation next week”, “what is Tom working on”, “when does Hannah's welding certificate "
        "expire” (its valid_to). Pass names and dates on as the person said them: days and periods as "
        "`window`, one instant as `at`. Without dates: now and the next 7 days. Not for how work is spread "
        "over people or who is overloaded: use analyze_workload_distribution. Not for machines: "
        "get_machine_availability."
    ),
    input_model=OperatorAvailabilityInput,
    output_model=OperatorAvailabilityOutput,
    run=run,
)
