"""Rules that the plan breaks, each known again by what it is about."""

from hashlib import sha256
from typing import Final

from leadhand.errors import JsonValue
from reports.alerts.conditions import NewConflict
from reports.alerts.figures import Figures, Subject, coming, pages
from reports.gathering import Gathering
from reports.report import CellKind, SectionKey
from reports.wording import Words
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.conflict_views import ConflictRow

# Of 50 conflicts each, errors first, then by time. Each page has its fixes tried, which takes a while.
_PAGES: Final = 4
_COLUMNS: Final = (
    ("severity", CellKind.TEXT),
    ("kind", CellKind.TEXT),
    ("what", CellKind.TEXT),
    ("work", CellKind.TEXT),
    ("start", CellKind.MOMENT),
    ("hours", CellKind.HOURS),
)


async def new_conflicts(asked: NewConflict, gathering: Gathering) -> Figures:
    """Errors first, then by time."""
    given: dict[str, JsonValue] = {
        **coming(gathering, asked.weeks).asked,
        "types": [choice.value for choice in asked.types],
    }
    if asked.severity is not None:
        given["severity"] = asked.severity.value
    found = await pages(gathering, "detect_schedule_conflicts", given, ConflictsOutput, at_most=_PAGES)
    subjects = {_key(row): _subject(row, gathering.words) for page in found for row in page.items}
    return Figures(
        SectionKey.CONFLICTS, _COLUMNS, tuple(subjects.values()), complete=found[-1].next_cursor is None
    )


def _key(row: ConflictRow) -> str:
    """The same while the same work breaks the same rule for the same reason, wherever it is moved."""
    parts = (
        row.type.value,
        row.reason.value,
        "" if row.machine is None else row.machine.id,
        "" if row.operator is None else row.operator.id,
        row.order or "",
        *sorted(booking.booking_id for booking in row.bookings),
        "",
        *sorted(row.operations),
    )
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def _subject(row: ConflictRow, words: Words) -> Subject:
    kind, whom = words(f"conflict.{row.type.value}"), row.machine or row.operator
    work = words.work(row.work)
    what = row.order if whom is None else whom.name
    return Subject(
        key=_key(row),
        label=f"{kind}: {work or what or ''}",
        excess=1.0,
        sentence=words("alert.conflict", what=work or what or "", kind=kind),
        row=(words(f"severity.{row.severity.value}"), kind, what, work, row.start, row.hours),
        figures={
            "type": row.type.value,
            "severity": row.severity.value,
            "start": row.start,
            "end": row.end,
            "hours": row.hours,
        },
        rows={
            table: ids
            for table, ids in (
                ("booking", [booking.booking_id for booking in row.bookings]),
                ("machine", [] if row.machine is None else [row.machine.id]),
                ("operator", [] if row.operator is None else [row.operator.id]),
            )
            if ids
        },
    )
