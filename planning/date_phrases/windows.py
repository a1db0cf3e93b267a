"""What a date phrase becomes: one half-open window in UTC minutes and the sentence that says it."""

from dataclasses import dataclass
from enum import StrEnum

from planning.shop import Interval, Minute


class Grain(StrEnum):
    """How exact the phrase was."""

    INSTANT = "instant"  # "Friday at 14:00": the window is the hour that begins then
    DAY = "day"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class PhraseSpan:
    """A date phrase in running text: `text` is exactly `running_text[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ResolvedWindow:
    """`sentence` says what the phrase was taken as: "next month: 1 to 31 December 2026".

    `open_end` is true for "from Monday", which names no end: `end_min` was then filled in by the default.
    """

    start_min: Minute
    end_min: Minute
    sentence: str
    grain: Grain = Grain.SPAN
    open_end: bool = False

    @property
    def interval(self) -> Interval:
        return (self.start_min, self.end_min)
