"""What a stretch of work costs, the server's process and Postgres apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.instructions import InstructionCounter, NoCountersError
from bench.process_cost import ProcessTree
from leadhand.errors import JsonValue

MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Per turn: CPU milliseconds and, where the machine counts them, millions of instructions."""

    server_ms: float
    postgres_ms: float
    server_mega: float | None
    postgres_mega: float | None

    @property
    def mega(self) -> str:
        """Both counts for a table."""
        if self.server_mega is None or self.postgres_mega is None:
            return "–"
        return f"{self.server_mega:.0f} + {self.postgres_mega:.0f}"

    @property
    def data(self) -> dict[str, JsonValue]:
        return {
            "server_cpu_ms": round(self.server_ms, 2),
            "postgres_cpu_ms": round(self.postgres_ms, 2),
            "server_mega_instructions": self.server_mega,
            "postgres_mega_instructions": self.postgres_mega,
        }


class Meter:
    """Counts what both process trees spend from its making on."""

    def __init__(self, server: ProcessTree, postgres: ProcessTree) -> None:
        self._trees = (server, postgres)
        self._counters = [self._counter(tree.threads()) for tree in self._trees]
        self._cpu_s = [tree.cpu_s() for tree in self._trees]

    def spent(self, turns: int) -> Spent:
        """A turn's share of it; ends the counting."""
        cpu_ms = [
            (tree.cpu_s() - before) * 1000 / turns
            for tree, before in zip(self._trees, self._cpu_s, strict=True)
        ]
        mega = [None if counter is None else counter.count() / MEGA / turns for counter in self._counters]
        for counter in self._counters:
            if counter is not None:
                counter.__exit__(None, None, None)
        return Spent(cpu_ms[0], cpu_ms[1], mega[0], mega[1])

    @staticmethod
    def _counter(threads: Sequence[int]) -> InstructionCounter | None:
        try:
            return InstructionCounter(threads).__enter__()
        except NoCountersError:
            return None
