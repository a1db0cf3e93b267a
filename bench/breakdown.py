"""Where the server's CPU time of a tool turn goes, by sampling it while turns run."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping
from typing import TypedDict, cast

from bench.asking import ask_all, callers
from bench.figures import Report, Table
from bench.installation import Installation, installation
from leadhand.errors import JsonValue

TURNS = 160
QUICK_TURNS = 40
AT_ONCE = 4
WRITE_TIMEOUT_S = 10.0
TOP = 14


class Samples(TypedDict):
    packages: dict[str, int]
    stages: dict[str, int]
    lines: dict[str, int]


def measure(*, quick: bool) -> Report:
    """Start a server under the sampler, ask, report its time by stage and by package."""
    with installation(sampled=True) as here:
        return _report(asyncio.run(_sample(here, QUICK_TURNS if quick else TURNS)))


async def _sample(here: Installation, turns: int) -> Samples:
    async with callers(here, AT_ONCE) as there:
        await ask_all(there, "tool", AT_ONCE)
        os.kill(here.server.pid, signal.SIGUSR1)
        await ask_all(there, "tool", turns)
        os.kill(here.server.pid, signal.SIGUSR2)
    deadline = time.monotonic() + WRITE_TIMEOUT_S
    while not here.samples.exists():
        assert time.monotonic() < deadline, "the server wrote no samples"
        await asyncio.sleep(0.05)
    return cast("Samples", json.loads(here.samples.read_text(encoding="utf-8")))


def _report(samples: Samples) -> Report:
    total = sum(samples["stages"].values())

    def shares(counted: Mapping[str, int], head: str, title: str) -> Table:
        ranked = sorted(counted.items(), key=lambda item: -item[1])[:TOP]
        return Table(title, (head, "share"), [(name, f"{100 * n / total:.0f} %") for name, n in ranked])

    data: dict[str, JsonValue] = {
        "samples": total,
        "stages": dict(samples["stages"]),
        "packages": dict(samples["packages"]),
        "functions": dict(sorted(samples["lines"].items(), key=lambda item: -item[1])[:100]),
    }
    return Report(
        "breakdown",
        (
            shares(
                samples["stages"], "what it is for", f"A tool turn in the server, by stage ({total} samples)"
            ),
            shares(
                samples["packages"],
                "package",
                "The same by package; the standard library counts for its caller",
            ),
        ),
        data,
    )
