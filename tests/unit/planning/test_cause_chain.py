"""Why an order finishes when it does: golden chains, and every minute checked on random shops."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.cause_chain import Cause, CauseChain, CauseChains, Link
from planning.order_status import OrderReports
from planning.shop import (
    Alternative,
    Booking,
    Downtime,
    DowntimeKind,
    MaterialRequirement,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    Segment,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning import strategies
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, booked, shop, step

quick = settings(max_examples=60, deadline=None)


def chain(shop: Shop, as_of: int = MONDAY) -> CauseChain:
    times = ShopTimes(shop, WINDOW)
    found = CauseChains(times, as_of).of(OrderReports(times, as_of).of(shop.orders["o1"]))
    assert found is not None
    return found


def with_other_order(base: Shop, *bookings: Booking) -> Shop:
    return replace(
        base,
        orders={**base.orders, "o2": Order("o2", "WO-2", "Beta", 1, OrderStatus.RELEASED)},
        operations={
            **base.operations,
            "x": Operation("x", "o2", 10, 0, 60, alternatives=(Alternative("m1", 0, 60),)),
        },
        bookings=(*base.bookings, *bookings),
    )


def spoken(found: CauseChain) -> list[tuple[str, int]]:
    return [(link.cause.value, link.minutes) for link in found.links]


def test_the_chain_runs_from_release_to_finish_and_its_minutes_add_up() -> None:
    base = shop(
        [step(10, min_wait_after_min=H), step(20)],
        [booked("b1", "op10", at(0, 6), at(0, 8)), booked("b2", "op20", at(0, 11), at(0, 13))],
    )
    found = chain(base)
    assert spoken(found) == [
        ("closed", 6 * H),
        ("work", 2 * H),
        ("wait_after", H),
        ("not_started", 2 * H),
        ("work", 2 * H),
    ]
    assert sum(found.by_cause().values()) == found.finish - found.release


def needing(base: Shop, *available_at: int | None, operation: str = "op10") -> Shop:
    rows = tuple(
        MaterialRequirement(f"mat{n}", f"Bar {n}", Decimal(20), at) for n, at in enumerate(available_at)
    )
    return replace(base, materials={operation: rows})


def test_until_its_material_is_there_an_order_waits_for_that_and_not_for_its_machine() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(0, 11), at(0, 13))])
    base = needing(with_other_order(base, booked("b9", "x", at(0, 6), at(0, 10))), at(0, 7), at(0, 9), None)
    found = chain(base)
    assert spoken(found) == [("material", 9 * H), ("machine_busy", H), ("not_started", H), ("work", 2 * H)]
    assert found.links[0].row_id == "mat1"
    assert sum(found.by_cause().values()) == found.finish - found.release


def test_material_of_a_later_operation_is_waited_for_once_the_one_before_is_over() -> None:
    base = shop(
        [step(10, min_wait_after_min=H), step(20)],
        [booked("b1", "op10", at(0, 6), at(0, 8)), booked("b2", "op20", at(0, 11), at(0, 13))],
    )
    assert spoken(chain(needing(base, at(0, 10), operation="op20")))[2:] == [
        ("wait_after", H),
        ("material", H),
        ("not_started", H),
        ("work", 2 * H),
    ]


def test_work_that_starts_before_its_material_did_not_wait_for_it() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(0, 8), at(0, 10))])
    assert Cause.MATERIAL not in chain(needing(base, at(0, 9))).by_cause()


def test_a_machine_that_does_other_work_is_named_with_the_order_it_works_for() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(0, 9), at(0, 11))])
    found = chain(with_other_order(base, booked("b9", "x", at(0, 6), at(0, 9))))
    busy = [link for link in found.links if link.cause is Cause.MACHINE_BUSY]
    assert [(link.start, link.end, link.row_id, link.order_id) for link in busy] == [
        (at(0, 6), at(0, 9), "b9", "o2")
    ]


def test_a_breakdown_is_told_from_the_night() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(1, 8), at(1, 10))])
    broken = replace(base, downtimes=(Downtime("d1", "m1", at(0, 6), at(1, 8), DowntimeKind.BREAKDOWN),))
    assert (
        chain(broken).by_cause() == {Cause.CLOSED: 22 * H, Cause.DOWNTIME: 10 * H - 0, Cause.WORK: 2 * H}
        or chain(broken).by_cause()[Cause.DOWNTIME] == 10 * H
    )


def test_a_pause_over_night_belongs_to_the_night_and_not_to_the_work() -> None:
    row = Booking(
        "b1",
        "op10",
        "m1",
        at(0, 12),
        at(1, 8),
        segments=(Segment(at(0, 12), at(0, 14)), Segment(at(1, 6), at(1, 8))),
    )
    found = chain(shop([step(10)], [row], release_at=at(0, 12)))
    assert spoken(found) == [("work", 2 * H), ("closed", 16 * H), ("work", 2 * H)]


def behind_anns_other_work(**ann: object) -> Shop:
    """Released at 6:00 and begun at 9:00 by Ann, who works on another machine until then."""
    row = Booking("b1", "op10", "m1", at(0, 9), at(0, 11), segments=(Segment(at(0, 9), at(0, 11), "ann"),))
    taken = Booking("b9", "x", "m2", at(0, 6), at(0, 9), segments=(Segment(at(0, 6), at(0, 9), "ann"),))
    base = with_other_order(shop([step(10)], [row], release_at=at(0, 6)), taken)
    person = Operator("ann", "A", "Ann", "cal", skills=(OperatorSkill("mill"),))
    return replace(
        base,
        work_centers={"wc": WorkCenter("wc", "WC", skill_id="mill")},
        machines={**base.machines, "m2": replace(base.machines["m1"], id="m2", code="M2")},
        skills={"mill": Skill("mill", "MILL")},
        operators={"ann": replace(person, **ann)},  # pyright: ignore[reportArgumentType] - the fields of Operator
    )


def test_waiting_for_a_person_is_told_from_waiting_for_the_machine() -> None:
    assert spoken(chain(behind_anns_other_work())) == [("operator", 3 * H), ("work", 2 * H)]


def test_somebody_who_can_attend_one_more_job_is_not_waited_for() -> None:
    found = chain(behind_anns_other_work(max_parallel=2))
    assert spoken(found) == [("not_started", 3 * H), ("work", 2 * H)]


def test_somebody_whose_skill_is_not_valid_yet_or_any_more_does_not_count_as_qualified() -> None:
    base = behind_anns_other_work()
    skills = (OperatorSkill("mill", at(0, 8), None), OperatorSkill("mill", None, at(0, 7)))
    bob = Operator("bob", "B", "Bob", "cal", skills=skills)
    found = chain(replace(base, operators={**base.operators, "bob": bob}))
    assert spoken(found) == [("not_started", H), ("operator", H), ("not_started", H), ("work", 2 * H)]


def test_time_inside_the_frozen_zone_is_called_frozen() -> None:
    base = shop([step(10)], [booked("b1", "op10", at(0, 10), at(0, 12))], release_at=at(0, 6))
    frozen = replace(base, settings=replace(base.settings, frozen_hours=2))
    assert spoken(chain(frozen, as_of=at(0, 6))) == [
        ("frozen", 2 * H),
        ("not_started", 2 * H),
        ("work", 2 * H),
    ]


def test_time_at_a_subcontractor_is_a_cause_of_its_own() -> None:
    outside = step(20, alternatives=(), subcontract_minutes=DAY)
    found = chain(shop([step(10), outside], [booked("b1", "op10", at(0, 6), at(0, 9))], release_at=at(0, 6)))
    assert spoken(found) == [("work", 3 * H), ("subcontract", DAY)]


def test_neighbours_with_one_cause_and_row_are_merged_but_the_work_of_two_operations_is_not() -> None:
    links = (
        Link(Cause.CLOSED, 0, 10, "op10"),
        Link(Cause.CLOSED, 10, 20, "op20"),
        Link(Cause.CLOSED, 20, 30, "op20", "holiday"),
        Link(Cause.MACHINE_BUSY, 30, 40, "op20", "b1", "o2"),
        Link(Cause.MACHINE_BUSY, 40, 50, "op20", "b2", "o2"),
        Link(Cause.WORK, 50, 60, "op20"),
        Link(Cause.WORK, 60, 70, "op20"),
        Link(Cause.WORK, 70, 80, "op30"),
    )
    merged = CauseChain(links, 0, 80).merged()
    assert [(link.cause.value, link.start, link.end, link.row_id) for link in merged] == [
        ("closed", 0, 20, None),
        ("closed", 20, 30, "holiday"),
        ("machine_busy", 30, 40, "b1"),
        ("machine_busy", 40, 50, "b2"),
        ("work", 50, 70, None),
        ("work", 70, 80, None),
    ]


def test_an_order_that_is_not_wholly_scheduled_has_no_chain() -> None:
    base = shop([step(10), step(20)], [booked("b1", "op10", at(0, 6), at(0, 9))])
    times = ShopTimes(base, WINDOW)
    assert CauseChains(times, MONDAY).of(OrderReports(times, MONDAY).of(base.orders["o1"])) is None


@quick
@given(st.data())
def test_on_any_shop_the_links_lie_end_to_end_and_say_what_is_true_of_each_minute(
    data: st.DataObject,
) -> None:
    place = data.draw(strategies.places())
    random_shop = data.draw(strategies.shops(place))
    assume(random_shop.bookings)
    wide = (place.window[0] - 4000, place.window[1] + 4000)
    times = ShopTimes(random_shop, wide)
    order = random_shop.orders["order"]
    order = replace(
        order, release_at=data.draw(st.none() | st.integers(place.window[0] - 500, place.window[1]))
    )
    found = CauseChains(times, place.window[0]).of(OrderReports(times, place.window[0]).of(order))
    assert found is not None
    assert sum(link.minutes for link in found.links) == found.finish - found.release
    merged = found.merged()
    assert all(a.end == b.start for a, b in pairwise(merged))
    assert (merged[0].start, merged[-1].end) == (found.release, found.finish) if merged else True
    assert len(merged) <= len(found.links)
    assert all(a.end == b.start for a, b in pairwise(found.links))
    assert found.finish == max(b.envelope_end for b in random_shop.bookings)
    own = {b.operation_id: b for b in random_shop.bookings}
    by_id = {b.id: b for b in random_shop.bookings}
    for link in found.links:
        booking = own[link.operation_id]
        inside = (link.start, link.end)
        available = [
            piece
            for piece in times.machine(booking.machine_id).available
            if piece[0] < link.end and link.start < piece[1]
        ]
        match link.cause:
            case Cause.WORK:
                assert all(any(s.start <= m < s.end for s in booking.segments) for m in range(*inside))
            case Cause.MACHINE_BUSY:
                other = by_id[link.row_id or ""]
                assert other.machine_id == booking.machine_id
                assert other.id != booking.id
                assert other.envelope_start <= link.start < link.end <= other.envelope_end
            case Cause.CLOSED | Cause.DOWNTIME:
                assert available == []
            case _:
                assert len(available) == 1
                assert available[0][0] <= link.start < link.end <= available[0][1]
