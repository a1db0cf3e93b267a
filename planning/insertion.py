"""Forward insertion: where new work fits into a plan that does not move (planning-domain 6.2).

Each step of a linear routing takes the machine on which it ends first. Since being ready earlier never gives
a later end, that greedy choice is optimal for the whole routing with everything else fixed; the tests prove
it against an exhaustive search. With branches it is so too, unless they share a machine or a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from leadhand.errors import BeyondHorizon, InvalidRouting, NoEligibleMachine, NoEligibleOperator
from planning.branches import Before, Taken, side_by_side
from planning.crew import CrewMember, assign
from planning.intervals import clip, intersect
from planning.shop import Attendance, Interval, Intervals, Minute, Segment
from planning.workplaces import Attended, Block, Need, Workplace, first_block


class Operators(StrEnum):
    """Whether attended minutes need a free, qualified person."""

    IGNORE = "ignore"
    REQUIRED = "required"


class WaitReason(StrEnum):
    """Why a step starts later than it is ready: what, taken away, would let it start earlier."""

    NONE = "none"
    MACHINE_BUSY = "machine_busy"
    OPERATOR = "operator"
    CLOSED = "closed"


class ReadyReason(StrEnum):
    """What a step had to await before it was ready."""

    RELEASE = "release"
    PREDECESSOR = "predecessor"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Choice:
    """One machine for a step, with its own minutes there; lower `preference` wins a tie."""

    workplace: Workplace
    setup_min: int
    run_min: int
    preference: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One operation. `elapsed_min` instead of choices: a subcontract, or a milestone with 0.

    `number`: what messages call it; None: its place in the routing, from 1.
    """

    choices: tuple[Choice, ...] = ()
    attendance: Attendance = Attendance.FULL
    splittable: bool = True
    wait_after_min: int = 0
    material_at: Minute | None = None
    elapsed_min: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class InsertionRequest:
    """A routing to fit in from `release` on.

    `handover`: whether several people may attend one block in turn. `before`: for each step the indices of
    the steps that it awaits, which come earlier; None: a linear routing, each awaits the one before it.
    """

    steps: tuple[Step, ...]
    release: Minute
    horizon_end: Minute
    operators: Operators = Operators.IGNORE
    handover: bool = True
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class InsertedStep:
    """Where a step lands; `machine_id` None: a milestone or subcontract. Waits: from `ready` to `start`."""

    machine_id: str | None
    ready: Minute
    ready_reason: ReadyReason
    start: Minute
    end: Minute
    segments: tuple[Segment, ...] = ()
    wait_min: int = 0
    working_wait_min: int = 0
    wait_reason: WaitReason = WaitReason.NONE


@dataclass(frozen=True, slots=True)
class Insertion:
    """`optimal`: no other machines and starts finish earlier; proven unless branches share something."""

    steps: tuple[InsertedStep, ...]
    finish: Minute
    optimal: bool = True


@dataclass(frozen=True, slots=True)
class Fit:
    """A place for one step."""

    machine_id: str
    start: Minute
    end: Minute
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    choice: Choice
    need: Need
    block: Block
    attended: Attended
    operator: CrewMember | None


def insert(request: InsertionRequest) -> Insertion:
    """The earliest finish of the routing, and how it gets there.

    Raises:
        InvalidRouting: no steps, or a negative duration.
        NoEligibleMachine: a step has neither machine nor elapsed time.
        NoEligibleOperator: operators are required and nobody is qualified at any machine of a step.
        BeyondHorizon: a step does not fit before `horizon_end`; `details.step` counts from 1.
    """
    return _walk(request, (), told=True)


def outline(request: InsertionRequest, done: Sequence[InsertedStep] = ()) -> Insertion:
    """The same machines, starts and ends as `insert`, without who attends and why a step waits.

    `done`: its first steps, where they are known.
    """
    return _walk(request, done, told=False)


