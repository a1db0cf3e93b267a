"""Whose status a column of operations says: the order's, or each operation's."""

from collections.abc import Iterator, Sequence

from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import ANSWERED, KEPT, Choice, Question
from storage.foreign.field_columns import AS_PLANNED
from storage.foreign.layout import Layout
from storage.foreign.reading import RowReader
from storage.foreign.vocabulary import folded, words

STATUS = "status"
# Fields of an operation or its booking that such a column could be instead.
_OF_OPERATIONS = ("done", "booking_status", "elsewhere")


def ask_whose_status(layout: Layout, readers: Sequence[RowReader], place: str, findings: Findings) -> None:
    """A column of operations that is called "Status", and of which nobody has said that it is the order's: it
    is asked about where rows of one order differ, its header speaks of operations, or it is used for them;
    where no order has two rows, what it is taken for is told."""
    if layout.kind != "operations" or not layout.has(STATUS) or layout.columns[STATUS][0].index is None:
        return
    made = layout.scope.decisions.made.get(layout.scope.key(STATUS))
    if made is None or made.why in (ANSWERED, KEPT):
        return
    header = layout.columns[STATUS][0].header
    why = next(_doubts(layout, header, readers), None)
    if why is None:
        orders = [reader.text("order") for reader in readers]
        if len(set(orders)) == len(orders) and layout.has("operation"):
            text = f'"{shown(header)}" is taken for the status of the orders'
            findings.notice(place, None, f"{text}; of the operations: {STATUS}={AS_PLANNED}, done={header}")
        return
    question = Question(
        layout.scope.key(STATUS),
        f'Is "{shown(header)}" the status of the orders, or of each operation?',
        (
            Choice(header, "the orders': all rows of an order say the same"),
            Choice(
                AS_PLANNED,
                "the operations': orders that the shop has stay what they are, new ones are released",
            ),
            Choice("=released", "the operations': all of the orders are work to be done"),
        ),
        why=f"{why}; what of operations is done, or where their bookings stand, can be said besides: "
        f"done={header}, booking_status={header}",
    )
    layout.scope.decisions.questions.setdefault(question.key, question)


def _doubts(layout: Layout, header: str, readers: Sequence[RowReader]) -> Iterator[str]:
    """Why the column may be of operations."""
    own = set(folded(header).split())
    if own & words("fields")["order"] - words("fields")["operation"]:
        return
    for name in _OF_OPERATIONS:
        if any(column.header == header for column in layout.columns.get(name, ())):
            yield f"it is {name} too"
    if own & words("fields")["operation"]:
        yield "its header speaks of operations"
    said: dict[str, str] = {}
    for reader in readers:
        order, text = reader.text("order"), reader.text(STATUS)
        if order and text and said.setdefault(order, text) != text:
            yield f"rows of {shown(order)} say {shown(said[order])} and {shown(text)}"
