"""Retired instructions of processes through `perf_event_open` (Linux), where the machine has such counters.

They repeat within a few percent where milliseconds drift by a factor of three.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from types import TracebackType

SYSCALLS = {"x86_64": 298, "aarch64": 241}
ATTRIBUTE_BYTES = 128
HARDWARE, INSTRUCTIONS = 0, 1
INHERIT = 1 << 1  # threads and processes that a counted thread starts count with it


class NoCountersError(Exception):
    """This machine, or what it permits, has no instruction counters."""


class InstructionCounter:
    """Context manager: counts what the given threads, and all that they start, retire inside the block."""

    def __init__(self, threads: Iterable[int], *, kind: int = HARDWARE, event: int = INSTRUCTIONS) -> None:
        self._threads = tuple(threads)
        self._kind, self._event = kind, event
        self._files: list[int] = []

    def __enter__(self) -> "InstructionCounter":
        """Raises NoCountersError."""
        try:
            for thread in self._threads:
                self._files.append(_open(self._kind, self._event, thread))
        except ProcessLookupError:
            pass  # a thread that has ended retires nothing more
        except OSError as error:
            self._close()
            raise NoCountersError(error.strerror) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def count(self) -> int:
        return sum(int.from_bytes(os.read(file, 8), sys.byteorder) for file in self._files)

    def _close(self) -> None:
        while self._files:
            os.close(self._files.pop())


def _open(kind: int, event: int, thread: int) -> int:
    number = SYSCALLS.get(platform.machine()) if sys.platform == "linux" else None
    if number is None:
        raise NoCountersError("no perf_event_open on this system")
    # struct perf_event_attr: type, size, config, sample period, sample type, read format, flags, and zeros.
    attribute = struct.pack("=IIQQQQQ", kind, ATTRIBUTE_BYTES, event, 0, 0, 0, INHERIT)
    buffer = ctypes.create_string_buffer(attribute, ATTRIBUTE_BYTES)
    libc = ctypes.CDLL(None, use_errno=True)
    file = libc.syscall(number, buffer, thread, -1, -1, 0)
    if file < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(file)


def available() -> bool:
    """Whether this process could count itself."""
    try:
        with InstructionCounter([0]):
            return True
    except NoCountersError:
        return False
