"""Any LangChain chat model as a source of pieces."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from leadhand.errors import JsonValue
from models.pieces import Batch, CallPiece, FinishPiece, Piece, UsagePiece, pieces_of_content


class AnyChatModel:
    """An AnswerSource: each chunk is a batch. Whoever follows LangChain's callbacks sees the call."""

    def __init__(self, model: BaseChatModel, tools: Sequence[dict[str, JsonValue]]) -> None:
        bound = cast("Sequence[dict[str, Any]]", tools)
        # Endpoints refuse an empty list of tools.
        self._model = model.bind_tools(bound) if bound else model

    async def stream(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[Batch]:
        """As `AnswerSource.stream`."""
        chunks = cast("AsyncGenerator[AIMessage]", self._model.astream(list(messages)))
        async with aclosing(chunks):
            async for chunk in chunks:
                if isinstance(chunk, AIMessageChunk):
                    yield pieces_of(chunk)


def pieces_of(chunk: AIMessageChunk) -> list[Piece]:
    """What one chunk holds."""
    pieces: list[Piece] = list(pieces_of_content(cast("Any", chunk.content)))
    for fragment in chunk.tool_call_chunks:
        pieces.append(
            CallPiece(
                index=fragment.get("index"),
                provider_id=fragment.get("id"),
                tool=fragment.get("name"),
                arguments=fragment.get("args") or "",
            )
        )
    if (usage := chunk.usage_metadata) is not None:
        pieces.append(
            UsagePiece(
                usage["input_tokens"],
                usage["output_tokens"],
                usage.get("input_token_details", {}).get("cache_read", 0),
                usage.get("output_token_details", {}).get("reasoning", 0),
            )
        )
    reason: object = chunk.response_metadata.get("finish_reason")
    if isinstance(reason, str) and reason:
        pieces.append(FinishPiece(reason))
    return pieces
