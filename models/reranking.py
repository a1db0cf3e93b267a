"""The places of texts by how well they answer a question, from a model that reads both together.

Cohere's form of a request, which other servers take as well: `{model, query, documents, top_n}`, answered by
`{results: [{index, relevance_score}]}`.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Final, Protocol

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from leadhand.errors import InvalidSetting, ModelRejected, ModelTimeout, ModelUnavailable
from leadhand.settings import Settings
from models.counted import counted_call
from models.embeddings.embedder import MAX_TEXT_CHARS

TRIES: Final = 2
# Between two tries, in seconds; all of them together have LEADHAND_RERANK_TIMEOUT_S.
PAUSE_S: Final = 0.1
_TOO_MANY_REQUESTS: Final = 429


class Reranker(Protocol):
    """One model."""

    async def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """The numbers of the texts, from 0, the best first; each once.

        Raises:
            ModelUnavailable, ModelTimeout: try again later.
            ModelRejected: the endpoint does not take the request, or what it answers is no order.
        """
        ...

    async def aclose(self) -> None: ...


class _Placed(BaseModel):
    model_config = ConfigDict(strict=True)

    index: int
    relevance_score: float


class _Answer(BaseModel):
    results: list[_Placed]


class EndpointReranker:
    """The model LEADHAND_RERANK_MODEL at LEADHAND_RERANK_URL."""

    def __init__(self, *, url: str, model: str, key: str | None, timeout_s: float) -> None:
        self._url, self._model, self._timeout_s = url, model, timeout_s
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        # All tries have one time together.
        self._http = httpx2.AsyncClient(timeout=None, headers=headers)

    async def order(self, question: str, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        asked = {
            "model": self._model,
            "query": question[:MAX_TEXT_CHARS],
            "documents": [text[:MAX_TEXT_CHARS] for text in texts],
            "top_n": len(texts),
        }
        with counted_call(self._model):
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await self._answer(asked)
            except TimeoutError:
                raise ModelTimeout(f"The reranking model {self._model} did not answer in time.") from None
            return self._read(answer, len(texts))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _answer(self, asked: object) -> bytes:
        for number in range(1, TRIES + 1):
            try:
                response = await self._http.post(self._url, json=asked)
            except httpx2.TransportError as error:
                fault = ModelUnavailable("The reranking model cannot be reached.", note=type(error).__name__)
            else:
                if response.is_success:
                    return response.content
                if response.status_code != _TOO_MANY_REQUESTS and not response.is_server_error:
                    raise ModelRejected(
                        f"The reranking model {self._model} was refused.", note=f"HTTP {response.status_code}"
                    )
                fault = ModelUnavailable(
                    "The reranking model does not answer.", note=f"HTTP {response.status_code}"
                )
            if number == TRIES:
                raise fault
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("the last try returns or raises")

    def _read(self, content: bytes, count: int) -> list[int]:
        """Best first; of equal ones, and behind all of them those it left out, in the order they came in."""
        no_order = ModelRejected(
            f"The reranking model {self._model} answered with something that is no order."
        )
        try:
            placed = _Answer.model_validate_json(content).results
        except ValidationError:
            raise no_order from None
        scores = {one.index: one.relevance_score for one in placed}
        if not scores or len(scores) != len(placed) or not scores.keys() <= set(range(count)):
            raise no_order
        if not all(math.isfinite(score) for score in scores.values()):
            raise no_order
        return sorted(range(count), key=lambda index: (-scores.get(index, -math.inf), index))


def open_reranker(settings: Settings) -> Reranker | None:
    """What LEADHAND_RERANK_URL says; None: passages stay in the order in which they were found.

    Raises:
        InvalidSetting: an address without a model, or a model without an address.
    """
    if settings.rerank_url is None and settings.rerank_model is None:
        return None
    if settings.rerank_url is None:
        raise InvalidSetting("LEADHAND_RERANK_MODEL: names a model, but LEADHAND_RERANK_URL no endpoint")
    if settings.rerank_model is None:
        raise InvalidSetting("LEADHAND_RERANK_URL: names an endpoint, but LEADHAND_RERANK_MODEL no model")
    key = settings.rerank_key
    return EndpointReranker(
        url=settings.rerank_url,
        model=settings.rerank_model,
        key=None if key is None else key.get_secret_value(),
        timeout_s=settings.rerank_timeout_s,
    )
