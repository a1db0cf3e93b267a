"""Calls that a running tool makes: one level deeper, under the same caller, visible as nested, bounded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from leadhand.context import TenantContext
from leadhand.errors import (
    InternalFault,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    RunInterrupted,
    ToolCallLimit,
)
from leadhand.events import ToolFailed, ToolInputReady, ToolSucceeded, sink
from tools.base import ShopSource, ToolOutput
from tools.json_input import check_clean

MAX_DEPTH = 3
MAX_NESTED_CALLS = 16


@dataclass(slots=True)
class CallBudget:
    """Nested calls that are left below one call of the model, shared by the whole tree."""

    left: int = MAX_NESTED_CALLS


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool and the calls above it. `thread_id`: the conversation, if it is made in one."""

    name: str
    raw_input: JsonValue
    tenant: TenantContext
    shops: ShopSource
    call_id: str
    depth: int = 0
    thread_id: str | None = None
    parent_id: str | None = None
    ancestors: tuple["Call", ...] = ()
    budget: CallBudget = field(default_factory=CallBudget)


Run = Callable[[Call], Awaitable[ToolOutput]]


class NestedRunner:
    """What a tool gets as `context.tools`."""

    def __init__(self, run: Run, parent: Call) -> None:
        self._run = run
        self._parent = parent
        self._made = 0

    async def call(self, name: str, tool_input: JsonValue) -> ToolOutput:
        """Run `name` as call `<parent>.<n>`; its events go to the run's sink.

        Raises:
            ToolCallLimit: too deep, too many, or a call that is already under way above.
            LeadhandError: what the tool itself raises.
        """
        self._made += 1
        call = replace(
            self._parent,
            name=name,
            raw_input=tool_input,
            call_id=f"{self._parent.call_id}.{self._made}",
            depth=self._parent.depth + 1,
            parent_id=self._parent.call_id,
            ancestors=(*self._parent.ancestors, self._parent),
        )
        _check_bounds(call)
        call.budget.left -= 1
        return await _reported(self._run, call)


def _check_bounds(call: Call) -> None:
    if call.depth > MAX_DEPTH:
        raise ToolCallLimit(
            f"Tools may call tools {MAX_DEPTH} levels deep.",
            details={"max_depth": MAX_DEPTH, "tool": call.name},
        )
    if call.budget.left <= 0:
        raise ToolCallLimit(
            f"One call may make {MAX_NESTED_CALLS} nested calls.",
            details={"max_nested_calls": MAX_NESTED_CALLS, "tool": call.name},
        )
    if any(above.name == call.name and above.raw_input == call.raw_input for above in call.ancestors):
        raise ToolCallLimit(
            f"{call.name} would call itself with the same input.", details={"tool": call.name}
        )


async def _reported(run: Run, call: Call) -> ToolOutput:
    events = sink()
    events.emit(ToolInputReady(call.call_id, call.name, loggable(call.raw_input), call.parent_id, call.depth))
    failure: LeadhandError | None = InternalFault("The nested call failed.")
    try:
        output = await run(call)
        failure = None
    except LeadhandError as error:
        failure = error
        raise
    except asyncio.CancelledError:
        failure = RunInterrupted("The nested call was stopped.")
        raise
    finally:
        # Whatever ends the call, the client must not be left with a call that never closes.
        if failure is not None:
            events.emit(ToolFailed(call.call_id, failure.code, failure.message))
    events.emit(ToolSucceeded(call.call_id, output.model_dump(mode="json", by_alias=True)))
    return output


def loggable(raw: JsonValue) -> JsonValue:
    """What the event log can store; an input that it cannot is refused by validation right after."""
    try:
        check_clean(raw)
    except InvalidToolInput:
        return None
    return raw
