"""All tools by name: their schemas, and the one way to run them.

A tool is one module in `tools.catalog` that binds `TOOL`; nothing else has to be told about it.
"""

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeAlias, cast

import orjson
from pydantic import ValidationError
from rapidfuzz import process

from leadhand import metrics
from leadhand.context import Permission, TenantContext
from leadhand.errors import (
    DatabaseUnavailable,
    InvalidToolOutput,
    JsonValue,
    LeadhandError,
    PermissionDenied,
    StalePlan,
    ToolTimeout,
    UnknownTool,
)
from leadhand.long_work import long_work
from leadhand.spans import SpanKind, note, span
from storage.plan_writes import RefusedWrite
from tools import catalog
from tools.base import ShopSource, Tool, ToolContext, ToolInput, ToolOutput
from tools.json_input import validated
from tools.knowledge_port import KnowledgePort, NoKnowledge
from tools.memory_port import MemoryPort, NoMemory
from tools.nesting import Call, NestedRunner, loggable
from tools.proposing import applied, plan_write
from tools.quiz_port import NoQuizzes, QuizPort
from tools.recall_port import NoRecall, RecallPort
from tools.replan_port import NoReplans, ReplanPort
from tools.report_schedule_port import NoReportSchedules, ReportSchedulePort
from tools.schemas import JsonObject, input_schema, output_schema
from tools.simulation_port import NoSimulations, SimulationPort
from tools.write_port import NoWrites, WritePort
from tools.writing import AppliedWrite, ApprovedWrite, ProposedWrite, WriteTool

_log = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 20.0

