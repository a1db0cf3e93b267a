"""Joining neighbouring deltas, so that a fast model does not cost one frame a token."""

from collections.abc import Iterable
from typing import Final

from leadhand.events import ReasoningDelta, RunEvent, TextDelta, ToolInputDelta, joined

# One frame of a 50 Hz screen: below it a reader sees no difference, and a model that sends a token every
# 4 ms costs a fifth of the frames.
FLUSH_INTERVAL_S: Final = 0.020


class DeltaMerger:
    """Holds events back until they are due. Only deltas wait; anything else is due at once, in order."""

    def __init__(self) -> None:
        self._held: list[RunEvent] = []
        self._urgent = False

    def add(self, events: Iterable[RunEvent]) -> None:
        for event in events:
            both = joined(self._held[-1], event) if self._held else None
            if both is None:
                self._held.append(event)
            else:
                self._held[-1] = both
            self._urgent = self._urgent or not isinstance(event, TextDelta | ReasoningDelta | ToolInputDelta)

    @property
    def waiting(self) -> bool:
        return bool(self._held)

    @property
    def urgent(self) -> bool:
        """Whether something other than a delta is held, which must go out now."""
        return self._urgent

    def take(self) -> list[RunEvent]:
        held, self._held, self._urgent = self._held, [], False
        return held
