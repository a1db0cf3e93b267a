"""Whether and when a server process that died is started again."""

from dataclasses import dataclass, field
from typing import Final

from jobs.backoff import Backoff

# A process that served for so long was sound: what killed it is not its start.
STEADY_S: Final = 10.0
# Deaths in a row, each before the process was steady.
MAX_EARLY_DEATHS: Final = 5
FIRST_WAIT_S, LAST_WAIT_S = 0.5, 30.0


@dataclass(slots=True)
class Restarts:
    """Of one place among the server's processes."""

    _backoff: Backoff = field(default_factory=lambda: Backoff(FIRST_WAIT_S, LAST_WAIT_S))
    _early_deaths: int = 0

    def wait_s(self, served_s: float, *, others_serve: bool) -> float | None:
        """Seconds until the next start after a death, or None: it dies every time, and nobody serves.

        `served_s`: from when the process could answer to its death; 0 if it never could.
        """
        if served_s >= STEADY_S:
            self._early_deaths = 0
            self._backoff.reset()
        else:
            self._early_deaths += 1
        if self._early_deaths >= MAX_EARLY_DEATHS and not others_serve:
            return None
        return self._backoff.next_s()
