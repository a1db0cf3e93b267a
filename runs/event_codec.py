"""Run events as bytes and back: what the event log keeps."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Final, cast, get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from leadhand.errors import InternalFault
from leadhand.events import RunEvent, joined
from storage.json_values import storable_text

_KINDS: Final = cast("tuple[type[RunEvent], ...]", get_args(RunEvent))
_READERS: Final = {kind.__name__: TypeAdapter[RunEvent](kind) for kind in _KINDS}
_ROWS: Final = TypeAdapter(list[tuple[str, dict[str, object]]])


def encode_events(events: Sequence[RunEvent]) -> bytes:
    """A JSON list of [kind, fields]; neighbouring deltas of one part become one."""
    merged: list[RunEvent] = []
    for event in events:
        both = joined(merged[-1], event) if merged else None
        merged[len(merged) - (both is not None) :] = [both or event]
    try:
        return orjson.dumps([[type(event).__name__, event] for event in merged], default=_plain)
    except orjson.JSONEncodeError:  # half a character, which no UTF-8 holds: the rare case pays for looking
        return orjson.dumps(
            [[type(event).__name__, _storable(asdict(event))] for event in merged], default=_plain
        )


def decode_events(data: bytes) -> list[RunEvent]:
    """What `encode_events` was given, deltas joined.

    Raises:
        InternalFault: bytes that it did not make.
    """
    try:
        return [_READERS[kind].validate_python(fields) for kind, fields in _ROWS.validate_json(data)]
    except (KeyError, ValidationError) as error:
        raise InternalFault("The record of this answer cannot be read.") from error


def _storable(value: object) -> object:
    """With the same text as the transcript stores."""
    match value:
        case str():
            return storable_text(value)
        case dict():
            fields = cast("dict[str, object]", value)
            return {storable_text(key): _storable(part) for key, part in fields.items()}
        case list():
            return [_storable(part) for part in cast("list[object]", value)]
        case _:
            return value


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