def _walk(request: InsertionRequest, known: Sequence[InsertedStep], *, told: bool) -> Insertion:
    if not request.steps:
        raise InvalidRouting("The routing has no operations.")
    done = list(known)
    taken = None if request.before is None else Taken()
    if taken is not None:
        told = True  # branches take people from each other
        done.clear()
    for place, step in enumerate(request.steps[len(done) :], start=len(done) + 1):
        number = place if step.number is None else step.number
        _check(step, number, request)
        ready, reason = _ready(step, done, request)
        beside = step if taken is None else _beside(taken, step)
        placed = _place(beside, (ready, reason), request, told=told)
        if placed is None:
            raise BeyondHorizon(
                f"Operation {number} of the routing does not fit before the planning horizon ends.",
                details={"step": number},
            )
        done.append(placed)
        if taken is not None and placed.machine_id is not None:
            taken.note(placed.machine_id, (placed.start, placed.end), placed.segments)
    return Insertion(tuple(done), max(step.end for step in done), optimal=not _branches_meet(request))


def _ready(step: Step, done: Sequence[InsertedStep], request: InsertionRequest) -> tuple[Minute, ReadyReason]:
    """When the step could begin, and what comes last of that which it awaits."""
    index = len(done)
    awaited = request.before[index] if request.before is not None else (index - 1,) if index else ()
    ready, reason = request.release, ReadyReason.RELEASE
    for earlier in awaited:
        over = done[earlier].end + request.steps[earlier].wait_after_min
        if over >= ready:
            ready, reason = over, ReadyReason.PREDECESSOR
    if step.material_at is not None and step.material_at > ready:
        ready, reason = step.material_at, ReadyReason.MATERIAL
    return ready, reason


def _beside(taken: Taken, step: Step) -> Step:
    choices = (replace(choice, workplace=taken.beside(choice.workplace)) for choice in step.choices)
    return replace(step, choices=tuple(choices))


def _branches_meet(request: InsertionRequest) -> bool:
    """Whether steps that may run at the same time could want the same machine or person."""
    if request.before is None:
        return False
    wants = [_wants(step, request.operators) for step in request.steps]
    return any(wants[one] & wants[other] for one, other in side_by_side(request.before))


def _wants(step: Step, operators: Operators) -> frozenset[tuple[str, str]]:
    found = {("machine", choice.workplace.machine_id) for choice in step.choices}
    for choice in step.choices:
        if need_of(step, choice, operators).attended_min:
            found |= {("person", member.operator_id) for member in choice.workplace.crew.members}
    return frozenset(found)


def _check(step: Step, number: int, request: InsertionRequest) -> None:
    durations = [step.wait_after_min, step.elapsed_min or 0]
    durations += [minutes for c in step.choices for minutes in (c.setup_min, c.run_min)]
    if min(durations) < 0:
        raise InvalidRouting(
            f"Operation {number} of the routing has a negative duration.", details={"step": number}
        )
    if step.elapsed_min is not None:
        return
    if not step.choices:
        raise NoEligibleMachine(
            f"No machine can do operation {number} of the routing.", details={"step": number}
        )
    if not any(
        c.workplace.crew.members or not need_of(step, c, request.operators).attended_min for c in step.choices
    ):
        raise NoEligibleOperator(
            f"Nobody is qualified for operation {number} of the routing.", details={"step": number}
        )


def need_of(step: Step, choice: Choice, operators: Operators) -> Need:
    """The minutes with and without a person that the step takes on this machine."""
    total = choice.setup_min + choice.run_min
    with_person = 0
    if operators is Operators.REQUIRED and step.attendance is not Attendance.NONE:
        with_person = total if step.attendance is Attendance.FULL else choice.setup_min
    return Need(with_person, total - with_person, step.splittable)


def _place(
    step: Step, since: tuple[Minute, ReadyReason], request: InsertionRequest, *, told: bool
) -> InsertedStep | None:
    ready, reason = since
    if step.elapsed_min is not None or all(c.setup_min + c.run_min == 0 for c in step.choices):
        return InsertedStep(None, ready, reason, ready, ready + (step.elapsed_min or 0))
    best = _best(step, ready, request)
    if best is None:
        return None
    block, workplace = best.block, best.choice.workplace
    if not told:
        return InsertedStep(workplace.machine_id, ready, reason, block.start, block.end)
    return InsertedStep(
        machine_id=workplace.machine_id,
        ready=ready,
        ready_reason=reason,
        start=block.start,
        end=block.end,
        segments=_segments(best),
        wait_min=block.start - ready,
        working_wait_min=workplace.time.work_between(ready, block.start),
        wait_reason=_wait_reason(best, ready, request.horizon_end),
    )


