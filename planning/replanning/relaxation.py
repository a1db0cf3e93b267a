"""Free work as the solver sees it, and a plan of it to start from.

The model knows machines exactly and people only as far as anybody qualified is there at all: who is busy with
what else is left out. So no real plan is better than the model's best one, and what the solver finds is
decoded again with people before it counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planning.intervals import intersect
from planning.replanning.decoder import Decoder, Floorplan, Plan
from planning.replanning.start_domains import OpenTime, Starts, first_start, gaps_between
from planning.replanning.work import Job, Option, OrderWork
from planning.shop import Minute

# How far beyond the plan's end the solver may look; what cuts nothing off keeps its bound exact.
LOOK_AHEAD_MIN = 28 * 24 * 60
GRID_MIN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a job with every start it has; `option` counts the job's options."""

    option: int
    machine_id: str
    minutes: int
    starts: tuple[Starts, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A job with its choices; `hint`: choice, start and end in the plan to start from."""

    job: Job
    choices: tuple[Choice, ...]
    hint: tuple[int, Minute, Minute]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """`exact_bound`: whether the solver's bound holds for every plan (nothing was cut off)."""

    tasks: tuple[Task, ...]
    orders: tuple[OrderWork, ...]
    grid: int
    exact_bound: bool


class Relaxing:
    """Builds the model's view of a plan's jobs beside a floor that stays."""

    def __init__(self, decoder: Decoder, floor: Floorplan, plan: Plan) -> None:
        self._decoder = decoder
        self._floor = floor
        self._plan = plan
        window_end = decoder.times.window[1]
        ends = max(placed.end for _, placed in plan.placed)
        self._until = min(window_end, ends + LOOK_AHEAD_MIN)
        self._exact = self._until == window_end
        self._open: dict[tuple[str, bool], OpenTime] = {}

    def relax(self) -> Relaxation | None:
        """None: the plan has a job that the model has no start for."""
        jobs = self._decoder.work.jobs
        placed = dict(self._plan.placed)
        tasks: list[Task] = []
        ends: dict[int, Minute] = {}
        busy_until: defaultdict[str, Minute] = defaultdict(int)
        for number in sorted(placed, key=lambda n: (placed[n].start, placed[n].end, n)):
            job, where = jobs[number], placed[number]
            choices = tuple(self._choices(job))
            machine_id = (
                job.booking.machine_id if where.option is None else job.options[where.option].machine_id
            )
            over = [ends[dep] + lag for dep, lag in job.deps if dep in ends]
            task = _hinted(job, choices, machine_id, max([0, busy_until[machine_id], *over]))
            if task is None or len(over) < len(job.deps):
                return None
            ends[number] = task.hint[2]
            if task.hint[2] > task.hint[1]:
                busy_until[machine_id] = task.hint[2]
            tasks.append(task)
        orders = {jobs[n].order for n in placed}
        rows = tuple(self._decoder.work.orders[n] for n in sorted(orders))
        return Relaxation(tuple(tasks), rows, _grid(tasks, rows), self._exact)

    def _choices(self, job: Job) -> Iterable[Choice]:
        ready = self._ready(job)
        for index, option in enumerate(job.options):
            if option.minutes:
                envelopes = self._floor.track(option.machine_id).envelopes
                gaps = gaps_between(envelopes, (ready, self._until))
                starts = self._open_time(option).starts(option.minutes, gaps, splittable=job.splittable)
            else:
                starts = [Starts(ready, self._until, 0)]
            if starts:
                yield Choice(index, option.machine_id, option.minutes, tuple(starts))

    def _ready(self, job: Job) -> Minute:
        """As the decoder has it: what stays may start before its order's release."""
        stays = max(job.over_at, job.booking.envelope_start)
        return min(job.ready_at, stays) if stays >= self._decoder.work.earliest else job.ready_at

    def _open_time(self, option: Option) -> OpenTime:
        attended = option.attended_min == option.minutes
        key = option.machine_id, attended
        if key not in self._open:
            available = self._decoder.times.machine(option.machine_id).available
            if attended:
                available = intersect(
                    available, self._decoder.pools.there(self._decoder.skill(option.machine_id))
                )
            self._open[key] = OpenTime(available)
        return self._open[key]


def _hinted(job: Job, choices: tuple[Choice, ...], machine_id: str, ready: Minute) -> Task | None:
    for index, choice in enumerate(choices):
        if choice.machine_id == machine_id:
            found = first_start(choice.starts, ready)
            if found is not None:
                start, pause = found
                return Task(job, choices, (index, start, start + choice.minutes + pause))
    return None


def _grid(tasks: Iterable[Task], orders: Iterable[OrderWork]) -> int:
    """Five minutes where every time and length is a multiple of it, else one."""

    def on_grid(*values: int) -> bool:
        return not any(value % GRID_MIN for value in values)

    for task in tasks:
        if not on_grid(task.job.booking.envelope_start, task.hint[1], *(lag for _, lag in task.job.deps)):
            return 1
        if not all(_is_on_grid(choice) for choice in task.choices):
            return 1
    for order in orders:
        if not on_grid(order.order.due_at or 0, order.fixed_finish, *(lag for _, lag in order.ends)):
            return 1
    return GRID_MIN


def _is_on_grid(choice: Choice) -> bool:
    """Whether its starts change only at multiples of the grid, or just after or before one."""
    return not choice.minutes % GRID_MIN and all(
        s.first % GRID_MIN in {0, 1} and s.last % GRID_MIN in {0, GRID_MIN - 1} and not s.pause % GRID_MIN
        for s in choice.starts
    )


def starts_by_pause(choice: Choice) -> Mapping[int, list[Starts]]:
    """The starts of a choice by the length of the pause."""
    found: defaultdict[int, list[Starts]] = defaultdict(list)
    for starts in choice.starts:
        found[starts.pause].append(starts)
    return found
