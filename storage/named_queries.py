"""Named queries: `queries/<file>.sql`, each opened by `-- name: xyz` and a line that says what it is for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).with_name("queries")
_HEADING = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)\n-- (?P<purpose>\S.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NamedQuery:
    name: str
    purpose: str
    sql: bytes  # what psycopg takes from a file without a promise about its origin


@cache
def named_queries(file: str) -> Mapping[str, bytes]:
    """The SQL of `queries/<file>.sql` by name."""
    return MappingProxyType({query.name: query.sql for query in read_queries(FOLDER / f"{file}.sql")})


def read_queries(path: Path) -> tuple[NamedQuery, ...]:
    """All queries of a file.

    Raises:
        ValueError: text before the first heading, a heading without a purpose, an empty or repeated name.
    """
    text = path.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    if text.count("-- name:") != len(headings) or not headings or headings[0].start() != 0:
        raise ValueError(f"{path.name}: every query needs `-- name: xyz` and a line of purpose")
    queries = tuple(
        NamedQuery(heading["name"], heading["purpose"], text[heading.end() : end].strip().encode())
        for heading, end in zip(
            headings, [*(following.start() for following in headings[1:]), len(text)], strict=True
        )
    )
    names = [query.name for query in queries]
    if len(set(names)) != len(names) or not all(query.sql for query in queries):
        raise ValueError(f"{path.name}: a query is empty or its name is taken")
    return queries
