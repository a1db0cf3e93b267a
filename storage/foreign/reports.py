"""Reports of pieces from the floor, from tables that list them."""

from collections.abc import Sequence

from storage.exchange.problems import Findings, shown
from storage.foreign.clocks import instant
from storage.foreign.day_edges import at_edge
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.layout import Layout
from storage.foreign.moments import Moment
from storage.foreign.operations import Operations
from storage.foreign.reading import RowReader
from storage.foreign.reports_of_operation import Report, as_lines, by_operation, less_repeated
from storage.foreign.reports_totals import are_totals, tell_too_many
from storage.foreign.shop_names import StoredReport
from storage.foreign.table_rows import readers_of

UNKNOWN, LEAVE_OUT = "unknown_operations", "leave_out"
DIFFER, KEEP = "reports_differ", "keep"
_DAY_MINUTES = 24 * 60
_TOLD = 8


def take_reports(layout: Layout, place: str, operations: Operations, findings: Findings) -> None:
    """A report a row, of an operation that the shop or another table of the file has. What says no pieces is
    no report; one that the plan has already says the same or is told."""
    left_out = _less_unknown(layout, operations)
    silent: list[int] = []
    found: list[Report | None] = []
    for reader in readers_of(layout, place, findings):
        if _says_pieces(reader):
            found.append(_report(reader, operations, left_out))
        else:
            silent.append(reader.row.number)
    if silent:
        numbers = ", ".join(map(str, silent[:_TOLD])) + (" …" if len(silent) > _TOLD else "")
        findings.notice(place, None, f"rows that say no pieces are no reports: {len(silent)} ({numbers})")
    reports = less_repeated([report for report in found if report is not None], layout.scope)
    if not reports:
        return
    stored = operations.orders.shop.reports
    totals = are_totals(layout.scope, reports, operations)
    if totals:
        reports = [line for of_one in by_operation(reports).values() for line in as_lines(of_one, stored)]
    elif totals is not None:
        tell_too_many(reports, operations, findings)
    _add(reports, layout.scope if totals is not None else None, operations)


def _says_pieces(reader: RowReader) -> bool:
    """Whether a row speaks of pieces; a line of setup or of indirect work does not."""
    cells = [cell for name in ("good", "scrap") for _, cell in reader.cells(name)]
    return any(not cell.empty and cell.text.strip("0.,") != "" for cell in cells)


def _report(reader: RowReader, operations: Operations, left_out: set[tuple[str, int]]) -> Report | None:
    good, scrap = _pieces(reader, "good"), _pieces(reader, "scrap")
    code, seq = reader.text("order", needed=True), reader.seq("operation")
    at = _time(reader)
    if not code or seq is None or at is None or reader.bad or reader.waits:
        return None
    if (code, seq) in left_out:
        text = f"the shop has no operation {seq} of {shown(code)}, and its report is left out"
        reader.findings.notice(reader.place, reader.row.number, text)
        return None
    reference = _reference(code, seq, operations)
    if reference is None:
        return None  # it is asked
    return Report(
        (code, seq), reference, at, instant(at, operations.zone), good, scrap, reader.text("report_number"),
        reader,
    )  # fmt: skip


def _pieces(reader: RowReader, name: str) -> int | None:
    """The pieces of all columns of a field; None where all of them are empty."""
    found = [reader.whole(name, low=0, needed=False, cell=cell) for _, cell in reader.cells(name)]
    said = [number for number in found if number is not None]
    return sum(said) if said else None


def _time(reader: RowReader) -> Moment | None:
    """When a row reports. A time of day that is not after the start of the work is on the day after it; a
    date alone is the start or the end of its day."""
    at = reader.moment("reported", needed=True)
    if at is None:
        return None
    if at.minute is None:
        edge = at_edge(reader, "reported", at)
        if edge is None:
            return None
        return Moment(at.day, 0) if edge == at.canonical else Moment(at.day).later(_DAY_MINUTES)
    if reader.is_clock("reported") and reader.layout.has("start"):
        start = reader.moment("start")
        if start is not None and start.minute is not None and (at.day, at.minute) < (start.day, start.minute):
            return at.later(_DAY_MINUTES)
    return at


def _reference(code: str, seq: int, operations: Operations) -> str | None:
    stored, said = operations.orders.shop.operations.get((code, seq)), operations.found.get((code, seq))
    return stored.id if stored is not None else None if said is None else said.name


def _less_unknown(layout: Layout, operations: Operations) -> set[tuple[str, int]]:
    """Operations that are reported and that nobody has: whether their reports are left out is asked."""
    unknown: dict[tuple[str, int], int] = {}
    for reader in readers_of(layout, "", Findings()):
        code, seq = (reader.text("order"), reader.seq("operation")) if _says_pieces(reader) else ("", None)
        if code and seq is not None and _reference(code, seq, operations) is None:
            unknown.setdefault((code, seq), reader.row.number)
    if not unknown:
        layout.scope.optional(UNKNOWN)
        return set()
    told = ", ".join(f"{shown(code)}/{seq} (row {row})" for (code, seq), row in list(unknown.items())[:_TOLD])
    question = Question(
        UNKNOWN,
        f"The shop does not have {len(unknown)} operations that are reported: {told}. What becomes of their "
        "reports?",
        (Choice(LEAVE_OUT, "they are left out, and told"),),
        why="an order may be written otherwise there (in two columns: order=JOB; SUFFIX), or be gone already",
    )
    return set(unknown) if layout.scope.settle(question) == LEAVE_OUT else set()


def _add(reports: Sequence[Report], scope: Scoped | None, operations: Operations) -> None:
    """The rows of the reports; those that the plan has otherwise are left out once that is said. Without a
    scope it is not known yet what their pieces are, and nothing is asked."""
    stored = operations.orders.shop.reports
    other = {
        id(report): had
        for report in reports
        for had in stored.get(report.operation, ())
        if had.at == report.instant and (had.good, had.scrap) != (report.good or 0, report.scrap or 0)
    }
    keeps = scope is not None and _keeps(scope, [(r, other[id(r)]) for r in reports if id(r) in other])
    for report in reports:
        had, reader = other.get(id(report)), report.reader
        if had is not None:
            if keeps:
                text = f"{_differs(report, had)}; the plan's stays"
                reader.findings.notice(reader.place, reader.row.number, text)
            continue
        operations.places.canonical.add(
            "progress",
            {
                "operation_id": report.reference, "at": report.at.canonical, "good": report.good or 0,
                "scrap": report.scrap or 0,
            },
            reader.origin(operation_id="operation", at="reported", good="good", scrap="scrap"),
        )  # fmt: skip


def _keeps(scope: Scoped, other: Sequence[tuple[Report, StoredReport]]) -> bool:
    if not other:
        scope.optional(DIFFER)
        return False
    told = "; ".join(
        f"row {report.reader.row.number}: {_differs(report, had)}" for report, had in other[:_TOLD]
    )
    question = Question(
        DIFFER,
        f"{len(other)} reports say otherwise than the plan does of the same operation and time: {told}. "
        "What becomes of them?",
        (Choice(KEEP, "the plan's stay as they are, and these are left out"),),
        why="what was reported is never changed",
    )
    return scope.settle(question) == KEEP


def _differs(report: Report, had: StoredReport) -> str:
    return (
        f"{report.name} at {report.at.canonical} is {report.good or 0} good and {report.scrap or 0} scrap, "
        f"and the plan says {had.good} and {had.scrap}"
    )
