"""First on every start: is this the caller whose conversation it is?"""

from langgraph.runtime import Runtime

from graph.identity import caller_of, tenant_of
from graph.state import TurnState
from leadhand.context import Permission, TenantContext


async def guard(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """Stop the run unless context and state agree and the caller may read the plan; start its counters."""
    fresh = TurnState(steps=0, tool_calls=0, tokens=0, passages=None, cited=[])
    if runtime.server_info is not None and "tenant_id" not in state:
        # A new thread of `langgraph dev` has only messages: it belongs to who makes it.
        caller = caller_of(runtime)
        fresh["tenant_id"], fresh["user_id"] = caller.tenant_id, caller.user_id
        state = TurnState(tenant_id=caller.tenant_id, user_id=caller.user_id)
    tenant_of(state, runtime).require(Permission.PLANNING_READ)
    return fresh
