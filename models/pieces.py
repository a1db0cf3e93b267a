"""What a model's answer arrives in, whoever the model is: small pieces, in batches as they came."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from langchain_core.messages import BaseMessage

from leadhand.errors import JsonValue


@dataclass(frozen=True, slots=True)
class TextPiece:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPiece:
    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """A fragment of a tool call. Providers tell calls apart by `index`, by `provider_id`, or both."""

    index: int | None
    provider_id: str | None
    tool: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class UsagePiece:
    """`cached_input_tokens` are a part of `input_tokens`, `reasoning_tokens` of `output_tokens`."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class FinishPiece:
    reason: str


Piece: TypeAlias = TextPiece | ReasoningPiece | CallPiece | UsagePiece | FinishPiece
Batch: TypeAlias = Sequence[Piece]


class AnswerSource(Protocol):
    """A model with its tools, ready to be asked."""

    def stream(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[Batch]:
        """Ask; yields what arrives together as one batch. Close the generator when you leave early.

        Raises:
            LeadhandError: as models/faults.py, or what the model's library raises.
        """
        ...


def pieces_of_content(content: JsonValue) -> list[TextPiece | ReasoningPiece]:
    """Content as models write it: a string, or a list of strings and typed blocks."""
    if isinstance(content, str):
        return [TextPiece(content)] if content else []
    pieces: list[TextPiece | ReasoningPiece] = []
    for block in content if isinstance(content, list) else []:
        if isinstance(block, str):
            pieces.append(TextPiece(block))
        elif isinstance(block, dict) and block.get("type") == "text":
            pieces.append(TextPiece(str(block.get("text", ""))))
        elif isinstance(block, dict) and block.get("type") in {"reasoning", "thinking"}:
            pieces.append(ReasoningPiece(str(block.get("reasoning") or block.get("thinking") or "")))
    return [piece for piece in pieces if piece.text]
