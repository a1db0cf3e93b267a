"""How a list's pages and its rows are asked for."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from leadhand.cursors import decode_cursor, foreign_cursor
from leadhand.errors import NotFound

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
MAX_CURSOR_CHARS: Final = 1_000

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next_cursor` of the page before")
]


def known_id(text: str, absent: NotFound) -> UUID:
    """An id that nobody can have been given is one that there is not: raises `absent`."""
    try:
        return UUID(text)
    except ValueError:
        raise absent from None


def last_id(cursor: str) -> UUID:
    """The id of the last row of the page before; raises InvalidRequest."""
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except ValueError:
        raise foreign_cursor() from None
