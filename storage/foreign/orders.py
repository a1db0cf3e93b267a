"""Orders as the rows of a file say them: on each row of their operations, on the first only, or on a row of
their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.exchange.problems import shown
from storage.foreign.canonical import Canonical
from storage.foreign.day_edges import at_edge
from storage.foreign.field_columns import AS_PLANNED
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import ShopNames
from storage.foreign.words_of_cells import EMPTY_CELL

_HEADERS = {
    "code": "order", "customer": "customer", "quantity": "quantity", "due_date": "due", "due_at": "due",
    "release_at": "release", "priority": "priority", "status": "status", "quote_expires_at": "quote_expires",
}  # fmt: skip

_RELEASED = "released"
# The priority of an order of which nobody says one.
USUAL = 3


@dataclass(slots=True)
class Said:
    """What rows say of an order: by canonical column, with the reader of the row that said it first."""

    code: str
    first: RowReader
    cells: dict[str, tuple[str, RowReader]] = field(default_factory=dict[str, tuple[str, RowReader]])
    material: str | None = None
    knows_material: bool = False
    operations: list[tuple[int, str, RowReader]] = field(default_factory=list[tuple[int, str, RowReader]])

    @property
    def quantity(self) -> int | None:
        return int(self.cells["quantity"][0]) if "quantity" in self.cells else None


@dataclass(slots=True)
class Orders:
    """All orders of a file, by code."""

    shop: ShopNames
    source: str
    differing: str | None = None
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    # orders of whose status no row of a table says anything, though it has a column of it
    without_status: frozenset[str] = frozenset()
    # orders that are work to be done where nothing says their status, and the plan does not have them
    released: set[str] = field(default_factory=set[str])

    def take(
        self, reader: RowReader, statuses: Mapping[str, str], priorities: Mapping[str, str]
    ) -> Said | None:
        """The order of a row, with what the row says of it; None when it names none (told)."""
        code = reader.text("order", needed=True)
        if not code:
            return None
        layout = reader.layout
        cells: dict[str, str] = {}
        if layout.has("customer"):
            cells["customer"] = reader.text("customer")
        if layout.has("quantity"):
            quantity = reader.whole("quantity", low=0)
            cells.update({"quantity": str(quantity)} if quantity is not None else {})
        due = reader.moment("due")
        if due is not None:
            cells["due_date" if due.minute is None else "due_at"] = (
                due.day.isoformat() if due.minute is None else due.canonical
            )
        elif layout.has("due") and reader.cell("due").empty:
            cells["due_date"] = ""
        if layout.has("release"):
            release = reader.moment("release")
            cells["release_at"] = (at_edge(reader, "release", release) or "") if release else ""
        self.released |= {code} if layout.special.get("status") == AS_PLANNED else set()
        # What stands for a column that is missing says nothing against another table of the file.
        if layout.has("status") and not (code in self.said and layout.columns["status"][0].index is None):
            empty = EMPTY_CELL if code in self.without_status else ""
            cells["status"] = statuses.get(reader.text("status") or empty, "")
        priority = reader.text("priority")
        if layout.has("priority") and (not priority or priority in priorities):  # else it is asked
            cells["priority"] = priorities.get(priority, "")
        if layout.has("quote_expires"):
            expires = reader.moment("quote_expires")
            cells["quote_expires_at"] = (at_edge(reader, "quote_expires", expires) or "") if expires else ""
        material = reader.moment("material_due")
        there = None if material is None else at_edge(reader, "material_due", material)
        if reader.bad:
            return None
        order = self.said.setdefault(code, Said(code, reader))
        order.knows_material |= layout.has("material_due")
        order.material = order.material or there
        self._merge(order, cells, reader)
        return None if reader.bad else order

    def _merge(self, order: Said, cells: Mapping[str, str], reader: RowReader) -> None:
        for column, value in cells.items():
            before = order.cells.get(column)
            if before is None or not before[0] or self.differing == "last":
                order.cells[column] = (value, reader)
            elif value and value != before[0] and self.differing != "first":
                reader.problem(
                    _HEADERS[column],
                    f"row {before[1].row.number} says {before[0]} for the same order",
                    "the same on all rows of an order, or the answer differing=first or differing=last",
                )

    def quantity_of(self, order: Said) -> int | None:
        """The pieces of an order: as the file says, else as the shop has them."""
        stored = self.shop.orders.get(order.code)
        return order.quantity if order.quantity is not None else (stored.quantity if stored else None)

    def reference(self, code: str) -> str:
        """What a canonical cell refers to the order by."""
        stored = self.shop.orders.get(code)
        return stored.id if stored else code

    def add_to(self, canonical: Canonical, item: str) -> None:
        """The rows of the orders that the file has pieces of, and of their material."""
        kept: list[Said] = []
        for order in self.said.values():
            if order.quantity is not None:
                kept += [order] if self._add(order, canonical) else []
            if order.knows_material and not order.operations and order.material:
                self._add_material(order, canonical, item)
            if order.knows_material and order.operations:
                _, operation, reader = min(order.operations, key=lambda found: found[0])
                canonical.add(
                    "material_requirement",
                    {
                        "external_id": f"{order.code}/material", "source": self.source,
                        "operation_id": operation, "item": item, "qty": "1",
                        "available_at": order.material or "",
                    },
                    reader.origin(available_at="material_due"),
                )  # fmt: skip
        if kept:
            _tell_kept_priorities(kept)

    def _add_material(self, order: Said, canonical: Canonical, item: str) -> None:
        """The day of the material of an order whose operations the plan has: of the only one that it needs,
        else of one more, of its first operation."""
        reader = order.first
        plan = [row for (code, _), rows in self.shop.materials.items() if code == order.code for row in rows]
        key = f"{order.code}/material"
        own = [row for row in plan if (row.source, row.external_id) == (self.source, key)] or plan
        first = min((seq for code, seq in self.shop.operations if code == order.code), default=None)
        if first is None:
            text = f"the day of the material of {shown(order.code)} is not taken: it has no operation yet"
            reader.findings.notice(reader.place, reader.row.number, text)
            return
        said = {"available_at": order.material or ""}
        origin = reader.origin(available_at="material_due")
        if len(own) == 1:
            stored = own[0]
            operation = self.shop.operations[order.code, stored.seq]
            identity = {"id": stored.id, "source": stored.source, "external_id": stored.external_id}
            cells = {**identity, "operation_id": operation.id, "item": stored.item, "qty": stored.needed}
        else:
            operation = self.shop.operations[order.code, first]
            identity = {"id": None, "source": self.source, "external_id": key}
            cells = {**identity, "operation_id": operation.id, "item": item, "qty": "1"}
        canonical.add("material_requirement", {**cells, **said}, origin)

    def _add(self, order: Said, canonical: Canonical) -> bool:
        """The order's row; whether its priority is the plan's, since its cell is empty."""
        stored = self.shop.orders.get(order.code)
        identity = (
            {"id": stored.id, "source": stored.source, "external_id": stored.external_id}
            if stored
            else {"id": None, "source": self.source, "external_id": order.code}
        )
        cells = {column: value for column, (value, _) in order.cells.items()}
        if stored is None and order.code in self.released:
            cells.setdefault("status", _RELEASED)
        kept = stored is not None and cells.get("priority") == ""
        cells |= {"priority": str(stored.priority)} if stored is not None and kept else {}
        headers = dict(_HEADERS)
        canonical.add(
            "production_order",
            {**identity, "code": stored.code if stored else order.code, **cells},
            order.first.origin(**headers),
        )
        return kept and stored is not None and stored.priority != USUAL


def _tell_kept_priorities(kept: Sequence[Said]) -> None:
    first = kept[0].first
    names = ", ".join(shown(order.code) for order in kept[:5]) + (" …" if kept[5:] else "")
    first.findings.notice(
        first.place,
        None,
        f"the priority of {len(kept)} orders is empty, and stays as the plan has it ({names}): "
        f"priority.{EMPTY_CELL}={USUAL} makes it the usual one",
    )
