"""`leadhand serve` under the sampler: SIGUSR1 starts counting, SIGUSR2 writes what was counted to a file."""

import json
import os
import signal
import sys
from pathlib import Path

from bench.sampler import Sampler
from cli.main import run

RESULT_VARIABLE = "LEADHAND_BENCH_SAMPLES"


def main() -> None:
    """Takes the arguments of `leadhand`."""
    sampler = Sampler()
    result = Path(os.environ[RESULT_VARIABLE])

    def begin(*_: object) -> None:
        sampler.start()

    def end(*_: object) -> None:
        sampler.stop()
        found = {"packages": sampler.packages, "stages": sampler.stages, "lines": sampler.lines}
        part = result.with_suffix(".part")
        part.write_text(json.dumps(found), encoding="utf-8")
        part.rename(result)

    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)
    run()


if __name__ == "__main__":
    sys.exit(main())
