"""The embedded Postgres: shared by every Leadhand process that uses one data directory.

Two lock files stand beside the cluster. `postgres.start` is held while the server is started or stopped;
`postgres.users` is held shared by every process that uses the server, for as long as it does. The kernel
releases both when a process dies, however it dies. So the last user stops the server, a server that lost its
user by kill -9 is found running and taken over, and nobody stops a server that another process still uses.
"""

import fcntl
import logging
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from leadhand.errors import DatabaseUnavailable, InvalidSetting
from storage import cluster as clusters
from storage.os_account import let_pass, postgres_account

DATABASE = "leadhand"
OWNER_ROLE = "leadhand_owner"
RUNTIME_ROLE = "leadhand_app"
LOCK_TIMEOUT_S = 180
_ROLES_SQL = Path(__file__).with_name("bootstrap_roles.sql")
_DATABASE_SQL = Path(__file__).with_name("bootstrap_database.sql")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server. `runtime_url` may not own anything; `owner_url` is for migrations only."""

    socket_folder: Path

    @property
    def runtime_url(self) -> str:
        return self.url(RUNTIME_ROLE, DATABASE)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER_ROLE, DATABASE)

    def url(self, role: str, database: str) -> str:
        return make_conninfo(host=str(self.socket_folder), port=clusters.PORT, user=role, dbname=database)


@contextmanager
def embedded_server(data_dir: Path) -> Generator[EmbeddedServer]:
    """The server of `data_dir`, running and bootstrapped while the context is open. Blocks; use a thread.

    Raises:
        DatabaseUnavailable: the server cannot be started or does not answer in time.
        InvalidSetting: the folder cannot be made, or we are root and no account can be made for Postgres.
    """
    handle = acquire(data_dir)
    try:
        yield handle.server
    finally:
        release(handle)


@dataclass(frozen=True, slots=True)
class Handle:
    """Our share in the running server; give it back with `release`, once."""

    server: EmbeddedServer
    cluster: clusters.Cluster
    users_fd: int


def acquire(data_dir: Path) -> Handle:
    """Start the server if need be and keep it running until `release`."""
    folder = data_dir.expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(f"LEADHAND_DATA_DIR: the folder cannot be made ({error.strerror})") from None
    cluster = clusters.Cluster(folder / "postgres", postgres_account())
    if cluster.account.switch:
        let_pass(folder)
    with _starting(folder):
        clusters.create(cluster)
        server = EmbeddedServer(clusters.start(cluster))
        _bootstrap(server)
        users_fd = _open_lock(folder / "postgres.users")
        fcntl.flock(users_fd, fcntl.LOCK_SH)
    return Handle(server, cluster, users_fd)


def revive(handle: Handle) -> None:
    """Start the server again if it has died under us; does nothing while it runs."""
    if clusters.is_running(handle.cluster):
        return
    _log.warning("the embedded Postgres has died; starting it again")
    with _starting(handle.cluster.folder.parent):
        clusters.start(handle.cluster)


def release(handle: Handle) -> None:
    """Give our share back; the last user stops the server."""
    with _starting(handle.cluster.folder.parent):
        try:
            fcntl.flock(handle.users_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            clusters.stop(handle.cluster)
        finally:
            os.close(handle.users_fd)


@contextmanager
def _starting(folder: Path) -> Generator[None]:
    fd = _open_lock(folder / "postgres.start")
    try:
        deadline = time.monotonic() + LOCK_TIMEOUT_S
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DatabaseUnavailable(
                        "Another process has been starting Postgres for too long."
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(fd)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _bootstrap(server: EmbeddedServer) -> None:
    """Roles and database, as the superuser: the only use of it. Does nothing where they exist."""
    try:
        with psycopg.connect(server.url(clusters.SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(_ROLES_SQL.read_bytes())
            found = connection.execute(b"select 1 from pg_database where datname = 'leadhand'").fetchone()
            if found is None:
                connection.execute(b"create database leadhand owner leadhand_owner")
        with psycopg.connect(server.url(clusters.SUPERUSER, DATABASE), autocommit=True) as connection:
            connection.execute(_DATABASE_SQL.read_bytes())
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("The embedded Postgres refused its first connection.") from error