AnyTool: TypeAlias = Tool[ToolInput, ToolOutput] | WriteTool[ToolInput]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a client or a model may know of a tool. `writes`: it proposes a change that a person approves."""

    name: str
    label: str
    description: str
    permission: Permission
    input_schema: JsonObject
    output_model: type[ToolOutput]
    writes: bool = False

    @property
    def output_schema(self) -> JsonObject:
        """Made when first asked for: no turn needs it, and those of all tools take a third of a second."""
        return output_schema(self.output_model)


class ToolRegistry:
    """The tools of one process."""

    def __init__(
        self,
        tools: Iterable[Tool[Any, Any] | WriteTool[Any]],
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        replans: ReplanPort | None = None,
        simulations: SimulationPort | None = None,
        writes: WritePort | None = None,
        memory: MemoryPort | None = None,
        recall: RecallPort | None = None,
        knowledge: KnowledgePort | None = None,
        quizzes: QuizPort | None = None,
        report_schedules: ReportSchedulePort | None = None,
    ) -> None:
        """`timeout_s`: for each call, nested ones included. `replans`, `simulations`, `writes`, `memory`,
        `recall`, `knowledge`, `quizzes`, `report_schedules`: None where there is no database.

        Raises ValueError for a name used twice.
        """
        self._timeout_s = timeout_s
        self._replans = replans or NoReplans()
        self._simulations = simulations or NoSimulations()
        self._writes = writes or NoWrites()
        self._memory = memory or NoMemory()
        self._recall = recall or NoRecall()
        self._knowledge = knowledge or NoKnowledge()
        self._quizzes = quizzes or NoQuizzes()
        self._report_schedules = report_schedules or NoReportSchedules()
        self._tools: dict[str, AnyTool] = {}
        for tool in sorted(tools, key=lambda tool: tool.name):
            if tool.name in self._tools:
                raise ValueError(f"two tools are named {tool.name}")
            self._tools[tool.name] = tool
        self._specs = tuple(_spec(tool) for tool in self._tools.values())
        self._openai_tools = tuple(_openai_tool(spec) for spec in self._specs)

    @classmethod
    def discover(
        cls,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        replans: ReplanPort | None = None,
        simulations: SimulationPort | None = None,
        writes: WritePort | None = None,
        memory: MemoryPort | None = None,
        recall: RecallPort | None = None,
        knowledge: KnowledgePort | None = None,
        quizzes: QuizPort | None = None,
        report_schedules: ReportSchedulePort | None = None,
    ) -> Self:
        """Every `TOOL` of the modules in `tools.catalog`."""
        names = sorted(module.name for module in pkgutil.iter_modules(catalog.__path__))
        modules = [importlib.import_module(f"{catalog.__name__}.{name}") for name in names]
        tools = (_tool_of(module) for module in modules)
        return cls(
            tools,
            timeout_s=timeout_s,
            replans=replans,
            simulations=simulations,
            writes=writes,
            memory=memory,
            recall=recall,
            knowledge=knowledge,
            quizzes=quizzes,
            report_schedules=report_schedules,
        )

    def get(self, name: str) -> AnyTool:
        """Raises UnknownTool with `details.suggestions` and `details.tools`."""
        tool = self._tools.get(name)
        if tool is None:
            raise _unknown(name, list(self._tools))
        return tool

    def specs(self) -> tuple[ToolSpec, ...]:
        """All tools, by name."""
        return self._specs

    def is_write(self, name: str) -> bool:
        """Whether it only proposes a change, for a person to approve; False for a name of no tool."""
        return isinstance(self._tools.get(name), WriteTool)

    def read_output(self, name: str, value: JsonValue) -> ToolOutput:
        """An earlier output of the tool, read back from its JSON; of a write, proposed or applied.

        Raises:
            UnknownTool: there is no such tool any more.
            pydantic.ValidationError: it is no output of today's tool.
        """
        model: type[ToolOutput] = self.get(name).output_model
        if self.is_write(name) and isinstance(value, dict) and "write_id" in value:
            model = AppliedWrite
        return model.model_validate_json(orjson.dumps(value), by_alias=True, by_name=False)

    def openai_tools(self, permissions: frozenset[Permission] | None = None) -> list[JsonObject]:
        """The tools that `permissions` allow (None: all) in OpenAI's form, for `bind_tools`."""
        return [
            tool
            for spec, tool in zip(self._specs, self._openai_tools, strict=True)
            if permissions is None or spec.permission in permissions
        ]

    async def run(
        self,
        name: str,
        raw_input: JsonValue,
        tenant: TenantContext,
        shops: ShopSource,
        *,
        call_id: str,
        depth: int = 0,
        thread_id: str | None = None,
    ) -> ToolOutput:
        """Run one tool for `tenant`; the caller reports the call itself, nested calls report themselves.

        `thread_id`: of the conversation, if it is made in one.

        Raises:
            UnknownTool, PermissionDenied, InvalidToolInput: nothing ran.
            ToolTimeout: it took longer than allowed.
            InvalidToolOutput: the tool broke its own promise.
            LeadhandError: whatever the tool itself says (NotFound, EmptyWindow, ...).
        """
        return await self._run(Call(name, raw_input, tenant, shops, call_id, depth, thread_id))

    async def propose(
        self,
        name: str,
        raw_input: JsonValue,
        tenant: TenantContext,
        shops: ShopSource,
        *,
        call_id: str,
        depth: int = 0,
        thread_id: str | None = None,
    ) -> ProposedWrite:
        """What `run` does, of a write tool: the exact change, for a person to approve. Nothing is changed.

        Raises:
            TypeError: it is no write tool.
            LeadhandError: as `run`.
        """
        output = await self.run(
            name, raw_input, tenant, shops, call_id=call_id, depth=depth, thread_id=thread_id
        )
        if not isinstance(output, ProposedWrite):
            raise TypeError(f"{name} is no write tool")
        return output

    async def apply(self, tenant: TenantContext, write: ApprovedWrite, shops: ShopSource) -> AppliedWrite:
        """Make an approved change, once, however often it is asked for.

        Raises:
            PermissionDenied: `tenant`, who asked for it, may not.
            StalePlan: the plan is not the one it was approved for; `details.fresh` is the proposal anew, or
                `details.refused` says why there is none.
            IdempotencyConflict: another change was made for this call.
        """
        tenant.require(self.get(write.tool).permission)
        try:
            with span(SpanKind.TOOL, write.tool, call_id=write.call_id):
                kept = await self._writes.apply(tenant, plan_write(write))
        except StalePlan as stale:
            details = await self._fresh(tenant, write, shops)
            raise StalePlan(stale.message, details={**stale.details, **details}) from None
        return applied(write.proposal, kept)

    async def _fresh(
        self, tenant: TenantContext, write: ApprovedWrite, shops: ShopSource
    ) -> dict[str, JsonValue]:
        try:
            fresh = await self.propose(
                write.tool,
                write.input,
                tenant,
                shops,
                call_id=write.call_id,
                thread_id=str(write.thread_id),
            )
        except LeadhandError as error:
            refused: JsonValue = {"code": error.code, "message": error.message, "details": error.details}
            return {"fresh": None, "refused": refused}
        return {"fresh": fresh.model_dump(mode="json", by_alias=True)}

    async def _run(self, call: Call) -> ToolOutput:
        # A name that a model or a client made up is no label.
        name = call.name if call.name in self._tools else metrics.UNKNOWN
        with (
            span(SpanKind.TOOL, name, call_id=call.call_id, depth=call.depth),
            metrics.counted(metrics.tool_calls, name, metrics.tool_call_duration),
        ):
            return await self._checked_run(call)

    async def _checked_run(self, call: Call) -> ToolOutput:
        tool = self.get(call.name)
        await self._require(tool, call)
        tool_input = validated(tool.input_model, call.raw_input)
        nested = NestedRunner(self._run, call)
        context = ToolContext(
            call.tenant,
            call.shops,
            nested,
            self._replans,
            self._simulations,
            self._writes,
            self._memory,
            self._recall,
            self._knowledge,
            self._quizzes,
            self._report_schedules,
            call.call_id,
            call.thread_id,
        )
        return _checked(tool, await self._in_time(tool, tool_input, context))

    async def _require(self, tool: AnyTool, call: Call) -> None:
        """Raises PermissionDenied; that of a write leaves a row in the audit, if there is a database."""
        try:
            call.tenant.require(tool.permission)
        except PermissionDenied as denied:
            if isinstance(tool, WriteTool):
                refused = RefusedWrite(tool.name, call.call_id, loggable(call.raw_input), denied.code)
                with suppress(DatabaseUnavailable):
                    await self._writes.note_refusal(call.tenant, refused)
            raise

    async def _in_time(self, tool: AnyTool, tool_input: ToolInput, context: ToolContext) -> ToolOutput:
        timeout_s = self._timeout_s
        if isinstance(tool, Tool) and tool.waits and (work := long_work()) is not None:
            timeout_s += work.left_s
        limit = asyncio.timeout(timeout_s)
        try:
            async with limit:
                return await tool.run(tool_input, context)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ToolTimeout(
                f"{tool.name} took longer than {timeout_s:g} s. A shorter window or fewer machines may help.",
                details={"tool": tool.name, "timeout_s": timeout_s},
            ) from None


