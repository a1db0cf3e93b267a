"""The next state of a shop's plan: what it has in common with the one before is not worked out again."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from planning.plan_parts import PlanParts
from planning.shop import Shop


class _Row(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=_Row)
Value = TypeVar("Value")


def following(shop: Shop, before: Shop) -> Shop:
    """The same plan, as the next state of the shop of which `before` is one.

    A row that is equal in both is one value, so that parts that follow from it are found at once.
    """
    made = replace(
        shop,
        calendars=_shared(shop.calendars, before.calendars),
        exceptions=_shared_rows(shop.exceptions, before.exceptions),
        work_centers=_shared(shop.work_centers, before.work_centers),
        machines=_shared(shop.machines, before.machines),
        skills=_shared(shop.skills, before.skills),
        operators=_shared(shop.operators, before.operators),
        absences=_shared_rows(shop.absences, before.absences),
        downtimes=_shared_rows(shop.downtimes, before.downtimes),
        orders=_shared(shop.orders, before.orders),
        operations=_shared(shop.operations, before.operations),
        materials=_shared(shop.materials, before.materials),
        progress=_shared(shop.progress, before.progress),
        bookings=_shared_rows(shop.bookings, before.bookings),
        holds=_shared(shop.holds, before.holds),
    )
    object.__setattr__(made, "parts", PlanParts(before.parts))
    return made


def _shared(values: Mapping[str, Value], before: Mapping[str, Value]) -> Mapping[str, Value]:
    if values is before:
        return values
    return {key: _once(value, before.get(key)) for key, value in values.items()}


def _shared_rows(rows: Iterable[Row], before: Iterable[Row]) -> tuple[Row, ...]:
    known = {row.id: row for row in before}
    return tuple([_once(row, known.get(row.id)) for row in rows])


def _once(value: Value, was: Value | None) -> Value:
    return value if was is None or value is was or value != was else was
