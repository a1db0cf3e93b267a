"""When a search must end before its work is done: it is cancelled, or took longer than anybody would wait."""

from time import monotonic

from planning.replanning.question import IsCancelled, StoppedBy


class Guard:
    """Asked between any two pieces of work; once it says stop it says so ever after."""

    def __init__(self, max_time_s: float, cancelled: IsCancelled) -> None:
        self._until = monotonic() + max_time_s
        self._cancelled = cancelled
        self.stopped_by: StoppedBy | None = None

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._until - monotonic())

    def go_on(self) -> bool:
        if self.stopped_by is None and self._cancelled():
            self.stopped_by = StoppedBy.CANCELLED
        if self.stopped_by is None and monotonic() >= self._until:
            self.stopped_by = StoppedBy.TIME_GUARD
        return self.stopped_by is None
