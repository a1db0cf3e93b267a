"""Operator availability (planning-domain sections 4 and 5, tool 2): one person, one window, one instant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from planning.availability import FreeSlot, NextSlot, Question, closed_within, free_slots, next_slot
from planning.calendars import ClosedReason, ClosedTime, ShopTimes
from planning.crew import fully_booked
from planning.figures import Figures, figures
from planning.intervals import clip, contains, intersect, normalize, overlap, subtract
from planning.shop import (
    Absence,
    Booking,
    Interval,
    Intervals,
    Minute,
    Operator,
    OperatorSkill,
    Segment,
    Shop,
)
from planning.zones import MINUTES_PER_DAY

# A skill without dates is held from before every window until after it.
_ALWAYS: Interval = (-(2**60), 2**60)


class OperatorStatus(StrEnum):
    """In a window: `booked` means that no further job fits beside those they attend."""

    UNAVAILABLE = "unavailable"
    FREE = "free"
    BOOKED = "booked"
    PARTIALLY_BOOKED = "partially_booked"


class Presence(StrEnum):
    """At an instant."""

    WORKING = "working"
    FREE = "free"
    ABSENT = "absent"
    OFF_SHIFT = "off_shift"


@dataclass(frozen=True, slots=True)
class Attended:
    """One segment of the person's work, and the booking that it belongs to."""

    booking: Booking
    segment: Segment


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """One stretch of holding a skill; a renewal without a gap belongs to it.

    `valid`: at the asked instant. `valid_throughout`: for the whole window. `valid_within`: at some time in
    it. `expires`: it ends inside the window.
    """

    skill: OperatorSkill
    valid: bool
    valid_throughout: bool
    valid_within: bool
    expires: bool


@dataclass(frozen=True, slots=True)
class OperatorAvailability:
    """One person in the question's window; `presence` and `now` are of the instant `at`.

    `shift`: calendar time of the window and a day around it, so that shifts are whole. `work`: segments that
    touch the window, by start. `free_slots`: when they could take one more job. `reasons`: why nothing is
    available.
    """

    operator_id: str
    status: OperatorStatus
    reasons: tuple[ClosedReason, ...]
    figures: Figures
    presence: Presence
    now: tuple[Attended, ...]
    shift: Intervals
    next_slot: NextSlot | None
    free_slots: tuple[FreeSlot, ...]
    work: tuple[Attended, ...]
    absences: tuple[Absence, ...]
    closed: tuple[ClosedTime, ...]
    skills: tuple[HeldSkill, ...]


def work_by_operator(shop: Shop) -> Mapping[str, Sequence[Attended]]:
    """Every person's segments, by start."""
    found: defaultdict[str, list[Attended]] = defaultdict(list)
    for booking in shop.bookings:
        for segment in booking.segments:
            if segment.operator_id is not None:
                found[segment.operator_id].append(Attended(booking, segment))
    for rows in found.values():
        rows.sort(key=_by_start)
    return found


def operator_availability(
    times: ShopTimes, operator: Operator, work: Sequence[Attended], question: Question, at: Minute
) -> OperatorAvailability:
    """Answer `question` for one person, and where they are at the instant `at`.

    `times` covers `question.span`, a day around the window, and `at`; `work` is all of theirs that touches
    it, by start.
    """
    time, window = times.operator(operator.id), question.window
    taken = fully_booked(((w.segment.start, w.segment.end) for w in work), operator.max_parallel)
    touching = tuple(w for w in work if overlap((w.segment.start, w.segment.end), window))
    segments = [(w.segment.start, w.segment.end) for w in touching]
    available = clip(time.available, window)
    status = _status(available, taken, normalize(segments))
    now = tuple(w for w in work if w.segment.start <= at < w.segment.end)
    return OperatorAvailability(
        operator_id=operator.id,
        status=status,
        reasons=time.reasons(window) if status is OperatorStatus.UNAVAILABLE else (),
        figures=figures(
            time.calendar, time.available, segments, segments, window, max_parallel=operator.max_parallel
        ),
        presence=_presence(times, operator.id, at, working=bool(now)),
        now=now,
        shift=clip(time.calendar, (window[0] - MINUTES_PER_DAY, window[1] + MINUTES_PER_DAY)),
        next_slot=next_slot(time.available, taken, question),
        free_slots=free_slots(available, taken, question),
        work=touching,
        absences=tuple(a for a in times.absences(operator.id) if overlap(_span(a, window), window)),
        closed=closed_within(time, window),
        skills=held_skills(operator, window, at),
    )


def held_skills(operator: Operator, window: Interval, at: Minute) -> tuple[HeldSkill, ...]:
    """What the person holds, held or will hold, skill by skill in the order of their rows, then by time."""
    by_skill: defaultdict[str, list[Interval]] = defaultdict(list)
    for row in operator.skills:
        start = _ALWAYS[0] if row.valid_from is None else row.valid_from
        by_skill[row.skill_id].append((start, _ALWAYS[1] if row.valid_to is None else row.valid_to))
    return tuple(
        _held(skill_id, stretch, window, at)
        for skill_id, stretches in by_skill.items()
        for stretch in normalize(stretches)
    )


def _held(skill_id: str, stretch: Interval, window: Interval, at: Minute) -> HeldSkill:
    start, end = stretch
    return HeldSkill(
        OperatorSkill(
            skill_id,
            None if start == _ALWAYS[0] else start,
            None if end == _ALWAYS[1] else end,
        ),
        valid=start <= at < end,
        valid_throughout=start <= window[0] and end >= window[1],
        valid_within=overlap(stretch, window) > 0,
        expires=window[0] < end < window[1],
    )


def _status(available: Intervals, taken: Intervals, work: Intervals) -> OperatorStatus:
    if not available:
        return OperatorStatus.UNAVAILABLE
    if not intersect(work, available):
        return OperatorStatus.FREE
    return OperatorStatus.PARTIALLY_BOOKED if subtract(available, taken) else OperatorStatus.BOOKED


def _presence(times: ShopTimes, operator_id: str, at: Minute, *, working: bool) -> Presence:
    if any(a.start <= at and (a.end is None or at < a.end) for a in times.absences(operator_id)):
        return Presence.ABSENT
    if not contains(times.operator(operator_id).available, at):
        return Presence.OFF_SHIFT
    return Presence.WORKING if working else Presence.FREE


def _span(absence: Absence, window: Interval) -> Interval:
    return absence.start, window[1] if absence.end is None else absence.end


def _by_start(work: Attended) -> tuple[Minute, Minute, str]:
    return work.segment.start, work.segment.end, work.booking.id
