"""What the graph is built from; everything here lives as long as the process."""

from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from graph.state import PlannedCall
from leadhand.context import TenantContext
from leadhand.errors import WriteRefused
from leadhand.settings import Settings
from memory.history import Window
from memory.processors import Processor, unprocessed
from models.factory import ChatModel
from storage.summaries import ThreadSummary
from storage.working_memory import WorkingMemory
from tools.base import ShopSource, ToolOutput
from tools.registry import ToolRegistry
from tools.writing import ApprovedWrite, ProposedWrite


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may spend; reaching a bound ends it with the bound's code."""

    max_steps: int
    max_tool_calls: int
    max_run_tokens: int
    window_tokens: int

    @property
    def window(self) -> Window:
        return Window(self.window_tokens)

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        return cls(
            max_steps=settings.max_steps,
            max_tool_calls=settings.max_tool_calls,
            max_run_tokens=settings.max_run_tokens,
            window_tokens=settings.window_tokens,
        )


class ConversationStore(Protocol):
    """What the graph reads and keeps of a thread beside its checkpoint."""

    async def summary(self, tenant: TenantContext, thread_id: str) -> ThreadSummary | None:
        """The stored running summary; None while there is none."""
        ...

    async def keep_result(
        self,
        tenant: TenantContext,
        *,
        call_id: str,
        thread_id: str,
        run_id: str,
        tool: str,
        output: ToolOutput,
    ) -> None:
        """Keep a tool's whole result under its call id; keeping the same id again changes nothing."""
        ...


ApprovalStanding: TypeAlias = Literal["pending", "approved", "applied", "denied", "expired", "superseded"]


@dataclass(frozen=True, slots=True)
class AskedApproval:
    """What a person is asked to approve, and how that stands. `proposal_hash` binds the answer to it."""

    id: str
    standing: ApprovalStanding
    write: ApprovedWrite
    proposal_hash: str
    reason: str | None


class Approvals(Protocol):
    """Where proposals wait for a person."""

    async def of_call(self, tenant: TenantContext, call: PlannedCall) -> AskedApproval | None:
        """What the call has asked for before."""
        ...

    async def ask(self, tenant: TenantContext, call: PlannedCall, proposal: ProposedWrite) -> AskedApproval:
        """Keep the call's proposal for a person to see; the same call again finds its first one."""
        ...


class NoApprovals:
    """Where nobody can be asked: no change is made."""

    async def of_call(self, tenant: TenantContext, call: PlannedCall) -> AskedApproval | None:
        del tenant, call
        raise _nobody_to_ask()

    async def ask(self, tenant: TenantContext, call: PlannedCall, proposal: ProposedWrite) -> AskedApproval:
        del tenant, call, proposal
        raise _nobody_to_ask()


def _nobody_to_ask() -> WriteRefused:
    return WriteRefused(
        "Changes are approved in a conversation of Leadhand's own; here none can be made.",
        details={"reason": "no_approvals"},
    )


class PersonMemory(Protocol):
    """What people told about themselves."""

    async def read(self, tenant: TenantContext) -> WorkingMemory:
        """The caller's; an empty one while there is none."""
        ...


class NoPersonMemory:
    """Where nothing is remembered of anybody."""

    async def read(self, tenant: TenantContext) -> WorkingMemory:
        del tenant
        return WorkingMemory()


@dataclass(frozen=True, slots=True)
class GraphParts:
    model: ChatModel
    registry: ToolRegistry
    shops: ShopSource
    conversation: ConversationStore
    bounds: Bounds
    approvals: Approvals = field(default_factory=NoApprovals)
    memory: PersonMemory = field(default_factory=NoPersonMemory)
    # What becomes of the messages on their way to the model.
    process: Processor = unprocessed
