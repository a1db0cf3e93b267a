"""Whether an answer speaks of a column."""

import re
from collections.abc import Collection, Sequence

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
        if name.endswith((".unit", ".base")) and value.strip() == f"{{{header}}}":
            return True
    return is_made_or_part(header, scope)


def silent_heads(headers: Sequence[str], scope: Scoped, used: Collection[str]) -> frozenset[str]:
    """The columns of heads, such as `(above 2) Qty`, that are no field and of which no answer speaks."""
    heads = [header for header in headers if header.startswith("(above") and header not in used]
    return frozenset(header for header in heads if not is_spoken_of(header, scope))


def is_made_or_part(header: str, scope: Scoped) -> bool:
    """Whether an answer makes another column of this one, or this one of others."""
    for key, value in scope.decisions.given.items():
        name = key.removeprefix(scope.prefix).rpartition("!")[2]
        if name.startswith(JOIN) and (f"{{{header}}}" in value or header in _alternatives(value)):
            return True
        if name.startswith(LOOKUP) and header in own_columns(value):
            return True
        if name in (f"{SPLIT}{header}", f"{JOIN}{header}", f"{LOOKUP}{header}"):
            return True
    return False
