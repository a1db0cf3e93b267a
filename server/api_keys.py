"""API keys as credentials: checked against the shop's own row, and believed for a few seconds."""

import asyncio
import hashlib
from collections.abc import Callable
from time import monotonic
from typing import Final

from leadhand.api_key import ApiKey, parse_api_key
from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable
from storage.api_keys import key_in_force, mark_used, shop_of_key
from storage.database import Database

# A revoked key opens nothing after this time; a turn that it has started before runs to its end.
KEY_LIVE_S: Final = 10.0
MAX_KEYS_KEPT: Final = 10_000
# Strangers who try keys take at most so many of the pool's connections at once.
MAX_LOOKUPS: Final = 4
LOOKUP_TIMEOUT_S: Final = 5.0


class UnknownKeyError(ValueError):
    """No key of ours, or one that is revoked or has expired; its text is never repeated."""


class ApiKeys:
    """The keys that came lately. Only those that passed are kept, so guesses fill nothing up."""

    def __init__(self, database: Callable[[], Database], clock: Callable[[], float] = monotonic) -> None:
        """`database` raises DatabaseUnavailable while there is none."""
        self._database = database
        self._clock = clock
        self._kept: dict[bytes, tuple[float, Principal]] = {}
        self._lookups = asyncio.Semaphore(MAX_LOOKUPS)

    async def principal_of(self, text: str) -> Principal:
        """Whom the key stands for: its shop, its user, and the permissions it was given.

        Raises:
            ValueError: not a key, or not one in force.
            DatabaseUnavailable: nobody can tell just now.
        """
        key = parse_api_key(text)
        database = self._database()
        digest = hashlib.sha256(text.encode("ascii")).digest()
        kept = self._kept.get(digest)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S), self._lookups:
                live_s, who = await _read(database, key)
        except TimeoutError:
            raise DatabaseUnavailable("The database does not answer. Try again in a moment.") from None
        except UnknownKeyError:
            self._kept.pop(digest, None)
            raise
        if len(self._kept) >= MAX_KEYS_KEPT:
            self._kept.clear()
        self._kept[digest] = (self._clock() + live_s, who)
        return who


async def _read(database: Database, key: ApiKey) -> tuple[float, Principal]:
    """For how many seconds the key may be believed, and whom it stands for."""
    shop = await shop_of_key(database.pool, key.id)
    if shop is None:
        raise UnknownKeyError
    reader = Principal(shop, f"api key {key.id}", frozenset())
    async with database.transaction(reader) as connection:
        found = await key_in_force(connection, key_id=key.id)
        if found is None or not key.matches(found.secret_sha256):
            raise UnknownKeyError
        await mark_used(connection, key_id=key.id)
    permissions = frozenset(right for right in Permission if right.value in found.permissions)
    live_s = KEY_LIVE_S if found.expires_in_s is None else min(KEY_LIVE_S, found.expires_in_s)
    return live_s, Principal(shop, found.acts_as, permissions)
