"""Operations, the machines that can do them, and their bookings, from rows that say one of them each.

They are written by operations_written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from storage.foreign.clocks import instant
from storage.foreign.decisions import Decisions
from storage.foreign.field_columns import BOOKED, BY_ROWS
from storage.foreign.moments import Moment
from storage.foreign.orders import Orders, Said
from storage.foreign.outside_rows import is_outside
from storage.foreign.places import Places
from storage.foreign.reading import RowReader
from storage.foreign.table_targets import machines_in
from storage.foreign.windows import window_in
from storage.foreign.words_of_cells import Marks

ALTERNATIVES = "alternatives"
_STEP = 10


@dataclass(slots=True)
class Operation:
    """An operation as its rows say it. `run`: exact minutes for one piece; None while the unit is asked."""

    order: Said
    seq: int
    reader: RowReader
    setup: Fraction = Fraction(0)
    run: Fraction | None = None
    # Setup and minutes a piece on machines that have times of their own.
    on: dict[str, tuple[Fraction, Fraction | None]] = field(
        default_factory=dict[str, tuple[Fraction, Fraction | None]]
    )
    wait_min: int | None = None
    machines: list[str] = field(default_factory=list[str])
    outside_min: int | None = None
    booked_min: int = 0
    bookings: list[tuple[Moment, Moment, RowReader]] = field(
        default_factory=list[tuple[Moment, Moment, RowReader]]
    )
    only_booked: bool = False
    done: int | None = None

    @property
    def name(self) -> str:
        return f"{self.order.code}/{self.seq}"


@dataclass(slots=True)
class Operations:
    """All operations of a file. `rounded`: rows whose times are no whole minutes or seconds, with an
    example. `told`: what is to be known of the file's bookings."""

    orders: Orders
    places: Places
    decisions: Decisions
    zone: ZoneInfo
    people: Mapping[str, str | None]
    marks: Marks
    attendance: Mapping[str, str] = field(default_factory=dict[str, str])
    statuses: Mapping[str, str] = field(default_factory=dict[str, str])
    found: dict[tuple[str, int], Operation] = field(default_factory=dict[tuple[str, int], Operation])
    rounded: list[str] = field(default_factory=list[str])
    told: list[str] = field(default_factory=list[str])
    outside: list[Operation] = field(default_factory=list[Operation])
    # rows that say an operation again, with no other machine
    again: list[int] = field(default_factory=list[int])
    # rows of new operations whose time is that of their booking, and that are not booked
    unbooked: list[int] = field(default_factory=list[int])

    def take(self, reader: RowReader, order: Said) -> Operation | None:
        """The operation of a row; what is wrong with the row is told, and it gives nothing."""
        layout = reader.layout
        seq = self._next(order) if layout.special.get("operation") == BY_ROWS else reader.seq("operation")
        if seq is None:
            return None
        before = self.found.get((order.code, seq))
        operation = before or Operation(order, seq, reader, only_booked=layout.kind == "bookings")
        window = _window(reader)
        own = self._own_times(reader, order)
        machines = self._machines(reader, outside=before is None and self._is_outside(reader))
        if before is None:
            self._times(operation, reader)
        elif window is None and layout.scope.optional("repeated_operation") != ALTERNATIVES:
            other = any(machine not in before.machines for machine in machines)
            reader.problem(
                "operation",
                f"{order.code} has an operation {seq} already (row {before.reader.row.number})",
                "each operation once"
                + (f", or the answer repeated_operation={ALTERNATIVES}" if other else ""),
            )
        else:
            times = (
                None if layout.kind == "bookings" or window is not None else self._row_times(reader, order)
            )
            if times is not None and not reader.bad:
                self._check_repeated(before, machines, times, reader)
            own |= {machine: times for machine in machines if times is not None and machine not in own}
        if window is not None:
            self._book(operation, window, reader)
        if reader.bad:
            return None
        self.found[order.code, seq] = operation
        if before is None and not operation.only_booked:
            order.operations.append((seq, self.reference(operation), reader))
        operation.on |= {m: times for m, times in own.items() if m not in operation.machines}
        operation.machines += [machine for machine in machines if machine not in operation.machines]
        return operation

    def _check_repeated(
        self,
        before: Operation,
        machines: list[str],
        times: tuple[Fraction, Fraction | None],
        reader: RowReader,
    ) -> None:
        """A row that repeats an operation without another machine says nothing new: it is told, and an error
        where it says other times."""
        if any(machine not in before.machines for machine in machines):
            return
        known = [before.on.get(machine, (before.setup, before.run)) for machine in machines]
        if any(found != times for found in known or [(before.setup, before.run)]):
            reader.problem(
                "operation",
                f"{before.name} is said in row {before.reader.row.number} with other times, and no other "
                "machine",
                "a row for each machine of an operation",
            )
            return
        self.again.append(reader.row.number)

    def _next(self, order: Said) -> int:
        return (
            _STEP + max((seq for code, seq in self.found if code == order.code), default=0) // _STEP * _STEP
        )

    def _times(self, operation: Operation, reader: RowReader) -> None:
        layout = reader.layout
        if operation.only_booked:
            return
        if layout.has("wait_after"):
            wait = reader.minutes("wait_after", needed=False)
            operation.wait_min = None if wait is None else -int(-wait // 1)
        if self._is_outside(reader):
            elapsed = reader.minutes("elsewhere_time", needed=False)
            operation.outside_min = -int(-elapsed // 1) if elapsed else 0
            if elapsed is not None and not elapsed:
                self.outside.append(operation)  # the file does not say for how long
            return
        times = self._row_times(reader, operation.order)
        operation.setup, operation.run = times or (Fraction(0), None)

    def _row_times(self, reader: RowReader, order: Said) -> tuple[Fraction, Fraction | None]:
        """The setup and the exact minutes for one piece that a row says."""
        setup = reader.minutes("setup", needed=False) or Fraction(0)
        if reader.layout.special.get("run") == BOOKED:
            return setup, None
        cell = reader.cell("run")
        minutes = reader.minutes("run", needed=reader.layout.has("run"))
        return setup, None if cell.empty or minutes is None else self._of_piece(reader, "run", minutes, order)

    def _of_piece(self, reader: RowReader, name: str, minutes: Fraction, order: Said) -> Fraction | None:
        """The minutes for one piece; None: they are for another number, and nobody says for which."""
        unit = reader.unit(name)
        if unit is None:
            return None
        if unit.basis == "total":
            quantity = self.orders.quantity_of(order)
            if not quantity:
                reader.problem(
                    name, "is for the whole quantity, and the order has no pieces", "an order with pieces"
                )
                return None
            minutes /= quantity
        return minutes / unit.pieces

    def _own_times(self, reader: RowReader, order: Said) -> dict[str, tuple[Fraction, Fraction | None]]:
        """The times of other machines that columns beside them say; what is empty is as on the first."""
        layout, places = reader.layout, self.places
        says = layout.has("alternative_run") or layout.has("alternative_setup")
        if not says or all(cell.empty for _, cell in reader.cells("alternative_machine")):
            return {}
        setups, runs = (list(reader.cells(f"alternative_{name}")) for name in ("setup", "run"))
        found: dict[str, tuple[Fraction, Fraction | None]] = {}
        first = self._row_times(reader, order)
        for place, (_, cell) in enumerate(reader.cells("alternative_machine")):
            setup, run = first
            if place < len(setups) and not (said := setups[place][1]).empty:
                setup = reader.minutes("alternative_setup", needed=False, cell=said) or Fraction(0)
            if place < len(runs) and not (said := runs[place][1]).empty:
                minutes = reader.minutes("alternative_run", needed=False, cell=said)
                run = None if minutes is None else self._of_piece(reader, "alternative_run", minutes, order)
            for other in names_in(cell.text, places):
                machine = places.machines.find(other)
                found.update({machine: (setup, run)} if machine is not None else {})
        return found

    def _is_outside(self, reader: RowReader) -> bool:
        return reader.marked("elsewhere", self.marks) or is_outside(reader)

    def _machines(self, reader: RowReader, *, outside: bool) -> list[str]:
        """References of the machines that can do the row's operation."""
        layout, places = reader.layout, self.places
        name, group = reader.text("machine"), reader.text("work_center")
        found: list[str] = []
        if name and layout.kind == "operations":
            found = machines_in(places, name)
        elif name:
            machine = places.machines.find(name)
            center = places.work_centers.find(name)
            found = [machine] if machine is not None else list(places.members.get(center or "", ()))
        elif group:
            found = list(places.members.get(places.work_centers.find(group) or "", ()))
            machine = places.machines.find(group)
            found = found or ([machine] if machine is not None else [])
        elif not outside and (layout.has("machine") or layout.has("work_center")):
            reader.problem(
                "machine" if layout.has("machine") else "work_center",
                "is empty",
                "a machine in every row, or elsewhere=COLUMN with a mark where the work is done elsewhere",
            )
        for _, cell in reader.cells("alternative_machine"):
            for other in names_in(cell.text, places):
                machine = places.machines.find(other)
                found += [machine] if machine is not None and machine not in found else []
        return found

    def _book(self, operation: Operation, window: tuple[Moment, Moment], reader: RowReader) -> None:
        start, end = (instant(moment, self.zone) for moment in window)
        if end <= start:
            reader.problem("end", "does not lie after the start", "a later time")
            return
        operation.bookings.append((*window, reader))
        operation.booked_min += int((end - start) / timedelta(minutes=1))

    def reference(self, operation: Operation) -> str:
        """What a canonical cell refers to the operation by."""
        return self.named(operation.order.code, operation.seq)

    def named(self, order: str, seq: int) -> str:
        """What a canonical cell refers to an operation by, which the shop or the file has."""
        stored = self.orders.shop.operations.get((order, seq))
        return stored.id if stored else f"{order}/{seq}"


def names_in(text: str, places: Places) -> list[str]:
    """A cell that names one machine, or several parted by ; or ,."""
    if not text or places.machines.find(text) is not None:
        return [text] if text else []
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]


def _window(reader: RowReader) -> tuple[Moment, Moment] | None:
    layout = reader.layout
    if not layout.has("start") or not (layout.has("end") or layout.has("length")):
        return None
    if reader.cell("start").empty and (reader.cell("end").empty or not layout.has("end")):
        return None
    return window_in(reader)
