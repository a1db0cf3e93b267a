"""Chat completion chunks as pieces; what arrived together and belongs together becomes one piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from leadhand.errors import JsonValue
from models.pieces import CallPiece, FinishPiece, Piece, TextPiece, UsagePiece, pieces_of_content


def pieces_of(events: Sequence[dict[str, JsonValue]]) -> list[Piece]:
    """The pieces of mended events, in order."""
    run = _Run()
    for event in events:
        choices = event["choices"]
        if isinstance(choices, list) and choices and isinstance(choice := choices[0], dict):
            _take_choice(choice, run)
        usage = event.get("usage")
        if isinstance(usage, dict) and usage:
            run.add(_usage_piece(usage))
    return run.end()


@dataclass(slots=True)
class _Run:
    """Joins text with text, and fragments of one call."""

    _pieces: list[Piece] = field(default_factory=list[Piece])
    _texts: list[str] = field(default_factory=list[str])
    _call: CallPiece | None = None

    def add_text(self, text: str) -> None:
        if self._call is not None:
            self._flush()
        self._texts.append(text)

    def add_call(self, call: CallPiece) -> None:
        if self._call is None or not _continues(self._call, call):
            self._flush()
            self._call = call
        self._texts.append(call.arguments)

    def add(self, piece: Piece) -> None:
        self._flush()
        self._pieces.append(piece)

    def end(self) -> list[Piece]:
        self._flush()
        return self._pieces

    def _flush(self) -> None:
        text = "".join(self._texts)
        self._texts.clear()
        if (call := self._call) is not None:
            self._pieces.append(CallPiece(call.index, call.provider_id, call.tool, text))
            self._call = None
        elif text:
            self._pieces.append(TextPiece(text))


def _continues(call: CallPiece, fragment: CallPiece) -> bool:
    """Sure that both are of one call; a wrong no only makes two pieces of them."""
    if fragment.tool and fragment.provider_id != call.provider_id:
        return False
    if fragment.index is not None or call.index is not None:
        return fragment.index == call.index
    if fragment.provider_id:
        return fragment.provider_id == call.provider_id
    return not fragment.tool


def _take_choice(choice: dict[str, JsonValue], run: _Run) -> None:
    delta = choice["delta"]
    if not isinstance(delta, dict):
        return
    content = delta.get("content")
    if isinstance(content, str):
        if content:
            run.add_text(content)
    elif content:
        for piece in pieces_of_content(content):
            run.add(piece)
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        if isinstance(call, dict):
            run.add_call(_call_piece(call))
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        run.add(FinishPiece(reason))


def _call_piece(call: dict[str, JsonValue]) -> CallPiece:
    function, index, provider_id = call["function"], call["index"], call.get("id")
    name = function.get("name") if isinstance(function, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return CallPiece(
        index=index if isinstance(index, int) else None,
        provider_id=provider_id if isinstance(provider_id, str) else None,
        tool=name if isinstance(name, str) else None,
        arguments=arguments if isinstance(arguments, str) else "",
    )


def _usage_piece(usage: dict[str, JsonValue]) -> UsagePiece:
    read, written = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    return UsagePiece(
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        _count(read.get("cached_tokens")) if isinstance(read, dict) else 0,
        _count(written.get("reasoning_tokens")) if isinstance(written, dict) else 0,
    )


def _count(tokens: JsonValue) -> int:
    return tokens if isinstance(tokens, int) else 0
