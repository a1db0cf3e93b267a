"""Opaque cursors: what a page ended with, as text that fits in a query."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import cast

import orjson

from leadhand.errors import InvalidRequest


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
        raise foreign_cursor() from None
    fields = cast("list[object]", position) if isinstance(position, list) else []
    texts = [text for text in fields if isinstance(text, str)]
    if len(texts) != length or any("\0" in text for text in texts):
        raise foreign_cursor()
    return texts


def foreign_cursor() -> InvalidRequest:
    """The refusal of a cursor that the list it is used on did not give out."""
    problem = "this is not a cursor of this list"
    return InvalidRequest(
        "The cursor is not one that this list gave out.",
        details={"fields": [{"field": "query.cursor", "problem": problem}]},
    )
