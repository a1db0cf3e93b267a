"""What of operations is done: pieces, shares or marks, as reports of what is new since the last ones."""

import re
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from leadhand.clock import utc_minute
from storage.exchange.kinds import Refused
from storage.exchange.problems import Findings
from storage.foreign.canonical import Canonical
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.decisions import Choice, Decisions, Question, Scoped
from storage.foreign.numbers import less_multiple, looks_like_number
from storage.foreign.operations import Operation, Operations
from storage.foreign.reading import RowReader
from storage.foreign.words_of_cells import learn_marks

DONE_AT, NOW = "done_at", "now"
_SHARE = re.compile(r"(\d{1,3}) ?%", re.ASCII)


def learn_done(scope: Scoped, readers: Iterable[RowReader]) -> dict[str, str]:
    """`yes` or `no` for each mark of what is done; what is a number or a share is none."""
    texts = list(dict.fromkeys(reader.text("done") for reader in readers if reader.layout.has("done")))
    marks = [text for text in texts if text and not _is_amount(text)]
    return learn_marks(scope, marks, "Is all of an operation done when the cell says")


def _is_amount(text: str) -> bool:
    return looks_like_number(less_multiple(text)) or _SHARE.fullmatch(text) is not None


def pieces_done(reader: RowReader, quantity: int | None, marks: Mapping[str, str]) -> int | None:
    """How many pieces of a row's operation are done; None: it does not say."""
    layout = reader.layout
    if layout.has("left") and not reader.cell("left").empty:
        left = reader.whole("left", low=0)
        return None if left is None or quantity is None else max(0, quantity - left)
    text = reader.text("done") if layout.has("done") else ""
    if not text:
        return None
    share = _SHARE.fullmatch(text)
    if text in marks or share is not None:
        part = int(share[1]) if share is not None else 100 if marks[text] == "yes" else 0
        return None if quantity is None else quantity * min(part, 100) // 100
    return None if not _is_amount(text) else reader.whole("done", low=0)


def take_done(operation: Operation, pieces: int | None, reader: RowReader) -> None:
    """What a row says is done of its operation; rows of one operation that say different pieces are of days
    or shifts, and no row says how many it is in all."""
    if operation.done is None or pieces is None or pieces == operation.done:
        operation.done = pieces if operation.done is None else operation.done
        return
    reader.problem(
        "done" if reader.layout.has("done") else "left",
        f"another row says {operation.done} pieces of {operation.name}",
        "what is done of an operation in all, the same on each of its rows, or rows=reports where each row "
        "reports pieces",
    )


def add_progress(
    operations: Operations, decisions: Decisions, canonical: Canonical, findings: Findings
) -> None:
    """A report of each operation of which more is done than the shop has been told."""
    said = [operation for operation in operations.found.values() if operation.done is not None]
    if not said:
        return
    at = _as_of(decisions, operations.zone)
    for operation in said if at is not None else ():
        stored = operations.orders.shop.operations.get((operation.order.code, operation.seq))
        known = stored.good if stored is not None else 0
        new = (operation.done or 0) - known
        if new < 0:
            findings.notice(
                operation.reader.place, operation.reader.row.number,
                f"{operation.done} pieces of {operation.name} are done, and the shop was told {known}; "
                "reports are never taken back",
            )  # fmt: skip
        elif new:
            canonical.add(
                "progress",
                {"operation_id": operations.reference(operation), "at": at, "good": new},
                operation.reader.origin(good="done"),
            )


def _as_of(decisions: Decisions, zone: ZoneInfo) -> str | None:
    question = Question(
        DONE_AT,
        "As of when are the quantities that are done? Each is taken as all that is done of its operation so "
        "far, not as that of one row, day or shift (rows=reports takes those).",
        (Choice(NOW, "as of now, also in later files"), Choice("2026-12-07 06:00", "such a time")),
        why="a plan counts what is left from then on",
    )
    value = decisions.settle(question, fits=lambda text: text == NOW or _moment(text) is not None)
    if value is None:
        return None
    return utc_minute().astimezone(zone).isoformat(timespec="minutes") if value == NOW else _moment(value)


def _moment(text: str) -> str | None:
    try:
        found = parse_date(text, DateStyle("ymd"))
    except Refused:
        return None
    return found.canonical
