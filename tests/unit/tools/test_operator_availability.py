"""get_operator_availability: who is there, who is free, who may, and what the page about it says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from leadhand.errors import EmptyWindow, InvalidDate, JsonValue, NotFound, WindowTooLong
from planning.operator_availability import OperatorStatus, Presence
from planning.shop import Absence, OperatorSkill, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.operator_availability import OperatorAvailabilityOutput

ROOT = Path(__file__).parents[3]
TOMORROW = "2026-12-02"


async def ask(shop: Shop, **asked: JsonValue) -> OperatorAvailabilityOutput:
    return await call("get_operator_availability", asked, shop, OperatorAvailabilityOutput)


def example_shop() -> Shop:
    """Ann turns from 6:00 to 9:00 tomorrow; Bob is away the two days after, and his skill ends."""
    shop = plan(work("a", "puma", (at(2, 6), at(2, 9))))
    ending = (OperatorSkill("s-turn", valid_to=at(4, 0)),)
    return replace(
        shop,
        operators={**shop.operators, "bob": replace(shop.operators["bob"], skills=ending)},
        absences=(Absence("abs", "bob", at(3, 0), at(5, 0), "vacation"),),
    )


async def test_who_is_free_tomorrow_comes_with_the_free_hours_of_each() -> None:
    found = await ask(example_shop(), window=TOMORROW)
    rows = {row.operator.name: row for row in found.operators}
    # 7.5 working hours a shift; Ann works three of them.
    assert [slot.hours for slot in rows["Ann Lee"].free_slots] == [4.5]
    assert [slot.hours for slot in rows["Bob Ray"].free_slots] == [7.5]
    assert (found.by_status.free, found.by_status.partially_booked) == (1, 1)
    assert found.total_operators == 2


async def test_presence_is_told_for_the_instant_that_was_asked() -> None:
    at_work = (await ask(example_shop(), operators=["Ann"], at="2026-12-02T07:00")).operators[0]
    assert (at_work.presence, [w.order for w in at_work.doing]) == (Presence.WORKING, ["WO-a"])
    at_night = (await ask(example_shop(), operators=["Ann"], at="2026-12-02T22:00")).operators[0]
    assert (at_night.presence, at_night.doing) == (Presence.OFF_SHIFT, [])
    away = (await ask(example_shop(), operators=["bob"], at="2026-12-03T10:00")).operators[0]
    assert (away.presence, away.status) == (Presence.ABSENT, OperatorStatus.UNAVAILABLE)


async def test_absences_of_the_window_are_listed_with_their_kind_and_end() -> None:
    found = await ask(example_shop())
    assert [(a.operator.name, a.kind, a.end) for a in found.absences] == [
        ("Bob Ray", "vacation", "2026-12-05T00:00:00-06:00")
    ]


async def test_an_absence_without_end_has_none() -> None:
    ill = replace(example_shop(), absences=(Absence("ill", "ann", at(1, 0), None, "sick"),))
    row = (await ask(ill, operators=["ann"])).operators[0]
    assert (row.absences[0].end, row.next_available, row.next_available_reason) == (
        None,
        None,
        "beyond_horizon",
    )


async def test_who_may_run_a_machine_follows_from_the_skill_of_its_work_center() -> None:
    found = await ask(example_shop(), machine="Grinder", window=TOMORROW)
    assert [row.operator.name for row in found.operators] == ["Ann Lee"]
    assert ([skill.id for skill in found.skills_asked], found.needed_by is None) == (["s-grind"], False)


async def test_a_skill_that_ends_in_the_window_is_told_and_warned_of() -> None:
    found = await ask(example_shop())
    assert [(e.operator.name, e.valid_to) for e in found.expiring] == [
        ("Bob Ray", "2026-12-04T00:00:00-06:00")
    ]
    assert any(w.startswith("Skills that end in the window") for w in found.warnings)


async def test_a_holiday_is_why_nobody_is_available() -> None:
    found = await ask(example_shop(), window="2026-12-08")
    assert found.by_status.unavailable == 2
    assert found.operators[0].reasons[0].name == "Company day"


async def test_planned_work_while_a_person_is_away_is_warned_of() -> None:
    shop = replace(example_shop(), absences=(Absence("ill", "ann", at(2, 0), at(3, 0), "sick"),))
    assert "3.0 h are planned while the person is not available: Ann Lee." in (await ask(shop)).warnings


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"operators": ["Zacharias"]}, NotFound),
        ({"skill": "flying"}, NotFound),
        ({"machine": "Hexapod"}, NotFound),
        ({"from": "2026-12-05", "to": "2026-12-01"}, EmptyWindow),
        ({"from": "2026-12-01", "to": "2028-12-01"}, WindowTooLong),
        ({"at": "the day of the moon"}, InvalidDate),
    ],
)
async def test_what_cannot_be_answered_says_why(asked: dict[str, JsonValue], error: type[Exception]) -> None:
    with pytest.raises(error):
        await ask(example_shop(), **asked)


async def test_the_figures_of_the_page_are_the_tools() -> None:
    page = (ROOT / "docs" / "tools" / "get_operator_availability.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| ([A-Z]\w+ \w+) \| .*? \| ([\d.]+) h \|$", page, re.MULTILINE))
    found = await ask(example_shop(), window=TOMORROW)
    assert said == {row.operator.name: str(sum(s.hours for s in row.free_slots)) for row in found.operators}
