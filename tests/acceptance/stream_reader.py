"""Reads a chat stream strictly: headers, framing, one terminal chunk, [DONE] last."""

from collections.abc import Callable, Iterator

import httpx2
import orjson

from leadhand.errors import JsonValue
from tests.acceptance.json_access import parse, text_at
from tests.acceptance.stream_protocol import StreamState, ToolCall

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}


# Stands for a comment, in place of a payload.
HEARTBEAT = b":"


class ChatStream:
    """One open stream. Reading is on demand, so a test can act in the middle of an answer."""

    def __init__(self, response: httpx2.Response, after: "ChatStream | None" = None) -> None:
        """`after`: the stream whose message this one goes on with."""
        check_headers(response)
        self.chunks: list[JsonValue] = []
        self.state: StreamState = StreamState() if after is None else after.state.going_on()
        self.done = False
        self.heartbeats = 0
        self._events = _events(response.iter_bytes())

    def until(self, reached: Callable[["ChatStream"], bool]) -> "ChatStream":
        """Read on until `reached`; fails when the stream ends first."""
        while not reached(self):
            assert self._read_one(), f"the stream ended early: {self.state}"
        return self

    def until_text(self, text: str) -> "ChatStream":
        return self.until(lambda stream: text in stream.text)

    def until_chunk(self, kind: str) -> "ChatStream":
        return self.until(lambda stream: bool(stream.chunks) and text_at(stream.chunks[-1], "type") == kind)

    def until_heartbeats(self, number: int) -> "ChatStream":
        """Read on until `number` comments have come since the stream began."""
        return self.until(lambda stream: stream.heartbeats >= number)

    def to_end(self) -> "ChatStream":
        """Read all that is left: one terminal chunk, then [DONE], then nothing."""
        while self._read_one():
            pass
        assert self.state.terminal is not None, "the stream ended without finish, error or abort"
        assert self.done, "the stream ended without [DONE]"
        return self

    @property
    def text(self) -> str:
        """All text parts, in order."""
        return "\n\n".join(self.state.texts.values())

    @property
    def calls(self) -> list[ToolCall]:
        """The model's own calls, in order."""
        return [call for call in self.state.calls.values() if call.parent_id is None]

    @property
    def message_id(self) -> str:
        assert self.state.message_id is not None
        return self.state.message_id

    @property
    def kinds(self) -> list[str]:
        return [text_at(chunk, "type") for chunk in self.chunks]

    def _read_one(self) -> bool:
        event = next(self._events, None)
        if event is None:
            return False
        if event == HEARTBEAT:
            self.heartbeats += 1
            return True
        assert not self.done, f"something follows [DONE]: {event!r}"
        if event == b"[DONE]":
            self.done = True
            return True
        assert orjson.dumps(orjson.loads(event)) == event, f"the JSON is not compact UTF-8: {event!r:.200}"
        chunk = parse(event)
        self.state.feed(chunk)
        self.chunks.append(chunk)
        return True


def check_headers(response: httpx2.Response) -> None:
    assert response.status_code == 200, f"{response.status_code}: {response.read()!r:.500}"
    for name, value in HEADERS.items():
        found = response.headers.get(name, "")
        assert found.split(";")[0] == value, f"{name}: {found!r}"


def _events(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The payloads of the SSE events and `HEARTBEAT` for a comment; all but one data line is refused."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        while b"\n\n" in buffer:
            event, buffer = buffer.split(b"\n\n", 1)
            if event.startswith(b":"):
                yield HEARTBEAT
                continue
            assert event.startswith(b"data: "), f"not a data line: {event!r:.200}"
            assert b"\n" not in event, f"an event of several lines: {event!r:.200}"
            yield event.removeprefix(b"data: ")
    assert not buffer, f"an event without its closing blank line: {buffer!r:.200}"
