"""Reports of the small demo shop and of tiny ones, made once for all tests that only look at them."""

import asyncio
from dataclasses import replace
from datetime import UTC, date
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadhand.context import Permission, TenantContext
from planning.shop import Shop
from planning.zones import from_minute
from reports.content import make_report
from reports.options import ReportOptions, ReportParts
from reports.report import Report
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.registry import ToolRegistry

# A shop's words that mean something to a browser, a spreadsheet, a typesetter or a reader of Markdown.
HOSTILE = (
    '<img src=x onerror="alert(1)">&amp;',
    '=HYPERLINK("http://evil.example";"x") | [a](http://evil.example) $\\frac{1}{0}$ `b` **c**',
    "Überlänge " + "W" * 190,
)


@lru_cache(maxsize=1)
def demo() -> tuple[TenantContext, ReportParts]:
    """The small demo shop, as who may only read plans."""
    made = make_demo(size=DemoSize.SMALL, seed=7, today=date(2026, 11, 23), name="Demo")
    zone = made.shop.settings.timezone
    as_of = from_minute(made.anchor, ZoneInfo(zone)).astimezone(UTC)
    reader = TenantContext("demo", "ann", frozenset({Permission.PLANNING_READ}), zone, "en-US", as_of)
    return reader, ReportParts(ToolRegistry.discover(timeout_s=60), OneShop(made.shop))


@lru_cache(maxsize=2)
def demo_report(language: str = "en") -> Report:
    who, parts = demo()
    return asyncio.run(
        make_report(who, parts, ReportOptions.model_validate({"language": language}), before=None)
    )


def hostile_shop() -> Shop:
    """Two weeks of work; machines, customers, orders and people are called by HOSTILE."""
    shop = plan(
        work("A", "puma", (at(1, 6), at(1, 10)), (at(1, 10, 30), at(1, 14))),
        work("B", "puma2", (at(2, 6), at(2, 8)), operator=None),
        work("C", "grinder", (at(3, 9), at(3, 12))),
    )
    order = replace(shop.orders["A"], code=HOSTILE[1][:40], customer=HOSTILE[0], due_at=at(1, 12))
    return replace(
        shop,
        settings=replace(shop.settings, name=HOSTILE[0]),
        machines={
            **shop.machines,
            "puma": replace(shop.machines["puma"], name=HOSTILE[0]),
            "puma2": replace(shop.machines["puma2"], name=HOSTILE[1]),
            "grinder": replace(shop.machines["grinder"], name=HOSTILE[2]),
        },
        operators={**shop.operators, "ann": replace(shop.operators["ann"], name=HOSTILE[1])},
        orders={**shop.orders, "A": order},
    )


@lru_cache(maxsize=1)
def hostile_report() -> Report:
    return report_of(hostile_shop())


def report_of(shop: Shop, before: Report | None = None, options: ReportOptions | None = None) -> Report:
    parts = ReportParts(ToolRegistry.discover(), OneShop(shop))
    return asyncio.run(make_report(tenant(), parts, options or ReportOptions(weeks=2), before=before))
