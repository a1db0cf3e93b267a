"""The tenant context of a node: passed beside the state, and equal to the identity in it."""

from typing import cast

from langgraph.runtime import Runtime

from graph.state import PlannedCall, TurnState
from leadhand.context import TenantContext
from leadhand.errors import ContextMismatch


def tenant_of(state: TurnState | PlannedCall, runtime: Runtime[TenantContext]) -> TenantContext:
    """The caller of this run.

    Raises:
        ContextMismatch: no context was passed, or it belongs to someone else than the thread's state.
    """
    context = cast(object, runtime.context)
    if not isinstance(context, TenantContext):
        raise ContextMismatch("This run has no verified caller, so it does not start.")
    stated = (state.get("tenant_id"), state.get("user_id"))
    if stated != (context.tenant_id, context.user_id):
        raise ContextMismatch("This conversation belongs to someone else.")
    return context
