"""Answers about one table in a file of several, whose keys must name it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.areas import OF_SHEETS
from storage.foreign.fields import ROWS
from storage.foreign.grid import Grid
from storage.foreign.layout import Layout
from storage.foreign.looking_up import LOOKUP
from storage.foreign.shaping import CARRY, JOIN, LEAVE_OUT, LEAVE_OUT_ROWS, ONLY, PARENT, REPLACE, SPLIT
from storage.foreign.tables import Table

# Also keys of the whole file: the calendar of what is new, and the closed days of a country.
_OF_FILE = frozenset({"calendar", "closed"})
_OF_TABLE = frozenset(
    {*(name for fields in ROWS.values() for name in fields), "rows", "across", "fill_down"}
    | {LEAVE_OUT, LEAVE_OUT_ROWS, ONLY, PARENT, CARRY}
)
_BEGINNINGS = (REPLACE, SPLIT, JOIN, LOOKUP, "header.", "shift.", "day_part.")


def refuse_misplaced(unused: Collection[str], grid: Grid | None) -> None:
    """Where a table is, is of a sheet: no later question asks for it without one."""
    sheets = [] if grid is None else [sheet.name for sheet in grid.sheets]
    for key in OF_SHEETS:
        if key in unused and sheets:
            raise InvalidRequest(f"{key} is of a sheet; right would be: {sheets[0]}!{key}.")


def refuse_first_kind(unused: Iterable[str], layouts: Sequence[Layout]) -> None:
    """Raises:
    InvalidRequest: an answer about the first of several kinds of rows of a table begins with its name.
    """
    kinds: dict[str, list[Layout]] = {}
    for layout in layouts:
        kinds.setdefault(layout.table.label, []).append(layout)
    for first, *others in kinds.values():
        for key in unused if others else ():
            named = f"{first.scope.prefix}{first.kind}!"
            rest = key.removeprefix(named)
            if key.startswith(named) and rest not in (LEAVE_OUT, ONLY):
                raise InvalidRequest(
                    f"{shown(key)}: {first.kind} are the first of several kinds of rows, and their keys "
                    f"have no name; right would be: {first.scope.prefix}{rest}."
                )


def refuse_without_table(unused: Iterable[str], tables: Sequence[Table]) -> None:
    """Raises:
    InvalidRequest: an answer that nothing has taken is of a table, and names none.
    """
    if len(tables) < 2:
        return
    likely = max(
        (table for table in tables if not table.hidden), key=lambda t: len(t.rows), default=tables[0]
    )
    found = [key for key in unused if _is_of_table(key)]
    if found:
        labels = ", ".join(shown(table.label) for table in tables[:8])
        told = "is of one table" if len(found) == 1 else "are each of one table"
        right = ", ".join(f"{likely.label}!{key}" for key in found[:8])
        raise InvalidRequest(
            f"{shown(', '.join(found))} {told}, and the file has several ({labels}); right would be: {right}."
        )


def less_only_table(given: Mapping[str, str], tables: Sequence[Table]) -> dict[str, str]:
    """Answers about the only table of a file, whose keys need not name it, without its name. Those about the
    place of a table, of a kind of rows that is called so, and those that are said both ways stay."""
    label = tables[0].label if len(tables) == 1 else ""
    found: dict[str, str] = {}
    for key, value in given.items():
        name, _, rest = key.partition(f"{label}!")
        only = bool(label) and not name and bool(rest) and label not in ROWS and rest not in OF_SHEETS
        found[rest if only and given.get(rest, value) == value else key] = value
    return found


def _is_of_table(key: str) -> bool:
    named = (key in _OF_TABLE and key not in _OF_FILE) or key.startswith(_BEGINNINGS)
    return named and "!" not in key
