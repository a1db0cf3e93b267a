"""What the shop is asked to make: orders drawn from the parts, their operations and alternatives."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from planning.shop import Alternative, Attendance, Operation
from storage.demo import templates
from storage.demo.draw import Ids, chance
from storage.demo.machines import Cell
from storage.demo.templates import PartTemplate, StepTemplate

MINUTES_OUTSIDE_PER_DAY = 24 * 60
# How much slower, in percent, the second and third choice of machine are.
SLOWER_PERCENT = (0, 10, 25)
WHOLE_UP_TO_MIN = 90  # longer work would wait for a stretch that no shift has, slower machines included
MIN_RUN_PERCENT, MAX_RUN_PERCENT = 15, 500
SECOND_SIDE = frozenset({"TURN", "MILL", "MULTI", "GRIND"})


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step before it is given machines. `run_s` is per piece, before scaling."""

    template: StepTemplate
    name: str
    setup_min: int
    run_s: int

    @property
    def work_center(self) -> str | None:
        return self.template.at


@dataclass(frozen=True, slots=True)
class OrderDraft:
    customer: str
    quantity: int
    steps: tuple[StepDraft, ...]
    material: str


def op_minutes(setup_min: int, run_s: int, quantity: int) -> int:
    """Setup plus run, rounded up once per operation (planning-domain section 2)."""
    return setup_min + -(-quantity * run_s // 60)


class Workload:
    """Draws orders for the work centers a shop has."""

    def __init__(self, cells: Sequence[Cell], ids: Ids) -> None:
        self._ids = ids
        self._cells = {cell.template.code: cell for cell in cells}
        self._parts = [part for part in map(self._possible, templates.parts()) if part is not None]
        self.run_percent = dict.fromkeys(self._cells, 100)  # scale of run times, by work center

    def _possible(self, part: PartTemplate) -> PartTemplate | None:
        steps = tuple(s for s in part.steps if not (s.optional and s.at not in self._cells))
        able = all(step.at is None or step.at in self._cells for step in steps)
        return part.model_copy(update={"steps": steps}) if able else None

    def draw(self, rng: Random, steps: int | None = None) -> OrderDraft:
        """One order, of exactly `steps` (4 or more): shorter parts are machined from a second side."""
        able = [part for part in self._parts if steps is None or len(part.steps) <= steps]
        part = rng.choice(able)
        quantity = rng.randint(*part.quantity)
        drafts = [self._step(step, part.name, rng) for step in part.steps]
        machined = [i for i, draft in enumerate(drafts) if draft.template.at in SECOND_SIDE]
        for position in sorted(rng.choices(machined, k=(steps or 0) - len(drafts)), reverse=True):
            again = replace(drafts[position], name=f"{drafts[position].name}, second side")
            drafts.insert(position + 1, again)
        return OrderDraft(rng.choice(templates.people().customers), quantity, tuple(drafts), part.material)

    def _step(self, template: StepTemplate, part: str, rng: Random) -> StepDraft:
        setup = -(-rng.randint(*template.setup) // 5) * 5
        return StepDraft(template, f"{template.does}: {part}", setup, rng.randint(*template.run))

    def scale(self, drafts: Sequence[OrderDraft], target_min: Mapping[str, int]) -> None:
        """Set the run times of each work center so that `drafts` need about `target_min` minutes of it."""
        setup, run = _setup_and_run(drafts)
        for code, minutes in target_min.items():
            wanted = 100 * (minutes - setup[code]) // max(1, run[code])
            self.run_percent[code] = min(MAX_RUN_PERCENT, max(MIN_RUN_PERCENT, wanted))

    def minutes(self, drafts: Sequence[OrderDraft]) -> dict[str, int]:
        """What `drafts` need of each work center at the present scale."""
        setup, run = _setup_and_run(drafts)
        return {code: setup[code] + run[code] * percent // 100 for code, percent in self.run_percent.items()}

    def operations(self, order_id: str, number: int, draft: OrderDraft, rng: Random) -> list[Operation]:
        """The order's operations with scaled times and their alternative machines, best first."""
        made: list[Operation] = []
        for index, step in enumerate(draft.steps):
            seq = 10 * (index + 1)
            operation_id = self._ids.of("operation", f"{number}/{seq}")
            template = step.template
            if template.outside_days is not None or step.work_center is None:
                minutes = (template.outside_days or 0) * MINUTES_OUTSIDE_PER_DAY
                made.append(
                    Operation(
                        operation_id,
                        order_id,
                        seq,
                        0,
                        0,
                        step.name,
                        attendance=Attendance.NONE,
                        subcontract_minutes=minutes,
                    )
                )
                continue
            run_s = max(5, step.run_s * self.run_percent[step.work_center] // 100)
            short = op_minutes(step.setup_min, run_s, draft.quantity) <= WHOLE_UP_TO_MIN
            made.append(
                Operation(
                    operation_id,
                    order_id,
                    seq,
                    step.setup_min,
                    run_s,
                    step.name,
                    attendance=template.attendance,
                    splittable=not (template.whole and short),
                    min_wait_after_min=template.wait_min,
                    alternatives=self._alternatives(
                        self._cells[step.work_center], step.setup_min, run_s, rng
                    ),
                )
            )
        return made

    @staticmethod
    def _alternatives(cell: Cell, setup_min: int, run_s: int, rng: Random) -> tuple[Alternative, ...]:
        able = [m for m in cell.machines if m.id != cell.broken_machine_id]
        wanted = 1 if chance(rng, 30) else 2 if chance(rng, 60) else 3
        chosen = rng.sample(able, min(wanted, len(able)))
        if cell.broken_machine_id is not None and chance(rng, 60):
            chosen.append(next(m for m in cell.machines if m.id == cell.broken_machine_id))
        return tuple(
            Alternative(machine.id, setup_min, run_s * (100 + SLOWER_PERCENT[min(place, 2)]) // 100, place)
            for place, machine in enumerate(chosen)
        )


def _setup_and_run(drafts: Sequence[OrderDraft]) -> tuple[Counter[str], Counter[str]]:
    """Minutes of setup and of unscaled run by work center."""
    setup: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for draft in drafts:
        for step in draft.steps:
            if step.work_center is not None:
                setup[step.work_center] += step.setup_min
                run[step.work_center] += draft.quantity * step.run_s // 60
    return setup, run
