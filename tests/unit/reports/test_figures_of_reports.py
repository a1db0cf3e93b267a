"""Every figure of a report is one of a tool, asked the same by the same person at the same minute."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

import pytest

from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue, PermissionDenied
from planning.workload import GroupBy
from reports.content import make_report
from reports.options import ReportOptions
from reports.report import Cell, CellKind, Report, SectionKey, Table
from reports.wording import Words
from tests.unit.reports.made_reports import demo, demo_report
from tools.base import ToolOutput
from tools.catalog.order_status import OrderStatusOutput
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.catalog.workload_distribution import WorkloadOutput

Out = TypeVar("Out", bound=ToolOutput)
K = CellKind


@lru_cache(maxsize=1)
def answers() -> list[ToolOutput]:
    """What the tools of the report's sources answer when they are asked anew."""
    who, parts = demo()
    sources = demo_report().sources

    async def ask_all() -> list[ToolOutput]:
        return [
            await parts.tools.run(source.tool, dict(source.input), who, parts.shops, call_id="again")
            for source in sources
        ]

    return asyncio.run(ask_all())


def of_kind(kind: type[Out]) -> list[Out]:
    return [answer for answer in answers() if isinstance(answer, kind)]


def workload(group_by: GroupBy) -> WorkloadOutput:
    return next(found for found in of_kind(WorkloadOutput) if found.group_by is group_by)


def as_json() -> list[JsonValue]:
    return [answer.model_dump(mode="json", by_alias=True) for answer in answers()]


def table(key: str) -> Table:
    found = demo_report().table(key)
    assert found is not None
    return found


def numbers(value: JsonValue) -> Iterator[float]:
    if isinstance(value, dict):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def moments(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from moments(part)
    elif isinstance(value, list):
        for part in value:
            yield from moments(part)
    elif isinstance(value, str):
        yield value


def cells(
    report: Report, kinds: Sequence[CellKind], sections: frozenset[SectionKey]
) -> Iterator[tuple[str, Cell]]:
    for section in report.sections:
        for table in section.tables if section.key in sections else ():
            for column in table.columns:
                if column.kind in kinds:
                    yield from ((f"{table.key}.{column.key}", row[column.key]) for row in table.rows)


# These two come from the planning core and the boards, which have tests of their own beside the tools.
OF_TOOLS = frozenset(SectionKey) - {SectionKey.LATEST_STARTS, SectionKey.SCHEDULE, SectionKey.CHANGES}


def test_every_number_in_a_table_is_one_that_a_tool_gives() -> None:
    report = demo_report()
    known = {number for answer in as_json() for number in numbers(answer)}
    found = [*cells(report, (K.COUNT, K.HOURS, K.PERCENT, K.RATIO), OF_TOOLS)]
    assert len(found) > 500
    assert [cell for cell in found if cell[1] is not None and float(cell[1]) not in known] == []


def test_every_time_in_a_table_is_one_that_a_tool_gives() -> None:
    report = demo_report()
    known = {text for answer in as_json() for text in moments(answer)}
    found = [*cells(report, (K.MOMENT, K.DAY), OF_TOOLS)]
    assert len(found) > 100
    assert [cell for cell in found if cell[1] is not None and cell[1] not in known] == []


def test_the_key_figures_are_those_of_the_tools() -> None:
    report, total = demo_report(), workload(GroupBy.MACHINE).total
    outlook = of_kind(OrderStatusOutput)[0].by_outlook
    assert report.figure("utilization") == total.utilization_pct
    assert report.figure("free") == total.free_h
    assert report.figure("late_orders") == outlook.late
    assert report.figure("unscheduled_orders") == outlook.unscheduled
    assert report.figure("conflict_errors") == of_kind(ConflictsOutput)[0].errors


def test_each_row_of_work_centers_is_the_row_of_the_tool() -> None:
    told = [
        (row.name, week.label, week.load_h, week.available_h, week.free_h, week.utilization_pct)
        for row in workload(GroupBy.WORK_CENTER).rows
        for week in row.buckets
    ]
    assert [tuple(row.values()) for row in table("centers").rows] == told


def test_the_hours_of_all_causes_of_a_late_order_are_its_whole_time() -> None:
    late = of_kind(OrderStatusOutput)[0].orders
    assert late
    for order in late:
        assert order.causes is not None
        rows = [row["hours"] for row in table("causes").rows if row["order"] == order.order.code]
        hours = [float(cell) for cell in rows if cell is not None]
        assert sum(hours) == pytest.approx(order.causes.hours, abs=0.01 * len(hours))


def test_the_bookings_are_those_of_the_plan() -> None:
    who, parts = demo()
    shop = asyncio.run(parts.shops.load(who, (0, 1)))
    rows = table("schedule").rows
    assert rows
    assert {row["order"] for row in rows} <= {order.code for order in shop.orders.values()}
    assert {row["machine"] for row in rows} <= {machine.name for machine in shop.machines.values()}


def test_sources_name_each_question_once() -> None:
    asked = [(source.tool, repr(source.input)) for source in demo_report().sources]
    assert len(asked) == len(set(asked)) == 10
    assert {source.data_version for source in demo_report().sources} == {demo_report().data_version}


def test_german_reports_have_the_same_figures() -> None:
    english, german = demo_report(), demo_report("de")
    assert [f.value for f in german.key_figures] == [f.value for f in english.key_figures]
    assert german.title == Words("de")("report.title")
    numbers_of = (K.COUNT, K.HOURS, K.PERCENT, K.RATIO, K.MOMENT, K.DAY)
    every = frozenset(SectionKey)
    assert [*cells(german, numbers_of, every)] == [*cells(english, numbers_of, every)]


def test_who_may_not_read_plans_gets_no_report() -> None:
    who, parts = demo()
    stranger = TenantContext(
        who.tenant_id, "eve", frozenset({Permission.REPORTS_READ}), who.timezone, who.locale, who.as_of
    )
    with pytest.raises(PermissionDenied):
        asyncio.run(make_report(stranger, parts, ReportOptions(), before=None))
