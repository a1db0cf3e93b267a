"""Rows before and after a write, in a planner's words."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from planning.date_phrases import instant_text, span_text
from planning.plan_writes import Row, RowChange
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    CapacityHold,
    Downtime,
    Minute,
    Order,
    Shop,
)
from planning.zones import day_window, iso
from tools.views import PAGE_ROWS, named
from tools.writing import RowDifference, RowState


class WriteViews:
    """`shop` has whatever the rows name: the plan after the write, with what it takes away."""

    def __init__(self, shop: Shop, zone: ZoneInfo) -> None:
        self._shop, self._zone = shop, zone

    def differences(self, changes: Sequence[RowChange]) -> list[RowDifference]:
        """The first 50, by start."""
        return [self._difference(change) for change in sorted(changes, key=_when)[:PAGE_ROWS]]

    def _difference(self, change: RowChange) -> RowDifference:
        return RowDifference(
            table=change.table,
            id=change.row_id,
            what=self.what(change),
            before=None if change.before is None else self._state(change.before),
            after=None if change.after is None else self._state(change.after),
        )

    def what(self, change: RowChange) -> str:
        """What the row is, whichever side of the change one looks at."""
        row = change.after or change.before
        match row:
            case Booking():
                return self.booking(row)
            case Order():
                return f"order {row.code}"
            case CalendarException():
                owner = self._owner(row)
                return f"{row.kind.value} of {owner}"
            case Downtime():
                return f"downtime of {self._machine(row.machine_id)}"
            case Absence():
                return f"absence of {self._operator(row.operator_id)}"
            case CapacityHold():
                return f"held capacity “{row.name}”"
            case None:
                raise ValueError("a change without a row")

    def booking(self, row: Booking) -> str:
        """ "WO-4003 operation 20 Turning"."""
        operation = self._shop.operations.get(row.operation_id or "")
        if operation is None:
            hold = self._shop.holds.get(row.quote_id or "")
            return "held capacity" if hold is None else f"held capacity “{hold.name}”"
        code = self._shop.orders[operation.order_id].code
        return f"{code} operation {operation.seq} {operation.name}".strip()

    def _state(self, row: Row) -> RowState:
        match row:
            case Booking():
                return self._booking_state(row)
            case Order():
                return self._order_state(row)
            case CalendarException():
                return self._exception_state(row)
            case Downtime():
                return RowState(
                    text=f"{row.kind.value}, {self._span(row.start, row.end)}",
                    machine=named(self._shop.machines[row.machine_id]),
                    start=iso(row.start, self._zone),
                    end=self._iso(row.end),
                    status=row.kind.value,
                )
            case Absence():
                return RowState(
                    text=f"{row.kind}, {self._span(row.start, row.end)}",
                    operators=[self._operator(row.operator_id)],
                    start=iso(row.start, self._zone),
                    end=self._iso(row.end),
                    status=row.kind,
                )
            case CapacityHold():
                until = instant_text(row.expires_at, self._zone, closing=True)
                return RowState(text=f"held until {until}", end=iso(row.expires_at, self._zone))

    def _booking_state(self, row: Booking) -> RowState:
        people = dict.fromkeys(s.operator_id for s in row.segments if s.operator_id is not None)
        names = [self._operator(key) for key in people]
        said = [
            self._machine(row.machine_id),
            span_text(row.envelope_start, row.envelope_end, self._zone),
            *([", ".join(names)] if names else []),
            *(["locked"] if row.locked else []),
        ]
        return RowState(
            text="; ".join(said),
            machine=named(self._shop.machines[row.machine_id]),
            operators=names,
            start=iso(row.envelope_start, self._zone),
            end=iso(row.envelope_end, self._zone),
            locked=row.locked,
            status=row.status.value,
        )

    def _order_state(self, row: Order) -> RowState:
        due = (
            "no due date"
            if row.due_at is None
            else f"due {instant_text(row.due_at, self._zone, closing=True)}"
        )
        return RowState(
            text=f"{due}; priority {row.priority}; {row.quantity} pieces; {row.status.value}",
            due=self._iso(row.due_at),
            priority=row.priority,
            status=row.status.value,
        )

    def _exception_state(self, row: CalendarException) -> RowState:
        if row.interval is None:
            day = row.production_date
            when = "" if day is None else span_text(*day_window(day, self._zone), self._zone)
        else:
            when = self._span(*row.interval)
        machine = None if row.machine_id is None else self._shop.machines[row.machine_id]
        return RowState(
            text="; ".join(filter(None, [row.kind.value, when, row.name])),
            machine=None if machine is None else named(machine),
            operators=[] if row.operator_id is None else [self._operator(row.operator_id)],
            start=None if row.interval is None else iso(row.interval[0], self._zone),
            end=None if row.interval is None else iso(row.interval[1], self._zone),
            status=row.kind.value,
        )

    def _owner(self, row: CalendarException) -> str:
        if row.machine_id is not None:
            return self._machine(row.machine_id)
        if row.operator_id is not None:
            return self._operator(row.operator_id)
        calendar = self._shop.calendars[row.calendar_id or ""]
        return f"calendar {calendar.name or calendar.id}"

    def _machine(self, machine_id: str) -> str:
        machine = self._shop.machines[machine_id]
        return machine.name or machine.code

    def _operator(self, operator_id: str) -> str:
        person = self._shop.operators[operator_id]
        return person.name or person.code

    def _span(self, start: Minute, end: Minute | None) -> str:
        if end is None:
            return f"from {instant_text(start, self._zone)} until further notice"
        return span_text(start, end, self._zone)

    def _iso(self, minute: Minute | None) -> str | None:
        return None if minute is None else iso(minute, self._zone)


def starts_of(changes: Iterable[RowChange]) -> list[Minute]:
    """When what is new or changed begins, as far as it begins at all."""
    return [start for change in changes if (start := _start(change.after)) is not None]


def _when(change: RowChange) -> tuple[Minute, str]:
    starts = [start for row in (change.before, change.after) if (start := _start(row)) is not None]
    return min(starts, default=0), change.row_id


def _start(row: Row | None) -> Minute | None:
    match row:
        case Booking():
            return row.envelope_start
        case Downtime() | Absence():
            return row.start
        case CalendarException():
            return None if row.interval is None else row.interval[0]
        case _:
            return None
