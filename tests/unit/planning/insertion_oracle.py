"""Forward insertion the slow way: sets of minutes, every start tried, every minute walked. Shares no code
with `planning.insertion`, and is meant to be read in one go.

Only for small horizons: a step costs machines x ready times x starts x minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class OracleChoice:
    """A machine as sets of minutes; `crew` pairs an operator's code with that person's free minutes."""

    code: str
    open_minutes: frozenset[int]
    blocked_minutes: frozenset[int]
    setup_min: int
    run_min: int
    preference: int = 0
    crew: tuple[tuple[str, frozenset[int]], ...] = ()


@dataclass(frozen=True, slots=True)
class OracleStep:
    choices: tuple[OracleChoice, ...] = ()
    attendance: str = "full"
    splittable: bool = True
    wait_after_min: int = 0
    material_at: int = 0
    elapsed_min: int | None = None


@dataclass(frozen=True, slots=True)
class OracleRules:
    """`people`: attended minutes need a person; `handover`: that may be several people in turn."""

    people: bool = False
    handover: bool = True
    horizon_end: int = 0


def simulate(
    choice: OracleChoice, step: OracleStep, rules: OracleRules, start: int, person: frozenset[int]
) -> int | None:
    """The end of work that begins with the minute `start`, walked minute by minute; None when it cannot."""
    needed = choice.setup_min + choice.run_min
    attended = {"full": needed, "setup": choice.setup_min, "none": 0}[step.attendance] if rules.people else 0
    done, minute = 0, start
    while done < needed:
        if minute >= rules.horizon_end or minute in choice.blocked_minutes:
            return None
        works = minute in choice.open_minutes and (done >= attended or minute in person)
        if works:
            done += 1
        elif minute == start or not step.splittable:
            return None
        minute += 1
    return minute


def people_of(choice: OracleChoice, rules: OracleRules) -> list[frozenset[int]]:
    """The sets of minutes in which a person is there: all together, or each alone."""
    if not rules.people:
        return [frozenset()]
    alone = [free for _, free in choice.crew]
    return [frozenset().union(*alone)] if rules.handover else [*alone, frozenset()]


def possible(step: OracleStep, rules: OracleRules, ready: int) -> Iterator[tuple[int, int, int, str]]:
    """Every way to do a step from `ready`: (end, start, preference, machine code)."""
    ready = max(ready, step.material_at)
    if step.elapsed_min is not None or all(c.setup_min + c.run_min == 0 for c in step.choices):
        yield ready + (step.elapsed_min or 0), ready, 0, ""
        return
    for choice in step.choices:
        for person in people_of(choice, rules):
            for start in range(ready, rules.horizon_end):
                end = simulate(choice, step, rules, start, person)
                if end is not None:
                    yield end, start, choice.preference, choice.code


def best_step(step: OracleStep, rules: OracleRules, ready: int) -> tuple[int, int, int, str] | None:
    """Earliest end, then earliest start, then preference, then code."""
    return min(possible(step, rules, ready), default=None)


def best_finish(steps: tuple[OracleStep, ...], rules: OracleRules, release: int) -> int | None:
    """The earliest finish over all combinations of machines, people and starts of all steps: nothing greedy.

    Combinations that leave a step at the same minute are the same from there on, so they are followed once.
    """

    @cache
    def finish_from(index: int, ready: int) -> int | None:
        if index == len(steps):
            return None
        step = steps[index]
        finishes: list[int] = []
        for end in {end for end, *_ in possible(step, rules, ready)}:
            last = index == len(steps) - 1
            finish = end if last else finish_from(index + 1, end + step.wait_after_min)
            if finish is not None:
                finishes.append(finish)
        return min(finishes, default=None)

    return finish_from(0, release)


# Capacity: how many pieces fit, by minutes


def free_stretches(choice: OracleChoice, ready: int, until: int, *, splittable: bool) -> list[int]:
    """Working minutes of each stretch between bookings (unsplittable: of each open one) before `until`."""
    stretches: list[int] = []
    current = 0
    for minute in range(ready, until):
        breaks = minute in choice.blocked_minutes or (not splittable and minute not in choice.open_minutes)
        if breaks:
            stretches.append(current)
            current = 0
        elif minute in choice.open_minutes:
            current += 1
    return [*stretches, current]


def pieces_in(work: int, setup_min: int, run_s: int) -> int:
    """Pieces that one setup and `work` minutes allow, counted up one by one."""
    pieces = 0
    while setup_min + -(-(pieces + 1) * run_s // 60) <= work:
        pieces += 1
    return pieces


def fits_split(
    choices: tuple[OracleChoice, ...],
    *,
    quantity: int,
    run_s: int,
    ready: int,
    until: int,
    splittable: bool = True,
    lots: int | None = None,
) -> bool:
    """Whether it is done by `until`: in pieces anywhere, or in at most `lots` blocks on as many machines."""
    by_machine = [
        [
            pieces_in(work, choice.setup_min, run_s)
            for work in free_stretches(choice, ready, until, splittable=splittable)
        ]
        for choice in choices
    ]
    if lots is None:
        return sum(sum(pieces) for pieces in by_machine) >= quantity
    largest = sorted((max(pieces) for pieces in by_machine), reverse=True)
    return sum(largest[:lots]) >= quantity


def earliest_split(
    choices: tuple[OracleChoice, ...],
    *,
    quantity: int,
    run_s: int,
    ready: int,
    horizon_end: int,
    splittable: bool = True,
    lots: int | None = None,
) -> int | None:
    """The first minute by which it fits, every minute tried."""
    for until in range(ready, horizon_end + 1):
        if fits_split(
            choices,
            quantity=quantity,
            run_s=run_s,
            ready=ready,
            until=until,
            splittable=splittable,
            lots=lots,
        ):
            return until
    return None


def as_minutes(intervals: tuple[tuple[int, int], ...]) -> frozenset[int]:
    return frozenset(minute for start, end in intervals for minute in range(start, end))
