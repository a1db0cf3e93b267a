"""How old the data is, and how much of it lacks something."""

from typing import Final

from reports.alerts.conditions import DataTrust, OldData
from reports.alerts.figures import Figures, Subject
from reports.gathering import Gathering
from reports.report import CellKind, SectionKey
from reports.wording import Words
from tools.catalog.data_trust import CheckRow, DataTrustOutput

# A share within its bound by so many percentage points is so for good.
MARGIN_PP: Final = 1.0
_CHECKS: Final = (
    ("check", CellKind.TEXT),
    ("count", CellKind.COUNT),
    ("looked_at", CellKind.COUNT),
    ("share_pct", CellKind.PERCENT),
    ("effect", CellKind.TEXT),
)
_AGES: Final = (("what", CellKind.TEXT), ("start", CellKind.MOMENT), ("hours", CellKind.HOURS))


async def old_data(asked: OldData, gathering: Gathering) -> Figures:
    """What never was imported or reported has no age."""
    found, words = await _ask(gathering), gathering.words
    at, age = (
        (found.newest_import, found.newest_import_age_h)
        if asked.of == "import"
        else (found.newest_report, found.newest_report_age_h)
    )
    label = words(f"alert.newest_{asked.of}")
    subject = Subject(
        key=asked.of,
        label=label,
        excess=None if age is None else age - asked.hours,
        sentence=words("alert.old_data", what=label, value=words.hours(age), bound=words.hours(asked.hours)),
        row=(label, at, age),
        figures={"age_h": age, "newest": at, "hours": asked.hours},
        rows={},
    )
    return Figures(SectionKey.DATA_TRUST, _AGES, (subject,))


async def data_trust(asked: DataTrust, gathering: Gathering) -> Figures:
    found = await _ask(gathering)
    subjects = tuple(
        _check(row, asked, gathering.words) for row in found.checks if asked.check in {None, row.check}
    )
    return Figures(SectionKey.DATA_TRUST, _CHECKS, subjects, min(MARGIN_PP, asked.above_pct))


async def _ask(gathering: Gathering) -> DataTrustOutput:
    return await gathering.answer("get_data_trust", {}, DataTrustOutput)


def _check(row: CheckRow, asked: DataTrust, words: Words) -> Subject:
    label = words(f"check.{row.check.value}")
    return Subject(
        key=row.check.value,
        label=label,
        excess=None if row.share_pct is None else row.share_pct - asked.above_pct,
        sentence=words(
            "alert.data_trust",
            what=label,
            value=words.percent(row.share_pct),
            count=str(row.count),
            total=str(row.looked_at),
        ),
        row=(label, row.count, row.looked_at, row.share_pct, words(f"effect.{row.check.value}")),
        figures={
            "count": row.count,
            "looked_at": row.looked_at,
            "share_pct": row.share_pct,
            "above_pct": asked.above_pct,
        },
        rows={},
    )
