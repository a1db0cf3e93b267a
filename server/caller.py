"""The caller of a route as a TenantContext: credential, shop settings and clock put together."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, cast

from fastapi import Depends, Header, Request

from leadhand.clock import utc_minute
from leadhand.context import Permission, TenantContext
from leadhand.errors import InvalidRequest
from runs.desk import Desk
from server.desk_keeper import DeskKeeper
from server.gate import admitted_of

AS_OF_YEARS: Final = range(1990, 2101)


def keeper(request: Request) -> DeskKeeper:
    return cast("DeskKeeper", request.app.state.keeper)


def open_desk_of(request: Request) -> Desk:
    """Raises DatabaseUnavailable while the desk is not open."""
    return keeper(request).desk


async def reader(request: Request) -> TenantContext:
    """A caller who may read the plan, at the present minute."""
    admitted = admitted_of(request)
    who, shop = admitted.principal, admitted.shop
    tenant = TenantContext(
        who.tenant_id, who.user_id, who.permissions, shop.timezone, shop.locale, utc_minute()
    )
    tenant.require(Permission.PLANNING_READ)
    return tenant


async def planner(
    tenant: Annotated[TenantContext, Depends(reader)],
    x_as_of: Annotated[
        str | None,
        Header(
            description="Fixes the clock of this request (permission `studio`): ISO 8601 with an offset.",
            examples=["2026-12-01T08:00:00+01:00"],
        ),
    ] = None,
) -> TenantContext:
    """A caller who may read the plan, at the minute of `X-As-Of` if it is given."""
    if x_as_of is None:
        return tenant
    tenant.require(Permission.STUDIO)
    return replace(tenant, as_of=_as_of(x_as_of))


def _as_of(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.year in AS_OF_YEARS:
            return utc_minute(moment)
    except ValueError:
        pass
    problem = "should be an ISO 8601 time with an offset, such as 2026-12-01T08:00:00+01:00"
    raise InvalidRequest(
        f"The header X-As-Of {problem}.",
        details={"fields": [{"field": "header.x-as-of", "problem": problem}]},
    )


Reader = Annotated[TenantContext, Depends(reader)]
Planner = Annotated[TenantContext, Depends(planner)]
OpenDesk = Annotated[Desk, Depends(open_desk_of)]
