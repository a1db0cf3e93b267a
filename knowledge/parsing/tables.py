"""CSV: every row with the names of its columns, so that it can be read alone."""

import csv

from knowledge.parsing.blocks import Block, ReadDocument, Unreadable

_SEPARATORS = ",;\t|"
_MAX_CELL_CHARS = 100_000


def read_csv(text: str) -> ReadDocument:
    """Raises Unreadable for a cell beyond reason, such as behind a quote that never ends."""
    lines = text.strip("\n").split("\n")
    separator = max(_SEPARATORS, key=lines[0].count)
    csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(text.splitlines(keepends=True), delimiter=separator)
        ]
    except csv.Error:
        raise Unreadable("broken") from None
    rows = [row for row in rows if any(row)]
    head, *body = rows or [[]]
    if not body:
        return ReadDocument(None, tuple(Block(" | ".join(row)) for row in rows))
    return ReadDocument(None, tuple(Block(_line(head, row)) for row in body))


def _line(head: list[str], row: list[str]) -> str:
    names = [*head, *[""] * (len(row) - len(head))]
    return "; ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell
    )
