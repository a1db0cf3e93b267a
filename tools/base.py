"""What a tool is: one typed input, one typed output, one function over one shop's data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue
from planning.shop import Interval, Shop
from tools.knowledge_port import KnowledgePort, NoKnowledge
from tools.memory_port import MemoryPort, NoMemory
from tools.quiz_port import NoQuizzes, QuizPort
from tools.recall_port import NoRecall, RecallPort
from tools.replan_port import NoReplans, ReplanPort
from tools.report_schedule_port import NoReportSchedules, ReportSchedulePort
from tools.simulation_port import NoSimulations, SimulationPort
from tools.write_port import NoWrites, WritePort


class ToolInput(BaseModel):
    """Base of all inputs: unknown fields are refused, so that a misspelt argument is never ignored.

    Python fills fields by their names, the registry reads JSON by alias only: give a field that needs another
    name in JSON both a `validation_alias` and a `serialization_alias` (`from_` is "from").
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


class Evidence(BaseModel):
    """Ids of the rows that a figure was computed from, by table, so that a client can link them.

    `total` says how many rows there were where `ids` lists only the first of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    ids: list[str]
    total: int | None = None


class ToolOutput(BaseModel):
    """Base of all outputs (planning-domain section 5): what every answer says about itself.

    Instants are ISO 8601 strings with the shop's offset. `assumptions` are sentences about what the tool took
    for granted ("The window is next month: 1 to 31 December 2026."); `warnings` are sentences about the data.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_version: int
    as_of: str
    timezone: str
    assumptions: list[str] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


class ShopSource(Protocol):
    """Reads one shop's plan; `storage` implements it."""

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        """All master data, open orders with all their bookings, and at least every booking that touches
        `window`.
        """
        ...


class NestedCalls(Protocol):
    """Runs another tool on behalf of a running one, under the same TenantContext."""

    async def call(self, name: str, tool_input: JsonValue) -> ToolOutput:
        """Run tool `name` one level deeper and give its validated output; raises what that tool raises."""
        ...


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may use: who asks, the shop's plan, other tools (shown as nested), re-plans, what earlier
    simulations found, the writes that were made, what is remembered of the person, what they said earlier,
    the shop's documents, when reports are made.

    `call_id`: of this call. `thread_id`: of the conversation that it is made in, if it is in one.
    """

    tenant: TenantContext
    shops: ShopSource
    tools: NestedCalls
    replans: ReplanPort = NoReplans()  # noqa: RUF009 - it has no state
    simulations: SimulationPort = NoSimulations()  # noqa: RUF009 - it has no state
    writes: WritePort = NoWrites()  # noqa: RUF009 - it has no state
    memory: MemoryPort = NoMemory()  # noqa: RUF009 - it has no state
    recall: RecallPort = NoRecall()  # noqa: RUF009 - it has no state
    knowledge: KnowledgePort = NoKnowledge()  # noqa: RUF009 - it has no state
    quizzes: QuizPort = NoQuizzes()  # noqa: RUF009 - it has no state
    report_schedules: ReportSchedulePort = NoReportSchedules()  # noqa: RUF009 - it has no state
    call_id: str = ""
    thread_id: str | None = None


In = TypeVar("In", bound=ToolInput)
Out = TypeVar("Out", bound=ToolOutput)


@dataclass(frozen=True, slots=True)
class Tool(Generic[In, Out]):
    """One tool. Each module of `tools.catalog` binds exactly one to the name `TOOL`.

    `description` is what the model reads to choose it; `label` is the loading line a person sees. `waits`: in
    a background run it may take as long as the run (`leadhand.long_work`).
    """

    name: str
    label: str
    description: str
    input_model: type[In]
    output_model: type[Out]
    run: Callable[[In, ToolContext], Awaitable[Out]]
    permission: Permission = Permission.PLANNING_READ
    waits: bool = False
