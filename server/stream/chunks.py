"""Every chunk of the AI SDK UI message stream that Leadhand sends, as frozen values.

Attribute names are snake_case here and camelCase on the wire. An attribute left `UNSET` is dropped; an
explicit None stays, because `output: null` is a result while an optional field must never be null.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import ClassVar, Final, Literal, TypeAlias, cast

import orjson

from leadhand.errors import JsonValue


class Unset(Enum):
    UNSET = "unset"


UNSET: Final = Unset.UNSET

FinishReason: TypeAlias = Literal[
    "stop", "length", "content-filter", "tool-calls", "error", "interrupted", "other"
]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the whole run, under the AI SDK's own names."""

    input_tokens: int = field(metadata={"wire": "inputTokens"})
    output_tokens: int = field(metadata={"wire": "outputTokens"})
    total_tokens: int = field(metadata={"wire": "totalTokens"})
    cached_input_tokens: int | Unset = field(default=UNSET, metadata={"wire": "cachedInputTokens"})
    reasoning_tokens: int | Unset = field(default=UNSET, metadata={"wire": "reasoningTokens"})


@dataclass(frozen=True, slots=True)
class Cost:
    """Money as text, because a float would not be exact."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class ErrorNotice:
    """What a program needs to know about the `error` chunk that follows, which can carry only text."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class MessageMetadata:
    """Metadata of the answer; the client merges what `start`, `message-metadata` and `finish` bring."""

    run_id: str | Unset = UNSET
    trace_id: str | Unset = UNSET
    model: str | Unset = UNSET
    usage: Usage | Unset = UNSET
    cost: Cost | Unset = UNSET
    duration_ms: int | Unset = UNSET
    error: ErrorNotice | Unset = UNSET
    stopped: bool | Unset = UNSET


@dataclass(frozen=True, slots=True)
class ToolMetadata:
    """Marks a nested call: which call made it, and how deep it is (1 = made by a call of the model)."""

    parent_tool_call_id: str = field(metadata={"wire": "parentToolCallId"})
    depth: int


@dataclass(frozen=True, slots=True)
class Status:
    node: str
    label: str


@dataclass(frozen=True, slots=True)
class Start:
    type: ClassVar[str] = "start"
    message_id: str = field(metadata={"wire": "messageId"})
    message_metadata: MessageMetadata = field(metadata={"wire": "messageMetadata"})


@dataclass(frozen=True, slots=True)
class StartStep:
    type: ClassVar[str] = "start-step"


@dataclass(frozen=True, slots=True)
class FinishStep:
    type: ClassVar[str] = "finish-step"


@dataclass(frozen=True, slots=True)
class ResetStep:
    type: ClassVar[str] = "reset-step"


@dataclass(frozen=True, slots=True)
class TextStart:
    type: ClassVar[str] = "text-start"
    id: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    type: ClassVar[str] = "text-delta"
    id: str
    delta: str


