"""A sampling profiler: where a process spends its CPU time, by package and by what the turn is doing."""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

INTERVAL_S = 0.001
REPOSITORY = Path(__file__).parents[1]
# Frames in which a thread waits instead of working.
WAITING = frozenset({"select", "wait", "_worker", "run_until_complete", "run_forever", "run", "_run"})
# What a turn is doing: the first that is found from the innermost frame outwards.
STAGES = (
    ("checkpoints", ("storage/saver.py", "langgraph/checkpoint/")),
    ("model call", ("models/endpoint.py", "langchain_openai/", "langchain_core/language_models/")),
    ("tool", ("tools/registry.py", "tools/catalog/", "tools/rendering.py")),
    ("admit the turn", ("runs/admission.py",)),
    ("settle the turn", ("runs/settlement.py",)),
    ("graph nodes", ("graph/",)),
    ("graph machinery", ("langgraph/",)),
    ("HTTP and stream", ("server/", "fastapi/", "starlette/", "uvicorn/protocols/")),
)
REST = "event loop and the rest"


class Sampler:
    """Counts the stacks of whatever runs, once in each millisecond of CPU time."""

    def __init__(self) -> None:
        self.packages: Counter[str] = Counter()
        self.stages: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number
        main = threading.main_thread().ident
        # Documented, and the only way to the stacks of other threads.
        frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
        others = (other for ident, other in frames.items() if ident != main)
        working = next((other for other in others if other.f_code.co_name not in WAITING), None)
        # A thread that works while the main one waits for it is what spends the time.
        self.add(working or frame)

    def add(self, frame: FrameType | None) -> None:
        files = list(_files(frame))
        self.packages[next((package for file in files if (package := _package(file))), "Python itself")] += 1
        self.stages[_stage(files)] += 1
        if frame is not None:
            self.lines[f"{files[0]}:{frame.f_code.co_name}"] += 1


def _files(frame: FrameType | None) -> Iterator[str]:
    """The source files of a stack, innermost first, below their folder of packages."""
    while frame is not None:
        name = frame.f_code.co_filename
        _, found, below = name.partition("site-packages/")
        yield below if found else name.removeprefix(f"{REPOSITORY}/")
        frame = frame.f_back


def _package(file: str) -> str | None:
    """An installed package, or our own; None for the standard library, whose time is its caller's."""
    if file.startswith(("/", "<")):
        return None
    return file.partition("/")[0].removesuffix(".py")


def _stage(files: list[str]) -> str:
    for file in files:
        for stage, places in STAGES:
            if file.startswith(places):
                return stage
    return REST
