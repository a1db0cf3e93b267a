"""Operations as rows of the product's own format: what their rows say, in whole minutes and seconds."""

from fractions import Fraction

from storage.foreign.booking_rows import add_bookings, told_of_people
from storage.foreign.bookings import Part, bookings_of
from storage.foreign.cancelled_bookings import cancel, is_cancelled
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Choice, Question
from storage.foreign.field_columns import BOOKED, NONE
from storage.foreign.kept_times import kept_times
from storage.foreign.operations import Operation, Operations
from storage.foreign.predecessors import predecessors_of
from storage.foreign.reading import RowReader
from storage.foreign.stored_bookings import held_name, settle_bookings
from storage.foreign.words_of_cells import EMPTY_CELL

# Which of several machines of an operation comes first.
PREFERENCE, IN_ORDER, EQUAL = "preference", "in_order", "equal"
_NAMED = 8


def add_operations(operations: Operations, canonical: Canonical) -> None:
    """All rows of all operations, their machines and bookings."""
    parts: list[Part] = []
    for operation in operations.found.values():
        if not operation.only_booked:
            _add(operations, operation, canonical)
        elif (operation.order.code, operation.seq) not in operations.orders.shop.operations:
            operation.reader.problem(
                "operation", f"the shop has no operation {operation.seq} of {operation.order.code}",
                "an operation that it has, or rows=operations, which makes them",
            )  # fmt: skip
            continue
        parts += _parts(operations, operation)
    bookings = bookings_of(parts, operations.decisions, operations.zone)
    gone = [found for found in bookings if is_cancelled(found, operations.statuses)]
    older_of = {f"{code}/{seq}": older for (code, seq), older in operations.orders.shop.bookings.items()}
    # By its number, time that was held for a quote may be that of an operation now.
    older_of |= {held_name(quote): older for quote, older in operations.orders.shop.held.items()}
    cancelled = cancel(gone, operations.orders.source, older_of, operations.zone)
    canonical.replaced += cancelled.gone
    operations.told += [cancelled.told] if cancelled.told else []
    bookings = [found for found in bookings if found not in gone]
    older_of = {
        name: [booking for booking in older if booking.id not in cancelled.gone]
        for name, older in older_of.items()
    }
    settled = settle_bookings(
        bookings, operations.orders.source, operations.decisions, older_of, operations.zone
    )
    canonical.replaced += settled.gone
    operations.told += [settled.told] if settled.told else []
    if operations.again:
        operations.told.append(
            f"{len(operations.again)} rows say an operation of a row above again, with no other machine, and "
            f"count for nothing (row {_listed(operations.again)})"
        )
    if operations.unbooked:
        operations.told.append(
            f"{len(operations.unbooked)} new operations take as long as they are booked, and are not booked: "
            f"their run time is 0 (row {_listed(operations.unbooked)})"
        )
    lost = told_of_people(settled.bookings)
    operations.told += [lost] if lost else []
    add_bookings(settled.bookings, operations.people, operations.marks, operations.statuses, canonical)


def _parts(operations: Operations, operation: Operation) -> list[Part]:
    return [
        Part(
            operation.name, operations.reference(operation), _machine(operations, reader), start, end, reader
        )
        for start, end, reader in operation.bookings
    ]


def _machine(operations: Operations, reader: RowReader) -> str:
    name = reader.text("machine")
    return operations.places.machines.find(name) or name


