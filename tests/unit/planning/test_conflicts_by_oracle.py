"""On any shop, the conflicts of machines and people are those that minute sets find."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.conflict_items import ConflictType
from planning.conflicts import ConflictQuestion, conflicts
from planning.intervals import normalize
from planning.shop import Booking, Interval, OperatorSkill, Shop
from tests.unit.planning import oracle, strategies

Minutes = dict[tuple[ConflictType, tuple[str, ...], str], set[int]]

quick = settings(max_examples=60, deadline=None)
T = ConflictType


def found_minutes(shop: Shop, wide: Interval) -> Minutes:
    """What the code under test finds: type, bookings and resource -> minutes."""
    minutes: Minutes = {}
    for item in conflicts(ShopTimes(shop, wide), ConflictQuestion(wide)).items:
        resource = item.machine_id or item.operator_id
        if resource is not None:
            key = item.type, tuple(sorted(item.booking_ids)), resource
            minutes.setdefault(key, set()).update(oracle.minutes_of(item.spans))
            assert item.spans == normalize(item.spans)
    return minutes


def expected_minutes(shop: Shop, wide: Interval) -> Minutes:
    expected: Minutes = {}
    for booking in shop.bookings:
        expected |= _machine_of(shop, booking, wide) | _people_of(shop, booking, wide)
    for a, b in combinations(shop.bookings, 2):
        both = set(range(a.envelope_start, a.envelope_end)) & set(range(b.envelope_start, b.envelope_end))
        if a.machine_id == b.machine_id:
            expected[T.MACHINE_DOUBLE_BOOKED, tuple(sorted((a.id, b.id))), a.machine_id] = both
    for operator in shop.operators.values():
        work = {b.id: _work(b, operator.id) for b in shop.bookings}
        for minute in set(range(*wide)) & set[int]().union(*work.values()):
            working = [booking_id for booking_id, minutes in work.items() if minute in minutes]
            if len(working) > operator.max_parallel:
                key = T.OPERATOR_DOUBLE_BOOKED, tuple(sorted(working)), operator.id
                expected.setdefault(key, set()).add(minute)
    return {key: minutes for key, minutes in expected.items() if minutes}


def _work(booking: Booking, operator_id: str) -> set[int]:
    return oracle.minutes_of((s.start, s.end) for s in booking.segments if s.operator_id == operator_id)


def _machine_of(shop: Shop, booking: Booking, wide: Interval) -> Minutes:
    calendar, _ = oracle.machine_minutes(shop, booking.machine_id, wide)
    work = oracle.minutes_of((s.start, s.end) for s in booking.segments)
    down = {
        m
        for m in work
        for d in shop.downtimes
        if d.machine_id == booking.machine_id and d.start <= m < (d.end or wide[1])
    }
    operation = shop.operations[booking.operation_id or ""]
    return {
        (T.MACHINE_DOWN, (booking.id,), booking.machine_id): down,
        (T.OUTSIDE_MACHINE_CALENDAR, (booking.id,), booking.machine_id): work - calendar - down,
        (T.OPERATOR_MISSING, (booking.id,), booking.machine_id): oracle.without_operator(operation, booking),
    }


def _people_of(shop: Shop, booking: Booking, wide: Interval) -> Minutes:
    expected: Minutes = {}
    for operator in shop.operators.values():
        calendar, _ = oracle.operator_minutes(shop, operator.id, wide)
        work = _work(booking, operator.id)
        away = {
            m
            for m in work
            for a in shop.absences
            if a.operator_id == operator.id and a.start <= m < (a.end or wide[1])
        }
        skilled = {
            m for m in work for s in operator.skills if (s.valid_from or 0) <= m < (s.valid_to or wide[1])
        }
        expected[T.OPERATOR_ABSENT, (booking.id,), operator.id] = away
        expected[T.OUTSIDE_OPERATOR_CALENDAR, (booking.id,), operator.id] = work - calendar - away
        expected[T.OPERATOR_UNQUALIFIED, (booking.id,), operator.id] = work - skilled
    return expected


@quick
@given(st.data())
def test_every_breach_of_a_machine_or_a_person_is_found_and_nothing_else(data: st.DataObject) -> None:
    place = data.draw(strategies.places())
    shop = data.draw(strategies.shops(place))
    edge = st.none() | st.integers(*place.window)
    half_skilled = OperatorSkill("skill", data.draw(edge), data.draw(edge))
    shop = replace(
        shop, operators={**shop.operators, "o1": replace(shop.operators["o1"], skills=(half_skilled,))}
    )
    wide = (place.window[0] - 4000, place.window[1] + 4000)
    assert found_minutes(shop, wide) == expected_minutes(shop, wide)
