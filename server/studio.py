"""Who is calling `langgraph dev`, by the bearer token in Studio's custom header, and what is theirs there.

That server keeps its threads itself, beside our database: there, only these handlers keep people apart.
"""

from functools import cache
from time import monotonic
from typing import TypedDict, cast

from langgraph_sdk import Auth

from leadhand.context import Principal
from leadhand.errors import LeadhandError
from leadhand.settings import settings
from server.credentials import Verifier, authenticate, open_verifier
from server.shop_directory import SETTINGS_LIVE_S
from storage.database import Database
from storage.tenants import TenantSettings, read_tenant

auth = Auth()

# The marks of a thread that this server keeps.
OWNER_SHOP = "leadhand_shop"
OWNER_PERSON = "leadhand_person"

_shops: dict[str, tuple[float, TenantSettings]] = {}


class StudioUser(TypedDict):
    """What langgraph's server wants of a user, and what `graph.identity` needs beyond that."""

    identity: str
    is_authenticated: bool
    permissions: list[str]
    tenant_id: str
    timezone: str
    locale: str


@auth.authenticate
async def verified_user(headers: dict[bytes, bytes]) -> StudioUser:
    """The credential's user, from which alone `graph.identity` makes the tenant context of a run.

    Raises:
        Auth.exceptions.HTTPException: 401 for every credential that is not in force for a shop of ours.
    """
    given = [value.decode("latin-1") for name, value in headers.items() if name.lower() == b"authorization"]
    try:
        who = await authenticate(given, _verifier())
        shop = await _shop_of(who)
    except LeadhandError as error:
        raise Auth.exceptions.HTTPException(status_code=401, detail=error.message) from None
    if shop is None:
        raise Auth.exceptions.HTTPException(status_code=401, detail="The bearer token is not valid.")
    return {
        "identity": who.user_id,
        "is_authenticated": True,
        "permissions": sorted(permission.value for permission in who.permissions),
        "tenant_id": who.tenant_id,
        "timezone": shop.timezone,
        "locale": shop.locale,
    }


@cache
def _verifier() -> Verifier:
    return open_verifier(settings())


async def _shop_of(who: Principal) -> TenantSettings | None:
    """Opening a database takes a moment, and Studio asks for something all the time."""
    kept = _shops.get(who.tenant_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    async with Database.open(settings()) as database, database.transaction(who) as connection:
        shop = await read_tenant(connection, who.tenant_id)
    if shop is not None:
        _shops[who.tenant_id] = (monotonic() + SETTINGS_LIVE_S, shop)
    return shop


@auth.on
async def closed(ctx: Auth.types.AuthContext, value: object) -> bool:
    """What is not opened below stays shut: changes to graphs, schedules, the store."""
    del ctx, value
    return False


@auth.on.assistants(actions=["read", "search"])
async def graphs_are_shown(ctx: Auth.types.AuthContext, value: object) -> bool:
    """The graphs that langgraph.json names hold nothing of any shop."""
    del ctx, value
    return True


@auth.on.threads
async def own_threads(ctx: Auth.types.AuthContext, value: dict[str, object]) -> Auth.types.FilterType:
    """A thread is marked as its maker's and exists for nobody else; a client's own marks are overwritten."""
    owner = {OWNER_SHOP: str(ctx.user["tenant_id"]), OWNER_PERSON: ctx.user.identity}
    metadata = value.get("metadata")
    if isinstance(metadata, dict):
        # In place: the caller keeps this dictionary, not what `value` holds.
        cast("dict[str, object]", metadata).update(owner)
    else:
        value["metadata"] = dict(owner)
    return owner
