"""API keys of a shop. Row level security hides every other shop's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leadhand.api_key import ApiKey
from leadhand.context import Permission
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection, Pool, translated_errors

_SQL = named_queries("api_keys")


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """What a key is checked against, and what it then allows. `expires_in_s` is None for ever."""

    secret_sha256: bytes
    acts_as: str
    permissions: list[str]
    expires_in_s: float | None


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as its shop sees it; times are aware. `acts_as` is the user of everything done with it."""

    id: str
    name: str
    acts_as: str
    permissions: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


async def shop_of_key(pool: Pool, key_id: str) -> str | None:
    """The shop that has the key of that id, in force or not: the one question that is asked as no shop.

    Raises:
        DatabaseUnavailable: nobody can tell just now.
    """
    with translated_errors():
        async with pool.connection() as connection:
            return await fetch_value(connection, _SQL["shop_of_key"], {"key_id": key_id}, str)


async def key_in_force(connection: Connection, *, key_id: str) -> KeyInForce | None:
    """None for a key that is revoked, has expired, or is not of this shop."""
    return await fetch_one(connection, _SQL["key_in_force"], {"key_id": key_id}, KeyInForce)


async def mark_used(connection: Connection, *, key_id: str) -> None:
    await execute(connection, _SQL["mark_used"], {"key_id": key_id})


async def create_key(
    connection: Connection,
    *,
    key: ApiKey,
    name: str,
    acts_as: str,
    permissions: Iterable[Permission],
    expires_at: datetime | None,
) -> None:
    """Keep `key` for the shop of this transaction; `expires_at` is aware, None for ever."""
    params = {
        "key_id": key.id,
        "secret_sha256": key.secret_sha256,
        "name": storable_text(name),
        "acts_as": storable_text(acts_as),
        "permissions": sorted({permission.value for permission in permissions}),
        "expires_at": expires_at,
    }
    await execute(connection, _SQL["create_key"], params)


async def list_keys(connection: Connection) -> tuple[KeyRecord, ...]:
    """Newest first, revoked and expired ones too."""
    return await fetch_all(connection, _SQL["list_keys"], {}, KeyRecord)


async def revoke_key(connection: Connection, *, key_id: str) -> bool:
    """Whether this shop has such a key; it is revoked now, if it was not before."""
    return await execute(connection, _SQL["revoke_key"], {"key_id": storable_text(key_id)}) > 0
