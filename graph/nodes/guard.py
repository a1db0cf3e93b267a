"""First on every start and every resume: is this the caller whose conversation it is?"""

from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.state import TurnState
from leadhand.context import Permission, TenantContext


async def guard(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """Stop the run unless context and state agree and the caller may read the plan."""
    tenant = tenant_of(state, runtime)
    tenant.require(Permission.PLANNING_READ)
    return TurnState(steps=0, tool_calls=0, tokens=0, passages=[])
