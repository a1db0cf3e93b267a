"""The questions and what would be right, as read from evals/questions/*.toml."""

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from leadhand.errors import JsonValue

SHOWN, HELD_OUT = "shown", "held_out"
Tool = Literal[
    "get_machine_availability",
    "get_operator_availability",
    "get_order_status",
    "analyze_workload_distribution",
    "check_capacity",
    "simulate_new_order",
    "simulate_schedule_change",
    "detect_schedule_conflicts",
    "identify_bottlenecks",
    "propose_replan",
    "get_data_trust",
    "compare_simulations",
    "book_operation",
    "reschedule_order",
    "release_booking",
    "set_lock",
    "undo_change",
    "update_due_date",
    "add_calendar_exception",
    "hold_capacity",
    "apply_plan_proposal",
    "internal_knowledge_search",
    "quiz",
    "search_conversations",
    "update_working_memory",
    "schedule_report",
    "get_report_schedules",
]
# Of these the arguments are judged too.
JUDGED_BY_ARGUMENTS = frozenset[str](
    {
        "get_machine_availability",
        "get_operator_availability",
        "get_order_status",
        "analyze_workload_distribution",
        "check_capacity",
        "simulate_schedule_change",
        "detect_schedule_conflicts",
    }
)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedStep(_Row):
    """One operation of a routing."""

    names: list[str] = []
    setup_min: int = 0
    run_s_per_piece: int = 0


class ExpectedCall(_Row):
    """A tool call that is right.

    `names`: machines and work centers, in any order, whichever argument takes them; "a|b" accepts either.
    `qualified`: the skill, machine or work center by which people are looked for; `operators`, `operator`,
    `orders`, `order` and `customer` are compared by what they mean ("WO-4012", "4012").
    `window`: "start/end", each a local date (the end's whole day counts), a local timestamp or "now"; several
    are each accepted, "" accepts none given, "/end" any start. `by` and `from`: the deadline and the start of
    capacity questions; `by = "*"` accepts any; elsewhere `from` without a window is a start whose end does
    not matter. `due`: the new due date of a change, a local date. `said`: a text in the call's dates that is
    right although its window cannot be worked out. Lists of hours, of `group_by` and of `types` accept each
    (types of one answer are joined by a comma). What is not given here must be at its default in the call,
    unless `free` names it. Of tools that are not in `JUDGED_BY_ARGUMENTS` the call alone counts.
    """

    tool: Tool
    names: list[str] = []
    qualified: str | None = None
    operators: list[str] = []
    operator: str | None = None
    orders: list[str] = []
    order: str | None = None
    customer: str | None = None
    filter: str = "open"
    explain: bool | None = None
    change: str | None = None
    policy: str | None = None
    priority: int | None = None
    until_further_notice: bool = False
    due: str | None = None
    types: list[str] = []
    severity: str | None = None
    window: str | list[str] | None = None
    by: str | list[str] | None = None
    from_: str | None = Field(default=None, alias="from")
    said: str | None = None
    hours: float | list[float] | None = None
    group_by: str | list[str] | None = None
    bucket: str = "none"
    min_free_minutes: int = 60
    splittable: bool = True
    setup_min: int = 0
    lots: int | None = None
    max_utilization_pct: float | None = None
    quantity: int | None = None
    routing: list[ExpectedStep] = []
    free: list[str] = []


class EarlierCall(_Row):
    tool: str
    args: dict[str, JsonValue]


class Earlier(_Row):
    """Part of the conversation before the question: what was said, called (run for real) or answered."""

    user: str | None = None
    calls: list[EarlierCall] = []
    answer: str | None = None


class Question(_Row):
    """A question, the calls that are right (none: the model must say that it cannot, or ask), and other
    sets of calls that are right too."""

    id: str
    category: str
    text: str
    want: list[ExpectedCall]
    or_: list[list[ExpectedCall]] = Field(default=[], alias="or")
    earlier: list[Earlier] = []

    @property
    def accepted(self) -> list[list[ExpectedCall]]:
        return [self.want, *self.or_]


class AnswerCheck(_Row):
    """A question asked to the end. `figures`: paths into the outputs ("0.verdict": of the first call) whose
    values the answer must tell; `words`: texts that it must hold."""

    id: str
    text: str
    figures: list[str] = []
    words: list[str] = []
    german: bool = False


class _Questions(_Row):
    question: list[Question]


class _Answers(_Row):
    answer: list[AnswerCheck]


def read_questions(name: str) -> list[Question]:
    """The questions of one file, `SHOWN` or `HELD_OUT`."""
    return _Questions.model_validate(_toml(name)).question


def read_answer_checks() -> list[AnswerCheck]:
    return _Answers.model_validate(_toml("answers")).answer


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((files("evals") / "questions" / f"{name}.toml").read_text("utf-8"))
