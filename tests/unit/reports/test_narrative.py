"""Who words the opening text: a model whose every number is a fact, else the sentences of the report."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from leadhand.context import TenantContext
from leadhand.errors import BudgetExhausted, LeadhandError
from reports.content import make_report
from reports.facts import ReportFacts
from reports.options import RefusedText, ReportOptions, ReportParts
from reports.report import Narrative, SectionKey
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.registry import ToolRegistry


@dataclass
class Writer:
    """A narrator that writes what it is told to."""

    text: str = ""
    error: LeadhandError | None = None
    mended: str | None = None
    name: str = "small"
    asked: list[ReportFacts] = field(default_factory=list[ReportFacts])
    told: list[RefusedText | None] = field(default_factory=list["RefusedText | None"])

    async def write(self, tenant: TenantContext, facts: ReportFacts, before: RefusedText | None) -> str:
        assert (tenant.tenant_id, facts.language) == ("demo", "en")
        self.asked.append(facts)
        self.told.append(before)
        if self.error is not None:
            raise self.error
        return self.text if before is None or self.mended is None else self.mended


SHOP = plan(work("A", "puma", (at(2, 6), at(2, 10))), work("B", "puma2", (at(2, 6), at(2, 9))))
LATE = replace(SHOP, orders={**SHOP.orders, "A": replace(SHOP.orders["A"], due_at=at(2, 8))})
OPTIONS = ReportOptions(weeks=1, sections=(SectionKey.CAPACITY, SectionKey.ORDERS))


def opening(writer: Writer | None, options: ReportOptions = OPTIONS) -> Narrative:
    parts = ReportParts(ToolRegistry.discover(), OneShop(LATE), narrator=writer)
    return asyncio.run(make_report(tenant(), parts, options, before=None)).narrative


def test_a_model_whose_numbers_are_facts_words_the_opening_text() -> None:
    writer = Writer("The shop is calm.\n\n1 order is late: WO-A, by 2 h.")
    found = opening(writer)
    assert found.paragraphs == ("The shop is calm.", "1 order is late: WO-A, by 2 h.")
    assert (found.by, found.refused) == ("small", ())
    [facts] = writer.asked
    assert facts.figures["late_orders"] == "Late orders: 1"


@pytest.mark.parametrize(
    "text", ["99 orders are late.", "WO-A is late by 3.5 h.", "All is well at 12.5 %.", ""]
)
def test_one_number_that_is_no_fact_and_the_plain_text_goes_out(text: str) -> None:
    found = opening(Writer(text))
    assert found.paragraphs == opening(None).paragraphs
    assert found.by == "template"
    assert found.refused


def test_a_refused_text_is_written_once_more_with_its_faults_named() -> None:
    writer = Writer("99 orders are late.", mended="1 order is late: WO-A, by 2 h.")
    found = opening(writer)
    assert (found.paragraphs, found.by, found.refused) == (("1 order is late: WO-A, by 2 h.",), "small", ())
    assert writer.told == [None, RefusedText("99 orders are late.", ("99",))]


def test_a_model_that_does_not_learn_is_asked_no_third_time() -> None:
    writer = Writer("99 orders are late.", mended="98 orders are late.")
    assert opening(writer).refused == ("98",)
    assert len(writer.asked) == 2


def test_a_model_that_cannot_be_asked_leaves_the_plain_text() -> None:
    found = opening(Writer(error=BudgetExhausted("The budget of the day is used up.", retry_after_s=60)))
    assert found.paragraphs == opening(None).paragraphs
    assert found.refused == ("budget_exhausted",)


def test_no_model_is_asked_where_none_is_wanted() -> None:
    writer = Writer("Hello.")
    assert opening(writer, OPTIONS.model_copy(update={"narrative": False})).by == "template"
    assert writer.asked == []
