"""Which orders a re-plan may move, from what a person named."""

from dataclasses import dataclass

from leadhand.errors import NotFound
from planning.shop import Booking, BookingStatus, Minute, Shop
from tools.names import find_machine
from tools.order_names import find_order
from tools.order_reading import CLOSED, OrderFilter, OrderQuestion, read_orders
from tools.views import count_of, listed
from tools.windows import Window


@dataclass(frozen=True, slots=True)
class ScopeAsked:
    """What was named; nothing: everything."""

    orders: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    late: bool = False
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """`order_ids` None: all open orders. `said` is a noun phrase ("3 late orders")."""

    order_ids: tuple[str, ...] | None
    said: str
    assumptions: tuple[str, ...]


def read_scope(shop: Shop, asked: ScopeAsked, now: Minute) -> Scope:
    """The open orders that fit everything that was named.

    Raises:
        NotFound, Ambiguous: an order or a machine; NotFound too when no open order fits.
    """
    said: list[str] = []
    ids = {order.id for order in shop.orders.values() if order.status not in CLOSED}
    assumptions: list[str] = []
    if asked.orders:
        found = [find_order(shop, name) for name in asked.orders]
        assumptions += [one.assumption for one in found if one.assumption]
        ids &= {one.order.id for one in found}
    if asked.late:
        late = read_orders(shop, OrderQuestion(now, filter=OrderFilter.LATE)).matching
        ids &= {standing.order.id for standing in late}
    if asked.machines:
        machines = [find_machine(shop, name) for name in asked.machines]
        assumptions += [one.assumption for one in machines if one.assumption]
        on = {one.row.id for one in machines}
        ids &= _orders_of(shop, [b for b in _ahead(shop, now) if b.machine_id in on])
        said.append(f"with work on {listed([one.row.name or one.row.code for one in machines])}")
    if asked.window is not None:
        start, end = asked.window.interval
        touching = [b for b in _ahead(shop, now) if b.envelope_start < end and b.envelope_end > start]
        ids &= _orders_of(shop, touching)
        said.append(f"with work in {asked.window.sentence}")
        assumptions.append(asked.window.assumption)
    if not (asked.orders or asked.late or said):
        return Scope(None, "all open orders", ())
    kind = "late order" if asked.late else "open order"
    if not ids:
        raise NotFound(" ".join([f"There is no {kind}", *said, "to re-plan."]))
    codes = sorted(shop.orders[order_id].code for order_id in ids)
    names = f" ({listed(codes)})" if len(codes) <= len(asked.orders) else ""
    text = " ".join([f"{count_of(len(ids), kind)}{names}", *said])
    return Scope(tuple(sorted(ids)), text, tuple(assumptions))


def _ahead(shop: Shop, now: Minute) -> list[Booking]:
    """Planned work that is not over."""
    return [b for b in shop.bookings if b.envelope_end > now and b.status is BookingStatus.PLANNED]


def _orders_of(shop: Shop, bookings: list[Booking]) -> set[str]:
    return {
        shop.operations[b.operation_id].order_id
        for b in bookings
        if b.operation_id is not None and b.operation_id in shop.operations
    }
