"""The process that reads one document: `python -m knowledge.parsing.child KIND`, started by `apart`.

It gets the file on its standard input and writes JSON to its standard output. It holds no secret, no
connection and no other document, and the system ends it when it takes too much time or memory.
"""

import os
import sys
from typing import BinaryIO, cast, get_args

import orjson

from knowledge.parsing.blocks import Kind, Unreadable
from knowledge.parsing.reading import read_document

# The server and other people's questions go first.
NICENESS = 10
MAX_MEMORY_BYTES = 2_000_000_000
MAX_CPU_S = 60


def main() -> None:
    _bound()
    answers = _own_output()
    kind = sys.argv[1]
    assert kind in get_args(Kind), "it is ours who call"  # noqa: S101
    try:
        said = orjson.dumps(read_document(cast("Kind", kind), sys.stdin.buffer.read()))
    except Unreadable as error:
        said = orjson.dumps(error.reason)
    except (MemoryError, RecursionError):
        said = orjson.dumps("unpacks_too_large")
    answers.write(said)
    answers.flush()


def _bound() -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX

    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    if sys.platform == "linux":  # macOS knows the limit, but does not take it
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def _own_output() -> BinaryIO:
    """Standard output for the answer alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    main()
