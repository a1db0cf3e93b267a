"""Computes a re-plan in a process of its own, which is gone when its caller is done, whatever happened."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from jobs.frames import LENGTH_BYTES, frame, length_of, opened
from leadhand.errors import InternalFault, LeadhandError, ReplanInterrupted, TimeLimit
from planning.replanning import ReplanProgress, ReplanProposal, ReplanRequest

# What the process may know of ours: where its program and its libraries are, and no secret.
_PASSED_ON = (
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "PYTHONPATH",
    "PYTHONTZPATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV",
)  # fmt: skip

_log = logging.getLogger(__name__)


async def solve(
    request: ReplanRequest, *, limit_s: float, on_progress: Callable[[ReplanProgress], None]
) -> ReplanProposal:
    """The proposal; cancelling the call ends the process.

    Raises:
        TimeLimit: it took longer than `limit_s`.
        ReplanInterrupted: the process died; trying again may help.
        InternalFault: it failed; trying again does not help.
        LeadhandError: the planning core refused the request.
    """
    sent = await asyncio.to_thread(frame, request)
    try:
        async with asyncio.timeout(limit_s), _process() as process:
            return await _answer(process, sent, on_progress)
    except TimeoutError:
        raise TimeLimit(f"The re-plan took longer than {limit_s:g} s, so it was stopped.") from None


async def _answer(
    process: Process, sent: bytes, on_progress: Callable[[ReplanProgress], None]
) -> ReplanProposal:
    assert process.stdin is not None and process.stdout is not None, "both are pipes"  # noqa: S101, PT018
    try:
        process.stdin.write(sent)
        await process.stdin.drain()
        while True:
            head = await process.stdout.readexactly(LENGTH_BYTES)
            body = await process.stdout.readexactly(length_of(head))
            # A proposal has thousands of bookings; nobody else shall wait for them.
            told = await asyncio.to_thread(opened, body, ReplanProgress, ReplanProposal, LeadhandError, str)
            if isinstance(told, ReplanProgress):
                on_progress(told)
            elif isinstance(told, ReplanProposal):
                return told
            elif isinstance(told, LeadhandError):
                raise told
            else:
                _log.error("the planning core failed:\n%s", told)
                raise InternalFault("Something went wrong while re-planning.")
    except (asyncio.IncompleteReadError, ConnectionError):
        status = await process.wait()
        _log.warning("the process of a re-plan ended before its answer (status %d)", status)
        raise ReplanInterrupted("The computation of the re-plan was interrupted.") from None


@asynccontextmanager
async def _process() -> AsyncGenerator[Process]:
    """A running solver; killed on leaving."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the folder that we stand in is not where programs come from
        "-m",
        "jobs.solver",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,  # Ctrl-C in a terminal is for its parent
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.shield(process.wait())
