"""Vectors that ship with the product: of passages that everybody has, the bundled model need not be asked.

The file has by a key (of the text that a vector is made of) the vector in half precision, which is what
Postgres keeps of one, in Base64.
"""

import struct
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

from models.embeddings.bundled import NAME, BundledEmbedder
from models.embeddings.embedder import Vector

# The model that made them.
MODEL: Final = NAME
DIMENSIONS: Final = 384
KEY_BYTES: Final = 16
_HALVES: Final = struct.Struct(f"<{DIMENSIONS}e")
_PACKAGE, _FILE = "storage.demo.handbook", "vectors.toml"


def packed(vectors: Iterable[tuple[str, Vector]]) -> str:
    """The file of these texts' vectors, in an order of its own."""
    rows = {_key(text): b64encode(_HALVES.pack(*vector)).decode() for text, vector in vectors}
    return "".join(f'"{key}" = "{row}"\n' for key, row in sorted(rows.items()))


def unpacked(known: Mapping[str, str], texts: Sequence[str]) -> list[Vector] | None:
    """Of each text, from what a file holds; None when one of them is not known."""
    found = [_HALVES.unpack(b64decode(known[key])) for text in texts if (key := _key(text)) in known]
    return list(found) if len(found) == len(texts) else None


def shipped_vectors(texts: Sequence[str]) -> list[Vector] | None:
    """Of passages of the handbook; None when one of the texts is none."""
    return unpacked(_read(), texts)


class ShippedOrBundled(BundledEmbedder):
    """The bundled model, which makes only those vectors that did not ship."""

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        return shipped_vectors(texts) or await super().passages(texts)


def _key(text: str) -> str:
    return blake2b(text.encode("utf-8"), digest_size=KEY_BYTES).hexdigest()


@lru_cache(maxsize=1)
def _read() -> Mapping[str, str]:
    return tomllib.loads(files(_PACKAGE).joinpath(_FILE).read_text("utf-8"))
