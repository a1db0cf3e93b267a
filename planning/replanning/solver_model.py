# The compiled half of OR-Tools has no types of its own.
# pyright: reportUnknownMemberType=false
"""The solver's model of free work (planning-domain 6.6). Only this module and `polish` know OR-Tools.

Per job one start and one end in real time; per machine and length of pause a literal with the exact set of
starts; an optional interval per machine. Fixed work is in the sets of starts and needs no intervals.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from planning.replanning.question import ChangeWeights
from planning.replanning.relaxation import Choice, Relaxation, Task, starts_by_pause


@dataclass(frozen=True, slots=True)
class JobVars:
    """`on`: whether the job is on the machine of each of its choices; `literals`: by choice and pause."""

    task: Task
    start: cp_model.IntVar
    end: cp_model.IntVar
    on: tuple[cp_model.IntVar, ...]


class SolverModel:
    """Times are counted in steps of the grid."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.model = cp_model.CpModel()
        self.grid = relaxation.grid
        self._intervals: defaultdict[str, list[cp_model.IntervalVar]] = defaultdict(list)
        self.jobs: dict[int, JobVars] = {}
        for task in relaxation.tasks:
            self.jobs[task.job.number] = self._add(task)
        for intervals in self._intervals.values():
            if len(intervals) > 1:
                self.model.add_no_overlap(intervals)
        for task in relaxation.tasks:
            for dep, lag in task.job.deps:
                self.model.add(self.jobs[task.job.number].start >= self.jobs[dep].end + self._up(lag))
        self._add_tardiness(relaxation)

    def minimize_tardiness(self) -> None:
        """The first goal: weighted steps after the due dates."""
        self.model.minimize(cp_model.LinearExpr.weighted_sum(*self._tardiness))

    def minimize_changes(self, solution: Sequence[int], tardiness: int, weights: ChangeWeights) -> None:
        """The second goal, with no more than so much of the first; `solution`, by variable, is the hint.

        Of people nothing is known here.
        """
        self.model.clear_hints()
        for index, value in enumerate(solution):
            self._hint(self.model.get_int_var_from_proto_index(index), value)
        late, factors = self._tardiness
        self.model.add(cp_model.LinearExpr.weighted_sum(late, factors) <= tardiness)
        costs: list[cp_model.IntVar] = []
        points: list[int] = []
        for row in self.jobs.values():
            stays, now = self.model.new_bool_var(""), self._up(row.task.job.booking.envelope_start)
            self.model.add(row.start == now).only_enforce_if(stays)
            self._hint(stays, int(solution[row.start.index] == now))
            costs.append(stays)
            points.append(-weights.start)
            own = row.task.job.booking.machine_id
            for choice, on in zip(row.task.choices, row.on, strict=True):
                if choice.machine_id != own:
                    costs.append(on)
                    points.append(weights.machine)
        self.model.minimize(cp_model.LinearExpr.weighted_sum(costs, points))

    def _add(self, task: Task) -> JobVars:
        hinted, hint_start, hint_end = task.hint
        first = min(self._up(c.starts[0].first) for c in task.choices)
        last = max(self._down(c.starts[-1].last) for c in task.choices)
        longest = max(c.minutes + s.pause for c in task.choices for s in c.starts)
        start = self.model.new_int_var(first, last, "")
        end = self.model.new_int_var(first, last + self._up(longest), "")
        self._hint(start, self._up(hint_start))
        self._hint(end, self._up(hint_end))
        literals: list[cp_model.IntVar] = []
        on: list[cp_model.IntVar] = []
        for index, choice in enumerate(task.choices):
            own = (hint_start, hint_end) if index == hinted else None
            here = self._literals(choice, start, end, own)
            literals += here
            on.append(self._presence(choice, here, (start, end), own))
        self.model.add_exactly_one(literals)
        return JobVars(task, start, end, tuple(on))

    def _literals(
        self, choice: Choice, start: cp_model.IntVar, end: cp_model.IntVar, hint: tuple[int, int] | None
    ) -> list[cp_model.IntVar]:
        """One for each length of pause, with the exact starts that pause so long."""
        found: list[cp_model.IntVar] = []
        for pause, stretches in starts_by_pause(choice).items():
            spans = [(self._up(s.first), self._down(s.last)) for s in stretches]
            domain = cp_model.Domain.from_intervals([list(span) for span in spans if span[0] <= span[1]])
            literal = self.model.new_bool_var("")
            self.model.add_linear_expression_in_domain(start, domain).only_enforce_if(literal)
            length = self._up(choice.minutes + pause)
            self.model.add(end == start + length).only_enforce_if(literal)
            taken = hint is not None and hint[1] - hint[0] == choice.minutes + pause
            self._hint(literal, int(taken))
            found.append(literal)
        return found

    def _presence(
        self,
        choice: Choice,
        literals: list[cp_model.IntVar],
        span: tuple[cp_model.IntVar, cp_model.IntVar],
        hint: tuple[int, int] | None,
    ) -> cp_model.IntVar:
        """Whether the job is on this machine, and its interval there."""
        on = literals[0]
        if len(literals) > 1:
            on = self.model.new_bool_var("")
            self._hint(on, int(hint is not None))
            self.model.add(cp_model.LinearExpr.sum(literals) == on)
        if choice.minutes:
            pauses = [s.pause for s in choice.starts]
            least, most = choice.minutes + min(pauses), choice.minutes + max(pauses)
            size = self.model.new_int_var(self._up(least), self._up(most), "")
            self._hint(size, self._up(least if hint is None else hint[1] - hint[0]))
            interval = self.model.new_optional_interval_var(span[0], size, span[1], on, "")
            self._intervals[choice.machine_id].append(interval)
        return on

    def _add_tardiness(self, relaxation: Relaxation) -> None:
        late: list[cp_model.IntVar] = []
        factors: list[int] = []
        hints = {task.job.number: task.hint[2] for task in relaxation.tasks}
        for order in relaxation.orders:
            due = order.order.due_at
            if due is None:
                continue
            least = max(0, self._up(order.fixed_finish) - self._up(due))
            finish = max([order.fixed_finish, *(hints[n] + lag for n, lag in order.ends)])
            most = max(self._bound_of(n) + self._up(lag) for n, lag in order.ends) if order.ends else 0
            row = self.model.new_int_var(least, max(least, most - self._up(due)), "")
            for number, lag in order.ends:
                self.model.add(row >= self.jobs[number].end + self._up(lag) - self._up(due))
            self._hint(row, max(least, self._up(finish) - self._up(due)))
            late.append(row)
            factors.append(order.weight)
        self._tardiness = late, factors

    def _bound_of(self, number: int) -> int:
        """No end of the job is later."""
        choices = self.jobs[number].task.choices
        return max(self._up(s.last + c.minutes + s.pause) for c in choices for s in c.starts)

    def _hint(self, variable: cp_model.IntVar, value: int) -> None:
        self.model.add_hint(variable, value)

    def _up(self, minutes: int) -> int:
        return -(-minutes // self.grid)

    def _down(self, minutes: int) -> int:
        return minutes // self.grid
