"""When an alert's condition counts as become true, and what is told of it."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from leadhand.errors import JsonValue, NotFound
from planning.shop import Shop
from reports.alerts.conditions import CONDITION
from reports.alerts.edges import edges
from reports.alerts.looking import Look, look
from reports.alerts.notice import SAID, notice
from reports.form import Form
from reports.forms import render
from reports.options import ReportParts
from tests.unit.reports.made_reports import demo
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.registry import ToolRegistry

BY = st.sampled_from((None, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0))
LOOKS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abc"), BY), st.sampled_from((True, False))), max_size=12
)


# The first property of a run waits until hypothesis has read every module for its constants.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(LOOKS, st.sampled_from((0, 1, 3)))
def test_each_subject_is_told_when_it_goes_over_the_bound_and_again_after_it_was_well_within(
    looks: list[tuple[dict[str, float | None], bool]], margin: int
) -> None:
    """Against a model that looks at one subject at a time."""
    open_: set[str] = set()
    told: list[tuple[int, str]] = []
    for number, (excess, complete) in enumerate(looks):
        found = edges(open_, excess, margin=margin, complete=complete)
        assert not open_ & set(found.raised)
        assert set(found.cleared) <= open_
        open_ = (open_ - set(found.cleared)) | set(found.raised)
        told += [(number, subject) for subject in found.raised]
    for subject in "abc":
        is_up, wanted = False, list[int]()
        for number, (excess, complete) in enumerate(looks):
            by = excess.get(subject, -99.0 if complete else None)
            if by is not None and by > 0 and not is_up:
                wanted.append(number)
            if by is not None:
                is_up = by > 0 or (is_up and by > -margin)
        assert [number for number, name in told if name == subject] == wanted


def seen(shop: Shop, condition: dict[str, JsonValue], open_: frozenset[str] = frozenset()) -> Look:
    parts = ReportParts(ToolRegistry.discover(), OneShop(shop))
    return asyncio.run(look(tenant(), parts, CONDITION.validate_python(condition), open_))


def raised_in(shop: Shop, condition: dict[str, JsonValue], open_: frozenset[str] = frozenset()) -> set[str]:
    figures = seen(shop, condition, open_).figures
    excess = {one.key: one.excess for one in figures.subjects}
    found = edges(open_, excess, margin=figures.margin, complete=figures.complete)
    return (set(open_) | set(found.raised)) - set(found.cleared)


def two_orders(due_a: int, due_b: int) -> Shop:
    """A is planned to finish on the 1st at 14:00, B on the 2nd at 8:00."""
    shop = plan(work("A", "puma", (at(1, 6), at(1, 14))), work("B", "puma2", (at(2, 6), at(2, 8))))
    orders = {key: replace(shop.orders[key], due_at=due) for key, due in (("A", due_a), ("B", due_b))}
    return replace(shop, orders=orders)


def test_a_second_order_that_becomes_late_is_told_beside_the_first() -> None:
    late: dict[str, JsonValue] = {"kind": "order_late", "hours": 2}
    one = raised_in(two_orders(at(1, 10), at(2, 7)), late)
    assert one == {"A"}
    assert raised_in(two_orders(at(1, 10), at(2, 4)), late, frozenset(one)) == {"A", "B"}


def test_an_order_whose_finish_moves_about_its_due_date_is_told_once() -> None:
    late: dict[str, JsonValue] = {"kind": "order_late"}
    raised = frozenset({"A"})
    assert raised_in(two_orders(at(1, 14, 30), at(9, 0)), late, raised) == {"A"}
    assert raised_in(two_orders(at(1, 15), at(9, 0)), late, raised) == set()
    # Just in time, and never late before: nothing to tell.
    assert raised_in(two_orders(at(1, 14, 30), at(9, 0)), late) == set()


def test_one_order_and_one_machine_are_looked_at_by_the_names_people_use() -> None:
    shop = two_orders(at(1, 10), at(2, 4))
    assert raised_in(shop, {"kind": "order_late", "order": "wo-b"}) == {"B"}
    full: dict[str, JsonValue] = {"kind": "utilization", "of": "machine", "above_pct": 1, "weeks": 1}
    assert raised_in(shop, {**full, "name": "Puma 3100"}) == {"puma"}
    assert raised_in(shop, full) == {"puma", "puma2"}
    with pytest.raises(NotFound):
        seen(shop, {**full, "name": "Nothing like it"})


DEMO_CASES: list[tuple[dict[str, JsonValue], str]] = [
    ({"kind": "order_late", "hours": 8}, "get_order_status"),
    ({"kind": "utilization", "above_pct": 50}, "analyze_workload_distribution"),
    ({"kind": "free_capacity", "of": "work_center", "below_h": 100}, "analyze_workload_distribution"),
    ({"kind": "conflict", "severity": "error"}, "detect_schedule_conflicts"),
    ({"kind": "old_data", "of": "report", "hours": 0.01}, "get_data_trust"),
    ({"kind": "data_trust"}, "get_data_trust"),
]


@pytest.mark.parametrize(("condition", "tool"), DEMO_CASES)
def test_every_condition_is_told_with_the_figures_of_its_tool(
    condition: dict[str, JsonValue], tool: str
) -> None:
    who, parts = demo()
    found = asyncio.run(look(who, parts, CONDITION.validate_python(condition), frozenset()))
    raised = frozenset(one.key for one in found.figures.subjects if one.excess is not None and one.excess > 0)
    assert raised
    evidence = found.evidence(raised)
    assert len(evidence) == len(raised)
    assert {str(one.evidence["tool"]) for one in evidence} == {tool}
    report = notice(found, name="An alert", shop="Demo", raised=raised, still=3)
    table = report.table("raised")
    assert table is not None
    assert len(table.rows) == report.figure("raised") == len(raised)
    assert report.figure("still_raised") == 3
    text = render(report, Form.MARKDOWN).body.decode()
    assert ("more in the table" in text) == (len(raised) > SAID)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"kind": "anything"},
        {"kind": "order_late", "hours": -1},
        {"kind": "order_late", "order": ""},
        {"kind": "order_late", "order": "a\nb"},
        {"kind": "utilization"},
        {"kind": "utilization", "above_pct": 80, "name": "Puma 3100"},
        {"kind": "utilization", "above_pct": 80, "of": "machine", "weeks": 13},
        {"kind": "free_capacity", "below_h": 0},
        {"kind": "conflict", "types": ["nothing"]},
        {"kind": "old_data", "hours": 0},
        {"kind": "data_trust", "above_pct": 100},
        {"kind": "order_late", "hour": 1},
    ],
)
def test_a_condition_that_is_none_is_refused(condition: dict[str, JsonValue]) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(condition)
