"""get_operator_availability: who is there, who is free, who may, and what the page about it says."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from leadhand.errors import (
    Ambiguous,
    EmptyWindow,
    InvalidDate,
    InvalidToolInput,
    JsonValue,
    NoEligibleOperator,
    NotFound,
    WindowTooLong,
)
from planning.operator_availability import OperatorStatus, Presence
from planning.shop import Absence, OperatorSkill, Shop
from planning.zones import MINUTES_PER_DAY
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.operator_availability import OperatorAvailabilityOutput
from tools.rendering import render_for_model

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


async def test_who_asks_for_a_skill_that_nobody_holds_then_hears_who_once_did() -> None:
    shop = example_shop()
    only_bob = replace(shop, operators={"bob": shop.operators["bob"]})
    with pytest.raises(NoEligibleOperator) as caught:
        await ask(only_bob, work_center="CNC turning", window="2026-12-09", at="2026-12-09T10:00")
    assert caught.value.details == {"skills": ["T"], "formerly": ["Bob Ray"]}


async def test_a_person_by_name_is_told_whether_they_hold_the_skill_all_the_time() -> None:
    both = await ask(example_shop(), operators=["Ann", "Bob"], machine="Puma 3100", window="this week")
    assert {row.operator.code: row.qualified for row in both.operators} == {"OP-1": "yes", "OP-2": "partly"}
    no = await ask(example_shop(), operators=["Bob"], machine="Grinder")
    assert [row.qualified for row in no.operators] == ["no"]


async def test_a_machine_that_needs_no_skill_may_be_run_by_everybody_and_that_is_said() -> None:
    found = await ask(plan(extra_machines=1), machine="X000")
    assert (found.total_operators, found.skills_asked) == (2, [])
    assert "Saw 0 needs no special skill, so everybody may work there." in found.assumptions


async def test_a_name_that_fits_several_people_is_asked_back() -> None:
    shop = example_shop()
    two = {**shop.operators, "eve": replace(shop.operators["ann"], id="eve", code="OP-3", name="Eve Lee")}
    with pytest.raises(Ambiguous):
        await ask(replace(shop, operators=two), operators=["Lee"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"at": "next week"}, "at"),
        ({"skill": "T", "machine": "Grinder"}, "skill"),
        ({"cursor": "x"}, "cursor"),
        ({"min_free_minutes": 0}, "min_free_minutes"),
    ],
)
async def test_a_wrong_argument_is_named_so_that_the_call_can_be_mended(
    asked: dict[str, JsonValue], field: str
) -> None:
    with pytest.raises(InvalidToolInput) as caught:
        await ask(example_shop(), **asked)
    assert f"'field': '{field}'" in str(caught.value.details)


async def test_an_instant_alone_makes_its_day_the_window() -> None:
    found = await ask(example_shop(), at="Friday 10:00")
    assert (found.at, found.window.text) == ("2026-12-04T10:00:00-06:00", "Friday 4 December 2026")
    assert found.window.start == "2026-12-04T00:00:00-06:00"


async def test_a_shift_with_its_break_is_one_row_and_counts_working_time() -> None:
    (row,) = (await ask(example_shop(), operators=["Ann"], window=TOMORROW)).operators
    assert [(s.start[11:16], s.end[11:16], s.hours) for s in row.shifts] == [("06:00", "14:00", 7.5)]


async def test_a_shift_that_has_begun_is_told_from_its_start() -> None:
    (row,) = (await ask(example_shop(), operators=["Ann"])).operators
    assert (row.shift_from, row.shift_to) == ("2026-12-01T06:00:00-06:00", "2026-12-01T14:00:00-06:00")


async def test_two_jobs_at_once_are_warned_of_for_who_may_attend_only_one() -> None:
    shop = plan(work("a", "puma", (at(2, 6), at(2, 9))), work("b", "puma2", (at(2, 8), at(2, 10))))
    assert "More jobs at once than one person may attend: Ann Lee (1.0 h)." in (await ask(shop)).warnings
    two = {key: replace(one, max_parallel=2) for key, one in shop.operators.items() if key == "ann"}
    able = await ask(replace(shop, operators={**shop.operators, **two}))
    assert able.warnings == []
    told = "May attend several jobs at once: Ann Lee (2); utilization is of as many times their hours."
    assert told in able.assumptions


async def test_of_many_people_a_model_reads_who_is_absent_and_when_each_is_free() -> None:
    shop = example_shop()
    ann = shop.operators["ann"]
    many = {f"p{n:02d}": replace(ann, id=f"p{n:02d}", code=f"P-{n:02d}", name=f"P {n}") for n in range(60)}
    crowd = replace(shop, operators={**shop.operators, **many})
    found = await ask(crowd, **{"from": TOMORROW, "to": "2026-12-04"})
    assert (found.total_operators, len(found.operators), found.next_cursor) == (62, 50, "50")
    text = render_for_model(found, "r1")
    assert len(text.encode()) <= 8_000
    told = json.loads(text)
    assert [row["kind"] for row in told["absences"]] == ["vacation"]
    assert told["operators"][0]["free_from"] == "2026-12-02T06:00:00-06:00"
    assert told["assumptions"] == found.assumptions


async def test_work_that_may_be_done_already_or_has_to_move_is_told_of_whom_it_keeps_busy() -> None:
    base = plan(
        work("a", "puma", (at(2, 6), at(2, 9))), work("b", "puma", (at(2, 8), at(2, 10)), operator="bob")
    )
    over = replace(base, bookings=(base.bookings[0], replace(base.bookings[1], waived_conflict=True)))
    (told,) = (await ask(over, window=TOMORROW, operators=["Bob"])).warnings
    assert told.startswith("1 booking was imported over other work of its machine (WO-b op 10)")
    assert (await ask(over, window="2026-12-04", operators=["Bob"])).warnings == []
    old = replace(over, last_import_at=at(1, 0) - 9 * MINUTES_PER_DAY)
    (stale, _) = (await ask(old, window=TOMORROW, operators=["Bob"])).warnings
    assert stale == "The newest import of the plan is 9 days old: what has happened since is not known."
