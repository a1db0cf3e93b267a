"""Read by Alembic: the migration runs on the connection and in the transaction of `storage.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
