"""detect_schedule_conflicts, through the registry; the example of its page is checked here."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from leadhand.errors import Ambiguous, EmptyWindow, InvalidDate, InvalidToolInput, NotFound, WindowTooLong
from leadhand.errors import JsonValue as Json
from planning.conflict_items import ConflictType, Severity
from planning.fix_items import FixKind
from planning.shop import MaterialRequirement, Shop
from tests.unit.tools.conflict_shop import faulty
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.conflict_choice import ConflictChoice
from tools.rendering import MAX_BYTES, render_for_model

NAME = "detect_schedule_conflicts"
PAGE = Path(__file__).parents[3] / "docs" / "tools" / f"{NAME}.md"
T = ConflictType


async def ask(shop: Shop | None = None, **tool_input: Json) -> ConflictsOutput:
    return await call(NAME, tool_input, shop or faulty(), ConflictsOutput)


async def test_the_example_of_the_page_is_what_the_tool_answers() -> None:
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| ([\d.]+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    found = await ask()
    assert rows == [(i.type.value, str(i.hours), i.fixes[0].text) for i in found.items]


async def test_the_sentence_below_the_example_holds() -> None:
    late = next(i for i in (await ask()).items if i.type is T.LATE)
    relief = next(f for f in late.fixes if f.kind is FixKind.RELIEF)
    assert (relief.order, relief.slack_h) == ("WO-1", 424.5)
    assert "waits 1.5 h for Puma 3100" in relief.text


def test_the_page_lists_every_type() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{type_.value}`" in text for type_ in ConflictType)
    assert all(f"`{kind.value}`" in text for kind in FixKind)


async def test_conflicts_are_counted_by_severity_and_by_type() -> None:
    found = await ask()
    assert (found.total, found.errors, found.warnings_total) == (8, 6, 2)
    assert [(c.type, c.count) for c in found.by_type][:2] == [(T.OUTSIDE_MACHINE_CALENDAR, 2), (T.LATE, 1)]
    assert sum(c.count for c in found.by_type) == found.total
    severities = [i.severity for i in found.items]
    assert severities == sorted(severities)


async def test_a_plan_that_keeps_the_rules_has_no_conflicts_and_says_which_window_it_means() -> None:
    found = await ask(plan(work("1", "puma", (at(2, 6), at(2, 7, 30)))))
    assert (found.total, found.items, found.by_type) == (0, [], [])
    assert found.assumptions[0].startswith("No window was named, so it is from now to the planning horizon")


@pytest.mark.parametrize(
    ("type_", "cause"),
    [
        (T.MACHINE_DOUBLE_BOOKED, "WO-1 op 10 and WO-2 op 10 both hold Puma 3100 at that time."),
        (T.OPERATOR_ABSENT, "Bob Ray is absent (sick) from Thursday 3 December 2026, 00:00"),
        (T.OUTSIDE_OPERATOR_CALENDAR, "(the shift ended Friday 4 December 2026, 14:00)"),
        (T.LATE, "WO-3 finishes 14.5 h after its due date, Thursday 3 December 2026, 24:00"),
        (T.NOT_FULLY_SCHEDULED, "WO-6: 1 operation without a booking: 10 Turn (1.5 h of work)."),
        (T.OPERATOR_MISSING, "WO-5 op 10 needs a person then, and nobody is assigned."),
    ],
)
async def test_each_conflict_says_why(type_: ConflictType, cause: str) -> None:
    (item,) = (await ask(types=[type_.value.lower()])).items
    assert cause in item.cause


async def test_material_that_is_late_or_unknown_is_named_with_its_fixes() -> None:
    shop = plan(work("1", "puma", (at(2, 6), at(2, 7, 30))), work("2", "puma", (at(3, 6), at(3, 7, 30))))
    bar = MaterialRequirement("m1", "Bar 40", Decimal(60), at(2, 12))
    castings = (
        MaterialRequirement("m2", "Casting", Decimal(60)),
        MaterialRequirement("m3", "Pin", Decimal(1)),
    )
    shop = replace(shop, materials={"op-1": (bar,), "op-2": castings})
    found = await ask(shop, types=["material"])
    assert [(i.type, i.hours, i.cause) for i in found.items] == [
        (
            T.MATERIAL_MISSING,
            6.0,
            "WO-1 op 10 starts Wednesday 2 December 2026, 06:00, 6.0 h before its material is there "
            "(Wednesday 2 December 2026, 12:00): Bar 40.",
        ),
        (
            T.MATERIAL_UNKNOWN,
            1.5,
            "WO-2 op 10 starts Thursday 3 December 2026, 06:00; when its material comes is not known: "
            "Casting (and Pin).",
        ),
    ]
    assert [fix.text for item in found.items for fix in item.fixes][-2:] == [
        "Have the material of WO-1 op 10 there by Wednesday 2 December 2026, 06:00.",
        "Find out when the material of WO-2 op 10 comes; it starts Thursday 3 December 2026, 06:00.",
    ]
    assert {e.table: e.ids for e in found.evidence}["material_requirement"] == ["m1", "m2"]


async def test_a_holiday_and_a_breakdown_are_named() -> None:
    shop = plan(work("1", "grinder", (at(3, 8), at(3, 9))), work("2", "puma", (at(8, 6), at(8, 7, 30))))
    causes = [i.cause for i in (await ask(shop, types=["machine_down", "outside_machine_calendar"])).items]
    assert causes[0].startswith(
        "Grinder is down (breakdown “spindle”) from Thursday 3 December 2026, 08:00 until"
    )
    assert causes[1] == "Puma 3100 does not work: holiday “Company day”, and WO-2 op 10 is planned."


async def test_a_window_shows_what_touches_it_and_what_has_no_time() -> None:
    found = await ask(window="2026-12-03")
    assert [i.type for i in found.items] == [T.OPERATOR_ABSENT, T.NOT_FULLY_SCHEDULED]


async def test_a_machine_an_order_a_type_and_a_severity_narrow_it_down() -> None:
    assert (await ask(machines=["Puma 2600"])).total == 0
    assert (await ask(work_center="Sawing")).total == 0
    assert {i.order or i.bookings[0].order for i in (await ask(orders=["WO-5"])).items} == {"WO-5"}
    assert {i.type for i in (await ask(types=["people"])).items} == {
        T.OPERATOR_ABSENT,
        T.OUTSIDE_OPERATOR_CALENDAR,
        T.OPERATOR_MISSING,
    }
    assert (await ask(severity="warning")).errors == 0


@pytest.mark.parametrize("said", ["double_booked", "Double booked", "DOUBLE-BOOKED"])
async def test_types_are_taken_as_people_write_them(said: str) -> None:
    assert [i.type for i in (await ask(types=[said])).items] == [T.MACHINE_DOUBLE_BOOKED]


def test_every_type_has_a_name_in_small_letters() -> None:
    assert {type_ for choice in ConflictChoice for type_ in choice.types} == set(ConflictType)


async def test_evidence_names_the_rows_behind_a_conflict() -> None:
    found = {e.table: e.ids for e in (await ask(types=["operator_absent"])).evidence}
    assert found == {"booking": ["4"], "operator": ["bob"], "absence": ["away"]}


def crowded(pairs: int) -> Shop:
    """Pairs of bookings at once, a pair an hour."""
    rows = [
        work(f"{n}{side}", "puma", (at(2, 0) + 60 * n, at(2, 1) + 60 * n), operator=None)
        for n in range(pairs)
        for side in "ab"
    ]
    return plan(*rows)


async def test_more_than_fifty_come_in_pages() -> None:
    first = await ask(crowded(60), types=["double_booked"])
    assert (first.total, len(first.items)) == (60, 50)
    second = await ask(crowded(60), types=["double_booked"], cursor=first.next_cursor)
    assert (len(second.items), second.next_cursor) == (10, None)
    assert first.errors == second.errors == 60


async def test_a_full_answer_stays_within_what_a_model_reads_and_keeps_its_counts() -> None:
    found = await ask(crowded(60))
    text = render_for_model(found, "r1")
    assert len(text.encode()) <= MAX_BYTES
    assert f'"total":{found.total}' in text
    assert found.assumptions[0] in text


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"machines": ["Haas"]}, NotFound),
        ({"machines": ["Puma"]}, Ambiguous),
        ({"work_center": "painting"}, NotFound),
        ({"orders": ["WO-99"]}, NotFound),
        ({"types": ["nonsense"]}, InvalidToolInput),
        ({"severity": "fatal"}, InvalidToolInput),
        ({"cursor": "x"}, InvalidToolInput),
        ({"window": "someday maybe"}, InvalidDate),
        ({"from": "2026-12-03", "to": "2026-12-01"}, EmptyWindow),
        ({"from": "2026-12-01", "to": "2028-12-01"}, WindowTooLong),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    tool_input: dict[str, Json], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await call(NAME, tool_input, faulty(), ConflictsOutput)


async def test_looking_for_fixes_leaves_no_trace_in_the_plan() -> None:
    shop = faulty()
    assert await ask(shop) == await ask(shop)
    alone = [item for type_ in ConflictType for item in (await ask(shop, types=[type_.value.lower()])).items]
    together = (await ask(shop)).items
    assert {item.cause: item.fixes for item in alone} == {item.cause: item.fixes for item in together}


async def test_a_changed_plan_is_gone_through_anew() -> None:
    shop = faulty()
    before = await ask(shop)
    after = await ask(replace(shop, bookings=()))
    assert before.errors == 6
    assert {i.type for i in after.items} == {T.NOT_FULLY_SCHEDULED}
    assert {i.severity for i in after.items} == {Severity.WARNING}
