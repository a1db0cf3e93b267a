"""The reference part of docs/import.md, made from the declaration of the files.

`python -m tests.unit.exchange.reference` writes it anew.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue
from storage.exchange.entities import ENTITIES, Column, Entity
from storage.exchange.kinds import Place

PAGE = Path(__file__).parents[3] / "docs" / "import.md"
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"


def reference() -> str:
    """All files, in the order in which they are read."""
    return "\n\n".join(_file(entity) for entity in ENTITIES)


def page_with_reference(page: str) -> str:
    """The page with what stands between the two marks replaced."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{rest.partition(END)[2]}"


def _file(entity: Entity) -> str:
    lines = [f"### `{entity.file}`", "", entity.about, *_rules(entity)]
    lines += ["", "| column | cell | empty means | meaning |", "|---|---|---|---|"]
    lines += [_row(column) for column in entity.columns]
    return "\n".join(lines)


def _rules(entity: Entity) -> list[str]:
    rules: list[str] = []
    if not entity.has_id and entity.name != "tenant_settings":
        rules.append(f"A row is known by {_names(entity.keys)}.")
    for group in entity.one_of:
        if group != ("id", "external_id"):
            rules.append(f"One of the columns {_names(group)} must be there.")
    for group in entity.together:
        rules.append(f"These columns are there together, or count as empty: {_names(group)}.")
    if entity.part_of is not None:
        rules.append(f"The rows replace all that the row in `{entity.part_of}` had.")
    if entity.append_only:
        rules.append("A row that says something else than a stored one is an error.")
    return ["", " ".join(rules)] if rules else []


def _row(column: Column) -> str:
    kind = column.kind.described
    if column.refers_to is not None:
        kind = f"{'ids' if column.kind.described.startswith('ids') else 'id'} in `{column.refers_to}.csv`"
    empty = "**needed**" if column.needed else _default(column, column.default)
    return f"| `{column.name}` | {kind} | {empty} | {column.about} |"


def _default(column: Column, default: JsonValue) -> str:
    if default in (None, "", []):
        return "–"
    return f"`{column.kind.write(default, Place(ZoneInfo('UTC')))}`"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page_with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
