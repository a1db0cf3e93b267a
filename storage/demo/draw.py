"""Where chance and ids come from: the seed, and nothing else.

Only integer draws of `random.Random` are used, so that no platform's floating point can change a shop.
"""

import random
import uuid
from hashlib import sha1

_NAMESPACE = uuid.UUID("6f1b6d0e-3f0a-5c59-9d0e-0c8b6a1f4d77")


def dice(seed: int, part: str) -> random.Random:
    """A generator for one part of the shop, so that a change in one part leaves the others as they were."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 - a demo shop, not a secret


class Ids:
    """Ids of rows: a UUID from seed, kind and number. Ids live per tenant, so tenants may share them."""

    def __init__(self, seed: int) -> None:
        self._namespace = uuid.uuid5(_NAMESPACE, str(seed)).bytes

    def of(self, kind: str, number: int | str) -> str:
        # uuid.uuid5 without its object, which would be a tenth of the time a large shop takes.
        digest = sha1(self._namespace + f"{kind}/{number}".encode(), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(digest[16], 16) & 3]
        return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def chance(rng: random.Random, percent: int) -> bool:
    return rng.randrange(100) < percent
