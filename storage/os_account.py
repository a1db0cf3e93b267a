"""The account that runs the embedded Postgres: our own, or a system account when we are root.

Postgres refuses to run as root. As root we therefore run it as a system account that owns nothing but the
cluster, and open the folders above cluster and program for passing through (search, never reading).
"""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from leadhand.errors import InvalidSetting

SYSTEM_ACCOUNT = "leadhand-db"
_PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH
_READ = stat.S_IRGRP | stat.S_IROTH

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OsAccount:
    """`switch`: processes must be started as this account, because ours is root."""

    uid: int
    gid: int
    switch: bool


def postgres_account() -> OsAccount:
    """The account to run Postgres as; created when we are root and it is missing.

    Raises:
        InvalidSetting: we are root and no system account can be made here.
    """
    if os.geteuid() != 0:
        return OsAccount(uid=os.geteuid(), gid=os.getegid(), switch=False)
    entry = _entry() or _create()
    return OsAccount(uid=entry.pw_uid, gid=entry.pw_gid, switch=True)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if program is not None:
        command = [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        done = subprocess.run([*command, SYSTEM_ACCOUNT], capture_output=True, text=True, check=False)  # noqa: S603
        # Two processes may try at once: what counts is that the account is there.
        entry = _entry()
        if entry is not None:
            return entry
        _log.error("useradd failed: %s", done.stderr.strip())
    raise InvalidSetting(
        "LEADHAND_DATABASE_URL: the embedded Postgres cannot run as root here; "
        "start Leadhand as an ordinary user, or name a Postgres server."
    )


def let_pass(folder: Path) -> None:
    """Let other accounts pass through `folder` and the folders above it, without listing them."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if mode & stat.S_IXOTH:
            continue
        _log.info("opening %s for passing through: Postgres runs as another account", step)
        step.chmod(mode | _PASS_THROUGH)


def let_read(tree: Path) -> None:
    """Make the installed program readable for other accounts, where an umask has closed it."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        wanted = mode | _READ
        if path.is_dir() or mode & stat.S_IXUSR:
            wanted |= _PASS_THROUGH
        if wanted != mode:
            path.chmod(wanted)
