"""The caller of a route as a TenantContext: credential, shop settings and clock put together."""

from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Annotated, Final, cast

from fastapi import Depends, Header, Request

from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InvalidRequest, Unauthorized
from runs.desk import Desk
from server.desk_keeper import DeskKeeper
from server.gate import principal_of_request
from storage.database import Database
from storage.tenants import TenantSettings, read_tenant

# A shop's time zone and locale hardly ever change; half a minute later is soon enough.
SETTINGS_LIVE_S: Final = 30.0
MAX_SHOPS_KEPT: Final = 1_000
AS_OF_YEARS: Final = range(1990, 2101)


class ShopDirectory:
    """The settings of shops that asked lately."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, TenantSettings]] = {}

    async def settings_of(self, who: Principal, database: Database) -> TenantSettings:
        """Raises Unauthorized for a shop that does not exist: to its credential nothing here is known."""
        kept = self._kept.get(who.tenant_id)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        async with database.transaction(who) as conn:
            found = await read_tenant(conn, who.tenant_id)
        if found is None:
            raise Unauthorized("The bearer token is not valid.")
        if len(self._kept) >= MAX_SHOPS_KEPT:
            self._kept.clear()
        self._kept[who.tenant_id] = (monotonic() + SETTINGS_LIVE_S, found)
        return found


def keeper(request: Request) -> DeskKeeper:
    return cast("DeskKeeper", request.app.state.keeper)


def open_desk_of(request: Request) -> Desk:
    """Raises DatabaseUnavailable while the desk is not open."""
    return keeper(request).desk


async def reader(request: Request) -> TenantContext:
    """A caller who may read the plan, at the present minute."""
    directory = cast("ShopDirectory", request.app.state.shops)
    who = principal_of_request(request)
    shop = await directory.settings_of(who, open_desk_of(request).database)
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
