"""Checkpoint tables and statements are LangGraph's, with an owner; an upgrade of the library shows here."""

import re

import psycopg
import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, TupleRow, dict_row

from storage.embedded import EmbeddedServer
from storage.named_queries import named_queries
from tests.migration.databases import empty_database

OWNER = {"tenant_id", "user_id"}
NOT_OURS = "checkpoint_migrations"


def columns(url: str, schema: str) -> dict[str, list[TupleRow]]:
    """Name, type, nullability and default of each table's columns, without the owner's."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            b"select table_name, column_name, data_type, is_nullable, column_default"
            b" from information_schema.columns where table_schema = %s order by table_name, column_name",
            (schema,),
        ).fetchall()
    found: dict[str, list[TupleRow]] = {}
    for table, *column in rows:
        if column[0] not in OWNER:
            found.setdefault(str(table), []).append(tuple(column))
    return found


def keys(url: str, schema: str) -> dict[str, list[str]]:
    """The primary key's columns of each table, without the owner's."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            b"select k.table_name, k.column_name from information_schema.key_column_usage k"
            b" where k.table_schema = %s order by k.table_name, k.ordinal_position",
            (schema,),
        ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        if column not in OWNER:
            found.setdefault(str(table), []).append(str(column))
    return found


async def test_the_tables_are_those_that_the_library_would_make(server: EmbeddedServer) -> None:
    with empty_database(server) as url:
        async with await AsyncConnection[DictRow].connect(
            url, autocommit=True, row_factory=dict_row
        ) as connection:
            await AsyncPostgresSaver(connection).setup()
        theirs, their_keys = columns(url, "public"), keys(url, "public")
    for table in (theirs, their_keys):
        del table[NOT_OURS]
    assert columns(server.owner_url, "langgraph") == theirs
    assert keys(server.owner_url, "langgraph") == their_keys


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("UPSERT_CHECKPOINTS_SQL", "put_checkpoint"),
        ("UPSERT_CHECKPOINT_BLOBS_SQL", "put_checkpoint"),
        ("INSERT_CHECKPOINT_WRITES_SQL", "put_writes"),
        ("UPSERT_CHECKPOINT_WRITES_SQL", "replace_writes"),
    ],
)
def test_our_statements_store_what_the_librarys_do_with_the_owner_in_the_conflict(
    theirs: str, ours: str
) -> None:
    stored = inserts(str(getattr(AsyncPostgresSaver, theirs)))
    assert len(stored) == 1
    assert stored.items() <= inserts(named_queries("checkpoints")[ours].decode()).items()


def inserts(sql: str) -> dict[str, tuple[str, ...]]:
    """Of each insert: its table, columns, conflict columns without the owner, and what then happens."""
    found = re.findall(
        r"insert into (?:langgraph\.)?(\w+)(?: as \w+)?\s*\(([\w, ]+)\).*?"
        r"on conflict \((?:tenant_id, user_id, )?([\w, ]+)\)\s*(do nothing|do update\s+set [\w\s=.,]+)",
        re.sub(r"\s+", " ", sql.lower()),
    )
    return {table: tuple(re.sub(r"[\s;]+", " ", part).strip() for part in rest) for table, *rest in found}


def test_the_owner_is_part_of_every_key(server: EmbeddedServer) -> None:
    with psycopg.connect(server.owner_url) as connection:
        rows = connection.execute(
            b"select distinct (array_agg(k.column_name::text order by k.ordinal_position))[1:2]"
            b" from information_schema.key_column_usage k where k.table_schema = 'langgraph'"
            b" group by k.table_name"
        ).fetchall()
    assert rows == [(["tenant_id", "user_id"],)]
