"""Server-sent events out of bytes that arrive in pieces of any size."""

import json
from typing import cast

import orjson

from leadhand.errors import JsonValue, LeadhandError
from models.fault_wordings import damaged, endless

# One event; an endpoint that does not stream sends a whole answer (400,000 characters at most) in one.
MAX_EVENT_BYTES = 8 * 1024 * 1024
# A whole stream: 400,000 tokens of one character each, with 150 bytes of wrapping.
MAX_STREAM_BYTES = 64 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DONE = b"[DONE]"


class EventReader:
    """Reads the data of events as JSON.

    `done` once the endpoint has said so, `fault` once something is wrong; nothing counts after either.
    """

    def __init__(self) -> None:
        self.done = False
        self.fault: LeadhandError | None = None
        self._first = True
        self._rest = bytearray()
        self._after_return = False
        self._received = 0

    def feed(self, data: bytes) -> list[JsonValue]:
        """The events that `data` completes, up to the first that cannot be read."""
        found: list[JsonValue] = []
        try:
            for block in self._blocks(data):
                payload = _payload(block)
                if payload.startswith(DONE):
                    self.done = True
                    break
                if payload:
                    found.append(_parsed(payload))
        except LeadhandError as fault:
            self.fault = fault
        return found

    def _blocks(self, data: bytes) -> list[bytes]:
        """What stands between blank lines; lines end with LF, CR or CRLF."""
        self._received += len(data)
        if self._after_return and data.startswith(b"\n"):
            data = data[1:]
        self._after_return = data.endswith(b"\r") or (self._after_return and not data)
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        already = len(self._rest)
        self._rest += data
        if len(self._rest) > MAX_EVENT_BYTES + len(data) or self._received > MAX_STREAM_BYTES:
            raise endless()
        if self._rest.find(b"\n\n", max(already - 1, 0)) < 0:
            return []
        *blocks, rest = bytes(self._rest).split(b"\n\n")
        self._rest = bytearray(rest)
        if self._first:
            self._first = False
            blocks[0] = blocks[0].removeprefix(BYTE_ORDER_MARK)
        return blocks


def _payload(block: bytes) -> bytes:
    """The data of one event; empty when it has none. Names, ids and comments do not matter here."""
    if block.startswith(b"data:") and b"\n" not in block:
        return block[5:].strip()
    values = [_value(line) for line in block.split(b"\n") if line == b"data" or line.startswith(b"data:")]
    return b"\n".join(values).strip()


def _value(line: bytes) -> bytes:
    return line[5:].removeprefix(b" ")


def _parsed(payload: bytes) -> JsonValue:
    try:
        return cast("JsonValue", orjson.loads(payload))
    except orjson.JSONDecodeError:
        pass
    # Half of a surrogate pair is JSON to the provider's client, and a token may end there.
    try:
        return cast("JsonValue", json.loads(payload.decode()))
    except (ValueError, RecursionError) as error:
        raise damaged("an event of the answer is not JSON") from error
