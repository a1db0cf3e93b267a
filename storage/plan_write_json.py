"""Changes of rows as JSON, and back: columns by name, a plan's instants as UTC minutes."""

from collections.abc import Sequence
from typing import TypeAlias, cast

from pydantic import TypeAdapter

from leadhand.errors import JsonValue
from planning.plan_writes import ROW_TYPES, Row, RowChange, WritableTable
from storage.schedule_changes import TABLE as SCHEDULES
from storage.schedule_changes import ScheduleChange, schedule_change_from, schedule_change_json

_ROWS: dict[WritableTable, TypeAdapter[Row]] = {
    table: TypeAdapter[Row](kind) for table, kind in ROW_TYPES.items()
}
JsonRow = dict[str, JsonValue]
# What a write may change: the plan, and report schedules.
AnyChange: TypeAlias = RowChange | ScheduleChange


def row_json(table: WritableTable, row: Row | None) -> JsonRow | None:
    return None if row is None else cast("JsonRow", _ROWS[table].dump_python(row, mode="json"))


def row_from(table: WritableTable, value: JsonRow | None) -> Row | None:
    """Raises pydantic.ValidationError for what is no row of `table`."""
    return None if value is None else _ROWS[table].validate_python(value)


def change_json(change: AnyChange) -> JsonRow:
    if isinstance(change, ScheduleChange):
        return schedule_change_json(change)
    return {
        "table": change.table.value,
        "id": change.row_id,
        "before": row_json(change.table, change.before),
        "after": row_json(change.table, change.after),
    }


def parted(changes: Sequence[AnyChange]) -> tuple[tuple[RowChange, ...], tuple[ScheduleChange, ...]]:
    """Those of the plan, and those of report schedules."""
    return (
        tuple(change for change in changes if isinstance(change, RowChange)),
        tuple(change for change in changes if isinstance(change, ScheduleChange)),
    )


def change_from(value: JsonRow) -> AnyChange:
    """The change that `change_json` wrote.

    Raises:
        ValueError: it is none.
    """
    if value["table"] == SCHEDULES:
        return schedule_change_from(value)
    table, row_id = WritableTable(str(value["table"])), str(value["id"])
    rows = [value[key] for key in ("before", "after")]
    before, after = (row if isinstance(row, dict) else None for row in rows)
    return RowChange(table, row_id, row_from(table, before), row_from(table, after))
