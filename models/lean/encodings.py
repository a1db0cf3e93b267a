"""The body as it was before the endpoint, or a proxy before it, compressed it."""

import zlib
from collections.abc import Callable
from typing import TypeAlias

from models.fault_wordings import endless

# One arrival of bytes; a whole answer has at most a tenth of this.
MAX_EXPANDED_BYTES = 16 * 1024 * 1024
GZIP_OR_ZLIB, RAW = 47, -15
# As many tell gzip and zlib from bare deflate.
HEADER_BYTES = 2

Decode: TypeAlias = Callable[[bytes], bytes]


class DamagedBodyError(Exception):
    """The body is not what its Content-Encoding says."""


def decoder(content_encoding: str) -> Decode:
    """What undoes `content_encoding`; other names than gzip and deflate, which we ask for, change nothing."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    decoders = [_inflating() for name in names if name in {"gzip", "x-gzip", "deflate"}]
    if not decoders:
        return _unchanged

    def decode(data: bytes) -> bytes:
        for undo in reversed(decoders):
            data = undo(data)
        return data

    return decode


def _unchanged(data: bytes) -> bytes:
    return data


def _inflating() -> Decode:
    """gzip, zlib, or the bare deflate that some servers send instead of zlib."""
    state = zlib.decompressobj(GZIP_OR_ZLIB)
    first = b""

    def unpack(data: bytes) -> bytes:
        nonlocal state, first
        begun = len(first) == HEADER_BYTES
        if not begun:
            data = first + data
            first = data[:HEADER_BYTES]
            if len(first) < HEADER_BYTES:
                return b""
        try:
            return state.decompress(data, MAX_EXPANDED_BYTES)
        except zlib.error:
            if begun:
                raise
            state = zlib.decompressobj(RAW)
            return state.decompress(data, MAX_EXPANDED_BYTES)

    def decode(data: bytes) -> bytes:
        try:
            expanded = unpack(data)
        except zlib.error as error:
            raise DamagedBodyError from error
        if state.unconsumed_tail:
            raise endless()
        return expanded

    return decode
