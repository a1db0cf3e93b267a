"""What is missing in a shop's data: each check by a golden case, with what it was counted of."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from planning.data_trust import (
    REPORT_WITHIN_MIN,
    STALE_AFTER_MIN,
    TABLES,
    Check,
    DataTrust,
    Finding,
    concerning,
    is_stale,
)
from planning.shop import (
    BookingStatus,
    Downtime,
    DowntimeKind,
    MaterialRequirement,
    Operator,
    OperatorSkill,
    OrderStatus,
    ProgressReport,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning.order_shop import DAY, MONDAY, at, booked, shop, step

NOW = at(0, 9)


def sound() -> Shop:
    """Two operations: one reported and done, one ahead."""
    base = shop(
        [step(10), step(20)],
        [
            booked("b1", "op10", at(-2, 6), at(-2, 8), BookingStatus.DONE),
            booked("b2", "op20", at(1, 6), at(1, 8)),
        ],
    )
    return replace(base, progress={"op10": (ProgressReport(at(-2, 8), 20),)})


def found(base: Shop, check: Check, as_of: int = NOW) -> tuple[list[str], int]:
    finding = DataTrust(base, as_of).of(check)
    return [row.id for row in finding.rows], finding.looked_at


def with_step(base: Shop, key: str, **changes: object) -> Shop:
    row = replace(base.operations[key], **changes)  # pyright: ignore[reportArgumentType] - the fields of Operation
    return replace(base, operations={**base.operations, key: row})


def with_order(base: Shop, **changes: object) -> Shop:
    row = replace(base.orders["o1"], **changes)  # pyright: ignore[reportArgumentType] - the fields of Order
    return replace(base, orders={"o1": row})


def test_sound_data_has_no_finding_and_every_check_says_of_how_many() -> None:
    findings = DataTrust(sound(), NOW).all()
    assert [f.check for f in findings] == list(Check) == list(TABLES)
    assert [f.check for f in findings if f.rows] == []
    assert {f.check: f.looked_at for f in findings if f.looked_at} == {
        Check.NO_ROUTING: 1,
        Check.CIRCULAR_ROUTING: 1,
        Check.NO_TIMES: 2,
        Check.NOT_REPORTED: 1,
        Check.PAST_BOOKING: 1,
        Check.OVERLAP: 1,
        Check.NOT_SCHEDULED: 2,
        Check.NO_PIECES: 1,
        Check.NO_SHIFTS: 1,
        Check.NO_DUE_DATE: 1,
    }


def test_an_operation_has_no_times_when_no_machine_of_it_has_one_either() -> None:
    bare = with_step(sound(), "op20", setup_min=0, run_s_per_piece=0)
    assert found(bare, Check.NO_TIMES) == ([], 2)
    assert found(with_step(bare, "op20", alternatives=()), Check.NO_TIMES) == (["op20"], 2)
    assert found(with_step(bare, "op20", alternatives=(), milestone=True), Check.NO_TIMES) == ([], 1)


def test_an_order_without_operations_or_with_operations_in_a_circle_is_found() -> None:
    assert found(replace(sound(), operations={}, bookings=()), Check.NO_ROUTING) == (["o1"], 1)
    circle = with_step(sound(), "op10", predecessor_ids=("op20",))
    assert found(circle, Check.CIRCULAR_ROUTING) == (["o1"], 1)


def test_work_is_not_reported_when_its_time_is_over_for_a_day_and_nobody_said_anything() -> None:
    base = replace(sound(), progress={})
    begun = replace(base.bookings[0], status=BookingStatus.IN_PROGRESS)
    base = replace(base, bookings=(begun, base.bookings[1]))
    end = begun.envelope_end
    assert found(base, Check.NOT_REPORTED, end + REPORT_WITHIN_MIN - 1) == ([], 0)
    assert found(base, Check.NOT_REPORTED, end + REPORT_WITHIN_MIN) == (["op10"], 1)
    later = {"op10": (ProgressReport(end + 2 * DAY, 20),)}
    assert found(replace(base, progress=later), Check.NOT_REPORTED, end + DAY) == (["op10"], 1)
    assert found(replace(base, progress=later), Check.NOT_REPORTED, end + 2 * DAY) == ([], 1)


def test_a_booking_that_is_over_for_a_day_and_still_planned_lies_in_the_past() -> None:
    base = sound()
    assert found(base, Check.PAST_BOOKING, at(2, 8) - 1) == ([], 1)
    assert found(base, Check.PAST_BOOKING, at(2, 8)) == (["b2"], 1)


def test_an_import_over_other_work_is_found_until_it_is_done() -> None:
    base = sound()
    rows = [replace(b, waived_conflict=True) for b in base.bookings]
    assert found(replace(base, bookings=tuple(rows)), Check.OVERLAP) == (["b2"], 1)


def test_operations_without_a_booking_orders_of_no_pieces_and_without_a_due_date_are_found() -> None:
    base = with_order(replace(sound(), bookings=sound().bookings[:1]), quantity=0, due_at=None)
    assert found(base, Check.NOT_SCHEDULED) == (["op20"], 2)
    assert found(base, Check.NO_PIECES) == (["o1"], 1)
    assert found(base, Check.NO_DUE_DATE) == (["o1"], 1)


@pytest.mark.parametrize("status", [OrderStatus.DRAFT, OrderStatus.DONE, OrderStatus.CANCELLED])
def test_orders_that_are_not_open_are_not_looked_at(status: OrderStatus) -> None:
    base = with_order(sound(), status=status, due_at=None, quantity=0)
    for check in (Check.NO_DUE_DATE, Check.NO_PIECES, Check.NO_TIMES, Check.OVERLAP):
        assert found(base, check) == ([], 0)


def test_a_machine_whose_calendar_has_no_shifts_or_is_not_there_is_found_while_it_is_active() -> None:
    base = sound()
    empty = replace(base.calendars["cal"], shifts=())
    assert found(replace(base, calendars={"cal": empty}), Check.NO_SHIFTS) == (["m1"], 1)
    assert found(replace(base, calendars={}), Check.NO_SHIFTS) == (["m1"], 1)
    gone = replace(base.machines["m1"], active_to=NOW)
    assert found(replace(base, calendars={}, machines={"m1": gone}), Check.NO_SHIFTS) == ([], 0)


def test_a_downtime_without_an_end_is_found_among_those_that_are_not_over() -> None:
    rows = (
        Downtime("d1", "m1", at(-3, 0), at(-2, 0), DowntimeKind.MAINTENANCE),
        Downtime("d2", "m1", at(0, 0), at(2, 0), DowntimeKind.MAINTENANCE),
        Downtime("d3", "m1", at(0, 0), None, DowntimeKind.BREAKDOWN),
    )
    assert found(replace(sound(), downtimes=rows), Check.OPEN_DOWNTIME) == (["d3"], 2)


def test_material_without_a_date_counts_until_its_operation_has_begun() -> None:
    bar, pin = (
        MaterialRequirement("m1", "Bar", Decimal(1), MONDAY),
        MaterialRequirement("m2", "Pin", Decimal(1)),
    )
    base = replace(sound(), materials={"op10": (pin,), "op20": (bar, replace(pin, id="m3"))})
    assert found(base, Check.UNKNOWN_MATERIAL) == (["m3"], 2)
    begun = {"op20": (ProgressReport(NOW, 1),)}
    assert found(replace(base, progress=begun), Check.UNKNOWN_MATERIAL) == ([], 0)


def test_people_without_skills_matter_only_where_a_work_center_asks_for_one() -> None:
    people = {
        "ann": Operator("ann", "A", "Ann", "cal", skills=(OperatorSkill("mill"),)),
        "bob": Operator("bob", "B", "Bob", "cal"),
    }
    base = replace(sound(), operators=people, skills={"mill": Skill("mill", "MILL")})
    assert found(base, Check.NO_SKILLS) == ([], 0)
    asking = replace(base, work_centers={"wc": WorkCenter("wc", "WC", skill_id="mill")})
    assert found(asking, Check.NO_SKILLS) == (["bob"], 2)


def test_the_newest_report_is_the_last_one_until_now() -> None:
    base = replace(sound(), progress={"op10": (ProgressReport(at(-2, 8), 5), ProgressReport(at(3, 0), 5))})
    assert DataTrust(base, NOW).newest_report == at(-2, 8)
    assert DataTrust(base, at(-3, 0)).newest_report is None


def test_the_newest_import_is_the_one_until_now_and_stale_after_three_days() -> None:
    base = replace(sound(), last_import_at=at(-2, 5))
    assert DataTrust(base, NOW).newest_import == at(-2, 5)
    assert DataTrust(base, at(-2, 5) - 1).newest_import is None
    assert DataTrust(sound(), NOW).newest_import is None
    assert STALE_AFTER_MIN == 3 * DAY
    assert not is_stale(at(-2, 5), at(1, 5) - 1)
    assert is_stale(at(-2, 5), at(1, 5))
    assert not is_stale(None, NOW)


def test_an_import_that_changed_nothing_keeps_what_was_worked_out_and_is_no_other_plan() -> None:
    base = sound()
    newer = base.imported_at(NOW)
    assert newer == base
    assert newer.last_import_at == NOW
    assert newer.views is base.views
    assert replace(base, orders={}).views is not base.views


def test_a_share_is_exact_and_unknown_where_nothing_was_looked_at() -> None:
    base = replace(sound(), bookings=sound().bookings[:1])
    assert DataTrust(base, NOW).of(Check.NOT_SCHEDULED).share == Fraction(1, 2)
    assert Finding(Check.NO_SKILLS, (), 0).share is None


def test_findings_can_be_narrowed_to_orders_and_machines() -> None:
    finding = DataTrust(replace(sound(), bookings=()), NOW).of(Check.NOT_SCHEDULED)
    for orders, machines, count in (
        (None, None, 2),
        ({"o1"}, None, 2),
        ({"o9"}, None, 0),
        (None, {"m1"}, 2),
        ({"o1"}, {"m9"}, 0),
    ):
        rows = concerning(
            finding,
            order_ids=None if orders is None else frozenset(orders),
            machine_ids=None if machines is None else frozenset(machines),
        )
        assert len(list(rows)) == count


def test_the_order_of_rows_in_the_shop_changes_nothing() -> None:
    base = replace(sound(), bookings=())
    turned = replace(base, operations=dict(reversed(list(base.operations.items()))))
    assert DataTrust(base, NOW).all() == DataTrust(turned, NOW).all()
