"""Lists of objects as an interface gives them (JSON): each object is a row, each list within it more rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import cast

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.grid import MAX_ROWS, Cell, Sheet, cell_of

_MAX_DEPTH = 6


def is_json(text: str) -> bool:
    """Whether a text begins as a list or an object does."""
    start = text.lstrip()[:200]
    return start[:1] in {"[", "{"} and any(sign in start for sign in '"{')


def json_sheets(text: str, name: str) -> tuple[Sheet, ...]:
    """A sheet for each list of objects at the top; a list within an object repeats what is around it.

    Raises:
        ForeignFileUnreadable: it is no JSON, or holds no list of objects.
    """
    try:
        document: object = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        raise ForeignFileUnreadable(f"{name} begins as JSON does, and is none.") from None
    return record_sheets(document, name)


def record_sheets(document: object, name: str) -> tuple[Sheet, ...]:
    """The same of what was read already; raises ForeignFileUnreadable: there is no list of objects."""
    found = [(label, list(_rows_of(records))) for label, records in _lists(document, name, 0)]
    if not found:
        raise ForeignFileUnreadable(f"{name} has no list of objects; a list of orders would be right.")
    return tuple(_sheet(label, rows) for label, rows in found)


def _lists(value: object, label: str, depth: int) -> Iterator[tuple[str, Sequence[Mapping[str, object]]]]:
    """The lists of objects that are in no other list."""
    if isinstance(value, list):
        records = [
            cast("Mapping[str, object]", item)
            for item in cast("list[object]", value)
            if isinstance(item, dict)
        ]
        if records:
            yield label, records
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        for key, inner in cast("dict[str, object]", value).items():
            yield from _lists(inner, key, depth + 1)


def _rows_of(records: Sequence[Mapping[str, object]]) -> Iterator[dict[str, Cell]]:
    for record in records:
        yield from _flat(record, "", 0)


def _flat(record: Mapping[str, object], prefix: str, depth: int) -> Iterator[dict[str, Cell]]:
    """An object as one row, or as one for each object of the lists in it."""
    own: dict[str, Cell] = {}
    lists: list[tuple[str, list[Mapping[str, object]]]] = []
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            for row in _flat(cast("Mapping[str, object]", value), f"{name}.", depth + 1):
                own |= row
        elif isinstance(value, list):
            items = cast("list[object]", value)
            inner = [cast("Mapping[str, object]", item) for item in items if isinstance(item, dict)]
            if inner and depth < _MAX_DEPTH:
                lists.append((name, inner))
            else:
                own[name] = cell_of("; ".join(str(item) for item in items))
        else:
            own[name] = Cell(value) if isinstance(value, Decimal) else cell_of(cast("object", value))
    if not lists:
        yield own
    for name, inner in lists:
        for item in inner:
            for row in _flat(item, f"{name}.", depth + 1):
                yield {**own, **row}


def _sheet(label: str, rows: list[dict[str, Cell]]) -> Sheet:
    if len(rows) > MAX_ROWS:
        raise ForeignFileUnreadable(
            f"{label} has more than {MAX_ROWS:,} rows; split it and import the parts."
        )
    names = list(dict.fromkeys(name for row in rows for name in row))
    header = tuple(Cell(name) for name in names)
    body = [tuple(row.get(name, Cell(None)) for name in names) for row in rows]
    # Its names are its header: nothing has to be looked for.
    return Sheet(label, [header, *body], first_row=0, header=(0, 0))
