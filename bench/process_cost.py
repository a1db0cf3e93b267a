"""What processes have spent: CPU time, memory, and retired instructions where the machine counts them."""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class ProcessTree:
    """A process and all that it has started, those that have ended included."""

    pid: int

    def cpu_s(self) -> float:
        """User and system time so far. A process that ends passes its time on to its parent."""
        return sum(_spent_s(process) for process in self._alive())

    def rss_bytes(self) -> int:
        """Resident memory; of processes that share pages, each counts them."""
        return sum(process.memory_info().rss for process in self._alive())

    def threads(self) -> list[int]:
        """Every thread that runs now."""
        return [thread.id for process in self._alive() for thread in process.threads()]

    def _alive(self) -> Iterator[psutil.Process]:
        root = psutil.Process(self.pid)
        for process in (root, *root.children(recursive=True)):
            try:
                process.memory_info()
            except psutil.NoSuchProcess:
                continue
            yield process


def _spent_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
