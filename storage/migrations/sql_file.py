"""What a revision does: run the SQL file beside it."""

from collections.abc import Callable
from pathlib import Path

from alembic import op
from psycopg import Connection


def sql_file(revision_file: str) -> Callable[[], None]:
    """An `upgrade` that runs `<revision>.sql` in the migration's transaction."""
    statements = Path(revision_file).with_suffix(".sql").read_bytes()

    def upgrade() -> None:
        driver = op.get_bind().connection.driver_connection
        assert isinstance(driver, Connection), "migrations run on psycopg"  # noqa: S101
        # Without parameters psycopg sends the text as it is: many statements, no escaping of percent signs.
        driver.execute(statements)

    return upgrade
