"""Writes a whole shop in the caller's transaction: all of it or nothing.

Row level security allows no COPY, so rows travel as JSON, a few thousand a statement.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import orjson
import psycopg
from psycopg.types.json import Jsonb

from leadhand.errors import InvalidRequest
from planning.shop import Booking, Operation, Order, Shop, ShopSettings
from storage.named_queries import named_queries
from storage.rows import execute
from storage.shop_records import Record, floor_records, master_records, plan_records
from storage.tenants import upsert_tenant_settings
from storage.transactions import Connection

ROWS_A_STATEMENT = 5_000

_SQL = named_queries("shop_writer")
# Children before parents.
_DELETIONS = (
    "segments", "bookings", "holds", "progress", "materials", "alternatives", "operations", "orders",
    "exceptions", "absences", "operator_skills", "operators", "downtimes", "machines", "work_centers",
    "skills", "shifts", "calendars",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WriteProgress:
    """`done` of `total` rows of one table are written."""

    table: str
    done: int
    total: int


Progress: TypeAlias = Callable[[WriteProgress], None]


async def write_shop(
    connection: Connection,
    *,
    tenant_id: str,
    shop: Shop,
    source: str = "import",
    progress: Progress | None = None,
) -> None:
    """Make the plan of the transaction's shop exactly `shop`; what it had before is gone.

    The database numbers the machines and counts `data_version` itself. `source` is app, import or plan.

    Raises:
        InvalidRequest: the values break a rule of the tables (`details.constraint`), such as two bookings
            on one machine at once that do not carry `waived_conflict`.
    """
    with broken_table_rules():
        await _clear_plan(connection, tenant_id)
        await upsert_tenant_settings(connection, tenant_id=tenant_id, settings=shop.settings)
        await _insert_all(connection, master_records(shop), source, progress)
        await add_orders(
            connection,
            settings=shop.settings,
            orders=shop.orders.values(),
            operations=shop.operations.values(),
            bookings=shop.bookings,
            source=source,
            progress=progress,
        )
        await _insert_all(connection, floor_records(shop.materials, shop.progress), source, progress)


async def count_rows(connection: Connection) -> None:
    """Have Postgres see how many rows plans have now; called once many of them were written.

    What it expects of a shop that it has never counted makes the queries of a turn take seconds.
    """
    await execute(connection, _SQL["count_rows"], {})


async def add_orders(
    connection: Connection,
    *,
    settings: ShopSettings,
    orders: Iterable[Order],
    operations: Iterable[Operation],
    bookings: Iterable[Booking],
    source: str = "import",
    progress: Progress | None = None,
) -> None:
    """Add orders with their operations and bookings to what the shop has.

    Raises:
        InvalidRequest: as `write_shop`.
    """
    with broken_table_rules():
        records = plan_records(settings, orders, operations, bookings)
        await _insert_all(connection, records, source, progress)


async def delete_shop(connection: Connection, *, tenant_id: str) -> bool:
    """Remove plan, documents and settings of the transaction's shop; whether there was one.

    Conversations stay.
    """
    await _clear_plan(connection, tenant_id)
    await execute(connection, _SQL["delete_documents"], {})
    await execute(connection, _SQL["delete_document_index"], {})
    await execute(connection, _SQL["delete_reports"], {})
    await execute(connection, _SQL["delete_report_schedules"], {})
    await execute(connection, _SQL["delete_alerts"], {})
    return await execute(connection, _SQL["delete_settings"], {"tenant_id": tenant_id}) == 1


async def _clear_plan(connection: Connection, tenant_id: str) -> None:
    await execute(connection, _SQL["begin_replacing"], {})
    await execute(connection, _SQL["release_site_calendar"], {"tenant_id": tenant_id})
    for table in _DELETIONS:
        await execute(connection, _SQL[f"delete_{table}"], {})
    await execute(connection, _SQL["end_replacing"], {})


async def _insert_all(
    connection: Connection,
    records: Iterator[tuple[str, list[Record]]],
    source: str,
    progress: Progress | None,
) -> None:
    for table, rows in records:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = rows[start : start + ROWS_A_STATEMENT]
            await execute(connection, _SQL["forget_plans"], {})
            await execute(
                connection,
                _SQL[f"insert_{table}"],
                {"rows": Jsonb(chunk, dumps=orjson.dumps), "source": source},
            )
            if progress is not None:
                progress(WriteProgress(table, min(start + ROWS_A_STATEMENT, len(rows)), len(rows)))


class broken_table_rules:  # noqa: N801 - reads as a statement: `with broken_table_rules():`
    """A violated constraint is the caller's fault and named; its text may quote rows and is not shown."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, psycopg.IntegrityError):
            rule = error.diag.constraint_name or "not_null"
            raise InvalidRequest(
                f"The shop's rows break a rule of the table {error.diag.table_name}: {rule}.",
                details={"table": error.diag.table_name, "constraint": rule},
            ) from error
