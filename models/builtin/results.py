"""Tool results as the model reads them: the JSON of the tool messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from langchain_core.messages import ToolMessage
from rapidfuzz import fuzz

from leadhand.errors import JsonValue
from models.builtin.words import words_of

# A name asked for belongs to a row when its words are the row's, or nearly so.
_ALIKE = 85.0


@dataclass(frozen=True, slots=True)
class ToolFault:
    """A coded error of a tool."""

    code: str
    message: str
    details: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Result:
    """One answered call: `values` or `fault`."""

    tool: str
    arguments: Mapping[str, JsonValue]
    values: Mapping[str, JsonValue]
    fault: ToolFault | None = None


def read_result(tool: str, arguments: Mapping[str, JsonValue], message: ToolMessage) -> Result:
    """What the tool said; a message that is no JSON object counts as a fault."""
    try:
        content: JsonValue = json.loads(message.text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return Result(tool, arguments, {}, ToolFault("invalid_tool_output", "", {}))
    error = content.get("error")
    if isinstance(error, dict):
        details = error.get("details")
        fault = ToolFault(
            code=str(error.get("code", "")),
            message=str(error.get("message", "")),
            details=details if isinstance(details, dict) else {},
        )
        return Result(tool, arguments, {}, fault)
    return Result(tool, arguments, content)


def value_at(values: JsonValue, path: str) -> JsonValue:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def is_named(row: JsonValue, paths: tuple[str, ...], name: str) -> bool:
    """Whether `row` is the one that a person calls `name`."""
    asked = [word.plain for word in words_of(name)]
    texts = [text for path in paths if isinstance(text := value_at(row, path), str)]
    return bool(asked) and any(_fits(asked, [word.plain for word in words_of(text)]) for text in texts)


def _fits(asked: list[str], words: list[str]) -> bool:
    """Every word asked for begins one of the row's words, numbers exactly, longer words with a slip."""
    return all(any(_same(word, candidate) for candidate in words) for word in asked)


def _same(asked: str, word: str) -> bool:
    if asked.isdecimal() or word.isdecimal():
        return asked == word
    if word.startswith(asked):
        return True
    return min(len(asked), len(word)) >= 4 and fuzz.ratio(asked, word) >= _ALIKE
