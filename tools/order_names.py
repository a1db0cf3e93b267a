"""Which order or customer a person means, by the rules of `tools.names`.

An order is known by its code, by a whole part of it ("4001" for WO-4001) or by its customer. Digits are
exact here too: an order that does not exist is never taken for its neighbour.
"""

import re
from dataclasses import dataclass

from planning.shop import Order, Shop
from tools.name_matching import words_of
from tools.names import MAX_NAME_CHARS, find_named

# "order 4001", "Auftrag Nr. 4001": what a thing is, not which one.
_LABELS = re.compile(
    r"\s*(?:(?:the|our|der|den|dem|des|production|work|order|job|number|no|nr|nummer|fertigungsauftrag"
    r"|auftrags?|bestellung)\b[\s.:]*|#)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _OrderName:
    id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """One order; `assumption` is a sentence when the name was not simply its code."""

    order: Order
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer as the orders write it."""

    customer: str
    assumption: str | None = None


def find_order(shop: Shop, name: str) -> FoundOrder:
    """The order meant, closed ones included as far as they are loaded.

    Raises:
        NotFound: `details.suggestions` lists near misses as {id, code, name}; `name` is the customer.
        Ambiguous: `details.choices` lists what it could mean, such as the orders of a customer.
    """
    rows = [_OrderName(order.id, order.code, order.customer) for order in shop.orders.values()]
    found = find_named(rows, _without_label(rows, name), "order")
    return FoundOrder(shop.orders[found.row.id], found.assumption)


def find_customer(shop: Shop, name: str) -> FoundCustomer:
    """The customer meant, out of those that have an order; raises as `find_order`."""
    customers = sorted({order.customer for order in shop.orders.values() if order.customer})
    found = find_named([_OrderName(c, c, c) for c in customers], name, "customer")
    return FoundCustomer(found.row.code, found.assumption)


def _without_label(rows: list[_OrderName], name: str) -> str:
    """What stands behind "order" and the like, unless codes of the shop begin so themselves."""
    label = _LABELS.match(name[:MAX_NAME_CHARS])
    if label is None or label.end() == len(name):
        return name
    asked = words_of(name[:MAX_NAME_CHARS]).key
    return name if any(words_of(row.code).key == asked for row in rows) else name[label.end() :]
