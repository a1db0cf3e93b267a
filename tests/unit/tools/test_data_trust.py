"""get_data_trust, through the registry; the example of its page is checked here."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadhand.errors import InvalidToolInput
from leadhand.errors import JsonValue as Json
from models.builtin.translations import translated
from planning.data_trust import Check
from planning.shop import MaterialRequirement, Operator, Order, OrderStatus, ProgressReport, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.data_trust import DataTrustOutput
from tools.data_wording import MAX_WARNINGS, WORDINGS, warnings_about_data
from tools.rendering import MAX_BYTES, render_for_model

NAME = "get_data_trust"
PAGE = (Path(__file__).parents[3] / "docs" / "tools" / f"{NAME}.md").read_text(encoding="utf-8")
FRIDAY = datetime(2026, 12, 4, 7, tzinfo=ZoneInfo("America/Chicago"))


def careless() -> Shop:
    """The shop of the worked example."""
    base = plan(
        work("1", "puma", (at(1, 6), at(1, 7, 30))),
        work("2", "puma", (at(2, 6), at(2, 7, 30))),
        work("3", "puma", (at(7, 6), at(7, 7, 30))),
        unbooked=["4"],
    )
    bare = replace(base.operations["op-4"], setup_min=0, run_s_per_piece=0, alternatives=())
    return replace(
        base,
        orders={
            **base.orders,
            "3": replace(base.orders["3"], due_at=None),
            "5": Order("5", "WO-5", "Acme", 10, OrderStatus.RELEASED, due_at=at(20, 0)),
        },
        operations={**base.operations, "op-4": bare},
        operators={**base.operators, "cid": Operator("cid", "OP-3", "Cid Fox", "cal")},
        materials={"op-3": (MaterialRequirement("m1", "Bar", Decimal(60)),)},
        progress={"op-2": (ProgressReport(at(2, 8), 60),)},
        last_import_at=at(2, 5),
    )


def complete() -> Shop:
    base = plan(work("3", "puma", (at(7, 6), at(7, 7, 30))))
    return replace(base, downtimes=())


def never_imported() -> Shop:
    return replace(careless(), last_import_at=None)


async def ask(shop: Shop | None = None, as_of: datetime = FRIDAY, **tool_input: Json) -> DataTrustOutput:
    return await call(NAME, tool_input, shop or careless(), DataTrustOutput, as_of=as_of)


async def test_the_example_of_the_page_is_what_the_tool_answers() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| ([\d.]+) % \| (.+) \|$", PAGE, re.MULTILINE)
    found = await ask()
    assert [
        (row.check.value, str(row.count), str(row.looked_at), str(row.share_pct), ", ".join(row.examples))
        for row in found.checks
        if row.count
    ] == rows
    assert f"“{found.statement}”" in PAGE.replace("\n", " ")
    assert (found.checks_made, found.checks_with_findings) == (len(Check), len(rows))


def test_the_page_explains_every_check() -> None:
    explained = re.findall(r"^\| `(\w+)` \| [a-z]", PAGE, re.MULTILINE)
    assert explained == [check.value for check in Check]


async def test_each_finding_says_what_it_makes_unsure() -> None:
    effects = {row.check: row.effect for row in (await ask()).checks}
    assert effects[Check.NO_TIMES] == (
        "1 operation of an open order has neither setup nor run time: their work counts as nothing, so load, "
        "remaining work and finish come out too low."
    )
    assert effects[Check.NO_SHIFTS] == ""


async def test_complete_data_is_called_so() -> None:
    found = await ask(complete())
    assert found.statement == "Nothing was found in 13 checks: the figures rest on complete data."
    assert (found.checks_with_findings, found.rows_found, found.evidence) == (0, 0, [])


async def test_data_without_findings_is_not_called_complete_when_it_is_old() -> None:
    imported = replace(complete(), last_import_at=at(1, 7))
    found = await ask(imported, as_of=datetime(2026, 12, 8, 7, tzinfo=ZoneInfo("America/Chicago")))
    assert (found.checks_with_findings, found.import_stale) == (0, True)
    assert found.statement == (
        "Nothing was found in 13 checks, but the data is old. The newest import of the plan is 7 days old: "
        "what has happened since is not known."
    )


async def test_the_age_of_the_newest_report_is_told_and_called_stale_after_three_days() -> None:
    fresh = await ask()
    assert (fresh.newest_report, fresh.newest_report_age_h) == ("2026-12-02T08:00:00-06:00", 47.0)
    assert (fresh.stale, fresh.stale_after_h, fresh.warnings) == (False, 72.0, [])
    old = await ask(never_imported(), as_of=datetime(2026, 12, 5, 8, tzinfo=ZoneInfo("America/Chicago")))
    assert old.stale
    assert old.warnings == [
        "The newest report from the floor is 3 days old: what has happened since is not known."
    ]
    silent = await ask(complete())
    assert (silent.newest_report, silent.newest_report_age_h, silent.stale) == (None, None, False)


async def test_the_age_of_the_newest_import_is_told_as_the_page_says() -> None:
    page = PAGE.replace("\n", " ")
    fresh = await ask()
    assert (fresh.newest_import, fresh.import_stale) == ("2026-12-02T05:00:00-06:00", False)
    assert f"imported on Wednesday at 5:00, which is {fresh.newest_import_age_h} hours ago" in page
    nearly = await ask(as_of=datetime(2026, 12, 5, 4, 59, tzinfo=FRIDAY.tzinfo))
    assert (nearly.import_stale, nearly.warnings) == (False, [])
    old = await ask(as_of=datetime(2026, 12, 5, 5, tzinfo=FRIDAY.tzinfo))
    assert (old.import_stale, old.stale) == (True, False)
    assert f"“{old.warnings[0]}”" in page
    never = await ask(never_imported())
    assert (never.newest_import, never.newest_import_age_h, never.import_stale) == (None, None, False)


async def test_an_old_import_and_an_old_report_are_told_in_one_sentence() -> None:
    both = await ask(as_of=datetime(2026, 12, 9, 7, tzinfo=FRIDAY.tzinfo))
    assert both.warnings == [
        "The newest import of the plan is 7 days old and the newest report from the floor is 6 days old: "
        "what has happened since is not known."
    ]
    assert translated(both.warnings[0], "de") == (
        "Der jüngste Import des Plans ist 7 Tage alt, die jüngste Meldung aus der Fertigung 6 Tage: Was "
        "seither geschah, ist nicht bekannt."
    )
    alone = (await ask(as_of=datetime(2026, 12, 5, 5, tzinfo=FRIDAY.tzinfo))).warnings[0]
    assert translated(alone, "de") == (
        "Der jüngste Import des Plans ist 3 Tage alt: Was seither geschah, ist nicht bekannt."
    )


async def test_one_check_lists_its_rows_in_pages() -> None:
    base = careless()
    orders = {f"x{n:02d}": replace(base.orders["5"], id=f"x{n:02d}", code=f"X-{n:02d}") for n in range(60)}
    shop = replace(base, orders={**base.orders, **orders})
    first = await ask(shop, check="orders_without_operations")
    (row,) = first.checks
    assert (row.count, len(row.examples), first.next_cursor) == (61, 50, "50")
    rest = await ask(shop, check="orders_without_operations", cursor=first.next_cursor)
    assert (len(rest.checks[0].examples), rest.next_cursor) == (11, None)


async def test_evidence_names_the_rows_by_their_tables() -> None:
    found = {e.table: e.ids for e in (await ask()).evidence}
    assert found == {
        "production_order": ["3", "5"],
        "operation": ["op-1", "op-4"],
        "booking": ["2"],
        "downtime": ["down"],
        "material_requirement": ["m1"],
        "operator": ["cid"],
    }


@pytest.mark.parametrize("wrong", [{"check": "gut_feeling"}, {"cursor": "x", "check": "imported_overlaps"}])
async def test_what_is_no_check_or_no_cursor_is_refused(wrong: dict[str, Json]) -> None:
    with pytest.raises(InvalidToolInput):
        await call(NAME, wrong, careless(), DataTrustOutput)


async def test_a_full_answer_stays_within_what_a_model_reads_and_keeps_its_statement() -> None:
    found = await ask(check="orders_without_operations")
    assert len(render_for_model(await ask(), "r1").encode()) <= MAX_BYTES
    assert found.statement in render_for_model(found, "r1")


def test_every_check_has_its_words() -> None:
    assert set(WORDINGS) == set(Check)


def test_other_tools_are_told_the_most_important_first_and_at_most_three() -> None:
    now = at(4, 7)
    told = warnings_about_data(careless(), now, Check)
    assert len(told) == MAX_WARNINGS
    assert told[0].startswith("1 open order has no operations (WO-5): nothing of them is planned")
    assert "(WO-4 op 10): their work counts as nothing" in told[1]
    assert "nothing is reported of it (WO-1 op 10)" in told[2]
    assert (
        warnings_about_data(careless(), now, [Check.NO_TIMES, Check.NOT_REPORTED], order_ids=["1"])
        == told[2:]
    )
    assert warnings_about_data(careless(), now, [Check.OPEN_DOWNTIME], machine_ids=["puma"]) == []
    late = warnings_about_data(careless(), at(9, 7), Check)
    assert len(late) == MAX_WARNINGS
    assert late[0].startswith("The newest import of the plan is 7 days old and the newest report")
    assert warnings_about_data(never_imported(), at(9, 7), [])[0].startswith(
        "The newest report from the floor is 6 days"
    )
