"""Vectors from an OpenAI-compatible endpoint."""

import asyncio
import math
from collections.abc import Sequence

import httpx2
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from leadhand.errors import ModelRejected, ModelTimeout
from leadhand.settings import Settings
from models.embeddings.embedder import MAX_TEXT_CHARS, Vector
from models.faults import as_leadhand_error

# Local servers take any key, but the client insists on one.
NO_KEY = SecretStr("none")
# Texts of one request.
BATCH = 64
# Who searches waits so long, tries again included; then words alone are compared.
QUERY_S = 5.0


class EndpointEmbedder:
    """The model `name` where OPENAI_BASE_URL and OPENAI_API_KEY say."""

    def __init__(self, settings: Settings, name: str, *, query_s: float = QUERY_S) -> None:
        self.name = name
        self._query_s = query_s
        self._http = httpx2.AsyncClient(timeout=settings.model_read_timeout_s)
        self._client = OpenAIEmbeddings(
            model=name,
            base_url=settings.openai_base_url,
            api_key=settings.openai_api_key or NO_KEY,
            timeout=settings.model_read_timeout_s,
            max_retries=settings.model_max_retries,
            http_async_client=self._http,
            # Else it downloads a tokenizer and sends numbers that other servers do not understand.
            check_embedding_ctx_length=False,
            chunk_size=BATCH,
        )

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        if not texts:
            return []
        try:
            found = await self._client.aembed_documents([text[:MAX_TEXT_CHARS] or " " for text in texts])
        except Exception as error:
            raise as_leadhand_error(error) or (self._no_vectors() if _misread(error) else error) from error
        if len(found) != len(texts) or not all(_is_vector(vector) for vector in found):
            raise self._no_vectors()
        return [_of_length_one(vector) for vector in found]

    async def query(self, text: str) -> Vector:
        try:
            async with asyncio.timeout(self._query_s):
                [vector] = await self.passages([text])
        except TimeoutError:
            raise ModelTimeout(f"The embedding model {self.name} did not answer in time.") from None
        return vector

    def _no_vectors(self) -> ModelRejected:
        return ModelRejected(f"The embedding model {self.name} answered with something that is no vector.")

    async def aclose(self) -> None:
        await self._http.aclose()


def _misread(error: Exception) -> bool:
    """The client takes the answer apart without looking whether it is one."""
    return isinstance(error, ValueError | TypeError | AttributeError | LookupError)


def _is_vector(vector: Sequence[float]) -> bool:
    return bool(vector) and all(math.isfinite(number) for number in vector) and any(vector)


def _of_length_one(vector: Sequence[float]) -> Vector:
    length = math.hypot(*vector)
    return [number / length for number in vector]
