"""How a conflict reads: whom and what it concerns, when, why, and what would mend it."""

from pydantic import ConfigDict, Field

from planning.conflict_items import Conflict, ConflictCause, ConflictType, Severity
from planning.fix_items import Fix, FixKind
from planning.rounding import hours
from planning.shop import Booking, BookingStatus, Machine, Minute, Operator
from planning.zones import iso
from tools.conflict_wording import Names, cause_of, fix_text, work_text
from tools.views import Named, View, named


class ConflictBooking(View):
    """A booking of the conflict; `order` null: held capacity of a quote."""

    booking_id: str
    order: str | None
    operation: str | None = Field(description="Its number and name.")
    machine: Named
    start: str
    end: str
    status: BookingStatus
    locked: bool


class FixView(View):
    """One way to mend it. `move`, `book`, `hand_over` and `assign` can be made alone as they stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    kind: FixKind
    text: str
    booking_id: str | None = None
    order: str | None = None
    operation: str | None = None
    machine: Named | None = Field(default=None, description="Where the work goes, or is held up.")
    from_: Named | None = Field(default=None, validation_alias="from", serialization_alias="from")
    to: Named | None = Field(default=None, description="Who takes the work over.")
    start: str | None = None
    end: str | None = None
    operators: list[str] = Field(default_factory=list[str])
    slack_h: float | None = Field(default=None, description="How long the work in the way can wait.")


class FirstFix(View):
    """The first of the fixes in short, by names."""

    kind: FixKind
    text: str
    machine: str | None
    to: str | None
    start: str | None
    end: str | None


class ConflictRow(View):
    """`start` and `end`: its first and last minute, null where no time is concerned.

    `minutes` by type: overlap, work outside, late, slack left, work without booking, or difference.
    """

    type: ConflictType
    severity: Severity
    machine: Named | None
    operator: Named | None
    order: str | None
    customer: str | None
    operations: list[str]
    work: str = Field(description="What it is about: orders and operations.")
    bookings: list[ConflictBooking]
    start: str | None
    end: str | None
    minutes: int
    hours: float
    reason: ConflictCause
    cause: str
    first_fix: FirstFix | None
    fixes: list[FixView]


class ConflictViews:
    """Turns conflicts of one plan into what a person reads."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._shop = names.shop

    def row(self, item: Conflict, fixes: tuple[Fix, ...]) -> ConflictRow:
        order = self._shop.orders.get(item.order_id or "")
        views = [self._fix(fix) for fix in fixes]
        return ConflictRow(
            type=item.type,
            severity=item.severity,
            machine=_named(self._shop.machines.get(item.machine_id or "")),
            operator=_named(self._shop.operators.get(item.operator_id or "")),
            order=order.code if order else None,
            customer=order.customer if order else None,
            operations=self._names.operations(item.operation_ids),
            work=work_text(item, self._names),
            bookings=[self._booking(self._names.bookings[key]) for key in item.booking_ids],
            start=self._at(item.span[0]) if item.span else None,
            end=self._at(item.span[1]) if item.span else None,
            minutes=item.minutes,
            hours=hours(item.minutes),
            reason=item.cause,
            cause=cause_of(item, self._names),
            first_fix=_in_short(views[0]) if views else None,
            fixes=views,
        )

    def _booking(self, booking: Booking) -> ConflictBooking:
        order, operation = self._codes(booking)
        return ConflictBooking(
            booking_id=booking.id,
            order=order,
            operation=operation,
            machine=named(self._shop.machines[booking.machine_id]),
            start=self._at(booking.envelope_start),
            end=self._at(booking.envelope_end),
            status=booking.status,
            locked=booking.locked,
        )

    def _fix(self, fix: Fix) -> FixView:
        booking = fix.after or fix.held_by or fix.before
        order, operation = (None, None) if booking is None else self._codes(booking)
        span = None if booking is None else (booking.envelope_start, booking.envelope_end)
        if fix.spans:
            span = fix.spans[0][0], fix.spans[-1][1]
        people = {} if fix.after is None else dict.fromkeys(s.operator_id for s in fix.after.segments)
        known = fix.before or fix.held_by
        return FixView(
            kind=fix.kind,
            text=fix_text(fix, self._names),
            booking_id=known.id if known else None,
            order=order,
            operation=operation,
            machine=_named(self._shop.machines.get(booking.machine_id)) if booking else None,
            from_=_named(self._shop.operators.get(fix.from_id or "")),
            to=_named(self._shop.operators.get(fix.to_id or "")),
            start=self._at(span[0]) if span else None,
            end=self._at(span[1]) if span else None,
            operators=[self._names.operator(key) for key in people if key is not None],
            slack_h=None if fix.slack_min is None else hours(fix.slack_min),
        )

    def _codes(self, booking: Booking) -> tuple[str | None, str | None]:
        operation = self._shop.operations.get(booking.operation_id or "")
        if operation is None:
            return None, None
        return self._shop.orders[operation.order_id].code, self._names.operation(operation)

    def _at(self, minute: Minute) -> str:
        return iso(minute, self._names.zone)


def _named(row: Machine | Operator | None) -> Named | None:
    return None if row is None else named(row)


def _in_short(fix: FixView) -> FirstFix:
    return FirstFix(
        kind=fix.kind,
        text=fix.text,
        machine=fix.machine.name if fix.machine else None,
        to=fix.to.name if fix.to else ", ".join(fix.operators) or None,
        start=fix.start,
        end=fix.end,
    )
