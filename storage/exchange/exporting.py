"""Writes a shop as a folder: one state of it, there whole or not at all."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOBase
from pathlib import Path
from typing import TypeAlias, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from leadhand.context import TenantIdentity
from leadhand.errors import InvalidRequest, JsonValue, NotFound
from storage.database import Database
from storage.exchange.entities import ENTITIES, Entity
from storage.exchange.escaping import escaped
from storage.exchange.kinds import Amount, Place, Whole
from storage.exchange.problems import shown
from storage.named_queries import named_queries
from storage.rows import execute, fetch_value
from storage.transactions import Connection

ROWS_A_FETCH = 2_000
STATEMENT_TIMEOUT_MS = 30 * 60_000
# Both signs, so that the writer puts quotes around a cell that holds either.
LINE_END = "\r\n"

_SELECT = named_queries("exchange_export")
_SQL = named_queries("exchange")

# Called with the file's name and the rows written so far.
Progress: TypeAlias = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    file: str
    rows: int


async def export_folder(
    database: Database,
    who: TenantIdentity,
    folder: Path,
    *,
    progress: Progress = lambda file, rows: None,
) -> tuple[WrittenFile, ...]:
    """Write the shop of `who` into `folder`, which is made, or empty.

    All files are of one state of the shop. They are written beside the folder and renamed at the end, so
    that a failure leaves nothing. Files are written here, in the caller's thread.

    Raises:
        InvalidRequest: the folder cannot be used.
        NotFound: there is no such shop.
        DatabaseUnavailable: the database is away.
    """
    folder, partial = _require_free(folder)
    try:
        async with database.transaction(who, snapshot=True) as connection:
            zone = await fetch_value(connection, _SQL["read_zone"], {"tenant_id": who.tenant_id}, str)
            if zone is None:
                raise NotFound(f"There is no shop {who.tenant_id}.")
            timeout = {"timeout_ms": str(STATEMENT_TIMEOUT_MS)}
            await execute(connection, _SQL["allow_long_statements"], timeout)
            partial.mkdir()
            written = [
                WrittenFile(
                    entity.file, await _write(connection, entity, partial, Place(ZoneInfo(zone)), progress)
                )
                for entity in ENTITIES
            ]
        partial.rename(folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidRequest(
            f"{shown(str(folder))} cannot be written ({reason}); nothing is left of it."
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return tuple(written)


def _require_free(folder: Path) -> tuple[Path, Path]:
    """The folder, and the one beside it that is renamed in the end."""
    folder = folder.absolute()
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise InvalidRequest(f"The folder {shown(str(folder))} is not empty; name a new one.")
        if folder.exists() and not folder.is_dir():
            raise InvalidRequest(f"{shown(str(folder))} is a file; name a folder.")
        if not folder.parent.is_dir():
            raise InvalidRequest(f"There is no folder {shown(str(folder.parent))} to write into.")
    except OSError as error:
        raise InvalidRequest(f"{shown(str(folder))} cannot be used ({error.strerror}).") from None
    return folder, folder.with_name(f".{folder.name}.{uuid4().hex[:8]}.partial")


async def _write(
    connection: Connection, entity: Entity, folder: Path, place: Place, progress: Progress
) -> int:
    rows = 0
    with (folder / entity.file).open("w", encoding="utf-8", newline="") as file:
        write_header(file, entity)
        async with connection.cursor(name=f"export_{entity.name}") as cursor:
            await cursor.execute(_SELECT[entity.name])
            while fetched := await cursor.fetchmany(ROWS_A_FETCH):
                write_rows(
                    file, entity, [cast("dict[str, JsonValue]", row["record"]) for row in fetched], place
                )
                rows += len(fetched)
                progress(entity.file, rows)
    return rows


def write_header(file: TextIOBase, entity: Entity) -> None:
    csv.writer(file, lineterminator=LINE_END).writerow(entity.column_names)


def write_rows(file: TextIOBase, entity: Entity, records: list[dict[str, JsonValue]], place: Place) -> None:
    """Rows of the entity's table, as `to_jsonb` gives them, as lines of its file."""
    writer = csv.writer(file, lineterminator=LINE_END)
    for record in records:
        writer.writerow([_cell(entity, name, record[name], place) for name in entity.column_names])


def _cell(entity: Entity, name: str, value: JsonValue, place: Place) -> str:
    column = entity.column(name)
    if value is None:
        return ""
    text = column.kind.write(value, place)
    # A negative number stays a number.
    return text if isinstance(column.kind, Whole | Amount) else escaped(text)
