"""Whether the pieces of reports are those of each row or the total so far: asked, with what speaks for it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.operations import Operations
from storage.foreign.reports_of_operation import Report, by_operation

# Words by which a header says that its pieces are those of all rows up to it.
_TOTALS = re.compile(
    r"(?i)\b(?:cum|cumul\w*|total\w*|so far|gesamt|kumul\w*|acumul\w*|suma|narastaj\w*|totaal)\b"
)
PIECES, LINE, TOTAL = "pieces", "line", "total"


def are_totals(scope: Scoped, reports: Sequence[Report], operations: Operations) -> bool | None:
    """Whether each row says what was made of its operation up to then; None while it is asked."""
    why, suggested = _evidence(reports, operations)
    question = Question(
        PIECES,
        "Are the pieces of a row those of that row only, or all of its operation so far?",
        (
            Choice(LINE, "those since the report before"),
            Choice(TOTAL, "all so far: what is new in each row is counted"),
        ),
        why=why,
        suggested=suggested,
    )
    value = scope.settle(question)
    return None if value is None else value == TOTAL


def _evidence(reports: Sequence[Report], operations: Operations) -> tuple[str, str | None]:
    for found in by_operation(reports).values():
        for before, report in pairwise(found):
            if (report.good or 0) < (before.good or 0):
                rows = f"{before.reader.row.number} to {report.reader.row.number}"
                return f"{report.name} has fewer from row {rows}, and a total does not fall", LINE
    header = reports[0].reader.layout.header("good") or ""
    if _TOTALS.search(header):
        return f'its header is "{shown(header)}"', TOTAL
    for name, made, ordered in _too_many(reports, operations):
        return f"the rows of {name} add up to {made} good pieces, and its order is of {ordered}", TOTAL
    return "no row says it", None


def tell_too_many(reports: Sequence[Report], operations: Operations, findings: Findings) -> None:
    """Tell of operations of which more is reported than is ordered."""
    place = reports[0].reader.place
    for name, made, ordered in _too_many(reports, operations):
        findings.notice(
            place, None, f"the reports of {name} come to {made} good pieces, and its order is of {ordered}"
        )


def _too_many(reports: Sequence[Report], operations: Operations) -> Iterator[tuple[str, int, int]]:
    for key, found in by_operation(reports).items():
        code, orders = key[0], operations.orders
        order, said = orders.shop.orders.get(code), orders.said.get(code)
        pieces = said.quantity if said is not None else None
        ordered = pieces if pieces is not None else order.quantity if order is not None else None
        had = {row.at: row.good for row in orders.shop.reports.get(key, ())}
        made = sum((had | {report.instant: report.good or 0 for report in found}).values())
        if ordered is not None and made > ordered:
            yield found[0].name, made, ordered
