"""What a report holds beside its figures: what has changed, what was left out, and itself read back."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import ValidationError

from leadhand.context import TenantContext
from planning.shop import Interval, Shop
from reports import plan_reading
from reports.content import ATTEMPTS, make_report
from reports.options import ReportOptions, ReportParts
from reports.report import Report, SectionKey
from reports.wording import Words
from tests.unit.reports.made_reports import demo_report, report_of
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.registry import ToolRegistry

ORDERS = ReportOptions(sections=(SectionKey.ORDERS, SectionKey.CHANGES))


def test_a_report_read_back_is_the_same() -> None:
    report = demo_report()
    assert Report.from_json(report.to_json()) == report


def test_a_report_of_another_version_is_refused() -> None:
    text = demo_report().to_json().replace('"schema_version":1', '"schema_version":2', 1)
    with pytest.raises(ValidationError):
        Report.from_json(text)


def test_only_the_sections_asked_for_are_made_and_asked_for() -> None:
    report = report_of(plan(work("A", "puma", (at(1, 6), at(1, 10)))), options=ORDERS)
    assert [section.key for section in report.sections] == [SectionKey.ORDERS, SectionKey.CHANGES]
    assert {source.tool for source in report.sources} == {"get_order_status"}


def test_an_order_that_becomes_late_is_told_in_the_next_report() -> None:
    shop = plan(work("A", "puma", (at(2, 6), at(2, 10))))
    before = report_of(shop, options=ORDERS)
    late = replace(shop, orders={"A": replace(shop.orders["A"], due_at=at(2, 8))})
    report = report_of(late, before, ORDERS)
    section = report.section(SectionKey.CHANGES)
    assert section is not None
    assert "Late since then: WO-A." in section.sentences
    [row] = [row for row in section.tables[0].rows if row["figure"] == "Late orders"]
    assert (row["before"], row["now"], row["change"]) == ("0", "1", "+1")
    stands = report.table("order_changes")
    assert stands is not None
    assert stands.rows[0] == {"order": "WO-A", "then": "not listed", "stands": "late: 2 h"}


def test_an_order_that_is_late_no_longer_is_told_too() -> None:
    shop = plan(work("A", "puma", (at(2, 6), at(2, 10))))
    late = replace(shop, orders={"A": replace(shop.orders["A"], due_at=at(2, 8))})
    report = report_of(shop, report_of(late, options=ORDERS), ORDERS)
    section = report.section(SectionKey.CHANGES)
    assert section is not None
    assert "No longer late: WO-A." in section.sentences


class Restless(OneShop):
    """A shop whose plan changes each time it is read."""

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        shop = await super().load(tenant, window)
        return replace(shop, settings=replace(shop.settings, data_version=len(self.asked)))


class Settling(OneShop):
    """One whose plan changes once, while the first report is made."""

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        shop = await super().load(tenant, window)
        return replace(shop, settings=replace(shop.settings, data_version=min(len(self.asked), 3)))


def test_a_report_is_begun_anew_when_the_plan_changes_meanwhile() -> None:
    parts = ReportParts(ToolRegistry.discover(), Settling(plan(work("A", "puma", (at(1, 6), at(1, 10))))))
    report = asyncio.run(make_report(tenant(), parts, ORDERS, before=None))
    assert {source.data_version for source in report.sources} == {3}
    assert report.bounds == ()


def test_a_plan_that_never_rests_is_reported_and_said() -> None:
    shops = Restless(plan(work("A", "puma", (at(1, 6), at(1, 10)))))
    report = asyncio.run(
        make_report(tenant(), ReportParts(ToolRegistry.discover(), shops), ORDERS, before=None)
    )
    assert Words("en")("bound.moved") in report.bounds
    assert ATTEMPTS == 3


def test_a_tool_that_takes_too_long_leaves_its_section_out_and_is_named() -> None:
    shop = plan(work("A", "puma", (at(1, 6), at(1, 10))))
    parts = ReportParts(ToolRegistry.discover(timeout_s=1e-9), OneShop(shop))
    report = asyncio.run(make_report(tenant(), parts, ORDERS, before=None))
    assert report.section(SectionKey.ORDERS) is None
    assert [source.code for source in report.sources] == ["timeout_partial", "timeout_partial"]
    assert report.bounds[0].startswith("Orders late and at risk could not be worked out")


def test_once_the_time_is_used_up_no_tool_is_asked() -> None:
    shop = plan(work("A", "puma", (at(1, 6), at(1, 10))))
    parts = ReportParts(ToolRegistry.discover(), OneShop(shop), budget_s=-1.0)
    report = asyncio.run(make_report(tenant(), parts, ReportOptions(), before=None))
    assert report.sources == ()
    assert report.bounds


def test_orders_at_risk_have_their_causes_beside_the_late_ones() -> None:
    shop = plan(work("A", "puma", (at(2, 6), at(2, 10))))
    close = replace(shop, orders={"A": replace(shop.orders["A"], due_at=at(2, 12), release_at=at(1, 6))})
    report = report_of(close, options=ORDERS)
    at_risk, causes = report.table("at_risk"), report.table("causes")
    assert at_risk is not None
    assert causes is not None
    assert [(row["order"], row["slack_h"], row["lost_h"]) for row in at_risk.rows] == [("WO-A", 2.0, 16.5)]
    assert sum(float(row["hours"] or 0) for row in causes.rows) == 28.0


def test_a_schedule_with_more_bookings_than_are_kept_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_reading, "MAX_BOOKINGS", 1)
    bookings = [work(key, "puma", (at(2, hour), at(2, hour + 1))) for key, hour in (("A", 6), ("B", 7))]
    options = ReportOptions(sections=(SectionKey.SCHEDULE,))
    report = report_of(plan(*bookings), options=options)
    assert "Bookings by machine: only the 1 that end first are listed." in report.bounds


def test_machines_beyond_those_that_are_listed_are_told() -> None:
    report = report_of(plan(work("A", "puma", (at(2, 6), at(2, 10))), extra_machines=220))
    machines = report.table("machines")
    assert machines is not None
    assert (len(machines.rows), machines.total_rows) == (200, 223)
    assert any("200" in bound and "223" in bound for bound in report.bounds)


def test_a_shop_with_nothing_in_it_has_a_report() -> None:
    report = report_of(replace(plan(), machines={}, operators={}, downtimes=()))
    assert report.figure("late_orders") == 0


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    english, german = Words("en"), Words("de")
    keys = english.keys()
    assert keys == german.keys()
    assert {key: english.places(key) for key in keys} == {key: german.places(key) for key in keys}
