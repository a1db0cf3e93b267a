"""Raw JSON of a call, checked before any tool sees it, and its problems in words that a model can act on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from leadhand.errors import InvalidToolInput, JsonValue
from tools.base import ToolInput

MAX_INPUT_BYTES = 64_000
MAX_INPUT_DEPTH = 12
_MAX_PROBLEMS = 10
_SHOWN_CHARS = 80
_MAX_INTEGER = 2**53


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is wrong with one field; `field` is empty for the input as a whole."""

    field: str
    problem: str
    right: str | None = None

    def as_json(self) -> JsonValue:
        told: dict[str, JsonValue] = {"field": self.field, "problem": self.problem}
        return told if self.right is None else {**told, "right": self.right}


def validated(model: type[ToolInput], raw: JsonValue) -> ToolInput:
    """`raw` as the tool's input. Types are not bent ("50" is no number); null means "not given".

    Raises:
        InvalidToolInput: `details.fields` = [{"field", "problem", "right"?}].
    """
    check_clean(raw)
    if not isinstance(raw, dict):
        example = 'an object such as {"window": "next week"}'
        raise _invalid([_Problem("", "the input is not an object", example)])
    optional = _optional(model)
    given = {name: value for name, value in raw.items() if value is not None or name not in optional}
    try:
        return model.model_validate_json(orjson.dumps(given), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
        raise _invalid([_worded(model, problem) for problem in problems[:_MAX_PROBLEMS]]) from None


def check_clean(raw: JsonValue) -> None:
    """Refuse what Postgres, JSON or a log could not hold: NUL, lone surrogates, NaN, giants, deep nesting.

    Raises:
        InvalidToolInput
    """
    for path, value in _walk(raw):
        reason = _unclean(value)
        if reason is not None:
            raise _invalid([_Problem(path, *reason)])
    if len(orjson.dumps(raw)) > MAX_INPUT_BYTES:
        raise _invalid([_Problem("", "the input is too large", f"at most {MAX_INPUT_BYTES} bytes of JSON")])


def _walk(raw: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Every key and value with its path; stops at the size and depth that are allowed."""
    stack: list[tuple[str, JsonValue, int]] = [("", raw, 0)]
    seen = 0
    while stack:
        path, value, depth = stack.pop()
        seen += len(value) if isinstance(value, str) else 1
        if depth > MAX_INPUT_DEPTH or seen > MAX_INPUT_BYTES:
            right = f"at most {MAX_INPUT_BYTES} bytes and {MAX_INPUT_DEPTH} levels of JSON"
            raise _invalid([_Problem("", "the input is too large", right)])
        yield path, value
        if isinstance(value, dict):
            for key, inner in value.items():
                yield path, key
                seen += len(key)
                stack.append((f"{path}.{_shown(key)}" if path else _shown(key), inner, depth + 1))
        elif isinstance(value, list):
            items = enumerate(value[:MAX_INPUT_BYTES])
            stack.extend((f"{path}[{i}]", inner, depth + 1) for i, inner in items)


def _unclean(value: JsonValue) -> tuple[str, str] | None:
    if isinstance(value, str):
        if "\x00" in value:
            return "the text holds a NUL character", "text without control characters"
        if any("\ud800" <= char <= "\udfff" for char in value):
            return "the text holds half of a surrogate pair", "valid Unicode"
    if isinstance(value, float) and not math.isfinite(value):
        return "not a finite number", "an ordinary number"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_INTEGER:
        return "the number is too large", "a number below 2^53"
    return None


def _optional(model: type[ToolInput]) -> frozenset[str]:
    """JSON names of the fields that may be left out."""
    fields = model.model_fields.items()
    return frozenset(str(field.validation_alias or name) for name, field in fields if not field.is_required())


def _worded(model: type[ToolInput], problem: ErrorDetails) -> _Problem:
    field = ".".join(_shown(str(part)) for part in problem["loc"])
    kind = problem["type"]
    if kind == "missing":
        return _Problem(field, "missing", "this field is required")
    if kind == "extra_forbidden":
        return _Problem(field, "there is no such field", _right_field(model, problem))
    text = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return _Problem(field, f"{_got(cast('JsonValue', problem['input']))} was given", text)


def _right_field(model: type[ToolInput], problem: ErrorDetails) -> str:
    """Names the field that was probably meant, at the top level; below, only that it must go."""
    if len(problem["loc"]) > 1:
        return "leave it out"
    names = [str(field.validation_alias or name) for name, field in model.model_fields.items()]
    asked = str(next(iter(problem["loc"]), ""))[:_SHOWN_CHARS]
    near = process.extractOne(asked, names, score_cutoff=70)
    return f"did you mean {near[0]}?" if near else f"the fields are: {', '.join(names)}"


def _got(value: JsonValue) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _shown(orjson.dumps(value).decode())


def _invalid(problems: list[_Problem]) -> InvalidToolInput:
    first = problems[0]
    right = f" ({first.right})" if first.right else ""
    more = f"; {len(problems) - 1} more in the details" if len(problems) > 1 else ""
    return InvalidToolInput(
        f"The input is not valid: {first.field or 'the input'}: {first.problem}{right}{more}.",
        details={"fields": [problem.as_json() for problem in problems]},
    )


def _shown(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text[: _SHOWN_CHARS + 1])
    return plain if len(plain) <= _SHOWN_CHARS else plain[: _SHOWN_CHARS - 1] + "…"
