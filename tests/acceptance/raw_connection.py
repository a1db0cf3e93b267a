"""A TCP connection that sends what it likes, as slowly as it likes, and reads as late as it likes."""

import select
import socket
from dataclasses import dataclass
from types import TracebackType

from leadhand.errors import JsonValue
from tests.acceptance.json_access import object_at, parse, text_at

PATIENCE_S = 30.0
DRIP_S = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of an answer in the one shape of a refusal."""
        body: JsonValue = parse(self.body)
        error = object_at(body, "error")
        assert text_at(error, "message")
        assert text_at(error, "correlation_id") == self.headers["x-correlation-id"]
        return text_at(error, "code")


class RawConnection:
    """Context manager."""

    def __init__(self, port: int, *, receive_buffer_bytes: int | None = None) -> None:
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE_S)
        if receive_buffer_bytes is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._socket.connect(("127.0.0.1", port))

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, *pieces: bytes) -> None:
        self._socket.sendall(b"".join(pieces))

    def drip(self, data: bytes) -> None:
        """Byte by byte, until the other side says something or hangs up."""
        for number in range(len(data)):
            if select.select([self._socket], [], [], DRIP_S)[0]:
                return
            self._socket.sendall(data[number : number + 1])
        raise AssertionError("everything was taken")

    def until_closed(self) -> bytes:
        """All that comes until the other side hangs up, or cuts the line."""
        received = bytearray()
        try:
            while piece := self._socket.recv(65_536):
                received += piece
        except ConnectionError:
            pass
        return bytes(received)

    def answer(self) -> Answer:
        """The one answer on a connection that is closed after it."""
        head, _, body = self.until_closed().partition(b"\r\n\r\n")
        status, *lines = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Answer(int(status.split()[1]), headers, body)


def head(*headers: str, method: str = "POST", path: str = "/api/chat") -> bytes:
    """A request's header, without the empty line that ends it."""
    lines = [f"{method} {path} HTTP/1.1", "host: leadhand", *headers]
    return "\r\n".join(lines).encode() + b"\r\n"
