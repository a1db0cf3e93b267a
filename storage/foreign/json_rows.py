"""Lists of objects as an interface gives them (JSON): each object is a row, each list within it more rows.

Of lists beside each other each is a table of its own, since a row of one is nothing of the other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias, cast

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.grid import MAX_ROWS, Cell, Sheet, cell_of

_MAX_DEPTH: Final = 6
# A number beyond them is no amount, and is left a text.
_MOST_DIGITS: Final = 30
# What an element of XML says itself, beside its attributes and parts.
OWN_TEXT: Final = ""

_Path: TypeAlias = tuple[str, ...]
_Record: TypeAlias = dict[str, object]


def is_json(text: str) -> bool:
    """Whether a text begins as a list or an object does."""
    start = text.lstrip()[:200]
    return start[:1] in {"[", "{"} and any(sign in start for sign in '"{')


def json_sheets(text: str, name: str) -> tuple[Sheet, ...]:
    """Sheets of each list of objects at the top; a list within an object repeats what is around it. Lines
    that are an object each are such a list too (JSON Lines).

    Raises:
        ForeignFileUnreadable: it is no JSON, or holds no list of objects.
    """
    try:
        return record_sheets(_parsed(text), name)
    except (ValueError, RecursionError) as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if not lines or not lines[0][1].rstrip().endswith("}"):
            raise ForeignFileUnreadable(f"{name} begins as JSON does, and is none ({error}).") from None
    return record_sheets([_line(line, number, name) for number, line in lines], name)


def _parsed(text: str) -> object:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def _line(text: str, number: int, name: str) -> object:
    try:
        found = _parsed(text)
    except (ValueError, RecursionError) as error:
        told = f"line {number} of {name} is no JSON ({error}); an object in each line would be right."
        raise ForeignFileUnreadable(told) from None
    if not isinstance(found, dict):
        raise ForeignFileUnreadable(f"line {number} of {name} is no object; one in each line would be right.")
    return cast("_Record", found)


def record_sheets(document: object, name: str) -> tuple[Sheet, ...]:
    """The same of what was read already; raises ForeignFileUnreadable: there is no list of objects."""
    found = [sheet for label, records in _lists(document, name, 0) for sheet in _sheets(label, records)]
    if not found:
        raise ForeignFileUnreadable(f"{name} has no list of objects; a list of orders would be right.")
    return tuple(found)


def _lists(value: object, label: str, depth: int) -> Iterator[tuple[str, Sequence[_Record]]]:
    """The lists of objects that are in no other list."""
    if isinstance(value, dict):
        if depth < _MAX_DEPTH:
            for key, inner in cast("_Record", value).items():
                yield from _lists(inner, key, depth + 1)
    elif records := _objects(value):
        yield label, records


def _objects(value: object) -> list[_Record]:
    """The objects of a list, its plain items as such, or none if it has no other; an object is one itself."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if not any(isinstance(item, dict) for item in items):
        return []
    return [cast("_Record", item) if isinstance(item, dict) else {OWN_TEXT: item} for item in items]


def _sheets(label: str, records: Sequence[_Record]) -> Iterator[Sheet]:
    """One for each list within the records that has no other in it; the first has all records."""
    lists = dict.fromkeys(path for record in records for path in _list_paths(record, ()))
    inmost = [path for path in lists if not any(path == other[: len(path)] != other for other in lists)]
    for place, path in enumerate(inmost or [()]):
        rows = [row for record in records for row in _rows(record, (), lists, path, needed=place > 0)]
        yield _sheet(label if len(inmost) < 2 else f"{label} {path[-1]}", rows)


def _list_paths(record: _Record, path: _Path) -> Iterator[_Path]:
    """Where it has lists of objects, also within them."""
    for key, value in record.items():
        here = (*path, key)
        if len(here) > _MAX_DEPTH:
            continue
        objects = _objects(value)
        if objects and not isinstance(value, dict):
            yield here
        for inner in objects:
            yield from _list_paths(inner, here)


def _rows(
    record: _Record, path: _Path, lists: Mapping[_Path, None], to: _Path, *, needed: bool
) -> Iterator[dict[str, Cell]]:
    """An object as one row, or as one for each object of the lists on the way `to` the inmost one.

    `needed`: only rows that reach it. Where one record has a list another may have a single object.
    """
    own: dict[str, Cell] = {}
    inner: list[tuple[_Path, _Record]] = []
    waiting: list[tuple[_Path, object]] = [((*path, key), value) for key, value in reversed(record.items())]
    while waiting:
        here, value = waiting.pop()
        if here in lists:
            if here == to[: len(here)]:
                inner = [(here, item) for item in _objects(value)]
        elif isinstance(value, dict) and len(here) <= _MAX_DEPTH:
            waiting += [((*here, key), part) for key, part in reversed(cast("_Record", value).items())]
        else:
            own[".".join(part for part in here if part) or "text"] = _cell(cast("object", value))
    if not inner and not (needed and path != to):
        yield own
    for here, item in inner:
        for row in _rows(item, here, lists, to, needed=needed):
            yield {**own, **row}


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        return cell_of("; ".join(str(item) for item in cast("list[object]", value)))
    if isinstance(value, Decimal) and value.is_finite() and -_MOST_DIGITS < value.adjusted() < _MOST_DIGITS:
        return Cell(value)
    return cell_of(str(value) if isinstance(value, Decimal | float) else value)


def _sheet(label: str, rows: list[dict[str, Cell]]) -> Sheet:
    if len(rows) > MAX_ROWS:
        raise ForeignFileUnreadable(
            f"{label} has more than {MAX_ROWS:,} rows; split it and import the parts."
        )
    names = list(dict.fromkeys(name for row in rows for name in row))
    header = tuple(Cell(name) for name in names)
    body = [tuple(row.get(name, Cell(None)) for name in names) for row in rows]
    # Its names are its header, and no record is a title or a total: nothing has to be looked for.
    rows_of_it = frozenset(range(1, len(body) + 1))
    return Sheet(label, [header, *body], first_row=0, header=(0, 0), kept_rows=rows_of_it)
