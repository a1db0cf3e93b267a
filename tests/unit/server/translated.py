"""What a client reads of a run's events."""

from collections.abc import Sequence

from leadhand.errors import JsonValue
from leadhand.events import RunEvent
from server.stream.chunks import chunk_json
from server.stream.translate import StreamTranslator
from tests.unit.server.protocol_checker import Json


def stream_of(*run: RunEvent) -> list[Json]:
    translator = StreamTranslator("run-1", "msg-1", "builtin")
    return [chunk_json(chunk) for event in run for chunk in translator.translate(event)]


def types_of(stream: Sequence[Json]) -> list[JsonValue]:
    return [chunk["type"] for chunk in stream]
