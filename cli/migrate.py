"""`leadhand migrate`: bring the database up to date."""

import asyncio

from cli.terminal import err, out
from leadhand.settings import load_settings


def migrate() -> None:
    """Bring the database up to date.

    Uses the embedded Postgres, or LEADHAND_MIGRATION_URL (the owner role) for a server of your own. Safe to
    run at any time, also several at once.
    """
    from storage.migrate import migrate_database  # noqa: PLC0415 - the database libraries load only when used

    settings = load_settings()
    err().print("Migrating the embedded Postgres…" if settings.embedded else "Migrating…")
    done = asyncio.run(migrate_database(settings))
    if done.before == done.after:
        out().print(f"The database is up to date ({done.after}).")
    else:
        out().print(f"The database went from {done.before or 'empty'} to {done.after}.")
