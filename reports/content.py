"""Makes a report: asks the tools and puts what they say into sections."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from leadhand.context import Permission, TenantContext
from planning.zones import to_minute
from reports.answers import Answers, ask_tools
from reports.draft import Draft
from reports.facts import facts_of
from reports.gathering import Gathering, OneState, PlanMoved
from reports.narrative_graph import Narration, plain_narrative, write_narrative
from reports.options import ReportOptions, ReportParts
from reports.report import KeyFigure, Period, Report, SectionKey
from reports.sections import (
    bottlenecks,
    capacity,
    changes,
    conflicts,
    data_trust,
    free_capacity,
    orders,
    people,
    schedule,
)
from reports.windows import Span, spans
from reports.wording import Words, words_for
from tools.views import load_to_horizon

# How often a report is begun anew because the plan changed meanwhile, before it is made of several states.
ATTEMPTS = 3


async def make_report(
    tenant: TenantContext, parts: ReportParts, options: ReportOptions, *, before: Report | None
) -> Report:
    """The report of `tenant`'s shop at `tenant.as_of`. `before`: the last one, for what has changed since.

    A tool that takes too long or refuses leaves its section out, and the report says so in `bounds`.

    Raises:
        PermissionDenied: `tenant` may not read the plan.
        DatabaseUnavailable: try again later.
    """
    tenant.require(Permission.PLANNING_READ)
    for attempt in range(1, ATTEMPTS + 1):
        shops = OneState(parts.shops, strict=attempt < ATTEMPTS)
        try:
            return await _make(tenant, parts, options, shops, before)
        except PlanMoved:
            continue
    raise AssertionError("the last attempt takes any state")


async def _make(
    tenant: TenantContext,
    parts: ReportParts,
    options: ReportOptions,
    shops: OneState,
    before: Report | None,
) -> Report:
    words = words_for(options.language, tenant.locale)
    wanted = frozenset(SectionKey if options.sections is None else options.sections)
    gathering, time = Gathering(tenant, parts, words, shops), spans(tenant, options)
    shop, _ = await load_to_horizon(shops, tenant, to_minute(tenant.as_of), time.weeks.interval[1])
    answers = await ask_tools(gathering, options, time, wanted)
    drafts = _fill(gathering, options, answers, wanted, before)
    if shops.moved:
        gathering.bound("moved")
    sections = tuple(draft.section() for draft in drafts)
    figures = tuple(figure for draft in drafts for figure in draft.figures)
    narrative = plain_narrative(sections)
    if parts.narrator is not None and options.narrative and not gathering.late:
        facts = facts_of(figures, sections, words)
        narrative = await write_narrative(Narration(tenant, parts.narrator, facts, sections))
    return Report(
        title=options.title or words("report.title"),
        shop=shop.settings.name,
        language=words.language,
        timezone=tenant.timezone,
        made_at=datetime.now(UTC).astimezone(ZoneInfo(tenant.timezone)).isoformat(timespec="seconds"),
        as_of=time.weeks.now.isoformat(),
        data_version=shop.settings.data_version,
        period=_period(time.weeks, words),
        narrative=narrative,
        key_figures=figures,
        sections=tuple(section for section in sections if section.sentences or section.tables),
        bounds=tuple(gathering.bounds),
        sources=tuple(gathering.sources),
    )


def _period(span: Span, words: Words) -> Period:
    zone = span.now.tzinfo
    end = datetime.fromtimestamp(span.interval[1] * 60, zone)
    last = datetime.combine(span.last, datetime.min.time(), zone)
    text = f"{words.moment(span.now.isoformat())} – {words.day(last.isoformat())}"
    return Period(start=span.now.isoformat(), end=end.isoformat(), text=text)


def _fill(
    gathering: Gathering,
    options: ReportOptions,
    answers: Answers,
    wanted: frozenset[SectionKey],
    before: Report | None,
) -> list[Draft]:
    """The sections asked for, in the order of the report."""
    drafts = {key: Draft(key, gathering, options) for key in SectionKey if key in wanted}
    for key, draft in drafts.items():
        match key:
            case SectionKey.CAPACITY:
                capacity.fill(draft, answers.centers, answers.machines)
                if answers.machines is not None:
                    found = answers.bottlenecks
                    capacity.heat_map(draft, answers.machines, None if found is None else found.threshold_pct)
            case SectionKey.BOTTLENECKS:
                bottlenecks.fill(draft, answers.bottlenecks)
            case SectionKey.ORDERS:
                orders.fill(draft, answers.late, answers.at_risk)
            case SectionKey.LATEST_STARTS:
                schedule.fill_starts(draft, answers.plan)
            case SectionKey.CONFLICTS:
                conflicts.fill(draft, answers.conflicts)
            case SectionKey.PEOPLE:
                people.fill(draft, answers.people, answers.attendance)
            case SectionKey.FREE_CAPACITY:
                free_capacity.fill(draft, answers.capacity)
            case SectionKey.SCHEDULE:
                schedule.fill_schedule(draft, answers.plan)
            case SectionKey.CHANGES:
                figures: list[KeyFigure] = [f for d in drafts.values() for f in d.figures]
                tables = {t.key: t for d in drafts.values() for t in d.tables}
                changes.fill(draft, before, figures, tables)
            case SectionKey.DATA_TRUST:
                data_trust.fill(draft, answers.trust)
    return list(drafts.values())
