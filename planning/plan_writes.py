"""A write to the plan as the rows it changes: what it does, and what takes it back (planning-domain 7).

A change is exact: a row before and after. Whoever applies it first compares the rows as they are with the
rows before, so that nobody overwrites what somebody else has changed since.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, TypeVar

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict
from planning.plan_difference import (
    OrderEffect,
    Reach,
    conflict_key,
    conflicts_between,
    newly_late,
    no_longer_late,
    order_of,
    orders_between,
)
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    CapacityHold,
    Downtime,
    Machine,
    Minute,
    Operator,
    Order,
    Shop,
)
from planning.zones import MINUTES_PER_DAY


class WritableTable(StrEnum):
    """Tables whose rows a write may change, by their names in the database."""

    BOOKING = "booking"
    PRODUCTION_ORDER = "production_order"  # changed only, never added or removed
    CALENDAR_EXCEPTION = "calendar_exception"
    DOWNTIME = "downtime"
    ABSENCE = "absence"
    CAPACITY_HOLD = "capacity_hold"


Row: TypeAlias = Booking | Order | CalendarException | Downtime | Absence | CapacityHold
AnyRow = TypeVar("AnyRow", Booking, CalendarException, Downtime, Absence)

ROW_TYPES: Mapping[WritableTable, type[Row]] = {
    WritableTable.BOOKING: Booking,
    WritableTable.PRODUCTION_ORDER: Order,
    WritableTable.CALENDAR_EXCEPTION: CalendarException,
    WritableTable.DOWNTIME: Downtime,
    WritableTable.ABSENCE: Absence,
    WritableTable.CAPACITY_HOLD: CapacityHold,
}
_TABLES = {kind: table for table, kind in ROW_TYPES.items()}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after; `before` None: it is added, `after` None: it is removed."""

    table: WritableTable
    row_id: str
    before: Row | None
    after: Row | None

    def __post_init__(self) -> None:
        """Raises ValueError for what no table could do."""
        rows = [row for row in (self.before, self.after) if row is not None]
        if not rows or any(row.id != self.row_id or type(row) is not ROW_TYPES[self.table] for row in rows):
            raise ValueError("a change is about one row of its table")
        if self.table is WritableTable.PRODUCTION_ORDER and len(rows) == 1:
            raise ValueError("orders are changed, not added or removed")


def added(row: Row) -> RowChange:
    return RowChange(_TABLES[type(row)], row.id, None, row)


def changed(before: Row, after: Row) -> RowChange:
    return RowChange(_TABLES[type(before)], before.id, before, after)


def removed(row: Row) -> RowChange:
    return RowChange(_TABLES[type(row)], row.id, row, None)


def inverse(changes: Sequence[RowChange]) -> tuple[RowChange, ...]:
    """What takes `changes` back."""
    return tuple(RowChange(c.table, c.row_id, c.after, c.before) for c in reversed(changes))


def row_of(shop: Shop, table: WritableTable, row_id: str) -> Row | None:
    """The row as the shop has it."""
    match table:
        case WritableTable.PRODUCTION_ORDER:
            return shop.orders.get(row_id)
        case WritableTable.CAPACITY_HOLD:
            return shop.holds.get(row_id)
        case WritableTable.BOOKING:
            rows: Iterable[Row] = shop.bookings
        case WritableTable.CALENDAR_EXCEPTION:
            rows = shop.exceptions
        case WritableTable.DOWNTIME:
            rows = shop.downtimes
        case WritableTable.ABSENCE:
            rows = shop.absences
    return next((row for row in rows if row.id == row_id), None)


def moved_since(shop: Shop, changes: Iterable[RowChange]) -> tuple[RowChange, ...]:
    """Changes whose row is no longer what it was `before` them."""
    bookings = {b.id: b for b in shop.bookings}

    def now(change: RowChange) -> Row | None:
        if change.table is WritableTable.BOOKING:
            return bookings.get(change.row_id)
        return row_of(shop, change.table, change.row_id)

    return tuple(change for change in changes if now(change) != change.before)


def with_changes(shop: Shop, changes: Iterable[RowChange]) -> Shop:
    """The shop with the rows as they are after `changes`; its data version stays."""
    after: dict[WritableTable, dict[str, Row | None]] = {table: {} for table in WritableTable}
    for change in changes:
        after[change.table][change.row_id] = change.after
    bookings = _replaced(shop.bookings, after[WritableTable.BOOKING], Booking)
    return replace(
        shop,
        bookings=tuple(sorted(bookings, key=lambda b: (b.envelope_start, b.id))),
        exceptions=_replaced(shop.exceptions, after[WritableTable.CALENDAR_EXCEPTION], CalendarException),
        downtimes=_replaced(shop.downtimes, after[WritableTable.DOWNTIME], Downtime),
        absences=_replaced(shop.absences, after[WritableTable.ABSENCE], Absence),
        orders=_mapped(shop.orders, after[WritableTable.PRODUCTION_ORDER], Order),
        holds=_mapped(shop.holds, after[WritableTable.CAPACITY_HOLD], CapacityHold),
    )


