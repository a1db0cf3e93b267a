"""Brings the schema up to date: Alembic as a library, one transaction, one process at a time."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import psycopg

from leadhand.errors import DatabaseUnavailable, InvalidSetting, SchemaOutdated
from leadhand.settings import Settings

MIGRATIONS = Path(__file__).with_name("migrations")
# Of pg_advisory_xact_lock: any fixed number that nothing else in the database uses.
LOCK_KEY = 5_147_309_921
LOCK_TIMEOUT = "120s"


@dataclass(frozen=True, slots=True)
class Migrated:
    """Schema versions before (None: an empty database) and after."""

    before: str | None
    after: str


def head_version() -> str:
    """The schema version that this Leadhand is written for."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.sql"))


def require_current(version: str | None) -> None:
    """Raise SchemaOutdated unless `version` is this Leadhand's."""
    head = head_version()
    if version == head:
        return
    if version is not None and version > head:
        raise SchemaOutdated(
            f"The database is at {version}, newer than this Leadhand ({head}): update Leadhand."
        )
    raise SchemaOutdated(f"The database is at {version or 'no version'}, not {head}: run `leadhand migrate`.")


async def migrate_database(settings: Settings) -> Migrated:
    """What `leadhand migrate` does, for the embedded Postgres and for a server of one's own.

    Raises:
        InvalidSetting: LEADHAND_DATABASE_URL is set and LEADHAND_MIGRATION_URL is not.
        DatabaseUnavailable: the server does not answer, or another migration holds its lock too long.
    """
    return await asyncio.to_thread(_migrate, settings)


def _migrate(settings: Settings) -> Migrated:
    if settings.embedded:
        from storage.embedded import embedded_server  # noqa: PLC0415 - needs POSIX locks, only here

        with embedded_server(settings.data_dir) as server:
            return migrate(server.owner_url)
    if settings.migration_url is None:
        raise InvalidSetting(
            "LEADHAND_MIGRATION_URL: must name the owner role to migrate a server of one's own"
        )
    return migrate(settings.migration_url.get_secret_value())


def migrate(owner_url: str) -> Migrated:
    """Run what is missing as the owner. Blocks; any number of processes may call it at once."""
    try:
        with psycopg.connect(owner_url) as connection:
            before = _version(connection)
        if before != head_version():
            _upgrade(owner_url)
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        # The migration itself says what is missing.
        raise InvalidSetting(f"LEADHAND_MIGRATION_URL: {error.diag.message_primary}") from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("The database cannot be reached for its migration.") from error
    return Migrated(before=before, after=head_version())


def _version(connection: psycopg.Connection) -> str | None:
    if connection.execute(b"select to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute(b"select version_num from public.alembic_version").fetchone()
    return str(row[0]) if row else None


def _upgrade(owner_url: str) -> None:
    # Imported late: an up-to-date start never pays for them.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine, text  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url), poolclass=NullPool
    )
    try:
        with engine.begin() as connection:
            connection.execute(
                text("select set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT}
            )
            connection.execute(text("select set_config('search_path', 'public', true)"))
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            command.upgrade(config, "head")
    except OperationalError as error:
        raise DatabaseUnavailable("The migration could not get the database to itself.") from error
    finally:
        engine.dispose()
