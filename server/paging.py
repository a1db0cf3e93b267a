"""How a list's pages are asked for."""

from typing import Annotated, Final

from fastapi import Query

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
MAX_CURSOR_CHARS: Final = 1_000

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next_cursor` of the page before")
]
