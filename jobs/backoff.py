"""Waiting longer after each failure in a row."""

from dataclasses import dataclass

FIRST_WAIT_S = 0.5
LAST_WAIT_S = 10.0


@dataclass(slots=True)
class Backoff:
    """0.5, 1, 2, 4, 8, 10, 10, … seconds."""

    first_s: float = FIRST_WAIT_S
    last_s: float = LAST_WAIT_S
    _failures: int = 0

    def next_s(self) -> float:
        wait_s = min(self.first_s * 2**self._failures, self.last_s)
        # Bounded, so that a long outage does not make a huge number of it.
        self._failures = min(self._failures + 1, 30)
        return wait_s

    def reset(self) -> None:
        self._failures = 0
