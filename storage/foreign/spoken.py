"""Whether an answer speaks of a column."""

import re

from storage.foreign.decisions import Scoped
from storage.foreign.looking_up import LOOKUP, own_columns
from storage.foreign.shaping import JOIN, LEAVE_OUT, ONLY, PARENT, SPLIT

_SEVERAL = re.compile(r"\{([^{}]*\|[^{}]*)\}")


def _alternatives(value: str) -> set[str]:
    """The columns of parts of `join` that name several."""
    return {name.strip() for part in _SEVERAL.findall(value) for name in part.split("|")}


def is_spoken_of(header: str, scope: Scoped) -> bool:
    """Whether an answer makes something of the column: another column, or a choice of rows."""
    own = scope.prefix
    for key, value in scope.decisions.given.items():
        name = key.removeprefix(own).rpartition("!")[2]
        if name in (LEAVE_OUT, ONLY, PARENT) and any(
            p.strip().startswith(f"{header}=") for p in re.split(r";| \| ", value)
        ):
            return True
        if name.startswith(JOIN) and (f"{{{header}}}" in value or header in _alternatives(value)):
            return True
        if name.endswith((".unit", ".base")) and value.strip() == f"{{{header}}}":
            return True
        if name.startswith(LOOKUP) and header in own_columns(value):
            return True
        if name in (f"{SPLIT}{header}", f"{JOIN}{header}"):
            return True
    return False
