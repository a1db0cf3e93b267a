"""A tool's result of long ago: its figures and first rows, as JSON of at most so many bytes."""

from typing import cast

import orjson

from leadhand.errors import JsonValue

# As the tools' own renderings mark it.
_LEFT_OUT = "_left_out"
# (rows of a list, characters of a text, levels of objects), ever less.
_STAGES = ((3, 200, 4), (2, 120, 3), (1, 80, 2), (0, 60, 1))
_MOST_KEYS = 24


def shortened(result: str, *, max_bytes: int) -> str:
    """`result` itself when it is short enough; else what fits of it, and the mark that something is missing.

    What is no JSON object is cut to a text in one.
    """
    encoded = result.encode("utf-8", "replace")
    if len(encoded) <= max_bytes:
        return result
    try:
        whole = cast("JsonValue", orjson.loads(encoded))
    except orjson.JSONDecodeError:
        whole = None
    if isinstance(whole, dict):
        for rows, chars, levels in _STAGES:
            shown = orjson.dumps(_object(whole, rows, chars, levels))
            if len(shown) <= max_bytes:
                return shown.decode()
    return orjson.dumps({_LEFT_OUT: True, "text": encoded.decode()[: max_bytes // 8]}).decode()


def _object(whole: dict[str, JsonValue], rows: int, chars: int, levels: int) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    missing = len(whole) > _MOST_KEYS
    for key, value in list(whole.items())[:_MOST_KEYS]:
        if isinstance(value, dict | list) and levels == 0:
            missing = True
        elif isinstance(value, dict):
            shown[key] = _object(value, rows, chars, levels - 1)
        elif isinstance(value, list):
            shown[key] = [_part(part, rows, chars, levels - 1) for part in value[:rows]]
            missing = missing or len(value) > rows
        else:
            shown[key] = _part(value, rows, chars, levels)
            missing = missing or shown[key] != value
    return {**shown, _LEFT_OUT: True} if missing else shown


def _part(value: JsonValue, rows: int, chars: int, levels: int) -> JsonValue:
    if isinstance(value, dict):
        return _object(value, rows, chars, max(levels, 0))
    if isinstance(value, list):
        return [_part(part, rows, chars, max(levels - 1, 0)) for part in value[:rows]] if levels > 0 else []
    return f"{value[:chars]}…" if isinstance(value, str) and len(value) > chars else value
