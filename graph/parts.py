"""What the graph is built from; everything here lives as long as the process."""

from dataclasses import dataclass
from typing import Protocol

from graph.state import Passage
from leadhand.context import TenantContext
from leadhand.settings import Settings
from models.factory import ChatModel
from tools.base import ShopSource, ToolOutput
from tools.registry import ToolRegistry


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may spend; reaching a bound ends it with the bound's code."""

    max_steps: int
    max_tool_calls: int
    max_run_tokens: int
    window_tokens: int

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

    async def summary(self, tenant: TenantContext, thread_id: str) -> str:
        """The stored running summary; empty while there is none."""
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


class PassageSource(Protocol):
    """Finds passages of the shop's own documents."""

    async def search(self, tenant: TenantContext, question: str) -> list[Passage]: ...


class NoDocuments:
    """The knowledge base before there is one: it finds nothing."""

    async def search(self, tenant: TenantContext, question: str) -> list[Passage]:
        del tenant, question
        return []


@dataclass(frozen=True, slots=True)
class GraphParts:
    model: ChatModel
    registry: ToolRegistry
    shops: ShopSource
    conversation: ConversationStore
    passages: PassageSource
    bounds: Bounds
