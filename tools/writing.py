"""Tools that change the plan or report schedules: they only propose. What is approved is made elsewhere."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias
from uuid import UUID

import orjson
from pydantic import Field

from leadhand.context import Permission
from leadhand.errors import JsonValue
from planning.plan_writes import RowChange, WritableTable
from storage.plan_write_json import AnyChange, change_from, change_json
from tools.base import In, ToolContext, ToolOutput
from tools.calendar_views import CalendarEffectView
from tools.change_views import ConflictsView, OrderEffectRow
from tools.views import Named, View

# A larger change is not one that a person can have looked at.
MAX_CHANGES = 2_000
ChangedTable: TypeAlias = WritableTable | Literal["report_schedule"]


class ExactChange(View):
    """A row before and after, by its columns, a plan's instants as UTC minutes; for programs."""

    table: ChangedTable
    id: str
    before: dict[str, JsonValue] | None
    after: dict[str, JsonValue] | None

    @classmethod
    def of(cls, change: AnyChange) -> "ExactChange":
        return cls.model_validate(change_json(change))

    def change(self) -> AnyChange:
        return change_from(self.model_dump(mode="json"))

    def row_change(self) -> RowChange:
        """Of the plan. Raises TypeError: it is about a report schedule."""
        change = self.change()
        if not isinstance(change, RowChange):
            raise TypeError(f"{self.id} is no row of the plan")
        return change


class RowState(View):
    """A row in a planner's words; what the table does not have is null. `text` says all of it."""

    text: str
    machine: Named | None = None
    operators: list[str] = Field(default_factory=list[str])
    start: str | None = None
    end: str | None = None
    locked: bool | None = None
    status: str | None = None
    due: str | None = None
    priority: int | None = None


class RowDifference(View):
    """A row before and after. `before` null: it is new; `after` null: it goes."""

    table: ChangedTable
    id: str
    what: str = Field(description="Such as “WO-4003 operation 20 Turning”.")
    before: RowState | None
    after: RowState | None


class WriteOutput(ToolOutput):
    """What a proposal and the write that it becomes have in common."""

    summary: str = Field(description="The change in a sentence.")
    total_rows: int
    rows: list[RowDifference] = Field(description="The first 50, by start.")
    total_newly_late: int
    newly_late: list[OrderEffectRow]
    total_no_longer_late: int
    no_longer_late: list[OrderEffectRow]
    new_conflicts: ConflictsView
    solved_conflicts: ConflictsView
    calendar: CalendarEffectView | None = Field(
        default=None, description="Of an entry in calendars: hours lost and won, and the work in lost time."
    )


class ProposedWrite(WriteOutput):
    """A change that a person must approve; nothing is changed yet."""

    expires_at: str = Field(description="The time by which it must be approved.")
    undoes: UUID | None = Field(default=None, description="The change that it takes back.")
    applies: UUID | None = Field(default=None, description="The re-plan's proposal that it takes up.")
    effect: str = Field(description="A digest of what it makes late and of its new conflicts.")
    changes: list[ExactChange] = Field(description="Every row, exactly; what an approval is bound to.")


class AppliedWrite(WriteOutput):
    """A change that has been made."""

    write_id: UUID = Field(description="What undo_change takes it back by.")
    applied_at: str
    approved_by: str
    undo: str = Field(description="How to take it back.")


@dataclass(frozen=True, slots=True)
class WriteTool(Generic[In]):
    """A tool whose effect a person approves. Modules of `tools.catalog` bind one to the name `TOOL`.

    `propose` computes the exact difference and changes nothing.
    """

    name: str
    label: str
    description: str
    input_model: type[In]
    propose: Callable[[In, ToolContext], Awaitable[ProposedWrite]]
    permission: Permission = Permission.PLANNING_WRITE

    @property
    def output_model(self) -> type[ProposedWrite]:
        return ProposedWrite

    @property
    def run(self) -> Callable[[In, ToolContext], Awaitable[ProposedWrite]]:
        return self.propose


@dataclass(frozen=True, slots=True)
class ApprovedWrite:
    """A proposal that somebody with the right to has approved, as it was shown."""

    thread_id: UUID
    run_id: UUID
    call_id: str
    tool: str
    input: JsonValue
    proposal: ProposedWrite
    approved_by: str


def proposal_hash(tool: str, tool_input: JsonValue, proposal: ProposedWrite) -> str:
    """What an approval is bound to: 64 hex digits over tool, input, data version, effect and exact rows."""
    told: dict[str, JsonValue] = {
        "tool": tool,
        "input": tool_input,
        "data_version": proposal.data_version,
        "effect": proposal.effect,
        "changes": [change.model_dump(mode="json") for change in proposal.changes],
    }
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
