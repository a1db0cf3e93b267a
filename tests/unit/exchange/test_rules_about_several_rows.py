"""Weeks without overlaps, and routings in which nothing waits for itself."""

import pytest

from storage.exchange.routings import (
    Circle,
    Resolved,
    RoutedOperation,
    UnknownPredecessor,
    check_routing,
)
from storage.exchange.weeks import ShiftRow, overlapping_shifts


def shift(line: int, weekday: int, start: str, end: str, calendar: str = "c") -> ShiftRow:
    return ShiftRow(line, calendar, weekday, start, end, end <= start)


@pytest.mark.parametrize(
    ("shifts", "pairs"),
    [
        ([shift(2, 1, "06:00", "14:00"), shift(3, 1, "14:00", "22:00")], []),
        ([shift(2, 1, "06:00", "14:00"), shift(3, 1, "13:59", "22:00")], [(3, 2)]),
        ([shift(2, 1, "22:00", "06:00"), shift(3, 2, "05:00", "13:00")], [(3, 2)]),
        ([shift(2, 7, "22:00", "06:00"), shift(3, 1, "05:00", "13:00")], [(2, 3)]),
        ([shift(2, 7, "22:00", "06:00"), shift(3, 1, "06:00", "13:00")], []),
        ([shift(2, 1, "06:00", "14:00", "a"), shift(3, 1, "06:00", "14:00", "b")], []),
    ],
)
def test_shifts_of_one_calendar_that_overlap_are_found_around_the_week(
    shifts: list[ShiftRow], pairs: list[tuple[int, int]]
) -> None:
    assert [(a.line, b.line) for a, b in overlapping_shifts(shifts)] == pairs


def step(id_: str, seq: int, needs: list[str] | None = None, external: str | None = None) -> RoutedOperation:
    return RoutedOperation("order", id_, external, seq, seq, needs)


def test_a_routing_without_faults_has_nothing_said_about_it() -> None:
    assert (
        list(
            check_routing([step("a", 10), step("b", 20, ["a"]), step("c", 30, []), step("d", 40, ["b", "c"])])
        )
        == []
    )


def test_a_predecessor_of_another_order_is_unknown() -> None:
    (found,) = check_routing([step("a", 10), step("b", 20, ["x"])])
    assert isinstance(found, UnknownPredecessor)
    assert (found.operation.id, found.cell, found.known) == ("b", "x", ("a",))


def test_a_predecessor_named_by_external_id_gets_its_id() -> None:
    (found,) = check_routing([step("a", 10, external="ERP-1"), step("b", 20, ["ERP-1"])])
    assert found == Resolved(step("b", 20, ["ERP-1"]), ("a",))


@pytest.mark.parametrize(
    "order",
    [
        [step("a", 10, ["a"])],
        [step("a", 10, ["b"]), step("b", 20, ["a"])],
        [step("a", 10, ["c"]), step("b", 20), step("c", 30)],
    ],
)
def test_a_circle_is_found_and_its_way_told(order: list[RoutedOperation]) -> None:
    (found,) = check_routing(order)
    assert isinstance(found, Circle)
    assert found.path[0] == found.path[-1]
    assert len(found.path) == len(order) + 1


def test_a_routing_of_many_thousand_steps_is_no_deep_recursion() -> None:
    order = [step(f"o{i}", i) for i in range(20_000)]
    assert list(check_routing(order)) == []
