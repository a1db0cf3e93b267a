"""The identity provider's public keys (JWKS), fetched off the event loop and kept."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

import jwt

from leadhand.errors import SigningKeysUnavailable

FETCH_TIMEOUT_S: Final = 5.0
KEYS_LIVE_S: Final = 300.0
# A token with an unknown key id makes us look for new keys at most this often (PyJWKClient's cooldown).
UNKNOWN_KEY_PAUSE_S: Final = 30.0
# While the provider is away, requests are answered at once and not each after a timeout.
FAILED_FETCH_PAUSE_S: Final = 5.0


class KeySet:
    """Signing keys by id."""

    def __init__(self, url: str, clock: Callable[[], float] = monotonic) -> None:
        self._client = jwt.PyJWKClient(
            url, lifespan=KEYS_LIVE_S, timeout=FETCH_TIMEOUT_S, cooldown_duration=UNKNOWN_KEY_PAUSE_S
        )
        # One thread of its own: a provider that hangs must not take the event loop's shared ones.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="key-set")
        self._one_fetch = asyncio.Lock()
        self._clock = clock
        self._failed_at: float | None = None

    async def find(self, key_id: str) -> jwt.PyJWK:
        """The key named `key_id`.

        Raises:
            jwt.PyJWTError: the provider has no such key.
            SigningKeysUnavailable: the provider cannot be read.
        """
        kept = self._kept(key_id)
        if kept is not None:
            return kept
        async with self._one_fetch:
            if self._failed_at is not None and self._clock() - self._failed_at < FAILED_FETCH_PAUSE_S:
                raise _away()
            return await self._fetch(key_id)

    def _kept(self, key_id: str) -> jwt.PyJWK | None:
        cache = self._client.jwk_set_cache
        keys = cache.get() if cache is not None else None
        if not isinstance(keys, jwt.PyJWKSet):
            return None
        return self._client.match_kid(
            [key for key in keys.keys if key.public_key_use in {"sig", None}], key_id
        )

    async def _fetch(self, key_id: str) -> jwt.PyJWK:
        try:
            loop = asyncio.get_running_loop()
            key = await loop.run_in_executor(self._thread, self._client.get_signing_key, key_id)
        except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, OSError, ValueError):
            self._failed_at = self._clock()
            raise _away() from None
        self._failed_at = None
        return key


def _away() -> SigningKeysUnavailable:
    return SigningKeysUnavailable("Credentials cannot be checked just now. Please try again shortly.")