def _replaced(
    rows: tuple[AnyRow, ...], after: Mapping[str, Row | None], kind: type[AnyRow]
) -> tuple[AnyRow, ...]:
    kept = [after.get(row.id, row) for row in rows]
    there = {row.id for row in rows}
    new = [row for key, row in sorted(after.items()) if key not in there]
    return tuple(row for row in (*kept, *new) if isinstance(row, kind))


Mapped = TypeVar("Mapped", Order, CapacityHold)


def _mapped(
    rows: Mapping[str, Mapped], after: Mapping[str, Row | None], kind: type[Mapped]
) -> dict[str, Mapped]:
    merged: dict[str, Row | None] = {**rows, **after}
    return {key: row for key, row in merged.items() if isinstance(row, kind)}


@dataclass(frozen=True, slots=True)
class WriteEffect:
    """What `changes` do to the plan. `after`: the shop with them; its orders hold those of before, too.

    `orders`: whose finish or outlook differs. `new_conflicts`, `solved_conflicts`: that appear, and that go.
    """

    changes: tuple[RowChange, ...]
    after: Shop
    orders: tuple[OrderEffect, ...]
    new_conflicts: tuple[Conflict, ...]
    solved_conflicts: tuple[Conflict, ...]

    @property
    def newly_late(self) -> tuple[OrderEffect, ...]:
        return newly_late(self.orders)

    @property
    def no_longer_late(self) -> tuple[OrderEffect, ...]:
        return no_longer_late(self.orders)

    @property
    def digest(self) -> str:
        """The consequences in 64 characters: the same for the same orders late and the same new conflicts."""
        told = (
            sorted(o.order_id for o in self.newly_late),
            sorted(o.order_id for o in self.no_longer_late),
            sorted(conflict_key(c) for c in self.new_conflicts),
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()


def effect_of(shop: Shop, changes: Sequence[RowChange], as_of: Minute) -> WriteEffect:
    """The plan with `changes`, set against the plan without.

    `shop` holds every booking of its open orders, and all that touch the rows of `changes`.
    """
    after = with_changes(shop, changes)
    reach = reach_of(shop, changes)
    before_part, after_part = reach.of(shop), reach.of(after)
    until = max([as_of + shop.settings.horizon_days * MINUTES_PER_DAY, *_ends(changes)])
    rows = (*before_part.bookings, *after_part.bookings)
    window = (
        min([as_of, *(b.envelope_start for b in rows)]),
        max([until, *(b.envelope_end for b in rows)]),
    )
    new, solved = conflicts_between(
        ShopTimes(before_part, window), ShopTimes(after_part, window), as_of, until
    )
    return WriteEffect(
        changes=tuple(changes),
        after=after,
        orders=orders_between(before_part, after_part, window, as_of),
        new_conflicts=new,
        solved_conflicts=solved,
    )


def _ends(changes: Iterable[RowChange]) -> Iterator[Minute]:
    for change in changes:
        for row in (change.before, change.after):
            if isinstance(row, Booking):
                yield row.envelope_end


def reach_of(shop: Shop, changes: Iterable[RowChange]) -> Reach:
    """The machines, people and orders that the changes can concern."""
    machines: set[str] = set()
    operators: set[str] = set()
    orders: set[str] = set()
    for change in changes:
        for row in (change.before, change.after):
            match row:
                case Booking():
                    machines.add(row.machine_id)
                    operators.update(s.operator_id for s in row.segments if s.operator_id is not None)
                    orders.update(filter(None, [order_of(row, shop)]))
                case Order():
                    orders.add(row.id)
                case CalendarException():
                    machines.update(_working_by(row, shop.machines.values()))
                    operators.update(_working_by(row, shop.operators.values()))
                case Downtime():
                    machines.add(row.machine_id)
                case Absence():
                    operators.add(row.operator_id)
                case _:
                    pass
    return Reach(frozenset(machines), frozenset(operators), frozenset(orders))


def _working_by(row: CalendarException, owners: Iterable[Machine | Operator]) -> set[str]:
    named = {row.machine_id, row.operator_id}
    return {owner.id for owner in owners if owner.id in named or owner.calendar_id == row.calendar_id}
