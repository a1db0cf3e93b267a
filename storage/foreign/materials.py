"""What operations need before they can start, from tables that list it."""

from collections.abc import Sequence

from storage.exchange.kinds import Refused
from storage.exchange.problems import Findings, shown
from storage.foreign.date_forms import looks_like_date
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.day_edges import at_edge
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.digit_dates import is_digit_date
from storage.foreign.grid import Cell
from storage.foreign.layout import Layout
from storage.foreign.operations import Operations
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import ShopNames, StoredMaterial
from storage.foreign.table_rows import readers_of
from storage.foreign.words_of_cells import EMPTY_CELL

UNKNOWN = "unknown"


def take_materials(
    layout: Layout, place: str, operations: Operations, source: str, findings: Findings
) -> None:
    """A material of an operation a row. The operation is the shop's, or another table's of the file."""
    cells = [reader.cell("available") for reader in readers_of(layout, place, Findings())]
    words = _learn(layout.scope, cells) if layout.has("available") else {}
    seen, taken = set[str](), set[str]()
    for reader in readers_of(layout, place, findings):
        operation = _operation(reader, operations)
        item, needed = reader.text("item", needed=True), _needed(reader)
        available = _available(reader, words)
        if operation is None or needed is None or available is None or reader.bad or reader.waits:
            continue
        number, usual = reader.text("material_number"), _usual_key(reader, item, source)
        key = number or usual
        if key in seen:
            text = "is the number of a row above" if number else "is needed by the same operation already"
            reader.problem("material_number" if number else "item", text, "each material once")
            continue
        seen.add(key)
        stored = _stored(reader, item, key, source, shop=operations.orders.shop, taken=taken)
        identity = (
            {"id": stored.id, "source": stored.source, "external_id": stored.external_id}
            if stored is not None
            else {"id": None, "source": source, "external_id": key}
        )
        if stored is None and not needed:
            reader.problem("needed", "is said nowhere, and the plan has no such material", "a column")
            continue
        said = {"available_at": available} if layout.has("available") else {}
        operations.places.canonical.add(
            "material_requirement",
            {
                **identity, "operation_id": operation, "item": item,
                "qty": needed or (stored.needed if stored is not None else ""), **said,
            },
            reader.origin(operation_id="operation", item="item", qty="needed", available_at="available"),
        )  # fmt: skip


def _usual_key(reader: RowReader, item: str, source: str) -> str:
    """The key of a material that has no number."""
    return f"{source}:{reader.text('order')}/{reader.seq('operation')}/{item}"


def _stored(
    reader: RowReader, item: str, key: str, source: str, *, shop: ShopNames, taken: set[str]
) -> StoredMaterial | None:
    """The row of the plan with this key, or that says that the operation needs this item, whichever system
    it came from; of the file's own, one with another number is another one. `taken`: ids that rows above
    are."""
    plan = [row for rows in shop.materials.values() for row in rows]
    own = [row for row in plan if (row.source, row.external_id) == (source, key)]
    if not own and reader.text("material_number"):  # the only one of that number, of whichever system
        numbered = {row.id: row for row in plan if row.external_id == key and row.id not in taken}
        own = list(numbered.values()) if len(numbered) == 1 else []
    if own:
        taken.update(row.id for row in own)
        return own[0]
    usual = _usual_key(reader, item, source)
    for row in shop.materials.get((reader.text("order"), reader.seq("operation") or 0), ()):
        alike = row.item.strip().casefold() == item.strip().casefold() and row.id not in taken
        if alike and (key == usual or row.source != source or row.external_id in {None, usual}):
            taken.add(row.id)
            return row
    return None


def _needed(reader: RowReader) -> str | None:
    """How much of it, in its own unit, which may stand behind the number; empty where no column says it, None
    when it is wrong (told)."""
    if not reader.layout.has("needed"):
        return ""
    number = reader.number("needed")
    return None if number is None else format(number, "f")


def _operation(reader: RowReader, operations: Operations) -> str | None:
    code, seq = reader.text("order", needed=True), reader.seq("operation")
    if not code or seq is None:
        return None
    stored, said = operations.orders.shop.operations.get((code, seq)), operations.found.get((code, seq))
    if stored is not None:
        return stored.id
    if said is None:
        reader.problem("operation", f"the shop has no operation {seq} of {code}", "an operation that it has")
    return None if said is None else said.name


def _learn(scope: Scoped, cells: Sequence[Cell]) -> dict[str, str]:
    """The day from which a word says that the material is there, or that nobody knows it."""
    words = dict.fromkeys(
        cell.text
        for cell in cells
        if isinstance(cell.value, str) and not looks_like_date(cell.value) and not is_digit_date(cell.value)
    )
    if any(cell.empty for cell in cells):
        words[""] = None
    found: dict[str, str] = {}
    for word in words:
        said = f'is "{shown(word)}"' if word else "has an empty cell"
        question = Question(
            f"available.{word or EMPTY_CELL}",
            f"From which day is the material there that {said}?",
            (Choice("2026-11-23", "from such a day"), Choice(UNKNOWN, "nobody knows")),
            why="it is no date",
        )
        value = scope.settle(question, fits=lambda text: text == UNKNOWN or _day(text) is not None)
        found[word] = "" if value in {None, UNKNOWN} else _day(value or "") or ""
    return found


def _day(text: str) -> str | None:
    try:
        return parse_date(text, DateStyle("ymd")).canonical
    except Refused:
        return None


def _available(reader: RowReader, words: dict[str, str]) -> str | None:
    """From when it is there: empty when nobody knows, None when the cell is wrong (told)."""
    text = reader.text("available")
    if text in words or not text:
        return words.get(text, "")
    found = reader.moment("available")
    return None if found is None else at_edge(reader, "available", found)
