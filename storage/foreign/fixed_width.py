"""Printed lists: columns that begin at the same place on every line."""

import re

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.grid import EMPTY, Cell, cell_of

_MIN_GAP = 2
_LINE_END = re.compile(r"\r\n|\r|\n")
CUTS = "cuts"
_GAP = re.compile(r" {2,}")


def cuts_said(text: str | None) -> list[int] | None:
    """The places, counted from 1, at which a person says that columns begin, such as `1, 9, 29`.

    Raises:
        InvalidRequest: they are no places in order.
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    places = [int(part) - 1 for part in parts if part.isdecimal() and len(part) < 5]
    if len(places) != len(parts) or places != sorted(set(places)) or places[0] < 0:
        raise InvalidRequest(f"{CUTS}={shown(text)} is no answer; right would be: 1, 9, 29.")
    return [0, *places[1:]]


def fixed_width_rows(text: str, said: list[int] | None = None) -> list[tuple[Cell, ...]]:
    """The lines cut where a gap goes through all lines of the table, or where it is said; a line of its own
    (a title) is one cell."""
    lines = [line.expandtabs(8).rstrip() for line in _LINE_END.split(text)]
    body = [line for line in lines if line.count("  ") and not set(line.strip()) <= set("-=+ ")]
    body = _less_titles(body)
    if said is not None:
        return [_cut(line, said) for line in lines]
    cuts = _cuts(body)
    whole = [0, *cuts[1:]]
    return [(cell_of(line),) if _is_text(line, cuts) else _cut(line, whole) for line in lines]


def _is_text(line: str, cuts: list[int]) -> bool:
    """Whether a line is a text of its own: it begins before all columns, or its words go on where one
    begins."""
    crosses = any(0 < cut < len(line) and line[cut - 1] != " " and line[cut] != " " for cut in cuts)
    outside = bool(cuts) and line[: cuts[0]].strip() != ""
    return "  " not in line.strip() and (crosses or outside)


def _less_titles(lines: list[str]) -> list[str]:
    """The lines without those at the beginning that have far fewer parts than is usual, such as a title
    beside the number of its page: they stand in no columns."""
    parts = [len(_GAP.split(line.strip())) for line in lines]
    usual = sorted(parts)[len(parts) // 2] if parts else 0
    first = next((n for n, count in enumerate(parts) if count * 2 > usual), 0)
    return lines[first:]


def _cuts(lines: list[str]) -> list[int]:
    """Where columns begin: after each gap of at least two places that (nearly) no line crosses."""
    width = max((len(line) for line in lines), default=0)
    taken = [0] * (width + 1)
    for line in lines:
        for place, sign in enumerate(line):
            taken[place] += sign != " "
    crossed = max(1, len(lines) // 20) if len(lines) > 20 else 0
    starts: list[int] = []
    gap = _MIN_GAP
    for place in range(width):
        if taken[place] <= crossed:
            gap += 1
        else:
            if gap >= _MIN_GAP:
                starts.append(place)
            gap = 0
    return starts


def _cut(line: str, starts: list[int]) -> tuple[Cell, ...]:
    if not line.strip() or set(line.strip()) <= set("-=+ "):
        return (EMPTY,)
    ends = [*starts[1:], len(line) + 1]
    cells = [line[start:end] for start, end in zip(starts, ends, strict=True)]
    return tuple(cell_of(cell) for cell in cells)
