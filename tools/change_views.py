"""What a simulated change does, as views: bookings before and after, orders, people, conflicts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.conflict_items import Conflict, ConflictType, Severity
from planning.order_status import OrderReport, Outlook
from planning.rounding import hours
from planning.schedule_change import ChangeEffect, OrderEffect, Shift
from planning.shop import Booking, BookingStatus, Shop
from planning.zones import iso
from tools.views import PAGE_ROWS, Named, View, listed, named

FEW_CONFLICTS = 20


class OrderName(View):
    id: str
    code: str
    customer: str


class PlaceView(View):
    """Where and when a booking is; `end` with its pauses."""

    machine: Named
    start: str
    end: str
    operators: list[str]


class AffectedRow(View):
    """A booking that the change moves, changes, or takes away."""

    booking_id: str
    order: OrderName | None = Field(description="null: held capacity of a quote.")
    operation: str
    hit: bool = Field(description="The change itself hits it; else it only makes room or follows.")
    before: PlaceView
    after: PlaceView | None = Field(description="null: it finds no place, or its order is cancelled.")
    later_h: float | None = Field(description="Its end, later than before; negative when earlier.")


class StuckRow(View):
    """Work that the change hits and that may not move: a person must decide."""

    booking_id: str
    order: OrderName | None
    operation: str
    place: PlaceView
    reason: str = Field(description="locked, in_progress, held, or frozen.")


class OrderEffectRow(View):
    order: OrderName
    due: str | None
    finish_before: str | None
    finish_after: str | None = Field(description="null: not wholly scheduled, or cancelled.")
    later_h: float | None = Field(description="How much later it finishes; negative when earlier.")
    outlook_before: Outlook
    outlook_after: Outlook
    late_h: float | None = Field(description="After the due date then; 0 when in time.")


def is_no_longer_late(row: OrderEffectRow) -> bool:
    """Late before and in time then; never an order without a finish."""
    in_time = row.outlook_after in {Outlook.ON_TIME, Outlook.AT_RISK, Outlook.NO_DUE_DATE}
    return row.outlook_before is Outlook.LATE and in_time


class ReplacementRow(View):
    """Somebody who takes a stretch of work over."""

    operator: Named
    instead_of: str = Field(description="Names of those who did it before.")
    order: OrderName | None
    operation: str
    machine: Named
    start: str
    end: str
    hours: float


class ConflictRow(View):
    type: ConflictType
    severity: Severity
    machine: Named | None
    operator: Named | None
    order: str | None
    start: str | None
    end: str | None
    hours: float


class ConflictCount(View):
    type: ConflictType
    count: int


class ConflictsView(View):
    total: int
    by_type: list[ConflictCount]
    rows: list[ConflictRow]


class EffectViews:
    """What every difference between two plans has: orders and conflicts."""

    def __init__(self, shop: Shop, zone: ZoneInfo) -> None:
        self._shop, self._zone = shop, zone

    def orders(self, effects: Sequence[OrderEffect]) -> list[OrderEffectRow]:
        return [self._order_effect(effect) for effect in effects[:PAGE_ROWS]]

    def _order_effect(self, effect: OrderEffect) -> OrderEffectRow:
        before, after = effect.before, effect.after
        tardiness = after.figures.tardiness
        return OrderEffectRow(
            order=self.order(effect.order_id),
            due=None if after.order.due_at is None else iso(after.order.due_at, self._zone),
            finish_before=self._finish(before),
            finish_after=self._finish(after),
            later_h=None if effect.later_by is None else hours(effect.later_by),
            outlook_before=before.outlook,
            outlook_after=after.outlook,
            late_h=None if tardiness is None else hours(tardiness),
        )

    def _finish(self, report: OrderReport) -> str | None:
        finish = report.figures.finish
        return None if finish is None else iso(finish, self._zone)

    def conflicts(self, items: Sequence[Conflict]) -> ConflictsView:
        counts = Counter(item.type for item in items)
        return ConflictsView(
            total=len(items),
            by_type=[ConflictCount(type=t, count=counts[t]) for t in ConflictType if counts[t]],
            rows=[self._conflict(item) for item in items[:FEW_CONFLICTS]],
        )

    def _conflict(self, item: Conflict) -> ConflictRow:
        span, shop = item.span, self._shop
        return ConflictRow(
            type=item.type,
            severity=item.severity,
            machine=None if item.machine_id is None else named(shop.machines[item.machine_id]),
            operator=None if item.operator_id is None else named(shop.operators[item.operator_id]),
            order=None if item.order_id is None else shop.orders[item.order_id].code,
            start=None if span is None else iso(span[0], self._zone),
            end=None if span is None else iso(span[1], self._zone),
            hours=hours(item.minutes),
        )

    def order(self, order_id: str) -> OrderName:
        order = self._shop.orders[order_id]
        return OrderName(id=order.id, code=order.code, customer=order.customer)


class ChangeViews(EffectViews):
    """Rows of one effect; `before` is the shop as it is."""

    def __init__(self, before: Shop, effect: ChangeEffect, zone: ZoneInfo, as_of: int) -> None:
        super().__init__(before, zone)
        self._effect, self._as_of = effect, as_of
        self._hit = {b.id for b in effect.touched}

    def affected(self, shifts: Iterable[Shift]) -> list[AffectedRow]:
        return [self._affected(shift) for shift in list(shifts)[:PAGE_ROWS]]

    def _affected(self, shift: Shift) -> AffectedRow:
        before, after = shift.before, shift.after
        return AffectedRow(
            booking_id=before.id,
            order=self._order_of(before),
            operation=self._operation(before),
            hit=before.id in self._hit,
            before=self._place(before),
            after=None if after is None else self._place(after),
            later_h=None if after is None else hours(after.envelope_end - before.envelope_end),
        )

    def stuck(self) -> list[StuckRow]:
        return [
            StuckRow(
                booking_id=b.id,
                order=self._order_of(b),
                operation=self._operation(b),
                place=self._place(b),
                reason=self._reason(b),
            )
            for b in self._effect.stuck[:PAGE_ROWS]
        ]

    def _reason(self, booking: Booking) -> str:
        if booking.status is not BookingStatus.PLANNED:
            return booking.status.value
        if booking.locked:
            return "locked"
        # What should have begun by plan counts as begun, whatever the frozen zone.
        return "in_progress" if booking.envelope_start < self._as_of else "frozen"

    def replacements(self) -> list[ReplacementRow]:
        """Each stretch that is now somebody's who did not work on that booking before."""
        return [row for shift in self._effect.shifts for row in self._taken_over(shift)]

    def _taken_over(self, shift: Shift) -> Iterable[ReplacementRow]:
        if shift.after is None:
            return
        before, after = _people(shift.before), _people(shift.after)
        gone = [key for key in before if key not in after] or before
        for segment in shift.after.segments:
            if segment.operator_id is None or segment.operator_id in before or not before:
                continue
            yield ReplacementRow(
                operator=named(self._shop.operators[segment.operator_id]),
                instead_of=listed([self._name(key) for key in gone]),
                order=self._order_of(shift.before),
                operation=self._operation(shift.before),
                machine=named(self._shop.machines[shift.after.machine_id]),
                start=iso(segment.start, self._zone),
                end=iso(segment.end, self._zone),
                hours=hours(segment.end - segment.start),
            )

    def _order_of(self, booking: Booking) -> OrderName | None:
        operation = self._shop.operations.get(booking.operation_id or "")
        return None if operation is None else self.order(operation.order_id)

    def _operation(self, booking: Booking) -> str:
        operation = self._shop.operations.get(booking.operation_id or "")
        return "held capacity" if operation is None else f"{operation.seq} {operation.name}".strip()

    def _name(self, operator_id: str) -> str:
        person = self._shop.operators[operator_id]
        return person.name or person.code

    def _place(self, booking: Booking) -> PlaceView:
        return PlaceView(
            machine=named(self._shop.machines[booking.machine_id]),
            start=iso(booking.envelope_start, self._zone),
            end=iso(booking.envelope_end, self._zone),
            operators=[self._name(key) for key in _people(booking)],
        )


def _people(booking: Booking) -> list[str]:
    """In the order in which they work on it."""
    return list(dict.fromkeys(s.operator_id for s in booking.segments if s.operator_id is not None))
