"""For how long work that is done elsewhere is away."""

from storage.foreign.decisions import Choice, Question
from storage.foreign.durations import parse_elapsed
from storage.foreign.operations import Operation, Operations

OUTSIDE = "outside"


def settle_outside(operations: Operations) -> None:
    """Work without machine and times is done elsewhere: for how long is asked, for each of them or for
    all. Where the plan has it already, it stays so unless an answer says it of all."""
    open_ones: list[Operation] = []
    for operation in operations.outside:
        key = f"{OUTSIDE}.{operation.name}"
        question = Question(key, f"How long is {operation.name} away?")
        if key in operations.decisions.given:
            value = operations.decisions.settle(question, fits=lambda text: parse_elapsed(text) is not None)
            operation.outside_min = parse_elapsed(value or "0")
        elif OUTSIDE not in operations.decisions.given and (known := _of_plan(operation, operations)):
            operation.outside_min = known  # the file does not say it otherwise
        else:
            open_ones.append(operation)
    if not open_ones:
        return
    told = ", ".join(_told(operation) for operation in open_ones[:5])
    has = "operations have" if len(open_ones) > 1 else "operation has"
    question = Question(
        OUTSIDE,
        f"{len(open_ones)} {has} no time of the work elsewhere: {told}. "
        "How long does the work elsewhere take, as the calendar runs?",
        (
            Choice("7d", "seven days"),
            Choice("40h", "forty hours"),
            Choice("0", "no time at all: a milestone"),
        ),
        why=f"for one alone: {OUTSIDE}.{open_ones[0].name}=7d",
    )
    value = operations.decisions.settle(question, fits=lambda text: parse_elapsed(text) is not None)
    for operation in open_ones if value is not None else ():
        operation.outside_min = parse_elapsed(value or "0")
        # Remembered one by one: another file's work elsewhere is asked for anew.
        operations.decisions.note(f"{OUTSIDE}.{operation.name}", value or "0", "answered for all of them")


def _of_plan(operation: Operation, operations: Operations) -> int | None:
    stored = operations.orders.shop.operations.get((operation.order.code, operation.seq))
    return None if stored is None else stored.subcontract_minutes


def _told(operation: Operation) -> str:
    what = operation.reader.text("operation_name")
    return f"{operation.name}{f' {what}' if what else ''} (row {operation.reader.row.number})"
