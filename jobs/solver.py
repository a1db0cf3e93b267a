"""The process that computes one re-plan: `python -m jobs.solver`, started by `jobs.solver_process`.

It reads a request from its standard input, writes progress and at last the answer to its standard output, and
holds no secret, no connection and no other shop. When its input closes, whoever started it is gone, and it
ends at once: the only thing that a process killed without warning still does is to close its files.
"""

import os
import sys
import threading
import time
import traceback
from typing import BinaryIO, NoReturn

from jobs.frames import frame, read_frame
from leadhand.errors import LeadhandError
from planning.replanning import ReplanProgress, ReplanProposal, ReplanRequest, replan

# The server and other people's questions go first.
NICENESS = 10
# More often nobody looks.
TELL_EVERY_S = 0.2
ORPHANED_EXIT = 3


class _Teller:
    """Writes progress, not more often than anybody looks; a new stage at once."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._stage: str | None = None
        self._next_s = 0.0

    def __call__(self, progress: ReplanProgress) -> None:
        now_s = time.monotonic()
        if progress.stage == self._stage and now_s < self._next_s:
            return
        self._stage, self._next_s = progress.stage, now_s + TELL_EVERY_S
        _send(self._answers, progress)


def main() -> None:
    """Compute what standard input asks."""
    if sys.platform != "win32":
        os.nice(NICENESS)
    answers = _own_output()
    request = read_frame(sys.stdin.buffer, ReplanRequest)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _send(answers, replan(request, _Teller(answers), _never))
    except LeadhandError as error:
        _send(answers, error)
    except Exception:  # noqa: BLE001 - the worker's border
        _send(answers, traceback.format_exc())


def _send(answers: BinaryIO, value: ReplanProgress | ReplanProposal | LeadhandError | str) -> None:
    answers.write(frame(value))
    answers.flush()


def _own_output() -> BinaryIO:
    """Standard output for answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _end_with_parent() -> NoReturn:
    while os.read(0, 1):
        pass
    os._exit(ORPHANED_EXIT)


def _never() -> bool:
    """Whoever no longer wants the answer ends the process."""
    return False


if __name__ == "__main__":
    main()
