"""How a machine's availability reads: rows with names, local times and hours instead of ids and minutes."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.availability import DoubleBooking, FreeSlot, MachineAvailability, MachineStatus
from planning.calendars import ClosedReason, ClosedTime
from planning.intervals import total
from planning.rounding import hours
from planning.shop import Booking, BookingStatus, DowntimeKind, Minute, Shop
from planning.zones import iso
from tools.views import FiguresView, Named, View, figures_view, named, work_center_of

CLOSURES = frozenset({ClosedReason.HOLIDAY, ClosedReason.CLOSED})


class Reason(View):
    """Why there is no time: `start` and `end` of the working time lost, none where no shift was planned."""

    reason: ClosedReason
    name: str
    start: str | None = None
    end: str | None = None
    hours: float = 0.0


class OrderRef(View):
    """What a booking is for; `order` null: held capacity of a quote."""

    booking_id: str
    order: str | None
    customer: str | None
    operation: str | None = Field(description="Its number and name.")


class CurrentOrder(OrderRef):
    start: str
    end: str
    running: bool = Field(description="False while it is paused: the machine is held, nobody works.")
    status: BookingStatus


class SegmentView(View):
    start: str
    end: str
    operator: str | None


class ScheduleRow(OrderRef):
    """A booking; start and end are those of the machine's whole occupation, also beyond the window."""

    start: str
    end: str
    work_h: float
    operators: list[str]
    locked: bool
    status: BookingStatus
    segments: list[SegmentView]


class FreeSlotRow(View):
    """Free from start to end; `hours` is the working time in it, closed time in between not counted."""

    start: str
    end: str
    hours: float


class DowntimeRow(View):
    id: str
    kind: DowntimeKind
    note: str
    start: str
    end: str | None = Field(description="null: until further notice.")


class DoubleBookingRow(View):
    start: str
    end: str
    hours: float
    bookings: list[OrderRef]


class MachineRow(View):
    machine: Named
    work_center: Named
    status: MachineStatus = Field(description="In the window.")
    next_available: str | None = Field(description="From now on, when min_free_minutes of work fit.")
    next_available_reason: Literal["beyond_horizon"] | None = Field(description="Why next_available is null.")
    next_slot_end: str | None = Field(
        description="When that free slot closes before the next booking; null: nothing is booked after it."
    )
    next_slot_h: float | None = Field(description="Working hours in that slot.")
    free_slots_total: int
    free_slots: list[FreeSlotRow] = Field(
        description="Free time within the window (of a window that has begun: still to come)."
    )
    reasons: list[Reason] = Field(description="Why an unavailable machine has no time.")
    current_order: list[CurrentOrder] = Field(description="What holds the machine now, earliest first.")
    figures: FiguresView
    downtimes: list[DowntimeRow]
    closures: list[Reason] = Field(description="Holidays and closures that take working time in the window.")
    double_bookings_total: int
    double_bookings: list[DoubleBookingRow]
    schedule_total: int
    schedule_continues: str | None = Field(
        description="Ask again with this as `from` for the bookings left out."
    )
    schedule: list[ScheduleRow]


class MachineViews:
    """Turns minutes and ids of one shop into what a person reads."""

    def __init__(self, shop: Shop, zone: ZoneInfo, schedule_rows: int) -> None:
        self.shop = shop
        self.zone = zone
        self.schedule_rows = schedule_rows

    def machine(self, found: MachineAvailability) -> MachineRow:
        machine, slot = self.shop.machines[found.machine_id], found.next_slot
        left_out, free_slots = found.bookings[self.schedule_rows :], found.free_slots
        return MachineRow(
            machine=named(machine),
            work_center=work_center_of(self.shop, machine),
            status=found.status,
            next_available=self.at(slot.start) if slot else None,
            next_available_reason=None if slot else "beyond_horizon",
            next_slot_end=self.at(slot.end) if slot and slot.end is not None else None,
            next_slot_h=hours(slot.minutes) if slot and slot.minutes is not None else None,
            free_slots_total=len(free_slots),
            free_slots=[self.slot(free) for free in free_slots[: self.schedule_rows]],
            reasons=self.reasons(found),
            current_order=[
                CurrentOrder(
                    **self.order(c.booking).model_dump(),
                    start=self.at(c.booking.envelope_start),
                    end=self.at(c.booking.envelope_end),
                    running=c.running,
                    status=c.booking.status,
                )
                for c in found.current
            ],
            figures=figures_view(found.figures),
            downtimes=[
                DowntimeRow(
                    id=d.id,
                    kind=d.kind,
                    note=d.note,
                    start=self.at(d.start),
                    end=None if d.end is None else self.at(d.end),
                )
                for d in found.downtimes
            ],
            closures=[self.closed(c) for c in found.closed if c.reason in CLOSURES],
            double_bookings_total=len(found.double_bookings),
            double_bookings=[self.double_booking(d) for d in found.double_bookings[: self.schedule_rows]],
            schedule_total=len(found.bookings),
            schedule_continues=self.at(left_out[0].envelope_start) if left_out else None,
            schedule=[self.booking(b) for b in found.bookings[: self.schedule_rows]],
        )

    def at(self, minute: Minute) -> str:
        return iso(minute, self.zone)

    def slot(self, slot: FreeSlot) -> FreeSlotRow:
        return FreeSlotRow(start=self.at(slot.start), end=self.at(slot.end), hours=hours(slot.minutes))

    def reasons(self, found: MachineAvailability) -> list[Reason]:
        known = [self.closed(c) for c in found.closed if c.reason in found.reasons]
        bare = [r for r in found.reasons if r not in {k.reason for k in known}]
        return known + [Reason(reason=r, name="no shift is planned") for r in bare]

    def closed(self, closed: ClosedTime) -> Reason:
        start, end = closed.intervals[0][0], closed.intervals[-1][1]
        lost = hours(total(closed.intervals))
        return Reason(
            reason=closed.reason, name=closed.name, start=self.at(start), end=self.at(end), hours=lost
        )

    def order(self, booking: Booking) -> OrderRef:
        operation = self.shop.operations.get(booking.operation_id or "")
        order = self.shop.orders.get(operation.order_id) if operation else None
        return OrderRef(
            booking_id=booking.id,
            order=order.code if order else None,
            customer=order.customer if order else None,
            operation=f"{operation.seq} {operation.name}".strip() if operation else None,
        )

    def booking(self, booking: Booking) -> ScheduleRow:
        segments = [
            SegmentView(start=self.at(s.start), end=self.at(s.end), operator=self.operator(s.operator_id))
            for s in booking.segments
        ]
        return ScheduleRow(
            **self.order(booking).model_dump(),
            start=self.at(booking.envelope_start),
            end=self.at(booking.envelope_end),
            work_h=hours(total([(s.start, s.end) for s in booking.segments])),
            operators=list(dict.fromkeys(s.operator for s in segments if s.operator)),
            locked=booking.locked,
            status=booking.status,
            segments=segments,
        )

    def double_booking(self, double: DoubleBooking) -> DoubleBookingRow:
        return DoubleBookingRow(
            start=self.at(double.start),
            end=self.at(double.end),
            hours=hours(double.minutes),
            bookings=[self.order(double.first), self.order(double.second)],
        )

    def operator(self, operator_id: str | None) -> str | None:
        operator = self.shop.operators.get(operator_id or "")
        return (operator.name or operator.code) if operator else None
