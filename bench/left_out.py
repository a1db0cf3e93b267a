"""What a server can be asked to do without, and how: see `bench.lesser_server`."""

from enum import StrEnum
from pathlib import Path

# Names the file that says which parts; the server reads it on SIGUSR1.
PARTS_VARIABLE = "LEADHAND_BENCH_LEFT_OUT"


class Part(StrEnum):
    """`STEPS`: checkpoints but the last one. `WAITING`: until a step's checkpoint is committed."""

    STEPS = "steps"
    WAITING = "waiting"
    LOG = "log"
    SPANS = "spans"


def done_file(asked: Path) -> Path:
    """Where the server repeats what it was asked to leave out, once it does."""
    return asked.with_suffix(".done")
