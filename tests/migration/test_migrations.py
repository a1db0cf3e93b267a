"""The schema is brought up to date once, whoever tries at once, and wholly or not at all."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from leadhand.errors import DatabaseUnavailable, SchemaOutdated
from storage import migrate as migration
from storage.embedded import EmbeddedServer
from storage.migrate import MIGRATIONS, Migrated, head_version, migrate, require_current
from tests.migration.databases import empty_database

PROCESS = """
import sys
from storage.migrate import migrate
sys.stdin.readline()
print(migrate(sys.argv[1]).after)
"""


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            b"select schemaname || '.' || tablename from pg_tables"
            b" where schemaname in ('public', 'langgraph')"
        ).fetchall()
    return {str(name) for (name,) in rows}


def test_an_empty_database_gets_the_schema_and_a_second_run_does_nothing(server: EmbeddedServer) -> None:
    with empty_database(server) as url:
        assert migrate(url) == Migrated(before=None, after=head_version())
        assert {"public.machine", "public.thread", "langgraph.checkpoints"} <= tables(url)
        assert migrate(url) == Migrated(before=head_version(), after=head_version())


def test_four_processes_that_migrate_at_once_all_succeed(server: EmbeddedServer) -> None:
    with empty_database(server) as url:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", PROCESS, url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            for _ in range(4)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[0].strip() for process in processes]
        assert said == [head_version()] * 4
        with psycopg.connect(url) as connection:
            assert connection.execute(b"select count(*) from alembic_version").fetchone() == (1,)


def test_a_migration_that_fails_leaves_the_database_as_it_was(server: EmbeddedServer) -> None:
    with empty_database(server) as url:
        with psycopg.connect(url) as connection:
            connection.execute(b"create schema langgraph")  # in the way of the third revision
        with pytest.raises(psycopg.errors.DuplicateSchema):
            migrate(url)
        assert tables(url) == set()


def test_a_migration_waits_no_longer_than_its_limit(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "LOCK_TIMEOUT", "50ms")
    with empty_database(server) as url, psycopg.connect(url) as other:
        other.execute(b"select pg_advisory_xact_lock(%s)", (migration.LOCK_KEY,))
        with pytest.raises(DatabaseUnavailable):
            migrate(url)


def test_the_version_asked_for_is_the_last_revision_of_one_chain() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    chain = [revision.revision for revision in script.walk_revisions()]
    assert script.get_heads() == [head_version()]
    assert chain == sorted(chain, reverse=True), "numbered in their order"


def test_every_revision_is_one_sql_file_under_its_name() -> None:
    folder = MIGRATIONS / "versions"
    assert {p.stem for p in folder.glob("*.sql")} == {p.stem for p in folder.glob("[0-9]*.py")}
    for path in folder.glob("[0-9]*.py"):
        code = [line for line in path.read_text().splitlines() if line]
        assert len(code) == 2, f"{path.name} does nothing but name its SQL file"
        assert f'"{path.stem}"' in code[1]


def test_an_outdated_schema_and_a_newer_one_are_told_apart() -> None:
    require_current(head_version())
    for version, remedy in (
        (None, "leadhand migrate"),
        ("0001_shop", "leadhand migrate"),
        ("9999_x", "update"),
    ):
        with pytest.raises(SchemaOutdated, match=remedy):
            require_current(version)
