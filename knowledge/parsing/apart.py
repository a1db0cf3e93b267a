"""Reads a document in a process of its own: whatever the file does to the reader, it does it there."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Final, cast, get_args

import orjson
from pydantic import TypeAdapter

from knowledge.parsing.blocks import Kind, ReadDocument, Reason, Unreadable

# On a busy machine the processor's time, which is bounded in the process, is a part of it.
LIMIT_S: Final = 300.0
_PASSED_ON: Final = (
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "PYTHONPATH",
    "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV",
)  # fmt: skip
_DOCUMENT: Final = TypeAdapter(ReadDocument)

log = logging.getLogger(__name__)


async def read_apart(kind: Kind, content: bytes) -> ReadDocument:
    """The document; cancelling the call ends the process.

    Raises:
        Unreadable: also when the reader itself broke down over the file.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the folder that we stand in is not where programs come from
        "-m",
        "knowledge.parsing.child",
        kind,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,  # Ctrl-C in a terminal is for its parent
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            said, _ = await process.communicate(content)
    except TimeoutError:
        raise Unreadable("too_slow") from None
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.shield(process.wait())
    status = process.returncode
    if status:
        # It was ended by the system, or the library stumbled over the file.
        log.warning("the process that read a document (%s) ended with %d", kind, status)
        raise Unreadable("too_slow" if status < 0 else "broken")
    return await asyncio.to_thread(_opened, said)


def _opened(said: bytes) -> ReadDocument:
    if said.startswith(b'"'):
        reason = str(orjson.loads(said))
        raise Unreadable(cast("Reason", reason) if reason in get_args(Reason) else "broken")
    return _DOCUMENT.validate_json(said)
