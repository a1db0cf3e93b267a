"""Shifts of one calendar that overlap, around the end of the week too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from storage.local_times import clock_minutes

_DAY, _WEEK = 24 * 60, 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A row of calendar_shift.csv."""

    line: int
    calendar_id: str
    weekday: int
    start_local: str
    end_local: str
    ends_next_day: bool

    @property
    def shown(self) -> str:
        return f"weekday {self.weekday} {self.start_local}-{self.end_local}"

    @property
    def opens(self) -> int:
        return (self.weekday - 1) * _DAY + clock_minutes(self.start_local)

    @property
    def closes(self) -> int:
        end = (self.weekday - 1) * _DAY + clock_minutes(self.end_local)
        return end + _DAY if self.ends_next_day else end


def overlapping_shifts(shifts: Iterable[ShiftRow]) -> Iterator[tuple[ShiftRow, ShiftRow]]:
    """A shift and one before it that is not over when it starts; calendars one after another."""
    for _, group in groupby(shifts, key=lambda shift: shift.calendar_id):
        week = sorted(group, key=lambda shift: shift.opens)
        # No shift lasts more than a day, so the longest before it is all that can reach into it.
        longest = week[0]
        for shift in week[1:]:
            if longest.closes > shift.opens:
                yield shift, longest
            longest = max(longest, shift, key=lambda s: s.closes)
        if longest is not week[0] and longest.closes - _WEEK > week[0].opens:
            yield longest, week[0]