def _checked(tool: AnyTool, output: object) -> ToolOutput:
    """The output read back from its own JSON: what a client gets is what the schema promises."""
    try:
        if type(output) is not tool.output_model:
            raise TypeError(f"returned {type(output).__name__}")
        text = output.model_dump_json(by_alias=True)
        note(output_chars=len(text))
        return tool.output_model.model_validate_json(text, by_alias=True, by_name=False)
    except (ValidationError, ValueError, TypeError) as error:
        if isinstance(error, ValidationError):
            wrong = [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False)]
        else:
            wrong = [type(error).__name__]
        _log.error("tool %s returned an invalid output: %s", tool.name, ", ".join(wrong[:10]))
        raise InvalidToolOutput(
            f"{tool.name} gave a result that fails its own check, so it was withheld.",
            details={"tool": tool.name},
        ) from None


def _tool_of(module: object) -> Tool[Any, Any] | WriteTool[Any]:
    tool = getattr(module, "TOOL", None)
    if not isinstance(tool, Tool | WriteTool):
        raise TypeError(f"{getattr(module, '__name__', module)} binds no TOOL")
    return cast("Tool[Any, Any] | WriteTool[Any]", tool)


def _spec(tool: AnyTool) -> ToolSpec:
    return ToolSpec(
        name=tool.name,
        label=tool.label,
        description=tool.description,
        permission=tool.permission,
        input_schema=input_schema(tool.input_model),
        output_model=tool.output_model,
        writes=isinstance(tool, WriteTool),
    )


def _openai_tool(spec: ToolSpec) -> JsonObject:
    function: JsonObject = {
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.input_schema,
    }
    return {"type": "function", "function": function}


def _unknown(name: str, names: list[str]) -> UnknownTool:
    shown = "".join(char if char.isprintable() else " " for char in name[:60])
    near: list[JsonValue] = [hit[0] for hit in process.extract(shown, names, limit=3, score_cutoff=60)]
    hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(names)}."
    everything: list[JsonValue] = [*names]
    return UnknownTool(
        f"There is no tool “{shown}”.{hint}", details={"suggestions": near, "tools": everything}
    )
