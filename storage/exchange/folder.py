"""Which files of a folder belong to the shop; a file that is none of them is a mistake, not a note."""

import os
from pathlib import Path

from leadhand.errors import InvalidRequest
from storage.exchange.entities import ENTITIES, FILES, Entity
from storage.exchange.problems import Findings, nearest, shown

MAX_ENTRIES = 1_000


def files_of(folder: Path, findings: Findings) -> dict[str, Path]:
    """The files to read by the name of their entity, in the order in which they are read.

    Raises:
        InvalidRequest: there is no such folder, it cannot be read, or none of its files is one of a shop.
    """
    names = _names(folder)
    for name in sorted(names):
        if name not in FILES and name.lower().endswith(".csv"):
            near = nearest(name, FILES)
            findings.problem(shown(name), None, "is no file of a shop", near or ", ".join(FILES))
    found = {entity.name: folder / entity.file for entity in ENTITIES if entity.file in names}
    if not found and not findings.problems:
        raise InvalidRequest(
            f"The folder {shown(str(folder))} holds no file of a shop. "
            f"Its files would be: {', '.join(FILES)}."
        )
    return found


def _names(folder: Path) -> set[str]:
    try:
        names = {entry.name for entry, _ in zip(os.scandir(folder), range(MAX_ENTRIES + 1), strict=False)}
    except FileNotFoundError:
        raise InvalidRequest(f"There is no folder {shown(str(folder))}.") from None
    except NotADirectoryError:
        raise InvalidRequest(f"{shown(str(folder))} is a file; name the folder that holds it.") from None
    except OSError as error:
        raise InvalidRequest(f"The folder {shown(str(folder))} cannot be read ({error.strerror}).") from None
    if len(names) > MAX_ENTRIES:
        raise InvalidRequest(f"The folder {shown(str(folder))} has more than {MAX_ENTRIES:,} entries.")
    return names


def given_columns(entity: Entity, header: list[str], findings: Findings) -> list[str] | None:
    """The columns of the file in its own order, or None with the problems told."""
    names = [name.strip() for name in header]
    before = len(findings.problems)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            findings.problem(entity.file, 1, "is there twice", "each column once", column=shown(name) or '""')
        elif name not in entity.column_names:
            near = nearest(name, [c for c in entity.column_names if c not in names])
            findings.problem(
                entity.file, 1, "is no column of this file", near or ", ".join(entity.column_names),
                column=shown(name) or '""',
            )  # fmt: skip
    for column in entity.columns:
        if column.needed and column.name not in names:
            findings.problem(
                entity.file, 1, f"the column {column.name} is missing", f"a column {column.name}"
            )
    for group in entity.one_of:
        if not set(group) & set(names):
            findings.problem(
                entity.file, 1, f"none of the columns {', '.join(group)} is there", "one of them"
            )
    return names if len(findings.problems) == before else None