@dataclass(frozen=True, slots=True)
class TextEnd:
    """`citations`: JSON of `runs.citations.Citation`, in the order of the text."""

    type: ClassVar[str] = "text-end"
    id: str
    citations: list[JsonValue] | Unset = UNSET


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A cited passage, as soon as it is cited for the first time."""

    type: ClassVar[str] = "source-document"
    source_id: str = field(metadata={"wire": "sourceId"})
    media_type: str = field(metadata={"wire": "mediaType"})
    title: str
    filename: str
    provider_metadata: JsonValue = field(metadata={"wire": "providerMetadata"})


@dataclass(frozen=True, slots=True)
class ReasoningStart:
    type: ClassVar[str] = "reasoning-start"
    id: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    type: ClassVar[str] = "reasoning-delta"
    id: str
    delta: str


@dataclass(frozen=True, slots=True)
class ReasoningEnd:
    type: ClassVar[str] = "reasoning-end"
    id: str


@dataclass(frozen=True, slots=True)
class ToolInputStart:
    type: ClassVar[str] = "tool-input-start"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    tool_name: str = field(metadata={"wire": "toolName"})
    tool_metadata: ToolMetadata | Unset = field(default=UNSET, metadata={"wire": "toolMetadata"})


@dataclass(frozen=True, slots=True)
class ToolInputDelta:
    type: ClassVar[str] = "tool-input-delta"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    input_text_delta: str = field(metadata={"wire": "inputTextDelta"})


@dataclass(frozen=True, slots=True)
class ToolInputAvailable:
    type: ClassVar[str] = "tool-input-available"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    tool_name: str = field(metadata={"wire": "toolName"})
    input: JsonValue
    tool_metadata: ToolMetadata | Unset = field(default=UNSET, metadata={"wire": "toolMetadata"})


@dataclass(frozen=True, slots=True)
class ToolInputError:
    type: ClassVar[str] = "tool-input-error"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    tool_name: str = field(metadata={"wire": "toolName"})
    input: JsonValue
    error_text: str = field(metadata={"wire": "errorText"})
    tool_metadata: ToolMetadata | Unset = field(default=UNSET, metadata={"wire": "toolMetadata"})


@dataclass(frozen=True, slots=True)
class ToolOutputAvailable:
    type: ClassVar[str] = "tool-output-available"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    output: JsonValue


@dataclass(frozen=True, slots=True)
class ToolOutputError:
    type: ClassVar[str] = "tool-output-error"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    error_text: str = field(metadata={"wire": "errorText"})


@dataclass(frozen=True, slots=True)
class ToolApprovalRequest:
    """`approval_descriptor` becomes `approval.descriptor` of the tool part: the whole proposal."""

    type: ClassVar[str] = "tool-approval-request"
    approval_id: str = field(metadata={"wire": "approvalId"})
    tool_call_id: str = field(metadata={"wire": "toolCallId"})
    reason: str
    approval_descriptor: JsonValue = field(metadata={"wire": "approvalDescriptor"})


@dataclass(frozen=True, slots=True)
class ToolApprovalResponse:
    type: ClassVar[str] = "tool-approval-response"
    approval_id: str = field(metadata={"wire": "approvalId"})
    approved: bool
    reason: str | Unset = UNSET


@dataclass(frozen=True, slots=True)
class ToolOutputDenied:
    type: ClassVar[str] = "tool-output-denied"
    tool_call_id: str = field(metadata={"wire": "toolCallId"})


@dataclass(frozen=True, slots=True)
class DataStatus:
    """A loading line. Transient: it reaches `onData` and never becomes part of the message."""

    type: ClassVar[str] = "data-status"
    data: Status
    transient: bool = True


@dataclass(frozen=True, slots=True)
class MetadataUpdate:
    type: ClassVar[str] = "message-metadata"
    message_metadata: MessageMetadata = field(metadata={"wire": "messageMetadata"})


@dataclass(frozen=True, slots=True)
class Finish:
    type: ClassVar[str] = "finish"
    finish_reason: FinishReason = field(metadata={"wire": "finishReason"})
    message_metadata: MessageMetadata = field(metadata={"wire": "messageMetadata"})


@dataclass(frozen=True, slots=True)
class Error:
    """The client reads nothing after it, so it is always the last chunk."""

    type: ClassVar[str] = "error"
    error_text: str = field(metadata={"wire": "errorText"})


@dataclass(frozen=True, slots=True)
class Abort:
    type: ClassVar[str] = "abort"
    reason: str


Chunk: TypeAlias = (
    Start
    | StartStep
    | FinishStep
    | ResetStep
    | TextStart
    | TextDelta
    | TextEnd
    | SourceDocument
    | ReasoningStart
    | ReasoningDelta
    | ReasoningEnd
    | ToolInputStart
    | ToolInputDelta
    | ToolInputAvailable
    | ToolInputError
    | ToolOutputAvailable
    | ToolOutputError
    | ToolApprovalRequest
    | ToolApprovalResponse
    | ToolOutputDenied
    | DataStatus
    | MetadataUpdate
    | Finish
    | Error
    | Abort
)

Record: TypeAlias = Chunk | MessageMetadata | Usage | Cost | ErrorNotice | ToolMetadata | Status


@cache
def _wire_names(kind: type[Record]) -> tuple[tuple[str, str], ...]:
    """(attribute, name on the wire) of each field."""
    return tuple((f.name, str(f.metadata.get("wire", f.name))) for f in fields(kind))


def _as_json(record: Record) -> dict[str, JsonValue]:
    wire: dict[str, JsonValue] = {}
    for attribute, name in _wire_names(type(record)):
        value = cast("JsonValue | Record | Unset", getattr(record, attribute))
        if isinstance(value, Unset):
            continue
        wire[name] = (
            _as_json(value)
            if is_dataclass(value) and not isinstance(value, type)
            else cast("JsonValue", value)
        )
    return wire


def chunk_json(chunk: Chunk) -> dict[str, JsonValue]:
    """The chunk as the JSON object that goes on the wire."""
    return {"type": chunk.type, **_as_json(chunk)}


def encode(chunk: Chunk) -> bytes:
    """One server-sent event. Lone surrogates in foreign text become U+FFFD: UTF-8 has no place for them."""
    try:
        payload = orjson.dumps(chunk_json(chunk))
    except orjson.JSONEncodeError:
        payload = orjson.dumps(_clean(chunk_json(chunk)))
    return b"data: " + payload + b"\n\n"


def _clean(value: JsonValue) -> JsonValue:
    """Replace what JSON cannot carry: lone surrogates, integers beyond 64 bits (as text)."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return str(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {str(_clean(key)): _clean(item) for key, item in value.items()}
    return value
