"""One row for each import that a shop has taken, written with what it brought; the last few are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uuid_utils.compat import uuid7

from storage.exchange.writing import FileCounts
from storage.named_queries import named_queries
from storage.rows import execute
from storage.transactions import Connection

# Half a year of nightly imports; what is asked is how old the newest is.
KEPT_IMPORTS = 200
MAX_NAME_CHARS = 200

_SQL = named_queries("import_log")


@dataclass(frozen=True, slots=True)
class Origin:
    """A folder in Leadhand's own form, or a file of another system; `name` is without its path."""

    what: Literal["folder", "file"]
    name: str

    @classmethod
    def of_folder(cls, folder: Path) -> "Origin":
        """With a name for "." as well."""
        return cls("folder", folder.resolve().name)


async def log_import(
    connection: Connection, origin: Origin, entities: Collection[str], counts: Sequence[FileCounts]
) -> None:
    """Log the import that the connection's transaction makes, while its rows are laid out still."""
    row = {
        "id": uuid7(),
        "what": origin.what,
        "name": _storable(origin.name) or origin.what,
        "files": sorted(entities),
        "new": sum(file.new for file in counts),
        "changed": sum(file.changed for file in counts),
        "unchanged": sum(file.unchanged for file in counts),
        "missing": sum(file.missing for file in counts),
        "removed": sum(file.removed for file in counts),
    }
    await execute(connection, _SQL["log_import"], row)
    await execute(connection, _SQL["forget_old_imports"], {"kept": KEPT_IMPORTS})


def _storable(name: str) -> str:
    """A file's name may hold bytes that are no text."""
    return name.encode("utf-8", "replace").decode("utf-8")[:MAX_NAME_CHARS]
