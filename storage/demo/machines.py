"""Work centers, machines and their downtimes."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from planning.shop import Calendar, Downtime, DowntimeKind, Machine, Minute, Skill, WorkCenter
from storage.demo import templates
from storage.demo.dates import PlanDates
from storage.demo.draw import Ids
from storage.demo.sizes import DemoSize
from storage.demo.templates import MachineTemplate, WorkCenterTemplate

MAINTENANCE_EVERY = 7  # one machine in so many has maintenance planned in the coming weeks
BREAKDOWN_NOTE = "Spindle drive failed, service called"


@dataclass(frozen=True, slots=True)
class Cell:
    """A work center with its machines, as the rest of the generator uses it."""

    template: WorkCenterTemplate
    work_center: WorkCenter
    machines: tuple[Machine, ...]
    broken_machine_id: str | None


def skills(ids: Ids) -> dict[str, Skill]:
    """By key of the template."""
    return {s.key: Skill(ids.of("skill", s.key), s.code, s.name) for s in templates.machinery().skills}


def cells(
    size: DemoSize, ids: Ids, *, calendars: dict[str, Calendar], skills: dict[str, Skill]
) -> tuple[Cell, ...]:
    """The work centers that a shop of this size has. At most one machine of the shop is broken."""
    made: list[Cell] = []
    number = 0
    for template in templates.machinery().work_centers:
        count = template.count[size]
        if count == 0:
            continue
        skill_id = skills[template.skill].id if template.skill else None
        center = WorkCenter(ids.of("work_center", template.code), template.code, template.name, skill_id)
        calendar_id = calendars[template.calendar].id
        machines: list[Machine] = []
        broken: str | None = None
        for code, name, origin in _named(template, count):
            number += 1
            machine = Machine(ids.of("machine", code), code, name, center.id, calendar_id, no=number)
            machines.append(machine)
            if origin.breaks_down and broken is None:
                broken = machine.id
        made.append(Cell(template, center, tuple(machines), broken))
    return tuple(made)


def _named(template: WorkCenterTemplate, count: int) -> Iterator[tuple[str, str, MachineTemplate]]:
    """Codes and names for `count` machines: the named ones, then the same again with a number behind."""
    left, lap = count, 1
    while left:
        for machine in template.machines:
            if lap > 1 and machine.keep_single:
                continue
            if not left:
                return
            left -= 1
            if lap == 1:
                yield machine.code, machine.name, machine
            else:
                yield f"{machine.code}-{lap}", f"{machine.name} #{lap}", machine
        lap += 1


def maintenance(cells: tuple[Cell, ...], ids: Ids, rng: Random, *, dates: PlanDates) -> tuple[Downtime, ...]:
    """Planned maintenance of four to ten hours within the coming five weeks, never on the broken machine."""
    rows: list[Downtime] = []
    machines = [m for cell in cells for m in cell.machines if m.id != cell.broken_machine_id]
    for machine in machines[2::MAINTENANCE_EVERY]:
        start = dates.local_time(rng.randint(3, 35), 60 * rng.choice((7, 8, 12)))
        end = start + rng.randint(4, 10) * 60
        rows.append(
            Downtime(
                ids.of("maintenance", machine.code),
                machine.id,
                start,
                end,
                DowntimeKind.MAINTENANCE,
                "Quarterly maintenance",
            )
        )
    return tuple(rows)


def breakdown(cells: tuple[Cell, ...], ids: Ids, *, since: Minute) -> tuple[Downtime, ...]:
    """The one machine that stands still until further notice."""
    return tuple(
        Downtime(
            ids.of("breakdown", cell.broken_machine_id),
            cell.broken_machine_id,
            since,
            None,
            DowntimeKind.BREAKDOWN,
            BREAKDOWN_NOTE,
        )
        for cell in cells
        if cell.broken_machine_id is not None
    )
