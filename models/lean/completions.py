"""What ChatOpenAI calls in place of the stock client: streamed answers are ours, the rest stays its own."""

import json
from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Any

import orjson
from openai.resources.chat.completions import AsyncCompletions
from openai.resources.chat.completions.completions import AsyncCompletionsWithRawResponse

from leadhand.errors import JsonValue
from models.lean.client import AnswerStream, LeanClient


class LeanCompletions:
    """Set as ChatOpenAI's `async_client`, which types it as Any and calls what stands here."""

    def __init__(self, client: LeanClient, stock: AsyncCompletions) -> None:
        self._client = client
        self._stock = stock

    @property
    def with_raw_response(self) -> AsyncCompletionsWithRawResponse:
        """Answers that are not streamed."""
        return self._stock.with_raw_response

    async def create(self, **payload: Any) -> "Chunks":
        """A streamed answer; ChatOpenAI makes all other calls through `with_raw_response`."""
        return Chunks(await self._client.open(json_bytes(payload)))


def json_bytes(payload: Mapping[str, Any]) -> bytes:
    """`payload` as JSON; half a surrogate pair in a text goes as its escape, as UTF-8 has no place for it."""
    try:
        return orjson.dumps(payload)
    except orjson.JSONEncodeError:
        return json.dumps(payload).encode()


class Chunks:
    """The chunks of an answer as plain dicts, closed on leaving the context."""

    def __init__(self, stream: AnswerStream) -> None:
        self._stream = stream

    async def __aenter__(self) -> "Chunks":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stream.aclose()

    async def __aiter__(self) -> AsyncGenerator[dict[str, JsonValue]]:
        while (batch := await self._stream.next()) is not None:
            for event in batch:
                yield event
