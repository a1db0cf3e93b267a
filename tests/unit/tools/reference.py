"""The reference part of docs/tools.md, made from the tools' schemas.

`python -m tests.unit.tools.reference` writes it anew.
"""

from pathlib import Path

from leadhand.errors import JsonValue
from tools.registry import ToolRegistry, ToolSpec
from tools.schemas import JsonObject

PAGE = Path(__file__).parents[3] / "docs" / "tools.md"
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "maxLength": "at most {} characters",
    "maxItems": "at most {}",
}
_COMMON = frozenset({"data_version", "as_of", "timezone", "assumptions", "warnings", "evidence"})


def reference() -> str:
    """All tools, by name."""
    return "\n\n".join(_tool(spec) for spec in ToolRegistry.discover().specs())


def page_with_reference(page: str) -> str:
    """The page with what stands between the two marks replaced."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{rest.partition(END)[2]}"


def _tool(spec: ToolSpec) -> str:
    lines = [f"### `{spec.name}`", "", spec.description, "", f"Permission: `{spec.permission.value}`.", ""]
    lines += ["| input | type | bounds and default | meaning |", "|---|---|---|---|"]
    required = spec.input_schema.get("required", [])
    for name, field in _object(spec.input_schema["properties"]).items():
        must = isinstance(required, list) and name in required
        lines += _rows(name, _object(field), required=must)
    lines += ["", "| output | type | meaning |", "|---|---|---|"]
    definitions = _object(spec.output_schema.get("$defs", {}))
    for name, field in _object(spec.output_schema["properties"]).items():
        if name not in _COMMON:
            kind = _output_type(_object(field), definitions)
            lines.append(f"| `{name}` | {kind} | {_object(field).get('description', '')} |")
    return "\n".join(lines)


def _rows(name: str, field: JsonObject, *, required: bool) -> list[str]:
    """The field's row, then those of the objects in it."""
    rows = [f"| `{name}` | {_type(field)} | {_bounds(field, required)} | {field.get('description', '')} |"]
    items = _object(field.get("items", {}))
    needed = items.get("required", [])
    for inner, part in _object(items.get("properties", {})).items():
        must = isinstance(needed, list) and inner in needed
        rows += _rows(f"{name}[].{inner}", _object(part), required=must)
    return rows


def _type(field: JsonObject) -> str:
    options = field.get("enum")
    if isinstance(options, list):
        return " or ".join(f"`{option}`" for option in options)
    if field.get("type") == "array":
        return f"list of {_type(_object(field.get('items', {})))}"
    return str(field.get("type", ""))


def _output_type(field: JsonObject, definitions: JsonObject) -> str:
    options = field.get("anyOf")
    if isinstance(options, list):
        return " or ".join(_output_type(_object(option), definitions) for option in options)
    name = field.get("$ref")
    if isinstance(name, str):
        return _output_type(_object(definitions[name.rpartition("/")[2]]), definitions)
    if field.get("type") == "array":
        return f"list of {_output_type(_object(field.get('items', {})), definitions)}"
    return _type(field)


def _bounds(field: JsonObject, required: bool) -> str:
    said = [text.format(field[key]) for key, text in _BOUNDS.items() if key in field]
    if required:
        said.append("required")
    if "default" in field:
        default = field["default"]
        said.append(f"default `{str(default).lower() if isinstance(default, bool) else default}`")
    return ", ".join(said)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


if __name__ == "__main__":
    PAGE.write_text(page_with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
