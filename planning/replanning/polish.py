# The compiled half of OR-Tools has no types of its own.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The last gains: CP-SAT, from a complete plan on, with one worker and a bounded amount of work (6.6).

Imported only where it is used: OR-Tools brings much memory, which the server's process must not hold.
"""

from dataclasses import dataclass, replace
from math import ceil
from threading import Event, Thread

import ortools
from ortools.sat.python import cp_model

from planning.replanning.decoder import Decoder, Floorplan, Plan, PriorityList
from planning.replanning.guard import Guard
from planning.replanning.relaxation import Relaxing
from planning.replanning.solver_model import SolverModel

SOLVER_VERSION = f"ortools {ortools.__version__}"
# Of the deterministic time, the first goal's share; the second goal, changes, has the rest.
_FIRST_SHARE = 0.7
_POLL_S = 0.2
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Polished:
    """`bound`: of the weighted tardiness of the plan's orders, in minutes; None where it would not hold."""

    plan: Plan
    bound: int | None


@dataclass(frozen=True, slots=True)
class _Solution:
    """`values` by variable; `objective` and `bound` in steps of the grid."""

    values: tuple[int, ...]
    objective: int
    bound: int


def polish(
    decoder: Decoder, floor: Floorplan, plan: Plan, deterministic_time: float, guard: Guard
) -> Polished:
    """The plan, or a better one of the same jobs beside the same floor."""
    relaxation = Relaxing(decoder, floor, plan).relax()
    if relaxation is None:
        return Polished(plan, None)
    model = SolverModel(relaxation)
    model.minimize_tardiness()
    first = _solve(model, deterministic_time * _FIRST_SHARE, guard)
    if first is None:
        return Polished(plan, None)
    best = _better(decoder, floor, plan, _list_of(model, first))
    if guard.go_on() and best.score.change_points:
        model.minimize_changes(first.values, first.objective, decoder.weights)
        second = _solve(model, deterministic_time * (1 - _FIRST_SHARE), guard)
        if second is not None:
            best = _better(decoder, floor, best, _list_of(model, second))
    return Polished(best, first.bound * relaxation.grid if relaxation.exact_bound else None)


def _list_of(model: SolverModel, solution: _Solution) -> PriorityList:
    """The solution's sequence and machines, what it leaves unchanged kept."""
    spans: dict[int, tuple[int, int]] = {}
    keep: set[int] = set()
    forced: list[tuple[int, int]] = []
    for number, row in model.jobs.items():
        start = solution.values[row.start.index]
        spans[number] = start, solution.values[row.end.index]
        booking = row.task.job.booking
        for choice, on in zip(row.task.choices, row.on, strict=True):
            if solution.values[on.index]:
                forced.append((number, choice.option))
                if choice.machine_id == booking.machine_id and start * model.grid == booking.envelope_start:
                    keep.add(number)
    numbers = sorted(spans, key=lambda n: (*spans[n], n))
    return PriorityList(tuple(numbers), frozenset(keep), tuple(forced))


def _better(decoder: Decoder, floor: Floorplan, plan: Plan, found: PriorityList) -> Plan:
    """The best of the plan and what was found, decoded with people; left to stay what does, and not."""
    plans = [decoder.decode(found, floor), decoder.decode(replace(found, keep=frozenset()), floor)]
    return min([plan, *(p for p in plans if p is not None)], key=lambda p: p.score)


def _solve(model: SolverModel, deterministic_time: float, guard: Guard) -> _Solution | None:
    """None: no solution in the given work."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = 1
    parameters.interleave_search = True
    parameters.cp_model_probing_level = 0
    parameters.symmetry_level = 0
    parameters.max_deterministic_time = deterministic_time
    parameters.max_time_in_seconds = guard.seconds_left
    over = Event()
    watcher = Thread(target=_stop_when_told, args=(solver, guard, over), daemon=True)
    watcher.start()
    try:
        status = solver.solve(model.model)
    finally:
        over.set()
        watcher.join()
    guard.go_on()  # notes when the guard's time is over
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    values = tuple(int(value) for value in solver.response_proto.solution)
    return _Solution(values, round(solver.objective_value), ceil(solver.best_objective_bound - _TINY))


def _stop_when_told(solver: cp_model.CpSolver, guard: Guard, over: Event) -> None:
    while not over.wait(_POLL_S):
        if not guard.go_on():
            solver.stop_search()
            return
