"""JSON Schemas of tools, plain enough for any OpenAI-compatible endpoint.

Pydantic's schemas use references, titles and `anyOf` with null for what is merely optional; small endpoints
refuse or misread those. What a tool's model accepts is unchanged by this: null still means "not given".
Each is made once for a model, which takes milliseconds, and is the same object for all who ask: read it only.
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias, cast

from pydantic import BaseModel

from leadhand.errors import JsonValue

JsonObject: TypeAlias = dict[str, JsonValue]

_REF = "#/$defs/"
_DROPPED = frozenset({"title", "discriminator", "$defs", "format"})
_MAX_DEPTH = 24


class SchemaNotPlain(TypeError):
    """A programming mistake in a tool: its input cannot be written as a plain schema."""


@cache
def input_schema(model: type[BaseModel]) -> JsonObject:
    """The schema of what a caller sends, by JSON names, with references filled in.

    Raises:
        SchemaNotPlain: the model refers to itself.
    """
    raw = cast("JsonObject", model.model_json_schema(by_alias=True, mode="validation"))
    schema = _plain(raw, _object(raw.get("$defs")), 0)
    schema.pop("description", None)
    return {"type": "object", "properties": {}, **schema}


@cache
def output_schema(model: type[BaseModel]) -> JsonObject:
    """The schema of what the tool answers, for clients; it keeps its references."""
    return cast("JsonObject", model.model_json_schema(by_alias=True, mode="serialization"))


def _plain(node: Mapping[str, JsonValue], definitions: JsonObject, depth: int) -> JsonObject:
    if depth > _MAX_DEPTH:
        raise SchemaNotPlain("the input model refers to itself")
    node = _dereferenced(_not_null(node), definitions)
    plain: JsonObject = {}
    for key, value in node.items():
        if key in _DROPPED or (key == "default" and value is None):
            continue
        if key == "const":
            plain["enum"] = [value]
        elif key == "properties":
            plain[key] = {
                name: _plain(_object(part), definitions, depth + 1) for name, part in _object(value).items()
            }
        elif isinstance(value, dict):
            plain[key] = _plain(value, definitions, depth + 1)
        elif key in {"anyOf", "oneOf", "allOf"} and isinstance(value, list):
            plain["anyOf" if key == "oneOf" else key] = [
                _plain(_object(part), definitions, depth + 1) for part in value
            ]
        else:
            plain[key] = value
    return plain


def _not_null(node: Mapping[str, JsonValue]) -> JsonObject:
    """`anyOf [X, null]` is X: optional fields are simply not required."""
    options = node.get("anyOf")
    if not isinstance(options, list):
        return dict(node)
    kept: list[JsonValue] = [option for option in options if _object(option).get("type") != "null"]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    return {**_object(kept[0]), **rest} if len(kept) == 1 else {**rest, "anyOf": kept}


def _dereferenced(node: JsonObject, definitions: JsonObject) -> JsonObject:
    """The node with its `$ref` replaced by what it names; the node's own description wins."""
    name = node.get("$ref")
    if not isinstance(name, str):
        return node
    target = _object(definitions.get(name.removeprefix(_REF)))
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
