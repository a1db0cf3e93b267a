"""A tool's answer as the model reads it: valid JSON of at most 8,000 bytes.

The client gets the whole result; the model gets this and the result's id. What does not fit is left out in an
order of its own (inner lists, long texts, then rows, then inner objects; figures and first rows stay), and
every object that lost something says so: `"_left_out": {"rows": 37}` means that 37 rows are not shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from leadhand.errors import JsonValue, LeadhandError
from tools.base import ToolOutput

MAX_BYTES = 8_000
LEFT_OUT = "_left_out"
_ENDLESS = 1_000_000
# Ids that a model hands to another tool.
_PASSED_ON = frozenset({"sim_id", "write_id"})
# Of any output, and of a proposed change.
_FOR_PROGRAMS = {"evidence", "changes", "effect"}
_MOST_ROWS = MAX_BYTES // 2
# Sentences of the answer itself (its top two levels) are quoted to people, so rows go before their ends do.
_SENTENCE_CHARS = 600
_SENTENCE_LEVELS = 2
# (rows of inner lists, characters of a text, rows of outer lists that make the stage worth it)
_STAGES = (
    (20, 1_000, 40),
    (10, 500, 30),
    (5, 300, 20),
    (3, 200, 12),
    (2, 200, 12),
    (1, 200, 12),
    (0, 120, 1),
)
# (levels, keys of an object, characters of a text) once rows alone no longer help
_LAST_STAGES = ((4, 32, 60), (3, 24, 60), (2, 16, 60), (1, 12, 40), (1, 4, 24), (0, 3, 24))


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How much is shown: rows of outer lists, of lists inside their rows, characters, levels, keys."""

    rows: int
    inner_rows: int
    chars: int
    levels: int = 24
    keys: int = _ENDLESS
    sentence_chars: int = 0

    def chars_at(self, level: int) -> int:
        return max(self.chars, self.sentence_chars) if level < _SENTENCE_LEVELS else self.chars


def render_for_model(output: ToolOutput, result_id: str) -> str:
    """`output` without its evidence and row ids, with "result_id" first; at most MAX_BYTES bytes of UTF-8.

    Row ids link figures for a client; a model knows machines, people and orders by code and name. The exact
    rows of a write are for programs.
    """
    whole: dict[str, JsonValue] = output.model_dump(mode="json", by_alias=True, exclude=_FOR_PROGRAMS)
    return _rendered({"result_id": result_id[:64], **_without_ids(whole)})


def render_error(error: LeadhandError) -> str:
    """{"error": {"code", "message", "details"}} within the same bound."""
    told: dict[str, JsonValue] = {"code": error.code, "message": error.message, "details": error.details}
    return _rendered({"error": told})


def _without_ids(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: _named(part) for key, part in value.items() if key in _PASSED_ON or not _is_id(key)}


def _is_id(key: str) -> bool:
    return key == "id" or key.endswith("_id")


def _named(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _without_ids(value)
    return [_named(part) for part in value] if isinstance(value, list) else value


def _rendered(whole: dict[str, JsonValue]) -> str:
    return next(text for text in _attempts(whole) if len(text) <= MAX_BYTES).decode()


def _attempts(whole: dict[str, JsonValue]) -> Iterator[bytes]:
    """Ever shorter renderings; the last one fits whatever it is given."""
    yield _written(whole)
    for inner_rows, chars, least_rows in _STAGES:
        yield _with_most_rows(whole, inner_rows, chars, least_rows)
    for levels, keys, chars in _LAST_STAGES:
        yield _cut(whole, _Bounds(rows=1, inner_rows=0, chars=chars, levels=levels, keys=keys))


def _with_most_rows(whole: dict[str, JsonValue], inner_rows: int, chars: int, least_rows: int) -> bytes:
    """The rendering with as many rows as fit, or with `least_rows` if fewer would."""

    def rendered(rows: int) -> bytes:
        return _cut(whole, _Bounds(rows, inner_rows, chars, sentence_chars=_SENTENCE_CHARS))

    best, low, step = rendered(least_rows), least_rows, 1
    # Steps that double and, once one is too long, halve: no rendering is much longer than what fits.
    growing = len(best) <= MAX_BYTES
    while step and low < _MOST_ROWS and len(best) <= MAX_BYTES:
        longer = rendered(low + step)
        if len(longer) <= MAX_BYTES:
            best, low = longer, low + step
        else:
            growing = False
        step = step * 2 if growing else step // 2
    return best


def _cut(whole: dict[str, JsonValue], bounds: _Bounds) -> bytes:
    return _written(_object(whole, bounds, rows=bounds.rows, level=0))


def _written(value: dict[str, JsonValue]) -> bytes:
    """In JSON only texts hold these two signs: written so, no text closes or opens a section of a prompt."""
    return orjson.dumps(value).replace(b"<", b"\\u003c").replace(b">", b"\\u003e")


def _object(value: dict[str, JsonValue], bounds: _Bounds, *, rows: int, level: int) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    left_out: dict[str, JsonValue] = {}
    for key, part in value.items():
        if len(shown) >= bounds.keys or len(key) > bounds.chars:
            continue
        if isinstance(part, dict):
            if level < bounds.levels:
                shown[key] = _object(part, bounds, rows=rows, level=level + 1)
        elif isinstance(part, list):
            shown[key], missing = _list(part, bounds, rows=rows, level=level)
            if missing:
                left_out[key] = missing
        else:
            chars = bounds.chars_at(level)
            shown[key] = _scalar(part, chars)
            if isinstance(part, str) and len(part) > chars:
                left_out[key] = f"{len(part) - chars} characters"
    if len(shown) < len(value):
        left_out["fields"] = len(value) - len(shown)
    return {**shown, LEFT_OUT: left_out} if left_out else shown


def _list(value: list[JsonValue], bounds: _Bounds, *, rows: int, level: int) -> tuple[list[JsonValue], int]:
    """The first rows, and how many are missing. Lists inside these rows are inner lists."""
    shown: list[JsonValue] = []
    for part in value[:rows]:
        if not isinstance(part, dict | list):
            shown.append(_scalar(part, bounds.chars_at(level), marked=True))
        elif level >= bounds.levels:
            break
        elif isinstance(part, dict):
            shown.append(_object(part, bounds, rows=bounds.inner_rows, level=level + 1))
        else:
            inner, missing = _list(part, bounds, rows=bounds.inner_rows, level=level + 1)
            shown.append([*inner, f"… {missing} more"] if missing else [*inner])
    return shown, len(value) - len(shown)


def _scalar(value: JsonValue, chars: int, *, marked: bool = False) -> JsonValue:
    """A long text is cut; in a list, where no object can say so, it says itself how much is missing."""
    if isinstance(value, str) and len(value) > chars:
        return value[:chars] + (f"… {len(value) - chars} more characters" if marked else "…")
    return value
