"""The tenant context of a node: passed beside the state, and equal to the identity in it.

Under `langgraph dev` a client may put anything into a run's context, so there the caller is the user that the
auth handler verified, and the context is not looked at.
"""

from typing import cast

from langgraph.runtime import Runtime, ServerInfo

from graph.state import PlannedCall, TurnState
from leadhand.clock import utc_minute
from leadhand.context import Permission, TenantContext
from leadhand.errors import ContextMismatch


def tenant_of(state: TurnState | PlannedCall, runtime: Runtime[TenantContext]) -> TenantContext:
    """The caller of this run.

    Raises:
        ContextMismatch: there is no verified caller, or it is someone else than the thread's state says.
    """
    caller = caller_of(runtime)
    if (state.get("tenant_id"), state.get("user_id")) != (caller.tenant_id, caller.user_id):
        raise ContextMismatch("This conversation belongs to someone else.")
    return caller


def caller_of(runtime: Runtime[TenantContext]) -> TenantContext:
    """Who was verified outside the graph; raises ContextMismatch when nobody was."""
    if runtime.server_info is not None:
        return _studio_user(runtime.server_info)
    context = cast("object", runtime.context)
    if not isinstance(context, TenantContext):
        raise ContextMismatch("This run has no verified caller, so it does not start.")
    return context


def _studio_user(server: ServerInfo) -> TenantContext:
    """The user of the auth handler (server/studio.py), who carries tenant, rights, time zone and locale."""
    user = server.user
    if user is None:
        raise ContextMismatch("This run has no verified caller, so it does not start.")
    try:
        return TenantContext(
            tenant_id=str(user["tenant_id"]),
            user_id=user.identity,
            permissions=frozenset(Permission(name) for name in user.permissions),
            timezone=str(user["timezone"]),
            locale=str(user["locale"]),
            as_of=utc_minute(),
        )
    except (KeyError, AttributeError, ValueError):
        raise ContextMismatch("This run's caller is not one of Leadhand's users.") from None
