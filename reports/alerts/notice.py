"""What an alert sends: a small report of what has become true, in whatever form reports go out."""

from collections.abc import Set
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from reports.alerts.looking import Look
from reports.draft import Draft
from reports.options import ReportOptions
from reports.report import CellKind, Narrative, Period, Report

# So many are told in sentences; the table has all of them.
SAID: Final = 5


def notice(look: Look, *, name: str, shop: str, raised: Set[str], still: int) -> Report:
    """`raised`: the subjects of `look` that have become true; `still`: how many are so without them."""
    gathering, figures = look.gathering, look.figures
    tenant, words = gathering.tenant, gathering.words
    zone = ZoneInfo(tenant.timezone)
    now = tenant.as_of.astimezone(zone).isoformat()
    told = [one for one in figures.subjects if one.key in raised]
    draft = Draft(figures.section, gathering, ReportOptions())
    draft.figure("raised", len(told), CellKind.COUNT)
    draft.figure("still_raised", still, CellKind.COUNT)
    draft.table("raised", figures.columns, (one.row for one in told))
    said = [one.sentence for one in told[:SAID]]
    if len(told) > SAID:
        said.append(words("alert.more", count=str(len(told) - SAID)))
    if not figures.complete:
        gathering.bound("alert")
    return Report(
        title=name,
        shop=shop,
        language=words.language,
        timezone=tenant.timezone,
        made_at=datetime.now(UTC).astimezone(zone).isoformat(timespec="seconds"),
        as_of=now,
        data_version=look.data_version,
        period=Period(start=now, end=now, text=words.moment(now)),
        narrative=Narrative(paragraphs=(" ".join(said),)),
        key_figures=tuple(draft.figures),
        sections=(draft.section(),),
        bounds=tuple(gathering.bounds),
        sources=tuple(gathering.sources),
    )
