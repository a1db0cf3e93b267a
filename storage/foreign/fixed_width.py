"""Printed lists: columns that begin at the same place on every line."""

import re
from itertools import pairwise

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.grid import EMPTY, Cell, cell_of

_MIN_GAP = 2
_LINE_END = re.compile(r"\r\n|\r|\n")
CUTS = "cuts"
# A piece of a line below a header, and of how many lines one may have something between such pieces.
_RULE = re.compile(r"(?:-{2,}|={2,}|(?<![-=])[-=](?![-=]))")
_BETWEEN = 5
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
    ruled = _ruled(lines)
    cuts = ruled or _cuts(body)
    whole = [0, *cuts[1:]]
    above = next((n for n, line in enumerate(lines) if _is_ruler(line)), 0) - 1 if ruled else 0
    return [
        (cell_of(line),)
        if _is_text(line, cuts) or (number < above and "  " not in line.strip())
        else _cut(line, whole)
        for number, line in enumerate(lines)
    ]


def _is_text(line: str, cuts: list[int]) -> bool:
    """Whether a line is a text of its own: it begins before all columns, or its words go on where one
    begins."""
    crosses = any(0 < cut < len(line) and line[cut - 1] != " " and line[cut] != " " for cut in cuts)
    outside = bool(cuts) and line[: cuts[0]].strip() != ""
    return "  " not in line.strip() and (crosses or outside)


def is_ruled(text: str) -> bool:
    """Whether a line of dashes says where the columns of a printed list begin."""
    return bool(_ruled([line.expandtabs(8).rstrip() for line in _LINE_END.split(text)]))


def _ruled(lines: list[str]) -> list[int]:
    """Where columns begin by a line of dashes in pieces, below a header; none where there is no such line,
    others are of other columns, or many lines have something between its pieces: it is of some of them."""
    at = [number for number, line in enumerate(lines) if _is_ruler(line)]
    if not at or at[0] == 0:
        return []
    rulers = [[form.span() for form in _RULE.finditer(lines[number])] for number in at]
    pieces = max(rulers, key=len)
    starts = [start for start, _ in pieces]
    if not all({start for start, _ in found} <= set(starts) for found in rulers):
        return []
    gaps = list(range(starts[0]))
    for (_, end), (start, _) in pairwise(pieces):
        gaps += range(end, start)
    rows = [line for line in lines[at[0] - 1 :] if line.strip() and not _is_ruler(line)]
    between = sum(any(row[place : place + 1].strip() for place in gaps) for row in rows)
    return starts if between * _BETWEEN <= len(rows) else []


def _is_ruler(line: str) -> bool:
    return set(line) <= set("-= ") and len(_RULE.findall(line)) > 1


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
