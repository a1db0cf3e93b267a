"""How many computations of this machine may hold a core each, whichever of its processes runs them."""

import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from leadhand.errors import InvalidSetting


def usable_cores() -> int:
    """The cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class MachineSlots:
    """So many slots, a lock file each: the system gives one back when its process ends, however it ends."""

    def __init__(self, count: int, *, folder: Path | None = None) -> None:
        """`folder`: where the lock files are; by default one of this user's among the temporary files."""
        self._count = count
        self._folder = folder or Path(tempfile.gettempdir()) / f"leadhand-{_user()}"
        self._taken: set[int] = set()

    @contextmanager
    def taken(self) -> Generator[bool]:
        """A slot for as long as the block lasts; False: none is free."""
        for number in range(self._count):
            # Locks of one process do not hold against itself everywhere.
            if number in self._taken:
                continue
            with self._locked(number) as ours:
                if not ours:
                    continue
                self._taken.add(number)
                try:
                    yield True
                finally:
                    self._taken.discard(number)
                return
        yield False

    @contextmanager
    def _locked(self, number: int) -> Generator[bool]:
        if sys.platform == "win32":
            yield True  # counted within this process alone
            return
        import fcntl  # noqa: PLC0415 - POSIX only

        descriptor = os.open(self._safe_folder() / f"replan-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _safe_folder(self) -> Path:
        """Raises InvalidSetting for a folder that somebody else has made."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._folder.lstat()
        if not self._folder.is_dir() or self._folder.is_symlink() or made.st_uid != os.getuid():
            raise InvalidSetting(f"TMPDIR: {self._folder} is not this user's own folder")
        return self._folder


def _user() -> str:
    return "user" if sys.platform == "win32" else str(os.getuid())
