"""The engine's schema is what its library would create; an upgrade of the library shows here."""

from importlib.resources import files

import psycopg
import pytest
from psycopg.rows import TupleRow

from storage.embedded import EmbeddedServer
from tests.migration.databases import empty_database

OURS = ("defer_once", "defer_in_line")

CATALOG = {
    "columns": """
        select table_name, column_name, data_type, is_nullable, is_identity,
               replace(column_default, 'jobs.', '')
          from information_schema.columns where table_schema = %(schema)s
    """,
    "indexes": """
        select indexname, replace(indexdef, schemaname || '.', '')
          from pg_indexes where schemaname = %(schema)s
    """,
    "constraints": """
        select conname, replace(pg_get_constraintdef(oid), 'jobs.', '') from pg_constraint
         where connamespace = to_regnamespace(%(schema)s)
    """,
    "functions": """
        select proname, prosrc, replace(pg_get_function_arguments(oid), 'jobs.', ''),
               replace(pg_get_function_result(oid), 'jobs.', '')
          from pg_proc where pronamespace = to_regnamespace(%(schema)s) and not proname = any (%(ours)s)
    """,
    "triggers": """
        select tgname, replace(replace(pg_get_triggerdef(t.oid), 'jobs.', ''), 'public.', '')
          from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where c.relnamespace = to_regnamespace(%(schema)s) and not tgisinternal
    """,
    "types": """
        select t.typname,
               array(select enumlabel::text from pg_enum where enumtypid = t.oid order by enumsortorder)
          from pg_type t where t.typnamespace = to_regnamespace(%(schema)s) and t.typtype = 'e'
    """,
}


def seen(url: str, schema: str, query: str) -> list[TupleRow]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(query.encode(), {"schema": schema, "ours": list(OURS)}).fetchall()
    return sorted(rows, key=repr)


@pytest.fixture(scope="module")
def theirs(server: EmbeddedServer) -> "dict[str, list[TupleRow]]":
    statements = (files("procrastinate.sql") / "schema.sql").read_bytes()
    with empty_database(server, pgvector=False) as url:
        with psycopg.connect(url) as connection:
            connection.execute(statements)
        return {kind: seen(url, "public", query) for kind, query in CATALOG.items()}


@pytest.mark.parametrize("kind", CATALOG)
def test_the_schema_is_the_one_that_the_library_would_create(
    server: EmbeddedServer, theirs: dict[str, list[TupleRow]], kind: str
) -> None:
    assert theirs[kind]
    assert seen(server.owner_url, "jobs", CATALOG[kind]) == theirs[kind]


def test_every_function_finds_its_tables_whatever_the_callers_search_path(server: EmbeddedServer) -> None:
    with psycopg.connect(server.owner_url) as connection:
        rows = connection.execute(
            b"select proname from pg_proc where pronamespace = 'jobs'::regnamespace"
            b" and not coalesce('search_path=jobs, pg_temp' = any (proconfig), false)"
        ).fetchall()
    assert rows == []
