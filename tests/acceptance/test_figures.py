"""Every figure of the three tools against the minute oracle, over the stored rows of a demo shop."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import pytest

from leadhand.errors import JsonValue
from planning.shop import Interval, Shop
from tests.acceptance.caller import Caller
from tests.acceptance.json_access import at, items_at, number_at, text_at
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stored_shop import stored_shop, utc_minute
from tests.acceptance.workspace import AS_OF
from tests.unit.planning import oracle

NOW = utc_minute(AS_OF)
NEXT_WEEK: Interval = (utc_minute("2026-11-30T00:00-06:00"), utc_minute("2026-12-07T00:00-06:00"))
NEXT_MONTH: Interval = (utc_minute("2026-12-01T00:00-06:00"), utc_minute("2027-01-01T00:00-06:00"))
HORIZON_MIN = 180 * 1440


@pytest.fixture(scope="module")
def shop(database: ShopDatabase) -> Shop:
    return stored_shop(database, "north", (NOW, NOW + HORIZON_MIN))


def machine_by_code(shop: Shop, code: str) -> str:
    [found] = [machine.id for machine in shop.machines.values() if machine.code == code]
    return found


def hours(minutes: int) -> float:
    return oracle.half_up(Fraction(minutes, 60), 2)


def same_figures(shown: JsonValue, expected: oracle.NaiveFigures) -> None:
    utilization = None if expected.utilization is None else oracle.half_up(expected.utilization, 1)
    assert {
        "available_h": at(shown, "available_h"),
        "load_h": at(shown, "load_h"),
        "free_h": at(shown, "free_h"),
        "busy_h": at(shown, "busy_h"),
        "blocked_idle_h": at(shown, "blocked_idle_h"),
        "outside_h": at(shown, "outside_h"),
        "double_booked_h": at(shown, "double_booked_h"),
        "utilization_pct": at(shown, "utilization_pct"),
    } == {
        "available_h": hours(expected.available),
        "load_h": hours(expected.load),
        "free_h": hours(expected.free),
        "busy_h": hours(expected.busy),
        "blocked_idle_h": hours(expected.blocked_idle),
        "outside_h": hours(expected.outside),
        "double_booked_h": hours(expected.double_booked),
        "utilization_pct": utilization,
    }


def machine_figures(
    shop: Shop, machine_id: str, window: Interval, minutes: tuple[set[int], set[int]] | None = None
) -> oracle.NaiveFigures:
    """`minutes`: calendar and available minutes of a longer time, where they are known already."""
    bookings = [booking for booking in shop.bookings if booking.machine_id == machine_id]
    return oracle.figures(
        *(minutes or oracle.machine_minutes(shop, machine_id, window)),
        [(piece.start, piece.end) for booking in bookings for piece in booking.segments],
        [(booking.envelope_start, booking.envelope_end) for booking in bookings],
        window,
    )


def operator_figures(shop: Shop, operator_id: str, window: Interval) -> oracle.NaiveFigures:
    own = [
        (piece.start, piece.end)
        for booking in shop.bookings
        for piece in booking.segments
        if piece.operator_id == operator_id
    ]
    parallel = shop.operators[operator_id].max_parallel
    minutes = oracle.operator_minutes(shop, operator_id, window)
    return oracle.figures(*minutes, own, own, window, max_parallel=parallel)


def test_the_availability_of_every_machine_is_the_oracles(anna_builtin: Caller, shop: Shop) -> None:
    output = anna_builtin.tool("get_machine_availability", {"window": "next week"})
    rows = items_at(output, "machines")
    assert len(rows) == len(shop.machines)
    for row in rows:
        machine_id = text_at(row, "machine", "id")
        same_figures(at(row, "figures"), machine_figures(shop, machine_id, NEXT_WEEK))


@pytest.mark.parametrize("code", ["PUMA-3100", "HAAS-VF4", "STUDER-S33"])
def test_the_next_available_time_of_a_machine_is_the_oracles(
    anna_builtin: Caller, shop: Shop, code: str
) -> None:
    asked: JsonValue = {"machines": [code], "min_free_minutes": 240}
    [row] = items_at(anna_builtin.tool("get_machine_availability", asked), "machines")
    machine_id = machine_by_code(shop, code)
    span = (NOW, NOW + 60 * 1440)
    _, available = oracle.machine_minutes(shop, machine_id, span)
    blocked = oracle.minutes_of(
        (booking.envelope_start, booking.envelope_end)
        for booking in shop.bookings
        if booking.machine_id == machine_id
    )
    expected = oracle.first_fit(available, blocked, span, 240, splittable=True)
    assert expected is not None
    assert utc_minute(text_at(row, "next_available")) == expected


def test_the_workload_of_every_operator_is_the_oracles(anna_builtin: Caller, shop: Shop) -> None:
    output = anna_builtin.tool("analyze_workload_distribution", {"window": "next week"})
    rows = items_at(output, "rows")
    assert len(rows) == len(shop.operators)
    expected = {operator_id: operator_figures(shop, operator_id, NEXT_WEEK) for operator_id in shop.operators}
    for row in rows:
        same_figures(row, expected[text_at(row, "id")])
    loads = sum(figures.load for figures in expected.values())
    assert number_at(output, "total", "load_h") == hours(loads)


ORDER_MIN = 50 * 60
SEARCHED: Interval = (NEXT_MONTH[0], NEXT_MONTH[0] + 50 * 1440)


@dataclass(frozen=True)
class FreeTime:
    """A machine's minutes in the time that is searched: calendar, available, and held by a booking."""

    calendar: set[int]
    opened: set[int]
    held: set[int]

    def block_end(self, minutes: int) -> int | None:
        """The earliest end of one block that pauses over closed time and never over a booking."""
        done = 0
        for minute in range(*SEARCHED):
            if minute in self.held:
                done = 0
            elif minute in self.opened:
                done += 1
                if done == minutes:
                    return minute + 1
        return None


