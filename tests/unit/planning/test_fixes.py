"""A fix that is offered can be made alone: the conflict is gone or smaller, and no new error is there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType, Severity
from planning.conflicts import all_conflicts
from planning.fix_items import Fix, FixKind, Why
from planning.fixes import Fixes, FixGround
from planning.intervals import clip, subtract
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    BookingStatus,
    Interval,
    MaterialRequirement,
    Operator,
    Order,
    OrderStatus,
    Segment,
    Shop,
)
from planning.zones import local_minute
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, at, booked, shop, step

T = ConflictType
ALONE = Attendance.NONE


def fixes_of(base: Shop, type_: ConflictType, as_of: int = MONDAY) -> tuple[Fix, ...]:
    """The fixes of the only conflict of that type."""
    times = ShopTimes(base, WINDOW)
    (item,) = [c for c in all_conflicts(times).items if c.type is type_]
    return Fixes(FixGround(times), as_of).of(item)


def pair(**second: object) -> Shop:
    """Two orders at once on one machine that works 06:00 to 14:00."""
    steps = [step(10, attendance=ALONE), replace(step(10, attendance=ALONE), id="x", order_id="o2")]
    rows = [booked("b1", "op10", at(1, 6), at(1, 8)), booked("b2", "x", at(1, 7), at(1, 9))]
    rows[1] = replace(rows[1], **second)  # pyright: ignore[reportArgumentType] - the fields of Booking
    base = shop(steps, rows, due_at=None)
    other = Order("o2", "WO-2", "Beta", 20, OrderStatus.RELEASED, release_at=at(1, 0))
    return replace(base, orders={**base.orders, "o2": other})


def test_of_two_bookings_at_once_the_later_one_goes_to_its_earliest_place() -> None:
    (fix,) = fixes_of(pair(), T.MACHINE_DOUBLE_BOOKED)
    assert fix.kind is FixKind.MOVE
    assert fix.after is not None
    assert (fix.after.id, fix.after.envelope_start, fix.after.envelope_end) == ("b2", at(1, 8), at(1, 10))


@pytest.mark.parametrize("fixed", [{"locked": True}, {"status": BookingStatus.IN_PROGRESS}])
def test_locked_and_begun_work_stays_and_the_other_one_moves(fixed: dict[str, object]) -> None:
    (fix,) = fixes_of(pair(**fixed), T.MACHINE_DOUBLE_BOOKED)
    assert fix.after is not None
    assert (fix.kind, fix.after.id) == (FixKind.MOVE, "b1")


def test_in_the_frozen_zone_somebody_must_decide() -> None:
    base = pair()
    base = replace(base, settings=replace(base.settings, frozen_hours=48))
    (fix,) = fixes_of(base, T.MACHINE_DOUBLE_BOOKED)
    assert (fix.kind, fix.why, set(fix.booking_ids)) == (FixKind.DECIDE, Why.FIXED, {"b1", "b2"})


def test_a_place_that_makes_the_order_late_is_told_and_not_offered() -> None:
    base = pair(locked=True)
    base = replace(base, orders={**base.orders, "o1": replace(base.orders["o1"], due_at=at(1, 8))})
    taken = booked("b0", "held", at(0, 6), at(1, 6))
    base = replace(base, bookings=(*base.bookings, replace(taken, operation_id=None, locked=True)))
    found = [
        Fixes(FixGround(ShopTimes(base, WINDOW)), MONDAY).of(c)
        for c in all_conflicts(ShopTimes(base, WINDOW)).items
        if c.type is T.MACHINE_DOUBLE_BOOKED
    ]
    ((fix,),) = found
    assert (fix.kind, fix.why, fix.breaks) == (FixKind.DECIDE, Why.BREAKS_ANOTHER, (T.LATE,))


def test_work_out_of_sequence_goes_behind_what_it_waits_for() -> None:
    steps = [step(10, attendance=ALONE, min_wait_after_min=30), step(20, attendance=ALONE)]
    rows = [booked("b1", "op10", at(1, 8), at(1, 10)), booked("b2", "op20", at(1, 6), at(1, 8))]
    (fix,) = fixes_of(shop(steps, rows, due_at=None), T.PRECEDENCE)
    assert fix.after is not None
    assert (fix.kind, fix.after.envelope_start) == (FixKind.MOVE, at(1, 10) + 30)


@pytest.mark.parametrize(("wait", "mends"), [(0, True), (60, False)])
def test_work_goes_before_what_waits_for_it_only_where_it_is_over_in_time(wait: int, mends: bool) -> None:
    steps = [step(10, attendance=ALONE, min_wait_after_min=wait), step(20, attendance=ALONE)]
    later = replace(booked("b2", "op20", at(1, 8), at(1, 10)), locked=True)
    rows = [booked("b1", "op10", at(1, 10), at(1, 12)), later]
    (fix,) = fixes_of(shop(steps, rows, due_at=None), T.PRECEDENCE, as_of=at(1, 6))
    assert (fix.kind is FixKind.MOVE) is mends
    assert fix.after is None or fix.after.envelope_end == at(1, 8)


def test_other_people_at_the_same_time_bring_no_work_into_sequence() -> None:
    """The first step stands at its earliest place and could only change hands; the second is locked."""
    steps = [step(10), step(20, attendance=ALONE)]
    later = replace(booked("b2", "op20", at(0, 7), at(0, 9)), locked=True)
    first = replace(
        booked("b1", "op10", at(0, 9), at(0, 11)), segments=(Segment(at(0, 9), at(0, 11), "bob"),)
    )
    taken = replace(booked("b0", "op20", at(0, 6), at(0, 7)), locked=True)
    base = shop(steps, [first, later, taken], due_at=None)
    people = {key: Operator(key, key.upper(), key, "cal") for key in ("ann", "bob")}
    (fix,) = fixes_of(replace(base, operators=people), T.PRECEDENCE)
    assert fix.kind is FixKind.DECIDE


def test_work_before_its_material_moves_behind_it_or_the_material_comes_earlier() -> None:
    base = replace(
        shop([step(10, attendance=ALONE)], [booked("b1", "op10", at(0, 6), at(0, 8))]),
        materials={"op10": (MaterialRequirement("mat", "Bar", Decimal(20), at(0, 9)),)},
    )
    move, earlier = fixes_of(base, T.MATERIAL_MISSING)
    assert move.after is not None
    assert (move.kind, move.after.envelope_start) == (FixKind.MOVE, at(0, 9))
    assert (earlier.kind, earlier.why, earlier.booking_ids) == (FixKind.DECIDE, Why.MATERIAL_EARLIER, ("b1",))


def test_where_nobody_knows_when_the_material_comes_somebody_must_ask() -> None:
    base = replace(
        shop([step(10, attendance=ALONE)], [booked("b1", "op10", at(0, 6), at(0, 8))]),
        materials={"op10": (MaterialRequirement("mat", "Bar", Decimal(20)),)},
    )
    (ask,) = fixes_of(base, T.MATERIAL_UNKNOWN)
    assert (ask.kind, ask.why) == (FixKind.DECIDE, Why.ASK_MATERIAL)


def test_missing_operations_are_booked_one_behind_the_other() -> None:
    steps = [step(seq, attendance=ALONE) for seq in (10, 20)]
    fixes = fixes_of(shop(steps, [], due_at=None), T.NOT_FULLY_SCHEDULED)
    assert [f.kind for f in fixes] == [FixKind.BOOK, FixKind.BOOK]
    # 60 min setup and 40 min run each, from Monday 06:00 on.
    starts = [f.after.envelope_start for f in fixes if f.after]
    assert starts == [at(0, 6), at(0, 7) + 40]


def test_a_missing_operation_without_a_machine_is_a_matter_of_its_routing() -> None:
    (fix,) = fixes_of(shop([step(10, alternatives=())], []), T.NOT_FULLY_SCHEDULED)
    assert (fix.kind, fix.why) == (FixKind.DECIDE, Why.NO_MACHINE)


def test_a_late_order_hears_whose_work_is_in_its_way_and_how_long_that_can_wait() -> None:
    base = pair(envelope_start=at(0, 6), envelope_end=at(0, 14), segments=(Segment(at(0, 6), at(0, 14)),))
    base = replace(
        base,
        orders={
            "o1": replace(base.orders["o1"], due_at=at(0, 14)),
            "o2": replace(base.orders["o2"], due_at=at(9, 14), release_at=None),
        },
    )
    (fix,) = [f for f in fixes_of(base, T.LATE) if f.kind is FixKind.RELIEF]
    assert fix.held_by is not None
    assert (fix.held_by.id, fix.slack_min, fix.spans) == ("b2", 9 * DAY, ((at(0, 6), at(0, 14)),))


def test_a_booking_of_the_wrong_length_is_booked_anew_from_its_start() -> None:
    one = Alternative("m1", 60, 180)
    steps = [step(10, attendance=ALONE, alternatives=(one,))]
    base = shop(steps, [booked("b1", "op10", at(1, 6), at(1, 7))], due_at=None)
    (fix,) = fixes_of(base, T.DURATION_MISMATCH)
    assert fix.after is not None
    assert (fix.after.envelope_start, fix.after.envelope_end) == (at(1, 6), at(1, 8))


def test_nobody_is_assigned_to_what_has_passed() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(0, 6), at(0, 8))], due_at=None)
    base = replace(base, operators={"ann": Operator("ann", "A", "Ann", "cal")})
    (fix,) = fixes_of(base, T.OPERATOR_MISSING, at(0, 7))
    assert (fix.kind, fix.to_id, fix.spans) == (FixKind.ASSIGN, "ann", ((at(0, 7), at(0, 8)),))
    (fix,) = fixes_of(base, T.OPERATOR_MISSING, at(0, 9))
    assert (fix.kind, fix.why) == (FixKind.DECIDE, Why.FIXED)


# ── Every fix of a whole shop, made alone ─────────────────────────────────────────────────────────────


def made(base: Shop, fix: Fix) -> Shop:
    """The plan with the fix."""
    if fix.kind is FixKind.BOOK:
        assert fix.after is not None
        return replace(base, bookings=(*base.bookings, fix.after))
    assert fix.before is not None
    after = fix.after or handed_over(fix.before, fix)
    return replace(base, bookings=tuple(after if b.id == after.id else b for b in base.bookings))


def handed_over(booking: Booking, fix: Fix) -> Booking:
    segments: list[Segment] = []
    for s in booking.segments:
        given = clip(fix.spans, (s.start, s.end)) if s.operator_id == fix.from_id else ()
        segments += [Segment(*span, fix.to_id) for span in given]
        segments += [Segment(*span, s.operator_id) for span in subtract(((s.start, s.end),), given)]
    return replace(booking, segments=tuple(sorted(segments, key=lambda s: s.start)))


def errors(base: Shop, window: Interval) -> dict[tuple[str, ...], Conflict]:
    found = all_conflicts(ShopTimes(base, window)).items
    return {
        (c.type, c.machine_id or "", c.operator_id or "", c.order_id or "", *sorted(c.booking_ids)): c
        for c in found
        if c.severity is Severity.ERROR
    }


def is_new(key: tuple[str, ...], before: dict[tuple[str, ...], Conflict]) -> bool:
    """Fewer jobs at once than there were are nothing new."""
    smaller = key[0] == T.OPERATOR_DOUBLE_BOOKED and any(
        old[:4] == key[:4] and set(key[4:]) < set(old[4:]) for old in before
    )
    return key not in before and not smaller


def test_every_change_offered_in_a_whole_shop_brings_no_error_when_made_alone() -> None:
    demo = make_demo(size=DemoSize.SMALL, seed=7, today=date(2026, 11, 23), name="Demo").shop
    times = ShopTimes(demo, (min(b.envelope_start for b in demo.bookings), MONDAY + 200 * DAY))
    as_of = local_minute(date(2026, 11, 23), 8 * 60, times.zone)
    before = errors(demo, times.window)
    fixes = Fixes(FixGround(times), as_of)
    tried: list[FixKind] = []
    for item in all_conflicts(times).items:
        offered = fixes.of(item)
        # Those behind the first booking of several wait for it.
        for fix in offered[:1] if item.type is T.NOT_FULLY_SCHEDULED else offered:
            if fix.kind in {FixKind.DECIDE, FixKind.RELIEF}:
                continue
            tried.append(fix.kind)
            after = errors(made(demo, fix), times.window)
            new = [key for key in after if is_new(key, before)]
            assert not new, (item, fix)
    assert {FixKind.MOVE, FixKind.BOOK, FixKind.ASSIGN} <= set(tried)
