"""Typed steps into JSON, so that a test says what it expects and a wrong shape fails with its path."""

import json

from leadhand.errors import JsonValue


def parse(text: str | bytes) -> JsonValue:
    """JSON as a typed value."""
    value: JsonValue = json.loads(text)
    return value


def at(value: JsonValue, *path: str | int) -> JsonValue:
    """The value at `path`; None for a missing key, a failed assertion for a step into something else."""
    for depth, step in enumerate(path):
        if isinstance(step, str):
            assert isinstance(value, dict), f"no object at {path[:depth]}: {value!r:.200}"
            value = value.get(step)
        else:
            assert isinstance(value, list), f"no list at {path[:depth]}: {value!r:.200}"
            assert -len(value) <= step < len(value), f"no item {step} at {path[:depth]}: {value!r:.200}"
            value = value[step]
    return value


def has(value: JsonValue, key: str) -> bool:
    return isinstance(value, dict) and key in value


def text_at(value: JsonValue, *path: str | int) -> str:
    found = at(value, *path)
    assert isinstance(found, str), f"no text at {path}: {found!r:.200}"
    return found


def number_at(value: JsonValue, *path: str | int) -> float:
    found = at(value, *path)
    assert isinstance(found, int | float), f"no number at {path}: {found!r:.200}"
    assert not isinstance(found, bool), f"no number at {path}: {found!r:.200}"
    return found


def items_at(value: JsonValue, *path: str | int) -> list[JsonValue]:
    """The list at `path`; a missing key is an empty list."""
    found = at(value, *path)
    if found is None:
        return []
    assert isinstance(found, list), f"no list at {path}: {found!r:.200}"
    return found


def object_at(value: JsonValue, *path: str | int) -> dict[str, JsonValue]:
    found = at(value, *path)
    assert isinstance(found, dict), f"no object at {path}: {found!r:.200}"
    return found
