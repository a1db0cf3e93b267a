"""`leadhand serve` that can do without parts of what keeps a turn safe: for the benchmark of their cost.

SIGUSR1 makes it read from a file which parts it leaves out from now on. Nothing in the product can do this.
"""
# The library leaves types open in the signature of `ainvoke`.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from langgraph.pregel import Pregel

import runs.service
from bench.left_out import PARTS_VARIABLE, Part, done_file
from cli.main import run
from leadhand.events import RunEnding
from leadhand.spans import Trace
from runs.recorder import EventRecorder, FlushesUnderWay
from storage.run_events import Flush

_left_out: set[Part] = set()


def _on_signal(*_: object) -> None:
    asked = Path(os.environ[PARTS_VARIABLE])
    text = asked.read_text(encoding="utf-8")
    _left_out.clear()
    _left_out.update(Part(word) for word in text.split())
    part = asked.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(done_file(asked))


def _leave_out_checkpoints() -> None:
    invoke: Any = Pregel.ainvoke

    async def ainvoke(self: Any, *args: Any, **kwargs: Any) -> Any:
        if Part.STEPS in _left_out:
            kwargs["durability"] = "exit"
        elif Part.WAITING in _left_out:
            kwargs["durability"] = "async"
        return await invoke(self, *args, **kwargs)

    Pregel.ainvoke = ainvoke


class LesserRecorder(EventRecorder):
    """Keeps no events while it does without the log; fence and spans stay."""

    def leave(self) -> FlushesUnderWay:
        if Part.LOG not in _left_out:
            return super().leave()
        return FlushesUnderWay(self, (), self.trace.take())

    def closing(self, ending: RunEnding) -> list[Flush]:
        return [] if Part.LOG in _left_out else list(super().closing(ending))

    async def keep(self) -> None:
        if Part.LOG in _left_out:
            await asyncio.Event().wait()
        await super().keep()


def _leave_out_spans() -> None:
    begin = Trace.begin

    def begin_or_not(self: Trace) -> None:
        if Part.SPANS not in _left_out:
            begin(self)

    Trace.begin = begin_or_not


def main() -> None:
    """Takes the arguments of `leadhand`."""
    _leave_out_checkpoints()
    runs.service.EventRecorder = LesserRecorder
    _leave_out_spans()
    signal.signal(signal.SIGUSR1, _on_signal)
    run()


if __name__ == "__main__":
    sys.exit(main())
