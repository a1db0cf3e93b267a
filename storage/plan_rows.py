"""Changes of rows made in the caller's transaction: exactly these rows, or an error that rolls them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson
from psycopg.types.json import Jsonb

from leadhand.errors import StalePlan
from planning.plan_writes import Row, RowChange, WritableTable
from planning.shop import Booking, ShopSettings
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.shop_records import Record, plan_row_record, segment_records
from storage.transactions import Connection

_SQL = named_queries("plan_rows")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from that is removed: an undo gives it back."""

    id: str
    source: str
    external_id: str | None


async def change_rows(
    connection: Connection,
    changes: Sequence[RowChange],
    settings: ShopSettings,
    origins: Iterable[Origin] = (),
) -> tuple[Origin, ...]:
    """Make `changes` in the transaction's shop; `origins` of rows that an undo brings back.

    Gives the origins of the rows that it removed.

    Raises:
        StalePlan: a row is not there, or is there already; the transaction must be rolled back.
        psycopg.IntegrityError: the rows break a rule of the tables, two bookings that meet included.
    """
    await execute(connection, _SQL["let_meet"], {})
    await execute(connection, _SQL["begin_moving"], {})
    bookings = [c for c in changes if c.table is WritableTable.BOOKING]
    ids = [c.row_id for c in bookings if c.before is not None]
    if ids:
        await execute(connection, _SQL["delete_segments"], {"ids": ids})
    gone = [origin for table in WritableTable for origin in await _delete(connection, changes, table)]
    for table in WritableTable:
        old = [c for c in changes if c.table is table and c.before is not None]
        new = [c for c in changes if c.table is table and c.before is None]
        await _write(connection, f"update_{table.value}", _after(old), settings, ())
        await _write(connection, f"insert_{table.value}", _after(new), settings, tuple(origins))
    segments = [s for row in _after(bookings) if isinstance(row, Booking) for s in segment_records(row)]
    if segments:
        await execute(connection, _SQL["insert_segments"], {"rows": _json(segments)})
    await execute(connection, _SQL["end_moving"], {})
    await execute(connection, _SQL["must_not_meet"], {})
    return tuple(gone)


def _after(changes: Iterable[RowChange]) -> list[Row]:
    return [change.after for change in changes if change.after is not None]


async def _delete(
    connection: Connection, changes: Iterable[RowChange], table: WritableTable
) -> tuple[Origin, ...]:
    ids = [c.row_id for c in changes if c.table is table and c.after is None]
    if not ids:
        return ()
    gone = await fetch_all(connection, _SQL[f"delete_{table.value}"], {"ids": ids}, Origin)
    _check_all(len(gone), len(ids))
    return gone


async def _write(
    connection: Connection,
    query: str,
    rows: Sequence[Row],
    settings: ShopSettings,
    origins: Sequence[Origin],
) -> None:
    if not rows:
        return
    params: Mapping[str, object] = {
        "rows": _json([plan_row_record(row, settings) for row in rows]),
        "origins": _json([asdict(origin) for origin in origins]),
    }
    _check_all(await execute(connection, _SQL[query], params), len(rows))


def _check_all(done: int, wanted: int) -> None:
    if done != wanted:
        raise StalePlan("A row that the change is about is not there any more.")


def _json(records: Sequence[Record]) -> Jsonb:
    return Jsonb(records, dumps=orjson.dumps)
