"""Rows by what a program knows of them: the id, or else the code, exactly. Nothing is guessed."""

from collections.abc import Iterable, Sequence

from leadhand.errors import NotFound
from planning.shop import Machine, Operator, Order, Shop, Skill, WorkCenter
from tools.names import Row


def machine_named(shop: Shop, name: str) -> Machine:
    """Raises NotFound; so do all of these."""
    return _named(shop.machines.get(name), shop.machines.values(), name, "machine")


def operator_named(shop: Shop, name: str) -> Operator:
    return _named(shop.operators.get(name), shop.operators.values(), name, "operator")


def work_center_named(shop: Shop, name: str) -> WorkCenter:
    return _named(shop.work_centers.get(name), shop.work_centers.values(), name, "work center")


def skill_named(shop: Shop, name: str) -> Skill:
    return _named(shop.skills.get(name), shop.skills.values(), name, "skill")


def order_named(shop: Shop, name: str) -> Order:
    """One of the orders that the shop value holds."""
    found = shop.orders.get(name) or next((o for o in shop.orders.values() if o.code == name), None)
    if found is None:
        raise NotFound("There is no such order.")
    return found


def machines_named(shop: Shop, names: Sequence[str]) -> frozenset[str]:
    """Ids of machines, each text one of them or several with commas between."""
    known = {m.code for m in shop.machines.values()} | shop.machines.keys()
    parts = [part for name in names for part in ([name] if name in known else name.split(","))]
    return frozenset(machine_named(shop, part.strip()).id for part in parts if part.strip())


def machines_of(shop: Shop, work_center: str) -> frozenset[str]:
    """Ids of a work center's machines."""
    center = work_center_named(shop, work_center)
    return frozenset(m.id for m in shop.machines.values() if m.work_center_id == center.id)


def says(text: str, *places: str) -> bool:
    """Whether one of the places holds the text, whatever the case."""
    wanted = text.casefold()
    return any(wanted in place.casefold() for place in places)


def _named(by_id: Row | None, rows: Iterable[Row], name: str, kind: str) -> Row:
    found = by_id or next((row for row in rows if row.code == name), None)
    if found is None:
        raise NotFound(f"There is no such {kind}.")
    return found
