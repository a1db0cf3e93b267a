"""get_data_trust: how good the shop's data is, before anybody trusts its figures."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.data_trust import STALE_AFTER_MIN, TABLES, Check, DataTrust, Finding, is_stale
from planning.rounding import hours, percent
from planning.shop import Minute, Shop
from planning.zones import iso, to_minute
from tools.base import Evidence, Tool, ToolContext, ToolInput, ToolOutput
from tools.data_wording import WORDINGS, label, stale
from tools.views import MAX_CURSOR_CHARS, View, count_of, evidence, listed, load_to_horizon, page

EXAMPLES = 5


class DataTrustInput(ToolInput):
    check: Check | None = Field(
        default=None, description="Only this check, with all that it found. Leave empty for all of them."
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_CURSOR_CHARS,
        description="next_cursor of an earlier answer about one check, for more of its rows.",
    )


class CheckRow(View):
    """One check: `count` of `looked_at` rows of `table` lack something."""

    check: Check
    title: str
    count: int
    looked_at: int
    share_pct: float | None = Field(
        description="count of looked_at; null where there was nothing to look at."
    )
    effect: str = Field(description="What it makes unsure; empty where nothing was found.")
    table: str
    examples: list[str] = Field(description="What people call the first of them.")


class DataTrustOutput(ToolOutput):
    """What makes the most figures unsure comes first."""

    statement: str = Field(description="All in all, in a sentence.")
    checks_made: int
    checks_with_findings: int
    rows_found: int
    newest_report: str | None = Field(description="When the floor last reported on an open order.")
    newest_report_age_h: float | None
    stale: bool = Field(description="The newest report is older than stale_after_h.")
    newest_import: str | None = Field(
        description="When orders, operations, bookings or reports were last imported; null: never."
    )
    newest_import_age_h: float | None
    import_stale: bool = Field(description="The newest import is older than stale_after_h.")
    stale_after_h: float
    next_cursor: str | None
    checks: list[CheckRow]


async def run(asked: DataTrustInput, context: ToolContext) -> DataTrustOutput:
    now = to_minute(context.tenant.as_of)
    shop, _ = await load_to_horizon(context.shops, context.tenant, now, now)
    return await asyncio.to_thread(_answer, asked, shop, now)


def _answer(asked: DataTrustInput, shop: Shop, now: Minute) -> DataTrustOutput:
    trust, zone = DataTrust(shop, now), ZoneInfo(shop.settings.timezone)
    findings = trust.all() if asked.check is None else (trust.of(asked.check),)
    newest, imported = trust.newest_report, trust.newest_import
    rows = [_row(finding, shop) for finding in findings]
    cursor = None
    if asked.check is not None:
        shown = page(findings[0].rows, asked.cursor)
        names = [label(row, shop) for row in shown.rows]
        rows, cursor = [rows[0].model_copy(update={"examples": names})], shown.next_cursor
    found = [row for row in rows if row.count]
    old = stale(trust, now)
    return DataTrustOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=["Open orders count: released, in progress or on hold; drafts do not."],
        warnings=old,
        evidence=_evidence(findings),
        statement=_statement(rows, found, old),
        checks_made=len(rows),
        checks_with_findings=len(found),
        rows_found=sum(row.count for row in found),
        newest_report=None if newest is None else iso(newest, zone),
        newest_report_age_h=None if newest is None else hours(now - newest),
        stale=is_stale(newest, now),
        newest_import=None if imported is None else iso(imported, zone),
        newest_import_age_h=None if imported is None else hours(now - imported),
        import_stale=is_stale(imported, now),
        stale_after_h=hours(STALE_AFTER_MIN),
        next_cursor=cursor,
        checks=rows,
    )


def _row(finding: Finding, shop: Shop) -> CheckRow:
    wording, count = WORDINGS[finding.check], len(finding.rows)
    return CheckRow(
        check=finding.check,
        title=wording.title,
        count=count,
        looked_at=finding.looked_at,
        share_pct=None if finding.share is None else percent(finding.share * 100),
        effect=f"{wording.found(count)}: {wording.effect}." if count else "",
        table=TABLES[finding.check],
        examples=[label(row, shop) for row in finding.rows[:EXAMPLES]],
    )


def _statement(rows: Sequence[CheckRow], found: Sequence[CheckRow], old: Sequence[str]) -> str:
    """How many checks found something, and which come first; no score. `old`: how old the data is."""
    if not found:
        checks = f"Nothing was found in {count_of(len(rows), 'check')}"
        if old:
            return f"{checks}, but the data is old. {' '.join(old)}"
        return f"{checks}: the figures rest on complete data."
    first = listed([row.title for row in found])
    return f"{len(found)} of {count_of(len(rows), 'check')} found something: {first}."


def _evidence(findings: Sequence[Finding]) -> list[Evidence]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for finding in findings:
        ids[TABLES[finding.check]] += [row.id for row in finding.rows]
    return evidence(**ids)


TOOL = Tool(
    name="get_data_trust",
    label="Looking at how good the data is…",
    description=(
        "How good the shop's data is, before figures are trusted: operations without times, orders without "
        "operations or due date, imported overlaps, work that nobody reported, machines without shifts, "
        "downtimes without an end, material without a date, people without skills, and how old the newest "
        "import of the plan and the newest report from the floor are. Use it for “how good is our data”, "
        "“can I trust these figures”, “what is missing in our data”. Each check has a count, its share and "
        "what it makes unsure. It looks at the data as it is now. Not for what is wrong in the plan itself: "
        "use detect_schedule_conflicts."
    ),
    input_model=DataTrustInput,
    output_model=DataTrustOutput,
    run=run,
)
