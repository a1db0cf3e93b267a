"""Pages by key: each goes on behind the last key of the one before, whatever has changed in between."""

from collections.abc import Callable, Iterable
from heapq import nsmallest
from typing import Any, TypeVar

from leadhand.cursors import decode_cursor, encode_cursor, foreign_cursor
from planning.booked_work import WorkKey
from planning.shop import Minute

Row = TypeVar("Row")
Key = TypeVar("Key", bound=tuple[Any, ...])

# No minute of a plan is beyond it.
MAX_MINUTE = 2**60


def page_by_key(
    rows: Iterable[Row], key: Callable[[Row], Key], after: Key | None, limit: int
) -> tuple[list[Row], Key | None]:
    """The first `limit` rows behind `after` in order of the unique `key`, and the key to go on behind."""
    left = rows if after is None else (row for row in rows if key(row) > after)
    found = nsmallest(limit + 1, left, key=key)
    page = found[:limit]
    return page, key(page[-1]) if len(found) > limit else None


def code_cursor(key: tuple[str] | None) -> str | None:
    return None if key is None else encode_cursor(*key)


def after_code(cursor: str | None) -> tuple[str] | None:
    """The key behind which a list by code goes on; raises InvalidRequest for another list's cursor."""
    return None if cursor is None else (decode_cursor(cursor, 1)[0],)


def work_cursor(key: WorkKey) -> str:
    return encode_cursor(str(key[0]), str(key[1]), key[2])


def after_work(cursor: str | None) -> WorkKey | None:
    """The booking behind which the schedule goes on; raises InvalidRequest for another list's cursor."""
    if cursor is None:
        return None
    end, start, booking_id = decode_cursor(cursor, 3)
    return minute_of(end), minute_of(start), booking_id


def minute_of(text: str) -> Minute:
    """A number of a cursor; raises InvalidRequest."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > MAX_MINUTE:
        raise foreign_cursor()
    return int(text)
