"""What `leadhand apikey` does in the database."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from cli.rights import left_out, named
from cli.terminal import err, out, plain_table
from leadhand.api_key import new_api_key
from leadhand.context import Permission, Principal
from leadhand.errors import NotFound
from leadhand.settings import Settings
from storage.api_keys import KeyRecord, create_key, list_keys, revoke_key
from storage.database import Database
from storage.tenants import read_tenant
from storage.transactions import Connection

NEVER = "–"
LINE_CHARS = 400


async def make_key(
    settings: Settings,
    *,
    shop: str,
    user: str,
    name: str,
    permissions: Sequence[Permission],
    expires: datetime,
) -> None:
    """Make a key of `shop` that acts as `user` until `expires` (aware), and print it.

    Raises:
        NotFound: no such shop.
        DatabaseUnavailable, UnsafeDatabaseRole, SchemaOutdated: the database cannot be used.
    """
    key = new_api_key()
    async with _of_shop(settings, shop) as connection:
        await create_key(
            connection, key=key, name=name, acts_as=user, permissions=permissions, expires_at=expires
        )
    rights, missing = named(permissions), left_out(permissions)
    if missing:
        err().print(missing)
    err().print(f"Key {key.id} of {shop} acts as {user} ({rights}) until {_minute(expires)}. Keep it safe:")
    out().print(key.text)


async def show_keys(settings: Settings, *, shop: str) -> None:
    """Print the keys of `shop`; raises as `make_key` does."""
    async with _of_shop(settings, shop) as connection:
        keys = await list_keys(connection)
    if not keys:
        err().print(f"The shop {shop} has no API key; `leadhand apikey create` makes one.")
        return
    table = plain_table("id", "state", "name", "user", "permissions", "created", "last used", "expires")
    for key in keys:
        table.add_row(
            key.id,
            _state(key),
            key.name,
            key.acts_as,
            ", ".join(key.permissions),
            _minute(key.created_at),
            _minute(key.last_used_at),
            _minute(key.expires_at),
        )
    console = out()
    console.width = LINE_CHARS  # a key a line, however narrow the terminal: programs read this too
    console.print(table)


async def end_key(settings: Settings, *, shop: str, key_id: str) -> None:
    """Revoke a key; raises NotFound when `shop` has no such key, else as `make_key` does."""
    async with _of_shop(settings, shop) as connection:
        if not await revoke_key(connection, key_id=key_id):
            raise NotFound(f"The shop {shop} has no API key of that id; `leadhand apikey list` shows them.")
    out().print(f"The key {key_id} is revoked.")


@asynccontextmanager
async def _of_shop(settings: Settings, shop: str) -> AsyncGenerator[Connection]:
    """A transaction of a shop that exists."""
    who = Principal(shop, "leadhand-apikey", frozenset({Permission.ADMIN}))
    async with Database.open(settings) as database, database.transaction(who) as connection:
        if await read_tenant(connection, tenant_id=shop) is None:
            raise NotFound(f"There is no shop {shop}; `leadhand demo --shop {shop}` makes one to try.")
        yield connection


def _state(key: KeyRecord) -> str:
    if key.revoked_at is not None:
        return "revoked"
    expired = key.expires_at is not None and key.expires_at <= datetime.now(UTC)
    return "expired" if expired else "in force"


def _minute(moment: datetime | None) -> str:
    return NEVER if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
