"""Rows of operations that name none: an order of a list without any, as JSON and XML say them."""

from collections.abc import Sequence

from storage.exchange.problems import Findings
from storage.foreign.reading import RowReader

_OF_OPERATIONS = (
    "operation", "operation_name", "machine", "work_center", "setup", "run", "elsewhere_time", "start", "end",
    "done", "left",
)  # fmt: skip
_TOLD = 8


def names_no_operation(reader: RowReader) -> bool:
    """Whether a row with a column of operations says nothing of any; one that lacks only its number is
    wrong."""
    columns = reader.layout.columns.get("operation", ())
    if not columns or columns[0].index is None or not reader.text("order"):
        return False
    others = [name for name in _OF_OPERATIONS if reader.layout.has(name)]
    own = [reader.layout.columns[name][0] for name in others]
    return len(others) > 1 and all(
        column.index is None or reader.row.cell(column.index).empty for column in own
    )


def tell_lone(rows: Sequence[int], place: str, findings: Findings) -> None:
    if rows:
        numbers = ", ".join(map(str, rows[:_TOLD])) + (" …" if len(rows) > _TOLD else "")
        text = f"rows that say nothing of an operation make only their order: {len(rows)} ({numbers})"
        findings.notice(place, None, text)
