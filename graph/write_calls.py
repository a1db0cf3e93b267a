"""A call of a tool that changes the plan: proposed, kept for a person to see, made only after their yes.

A call is run again from its top when the answer has come, or after a crash. What has been asked before is
found by the call's id, so that a person is asked once; what has been made before is found in the ledger.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from langgraph.types import interrupt
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from graph.parts import AskedApproval, GraphParts
from graph.state import PlannedCall
from leadhand.context import TenantContext
from leadhand.errors import (
    ApprovalDenied,
    ApprovalExpired,
    ApprovalSuperseded,
    DatabaseUnavailable,
    JsonValue,
    LeadhandError,
    RunInterrupted,
)
from leadhand.events import ToolApprovalRequested, ToolSucceeded, sink
from tools.writing import AppliedWrite

R = TypeVar("R")

# A restart of the database takes a few seconds.
APPLY_ATTEMPTS = 4
APPLY_WAIT_MAX_S = 2.0


@dataclass(frozen=True, slots=True)
class WriteCalls:
    parts: GraphParts

    async def run(self, call: PlannedCall, tenant: TenantContext) -> AppliedWrite:
        """The change, made and reported. Leaves the graph while a person is asked.

        Raises:
            ApprovalDenied, ApprovalExpired, ApprovalSuperseded: nobody approved it, and nothing was changed.
            StalePlan: it was approved for another plan.
            RunInterrupted: it was approved, and nobody knows yet whether it is made; who goes on finds out.
            LeadhandError: there is nothing to propose.
        """
        asked = await self._asked(call, tenant)
        if asked.standing not in {"approved", "applied"}:
            raise refusal_of(asked.standing, asked.reason)
        # A stop in the midst of it waits: whether a change was made is never left open.
        return await finished(self._apply(call, tenant, asked))

    async def _asked(self, call: PlannedCall, tenant: TenantContext) -> AskedApproval:
        asked = await self.parts.approvals.of_call(tenant, call)
        if asked is None:
            proposal = await self.parts.registry.propose(
                call["tool"],
                call["input"],
                tenant,
                self.parts.shops,
                call_id=call["call_id"],
                thread_id=call["thread_id"] or None,
            )
            asked = await self.parts.approvals.ask(tenant, call, proposal)
        if asked.standing == "pending":
            summary = asked.write.proposal.summary
            sink().emit(ToolApprovalRequested(call["call_id"], asked.id, summary, descriptor_of(asked)))
            interrupt(asked.id)
        return asked

    async def _apply(self, call: PlannedCall, tenant: TenantContext, asked: AskedApproval) -> AppliedWrite:
        made = await persistently(lambda: self.parts.registry.apply(tenant, asked.write, self.parts.shops))
        sink().emit(ToolSucceeded(call["call_id"], made.model_dump(mode="json", by_alias=True)))
        with suppress(DatabaseUnavailable):  # it is in the ledger
            await self.parts.conversation.keep_result(
                tenant,
                call_id=call["call_id"],
                thread_id=call["thread_id"],
                run_id=call["run_id"],
                tool=call["tool"],
                output=made,
            )
        return made


def descriptor_of(asked: AskedApproval) -> JsonValue:
    """What a person looks at, by way of their client, which sends all that it holds back with every turn."""
    return {
        "proposal_hash": asked.proposal_hash,
        "proposal": told(asked.write.proposal.model_dump(mode="json", by_alias=True)),
    }


def told(proposal: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A proposal as it is told to people: its exact rows stay here."""
    return {name: value for name, value in proposal.items() if name != "changes"}


def refusal_of(standing: str, reason: str | None) -> LeadhandError:
    """Why a change was not made that a person was asked for: what the model is told."""
    match standing:
        case "superseded":
            return ApprovalSuperseded("The conversation went on before this change was approved.")
        case "expired":
            return ApprovalExpired("Nobody approved this change in time, so it was not made.")
        case _:
            why = f": {reason}" if reason else "."
            return ApprovalDenied(f"The person did not approve this change, so it was not made{why}")


async def persistently(apply: Callable[[], Awaitable[R]]) -> R:
    """What `apply` gives; asked again when the database goes away in its midst: the ledger knows of it.

    Raises:
        RunInterrupted: it stays away. That nothing was made might be untrue, and a person has said yes: the
            run goes on from here once the database is back.
    """
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(DatabaseUnavailable),
            stop=stop_after_attempt(APPLY_ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=0.2, max=APPLY_WAIT_MAX_S),
            reraise=True,
        ):
            with attempt:
                return await apply()
    except DatabaseUnavailable as away:
        raise RunInterrupted("The change is made once the database is back.") from away
    raise AssertionError("the last attempt returns or raises")


async def finished(work: Awaitable[R]) -> R:
    """`work`'s result; a cancellation in its midst takes effect after it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
