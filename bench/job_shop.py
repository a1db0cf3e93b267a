"""Classic job-shop instances through the re-planner, set against their known optima.

`python -m bench.job_shop FILE [--units N] [--steps N]`; FILE is what `bench/job_shop_instances.py` writes,
and `make bench-job-shop` does both. An instance is one order whose routing has a branch for each job, due
when it starts: its tardiness is then the makespan. Machines are open around the clock.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pydantic import BaseModel, TypeAdapter

from bench.figures import Table
from bench.machine import machine
from planning.replanning import ReplanProgress, ReplanProposal, ReplanRequest, ReplanStage, replan
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    Calendar,
    Machine,
    Minute,
    Operation,
    Order,
    OrderStatus,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    WorkCenter,
)

AS_OF: Minute = 29_000_160
MAX_TIME_S = 300.0


class Instance(BaseModel):
    """`jobs`: for each job its operations in sequence, (machine, minutes)."""

    jobs: list[list[tuple[int, int]]]
    optimum: int


@dataclass(frozen=True)
class Found:
    """Makespans after each stage; `seconds` of wall time."""

    stages: dict[ReplanStage, int]
    proposal: ReplanProposal
    seconds: float


def shop_of(instance: Instance) -> Shop:
    """The instance as a shop with a plan in which one operation runs after another."""
    operations: dict[str, Operation] = {}
    bookings: list[Booking] = []
    now = AS_OF
    steps = max(len(job) for job in instance.jobs)
    for step in range(steps):
        for number, job in enumerate(instance.jobs):
            if step >= len(job):
                continue
            on, minutes = job[step]
            key, before = f"{number}.{step}", (f"{number}.{step - 1}",) if step else ()
            operations[key] = Operation(
                key,
                "o",
                step * len(instance.jobs) + number,
                minutes,
                0,
                predecessor_ids=before,
                attendance=Attendance.NONE,
                alternatives=(Alternative(f"m{on}", minutes, 0),),
            )
            row = Booking(key, key, f"m{on}", now, now + minutes, segments=(Segment(now, now + minutes),))
            bookings.append(row)
            now += minutes
    machines = sorted({f"m{on}" for job in instance.jobs for on, _ in job})
    around_the_clock = tuple(Shift(weekday, 0, 0, ends_next_day=True) for weekday in range(1, 8))
    return Shop(
        settings=ShopSettings("Job shop", "UTC"),
        calendars={"c": Calendar("c", "c", around_the_clock)},
        work_centers={"w": WorkCenter("w", "w")},
        machines={key: Machine(key, key, key, "w", "c") for key in machines},
        orders={"o": Order("o", "o", "", 1, OrderStatus.RELEASED, due_at=AS_OF, priority=1)},
        operations=operations,
        bookings=tuple(bookings),
    )


def solve(instance: Instance, *, steps: int, units: float) -> Found:
    shop = shop_of(instance)
    window = AS_OF - 1440, max(b.envelope_end for b in shop.bookings) + 1
    request = ReplanRequest(shop, AS_OF, window, steps=steps, deterministic_time=units, max_time_s=MAX_TIME_S)
    stages: dict[ReplanStage, int] = {}

    def note(progress: ReplanProgress) -> None:
        stages.setdefault(progress.stage, progress.best.weighted_tardiness_min)

    started = monotonic()
    proposal = replan(request, note, lambda: False)
    return Found(stages, proposal, monotonic() - started)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.job_shop")
    parser.add_argument("file", type=Path)
    parser.add_argument("--units", type=float, default=1.5, help="deterministic time of the solver")
    parser.add_argument("--steps", type=int, default=400)
    asked = parser.parse_args()
    instances = TypeAdapter(dict[str, Instance]).validate_json(asked.file.read_bytes())
    print(" · ".join(f"{name} {value}" for name, value in machine().items()), "\n", flush=True)
    rows = [_row(name, instance, asked.steps, asked.units) for name, instance in instances.items()]
    notes = (
        f"{asked.steps} steps, {asked.units} units of deterministic time; distance to the known optimum.",
    )
    head = (
        "instance",
        "size",
        "optimum",
        "rules",
        "steps",
        "polished",
        "distance",
        "bound",
        "seconds",
        "same",
    )
    print(Table("Job shop: makespan in minutes", head, rows, notes).text())


def _row(name: str, instance: Instance, steps: int, units: float) -> tuple[str, ...]:
    found = solve(instance, steps=steps, units=units)
    makespan = found.proposal.score_after.weighted_tardiness_min
    stages = found.stages
    distance = 100 * (makespan - instance.optimum) / instance.optimum
    machines = {on for job in instance.jobs for on, _ in job}
    return (
        name,
        f"{len(instance.jobs)} x {len(machines)}",
        str(instance.optimum),
        str(stages.get(ReplanStage.STEPS, "–")),
        str(stages.get(ReplanStage.POLISH, "–")),
        str(makespan) + (" (proven)" if found.proposal.proven_optimal else ""),
        f"{distance:.1f} %",
        str(found.proposal.bound),
        f"{found.seconds:.0f}",
        "everywhere" if found.proposal.reproducible else "no: the guard was hit",
    )


if __name__ == "__main__":
    main()
