"""Values between a process and one that it started: pickled, each after its length."""

import pickle
import struct
from typing import BinaryIO, TypeVar

# The largest plan is about 100 MB.
MAX_FRAME_BYTES = 1_000_000_000
_LENGTH = struct.Struct(">Q")
LENGTH_BYTES = _LENGTH.size

Kind = TypeVar("Kind")


def frame(value: object) -> bytes:
    """`value` as it is sent."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """The length of the value after these LENGTH_BYTES; raises ValueError for one beyond reason."""
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME_BYTES:
        raise ValueError("a frame is longer than any can be")
    return int(length)


def opened(body: bytes, *kinds: type[Kind]) -> Kind:
    """What was sent, which must be one of `kinds`; only ever from a process of our own."""
    value: object = pickle.loads(body)  # noqa: S301 - both ends are this program
    if not isinstance(value, kinds):
        raise TypeError(f"unexpected {type(value).__name__}")
    return value


def read_frame(stream: BinaryIO, kind: type[Kind]) -> Kind:
    """The next value; raises EOFError when there is none, or only a part of one."""
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        raise EOFError
    length = length_of(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return opened(body, kind)