def free_time(shop: Shop, machine_id: str) -> FreeTime:
    held = oracle.minutes_of(
        (booking.envelope_start, booking.envelope_end)
        for booking in shop.bookings
        if booking.machine_id == machine_id
    )
    return FreeTime(*oracle.machine_minutes(shop, machine_id, SEARCHED), held)


def pieces_end(machines: list[FreeTime], minutes: int) -> int:
    """The minute by which that much work is done if every free minute of every machine is used."""
    free = Counter(minute for machine in machines for minute in machine.opened - machine.held)
    done = 0
    for minute in sorted(free):
        done += free[minute]
        if done >= minutes:
            return minute + 1
    raise AssertionError("not within the time that is searched")


def test_fifty_hours_next_month_are_the_oracles_in_every_work_center(
    anna_builtin: Caller, shop: Shop
) -> None:
    output = anna_builtin.tool("check_capacity", {"hours": 50, "window": "next month"})
    centers = items_at(output, "work_centers")
    assert len(centers) == len({machine.work_center_id for machine in shop.machines.values()})
    finishes: list[int] = []
    for center in centers:
        center_id = text_at(center, "id")
        machine_ids = [m.id for m in shop.machines.values() if m.work_center_id == center_id]
        machines = [free_time(shop, machine_id) for machine_id in machine_ids]
        figures = [
            machine_figures(shop, machine_id, NEXT_MONTH, (found.calendar, found.opened))
            for machine_id, found in zip(machine_ids, machines, strict=True)
        ]
        free = sum(one.free for one in figures)
        assert number_at(center, "free_h") == hours(free)
        assert number_at(center, "available_h") == hours(sum(one.available for one in figures))
        assert number_at(center, "load_h") == hours(sum(one.load for one in figures))
        assert number_at(center, "needed_h") == 50
        blocks = [end for machine in machines if (end := machine.block_end(ORDER_MIN)) is not None]
        shown = {text_at(option, "kind"): option for option in items_at(center, "options")}
        assert utc_minute(text_at(shown["one_block"], "finish")) == min(blocks)
        earliest = pieces_end(machines, ORDER_MIN)
        assert utc_minute(text_at(center, "earliest_finish")) == earliest
        assert (at(center, "verdict") == "no") == (earliest > NEXT_MONTH[1])
        finishes.append(earliest)
    assert utc_minute(text_at(output, "earliest_finish", "finish")) == min(finishes)
