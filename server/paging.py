"""Opaque cursors: what a page ended with, as text that fits in a query."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar, cast

import orjson
from fastapi import Query

from leadhand.errors import InvalidRequest

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
MAX_CURSOR_CHARS: Final = 1_000

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next_cursor` of the page before")
]

Row = TypeVar("Row")


def encode_cursor(*position: str) -> str:
    return urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[str]:
    """The `length` texts that `encode_cursor` was given.

    Raises:
        InvalidRequest: not a cursor of this list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position: object = orjson.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (Base64Error, ValueError):
        raise _not_a_cursor() from None
    fields = cast("list[object]", position) if isinstance(position, list) else []
    texts = [text for text in fields if isinstance(text, str)]
    if len(texts) != length or any("\0" in text for text in texts):
        raise _not_a_cursor()
    return texts


def page_by_key(
    rows: Sequence[Row], key: Callable[[Row], str], cursor: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """One page of `rows` in order of the unique `key`, and the cursor of the next one."""
    after = decode_cursor(cursor, 1)[0] if cursor is not None else None
    ordered = sorted((row for row in rows if after is None or key(row) > after), key=key)
    page = ordered[:limit]
    return page, encode_cursor(key(page[-1])) if len(ordered) > limit else None


def _not_a_cursor() -> InvalidRequest:
    problem = "this is not a cursor of this list"
    return InvalidRequest(
        "The cursor is not one that this list gave out.",
        details={"fields": [{"field": "query.cursor", "problem": problem}]},
    )
