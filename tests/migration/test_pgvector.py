"""What a database needs besides its roles."""

import psycopg
import pytest

from leadhand.errors import InvalidSetting
from storage.embedded import EmbeddedServer
from storage.migrate import migrate
from tests.migration.databases import empty_database


def test_a_database_without_pgvector_is_left_empty_and_it_is_said_what_to_run(server: EmbeddedServer) -> None:
    with empty_database(server, pgvector=False) as owner_url:
        with pytest.raises(InvalidSetting, match=r"pgvector .* is missing: .* create extension vector"):
            migrate(owner_url)
        with psycopg.connect(owner_url) as connection:
            left = connection.execute(b"select count(*) from pg_tables where schemaname = 'public'")
            assert left.fetchone() == (0,)
