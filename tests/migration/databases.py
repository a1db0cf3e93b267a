"""Databases without a schema."""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from storage.embedded import OWNER_ROLE, EmbeddedServer


@contextmanager
def empty_database(server: EmbeddedServer, *, pgvector: bool = True) -> Generator[str]:
    """The owner's URL of a new database, set up as an operator would; dropped afterwards."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
        )
        if pgvector:
            with psycopg.connect(server.url("postgres", name)) as inside:
                inside.execute(b"create extension vector")
        try:
            yield server.url(OWNER_ROLE, name)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
