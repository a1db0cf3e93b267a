"""analyze_workload_distribution, through the registry."""

from dataclasses import replace

import pytest

from leadhand.errors import InvalidToolInput, NotFound
from planning.shop import Absence, Shop
from tests.unit.tools.shops import at, call, plan, work
from tools.catalog.workload_distribution import WorkloadOutput

NAME = "analyze_workload_distribution"
DAY = "2026-12-02"
UNEVEN = plan(
    work("1", "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 12)), operator="ann"),
    work("2", "puma2", (at(2, 6), at(2, 8)), operator="bob"),
    work("3", "puma2", (at(2, 8), at(2, 9)), operator=None),
)


async def ask(shop: Shop = UNEVEN, **tool_input: str) -> WorkloadOutput:
    return await call(NAME, {"window": DAY, **tool_input}, shop, WorkloadOutput)


async def test_people_come_busiest_first_with_load_share_and_spread() -> None:
    found = await ask()
    assert [(r.name, r.load_h, r.utilization_pct, r.share_pct) for r in found.rows] == [
        ("Ann Lee", 5.5, 73.3, 73.3),
        ("Bob Ray", 2.0, 26.7, 26.7),
    ]
    assert (found.spread_pp, found.cv) == (46.7, 0.467)
    assert (found.total.load_h, found.total.available_h, found.total.utilization_pct) == (7.5, 15.0, 50.0)
    assert found.most_loaded is not None
    assert found.least_loaded is not None
    assert (found.most_loaded.name, found.least_loaded.name) == ("Ann Lee", "Bob Ray")


async def test_work_without_a_person_is_counted_warned_of_and_given_to_who_can_take_it() -> None:
    found = await ask()
    assert (found.unassigned_h, found.unassigned_bookings) == (1.0, 1)
    assert "No operator yet for 1.0 h of work on 1 booking." in found.warnings
    (move,) = found.suggestions
    assert (move.kind, move.order, move.to.name, move.from_, move.minutes) == (
        "assign",
        "WO-3",
        "Bob Ray",
        None,
        60,
    )
    assert (move.start, move.end) == ("2026-12-02T08:00:00-06:00", "2026-12-02T09:00:00-06:00")
    assert "Bob Ray" in move.text
    assert "WO-3" in move.text


async def test_somebody_absent_has_no_utilization_is_overloaded_and_relieved() -> None:
    shop = plan(work("1", "puma", (at(2, 6), at(2, 8)), operator="bob"))
    away = Absence("a", "bob", at(2, 0), None, "sick")
    found = await ask(replace(shop, absences=(away,)))
    bob = found.rows[0]
    assert (bob.name, bob.available_h, bob.utilization_pct, bob.overloaded) == ("Bob Ray", 0.0, None, True)
    assert bob.outside_h == 2.0
    assert [(m.kind, m.from_ and m.from_.name, m.to.name) for m in found.suggestions] == [
        ("hand_over", "Bob Ray", "Ann Lee")
    ]


async def test_machines_work_centers_and_days_are_measured_against_machine_time() -> None:
    machines = await ask(group_by="machine")
    assert [(r.code, r.load_h) for r in machines.rows] == [
        ("PUMA-3100", 5.5),
        ("PUMA-2600", 3.0),
        ("GR-1", 0.0),
    ]
    centers = await ask(group_by="work_center")
    assert [(r.code, r.load_h, r.available_h) for r in centers.rows] == [
        ("TURN", 8.5, 15.0),
        ("GRIND", 0.0, 7.5),
    ]
    days = await ask(group_by="day")
    assert [(r.code, r.load_h, r.available_h) for r in days.rows] == [(DAY, 8.5, 22.5)]


async def test_orders_have_load_and_share_and_nothing_to_measure_against() -> None:
    found = await ask(group_by="order")
    assert [
        (r.code, r.name, r.load_h, r.available_h, r.utilization_pct, r.overloaded) for r in found.rows
    ] == [
        ("WO-1", "Acme", 5.5, None, None, False),
        ("WO-2", "Acme", 2.0, None, None, False),
        ("WO-3", "Acme", 1.0, None, None, False),
    ]
    assert (found.spread_pp, found.total.available_h) == (None, None)


async def test_buckets_split_each_row_and_the_total() -> None:
    found = await call(
        NAME, {"from": "2026-12-01", "to": "2026-12-13", "bucket": "week"}, UNEVEN, WorkloadOutput
    )
    assert [(b.label, b.load_h) for b in found.total_by_bucket] == [("2026-W49", 7.5), ("2026-W50", 0.0)]
    assert [b.available_h for b in found.rows[0].buckets] == [30.0, 30.0]


async def test_of_a_work_center_only_its_work_counts_and_that_is_said() -> None:
    found = await ask(work_center="grinding")
    assert [r.name for r in found.rows] == ["Ann Lee"]
    assert found.total.load_h == 0.0
    assert any("Grinding" in sentence for sentence in found.assumptions)


async def test_a_clash_on_a_machine_is_answered_with_another_machine() -> None:
    shop = plan(
        work("1", "puma", (at(2, 6), at(2, 8)), operator="ann", locked=True),
        work("2", "puma", (at(2, 7), at(2, 8, 30)), operator="bob"),
    )
    (move,) = (await ask(shop, group_by="machine")).suggestions
    assert (move.kind, move.machine.code, move.to.code, move.minutes) == (
        "other_machine",
        "PUMA-3100",
        "PUMA-2600",
        150,
    )


async def test_two_jobs_at_once_are_no_fault_of_a_person_who_may_attend_two() -> None:
    shop = plan(
        work("1", "puma", (at(2, 6), at(2, 8)), operator="bob"),
        work("2", "puma2", (at(2, 6), at(2, 8)), operator="bob"),
    )
    alone = await ask(shop)
    assert alone.warnings == ["2.0 h are booked on people that are busy already."]
    able = replace(shop, operators={"bob": replace(shop.operators["bob"], max_parallel=2)})
    found = await ask(able)
    assert found.warnings == []
    assert [(r.load_h, r.utilization_pct, r.max_parallel) for r in found.rows] == [(4.0, 26.7, 2)]
    told = "May attend several jobs at once: Bob Ray (2); utilization is of as many times their hours."
    assert told in found.assumptions
    assert told not in alone.assumptions


async def test_unscheduled_operations_are_warned_of() -> None:
    found = await ask(plan(unbooked=["8", "9"]))
    assert found.warnings == ["Not scheduled, so not counted: 2 operations of open orders."]


async def test_evidence_names_the_people_and_bookings() -> None:
    found = await ask()
    assert {e.table: e.ids for e in found.evidence} == {
        "operator": ["ann", "bob"],
        "booking": ["1", "2", "3"],
    }


async def test_an_unknown_work_center_is_not_found() -> None:
    with pytest.raises(NotFound):
        await ask(work_center="painting")


async def test_an_unknown_grouping_is_refused_by_name() -> None:
    with pytest.raises(InvalidToolInput) as caught:
        await ask(group_by="planet")
    assert "group_by" in str(caught.value.details)
