"""JSON on its way into a jsonb column: whatever a client or model made of it, Postgres must take it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from psycopg.types.json import Json, Jsonb

from leadhand.errors import JsonValue

Storable: TypeAlias = "JsonValue | Sequence[JsonValue] | Mapping[str, JsonValue]"

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SURROGATE_OR_NUL = re.compile("[\0\ud800-\udfff]")


def storable_text(text: str) -> str:
    """`text` with NUL and lone surrogates replaced: Postgres stores neither."""
    return _SURROGATE_OR_NUL.sub(REPLACEMENT, text)


def to_jsonb(value: Storable) -> Jsonb:
    """`value` for a jsonb parameter; text as `storable_text`, numbers that are none (NaN) as null."""
    return Jsonb(storable(value), dumps=_dump)


def to_json(value: Storable) -> Json:
    """`value` for a json parameter, kept to the letter; for what Postgres cannot take see `to_jsonb`."""
    return Json(storable(value), dumps=_dump)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def storable(value: Storable) -> JsonValue:
    """`value` as it comes back from the database."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {storable_text(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value]
