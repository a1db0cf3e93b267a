"""Who is calling `langgraph dev`: our bearer token, which Studio sends as a custom header."""

from typing import TypedDict

from langgraph_sdk import Auth

from leadhand.errors import LeadhandError
from leadhand.settings import settings
from server.credentials import authenticate, open_verifier
from storage.database import Database
from storage.tenants import read_tenant

auth = Auth()


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
        who = await authenticate(given, open_verifier(settings()))
        async with Database.open(settings()) as database, database.transaction(who) as connection:
            shop = await read_tenant(connection, who.tenant_id)
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