def _add(operations: Operations, operation: Operation, canonical: Canonical) -> None:
    stored = operations.orders.shop.operations.get((operation.order.code, operation.seq))
    origin = operation.reader.origin(
        order_id="order",
        seq="operation",
        name="operation_name",
        setup_min="setup",
        run_s_per_piece="run",
        predecessor_ids="predecessors",
    )
    if stored is None and operation.outside_min is None and _says_no_run(operation):
        operation.reader.problem(
            "run", "is said nowhere, and the shop has no such operation", "a column, run==0 or run=booked"
        )
    if stored is None and operation.outside_min is None and _is_booked_nowhere(operation):
        operations.unbooked.append(operation.reader.row.number)
    setup, run = _rounded(operations, operation)
    cells: dict[str, str | int | None] = {
        "id": stored.id if stored else None,
        "source": stored.source if stored else operations.orders.source,
        "external_id": stored.external_id if stored else operation.name,
        "order_id": operations.orders.reference(operation.order.code),
        "seq": operation.seq,
        "setup_min": setup,
        "run_s_per_piece": run,
    }
    if operation.reader.layout.has("operation_name"):
        cells["name"] = operation.reader.text("operation_name")
    cells.update(_said(operations, operation))
    cells["subcontract_minutes"] = operation.outside_min or None
    if stored is not None and operation.outside_min is None and _says_no_run(operation):
        cells["subcontract_minutes"] = stored.subcontract_minutes
    canonical.add("operation", cells, origin)
    machines = operation.machines if operation.outside_min is None else []
    equal = len(machines) > 1 and _equal(operation.reader)
    for place, machine in enumerate(machines):
        on = operation.on.get(machine)
        there = _rounded(operations, operation, on, machine)
        canonical.add(
            "operation_alternative",
            {
                "operation_id": operations.reference(operation), "machine_id": machine, "setup_min": there[0],
                "run_s_per_piece": there[1], "preference": 0 if equal else place,
            },
            operation.reader.origin(machine_id="machine", setup_min="setup", run_s_per_piece="run"),
        )  # fmt: skip


def _equal(reader: RowReader) -> bool:
    """Whether the machines of an operation are equally good."""
    question = Question(
        PREFERENCE,
        "Which of several machines of an operation comes first?",
        (Choice(IN_ORDER, "as the row or the group names them"), Choice(EQUAL, "none: any of them")),
    )
    proven = (IN_ORDER, f"as they are named; {PREFERENCE}={EQUAL}: any of them")
    return reader.layout.scope.settle(question, proven=proven) == EQUAL


def _said(operations: Operations, operation: Operation) -> dict[str, str | int | None]:
    """What the row says besides of how the operation is done."""
    reader, found = operation.reader, dict[str, str | int | None]()
    if reader.layout.has("attendance"):
        found["attendance"] = operations.attendance.get(reader.text("attendance") or EMPTY_CELL)
    if reader.layout.has("wait_after"):
        found["min_wait_after_min"] = operation.wait_min
    if reader.layout.has("splittable"):
        found["splittable"] = str(reader.marked("splittable", operations.marks)).lower()
    if reader.layout.has("predecessors"):
        order = operation.order.code
        found["predecessor_ids"] = predecessors_of(reader, order, lambda seq: operations.named(order, seq))
    return found


def _rounded(
    operations: Operations,
    operation: Operation,
    on: tuple[Fraction, Fraction | None] | None = None,
    machine: str | None = None,
) -> tuple[int, int]:
    """Whole minutes of setup and seconds a piece; what takes any time takes at least one. `on`: on one
    machine. What the file does not say stays as the plan has it."""
    setup, run = on or (operation.setup, operation.run)
    if run is None:
        pieces = operations.orders.quantity_of(operation.order) or 1
        run = Fraction(operation.booked_min, pieces)
    setup_min, run_s = _half_up(setup), _half_up(run * 60)
    if (setup_min != setup or run_s != run * 60) and (machine is None or on is not None):
        operations.rounded.append(f"row {operation.reader.row.number}: {setup_min} min, {run_s} s a piece")
    shop = operations.orders.shop
    stored = shop.operations.get((operation.order.code, operation.seq))
    return kept_times(operation.reader.layout, shop, stored, machine, (setup_min, run_s))


def _is_booked_nowhere(operation: Operation) -> bool:
    booked = operation.reader.layout.special.get("run") == BOOKED
    return booked and not operation.booked_min and not operation.only_booked


def _listed(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:_NAMED])) + (" …" if len(rows) > _NAMED else "")


def _says_no_run(operation: Operation) -> bool:
    layout = operation.reader.layout
    return not layout.has("run") and layout.special.get("run") == NONE


def _half_up(number: Fraction) -> int:
    whole = int(number + Fraction(1, 2))
    return max(whole, 1) if number else 0
