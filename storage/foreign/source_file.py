"""The bytes of a file that somebody names."""

import stat
from pathlib import Path

from leadhand.errors import ForeignFileUnreadable, InvalidRequest
from storage.foreign.grid import MAX_FILE_BYTES


def bytes_of(path: Path) -> bytes:
    """What is in the file.

    Raises:
        InvalidRequest: there is no such file, or it cannot be read.
        ForeignFileUnreadable: it is empty, or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InvalidRequest(f"{path} is neither a file nor a folder.")
        if status.st_size > MAX_FILE_BYTES:
            raise ForeignFileUnreadable(
                f"{path.name} has {status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} can be read."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InvalidRequest(f"There is no file {path}.") from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read ({error.strerror}).") from None
    if not raw.strip():
        raise ForeignFileUnreadable(f"{path.name} is empty; a file with a header and rows would be right.")
    return raw