def earliest_fit(step: Step, request: InsertionRequest) -> Fit | None:
    """Where one step that is ready at the request's release ends first; None where it fits nowhere in time.

    The same place that `insert` finds, without asking why it has to wait.
    """
    best = _best(step, request.release, request)
    if best is None:
        return None
    return Fit(best.choice.workplace.machine_id, best.block.start, best.block.end, _segments(best))


def earliest_end(step: Step, request: InsertionRequest) -> Interval | None:
    """When that step would start and end, without asking who attends it."""
    best = _best(step, request.release, request)
    return None if best is None else (best.block.start, best.block.end)


def _best(step: Step, ready: Minute, request: InsertionRequest) -> _Found | None:
    best: _Found | None = None
    for choice in step.choices:
        need = need_of(step, choice, request.operators)
        found = _on_machine(choice, need, (ready, _until(best, request)), request)
        if found is not None and (best is None or _rank(found) < _rank(best)):
            best = found
    return best


def _until(best: _Found | None, request: InsertionRequest) -> Minute:
    """What ends later than the best so far need not be found."""
    return request.horizon_end if best is None else best.block.end


def _rank(found: _Found) -> tuple[int, int, int, str, str]:
    choice = found.choice
    return (
        found.block.end,
        found.block.start,
        choice.preference,
        choice.workplace.code,
        choice.workplace.machine_id,
    )


def _on_machine(choice: Choice, need: Need, span: Interval, request: InsertionRequest) -> _Found | None:
    """The best block in span = [ready, over by) on one machine, over the people who may attend it."""
    workplace, (ready, over_by) = choice.workplace, span
    best: _Found | None = None
    for attended, member in attendances(choice, need, handover=request.handover):
        block = first_block(workplace, attended, need, ready, over_by)
        if block is None:
            continue
        if best is None or (block.end, block.start) < (best.block.end, best.block.start):
            best = _Found(choice, need, block, attended, member)
            over_by = block.end
    return best


def attendances(
    choice: Choice, need: Need, *, handover: bool
) -> Iterator[tuple[Attended, CrewMember | None]]:
    """Who may attend one block, as the machine's open minutes with a person: all in turn (None), or each
    person alone, by code.
    """
    place, crew = choice.workplace, choice.workplace.crew
    if handover or not need.attended_min:
        yield lambda within: intersect(clip(place.available, within), crew.free_within(within)), None
        return
    for member in sorted(crew.members, key=lambda m: (m.code, m.operator_id)):
        yield partial(_attended_by, place, member), member


def _attended_by(place: Workplace, member: CrewMember, within: Interval) -> Intervals:
    return intersect(clip(place.available, within), clip(member.free, within))


def _segments(found: _Found) -> tuple[Segment, ...]:
    block, workplace = found.block, found.choice.workplace
    with_people: Sequence[Segment] = ()
    if found.need.attended_min:
        crew = workplace.crew.members if found.operator is None else (found.operator,)
        with_people = assign(found.attended((block.start, block.turn)), crew)
    alone = clip(workplace.available, (block.turn, block.end))
    return (*with_people, *(Segment(start, end) for start, end in alone))


def _wait_reason(found: _Found, ready: Minute, horizon_end: Minute) -> WaitReason:
    """What keeps the step from starting earlier on its machine, asked by taking it away and walking again."""
    start, workplace, need = found.block.start, found.choice.workplace, found.need
    if start == ready:
        return WaitReason.NONE

    def earlier(envelopes: Intervals, need: Need) -> bool:
        block = first_block(workplace.beside(envelopes), found.attended, need, ready, horizon_end)
        return block is not None and block.start < start

    unattended = Need(0, need.attended_min + need.alone_min, need.splittable)
    if earlier((), need):
        return WaitReason.MACHINE_BUSY
    if need.attended_min and earlier(workplace.envelopes, unattended):
        return WaitReason.OPERATOR
    return WaitReason.MACHINE_BUSY if earlier((), unattended) else WaitReason.CLOSED
