"""Breaks of the shifts of a roster: when they are, and the shift without them."""

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.layout import Layout
from storage.foreign.moments import Moment
from storage.foreign.pauses import length, less_pauses, pauses_in
from storage.foreign.reading import RowReader

BREAKS = {
    "middle": "in the middle of each shift",
    "end": "at its end: people go home earlier",
    "none": "not at all: the shift counts in full",
}


def breaks_of(layout: Layout, readers: list[RowReader]) -> str | None:
    """When the breaks are of which only the length is known; None while it is asked."""
    lengths = [reader for reader in readers if not pauses_in(reader)]
    if not any(not r.cell("break_time").empty and r.text("break_time") != "0" for r in lengths):
        return "none"
    header = shown(layout.header("break_time") or "")
    question = Question(
        "breaks",
        f'"{header}" says how long the breaks are, not when: when are they?',
        tuple(Choice(value, meaning) for value, meaning in BREAKS.items()),
        why="a plan needs the minutes in which nobody works",
    )
    return layout.scope.settle(question)


def less_break(
    breaks: str | None, reader: RowReader, start: Moment, end: Moment
) -> list[tuple[Moment, Moment]]:
    """A shift without its breaks: those that its row says, or one of the length that it says."""
    if pauses := pauses_in(reader):
        return less_pauses(start, end, pauses)
    minutes = int(reader.minutes("break_time", needed=False) or 0)
    if not minutes or breaks == "none":
        return [(start, end)]
    if breaks == "end":
        return [(start, end.later(-minutes))]
    first = start.later(before_break(length(start, end), minutes))
    return [(start, first), (first.later(minutes), end)]


def before_break(length: int, minutes: int) -> int:
    """Minutes of a shift before a break in its middle, in steps of five."""
    return max(0, (length - minutes) // 10 * 5)
