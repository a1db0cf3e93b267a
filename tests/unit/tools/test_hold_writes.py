"""hold_capacity, through the registry: where the hours are held, what others see, what is refused."""

from dataclasses import replace

import pytest

from leadhand.errors import (
    BeyondHorizon,
    EmptyWindow,
    InvalidDate,
    InvalidDuration,
    InvalidRouting,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    WriteRefused,
)
from planning.plan_writes import with_changes
from planning.shop import Booking, BookingStatus, CapacityHold, Shop
from planning.zones import iso
from tests.unit.tools.shops import CHICAGO, at, call, plan, work
from tools.catalog.capacity import CapacityOutput
from tools.catalog.machine_availability import MachineAvailabilityOutput
from tools.catalog.new_order import NewOrderOutput
from tools.writing import ProposedWrite

BUSY = plan(work("1", "puma", (at(2, 6), at(2, 10))))
MILLER: dict[str, JsonValue] = {
    "quote": "Miller quote",
    "hours": 20,
    "machines": ["Puma 3100"],
    "until": "Friday",
}


async def hold(tool_input: dict[str, JsonValue], shop: Shop = BUSY) -> ProposedWrite:
    return await call("hold_capacity", tool_input, shop, ProposedWrite)


def after(found: ProposedWrite, shop: Shop = BUSY) -> Shop:
    return with_changes(shop, [change.row_change() for change in found.changes])


def held(shop: Shop) -> list[Booking]:
    return [b for b in shop.bookings if b.quote_id is not None]


async def test_without_a_window_the_first_free_hours_after_the_holds_end_are_held() -> None:
    found = await hold(MILLER)
    shop = after(found)
    [quote] = shop.holds.values()
    assert quote == CapacityHold(quote.id, "Miller quote", at(5, 0))
    [booking] = held(shop)
    # Monday 7.5 h, Tuesday is a holiday, Wednesday 7.5 h, Thursday 5 h with the break.
    assert (booking.envelope_start, booking.envelope_end) == (at(7, 6), at(10, 11, 30))
    assert sum(s.end - s.start for s in booking.segments) == 20 * 60
    assert (booking.status, booking.machine_id, booking.quote_id) == (BookingStatus.HELD, "puma", quote.id)
    assert found.summary == "20 h on Puma 3100 held for “Miller quote” until Friday 4 December 2026, 24:00."


async def test_in_a_window_the_hours_lie_beside_what_is_booked_there() -> None:
    found = await hold({**MILLER, "hours": 7, "window": "tomorrow", "until": "today"} | {"hours": 3})
    [booking] = held(after(found))
    assert (booking.envelope_start, booking.envelope_end) == (at(2, 10, 30), at(2, 13, 30))


async def test_a_work_center_takes_the_machine_that_ends_first() -> None:
    asked: dict[str, JsonValue] = {"quote": "Q", "hours": 7, "work_center": "turning", "until": "today"}
    found = await hold({**asked, "window": "tomorrow"})
    assert [b.machine_id for b in held(after(found))] == ["puma2"]


async def test_a_routing_holds_each_of_its_operations() -> None:
    found = await hold({"quote": "Q", "like_order": "WO-1", "quantity": 120, "until": "Friday"})
    [booking] = held(after(found))
    # 30 minutes of setup and 120 pieces of a minute.
    assert sum(s.end - s.start for s in booking.segments) == 150


async def test_others_see_held_time_as_taken() -> None:
    shop = after(await hold(MILLER))
    window: dict[str, JsonValue] = {"from": "2026-12-07", "to": "2026-12-10"}
    machine = await call(
        "get_machine_availability", {"machines": ["Puma 3100"], **window}, shop, MachineAvailabilityOutput
    )
    free = await call(
        "get_machine_availability", {"machines": ["Puma 3100"], **window}, BUSY, MachineAvailabilityOutput
    )
    assert (free.machines[0].figures.free_h, machine.machines[0].figures.free_h) == (22.5, 2.5)
    asked: dict[str, JsonValue] = {"hours": 10, "machines": ["Puma 3100"], **window}
    taken, room = [await call("check_capacity", asked, s, CapacityOutput) for s in (shop, BUSY)]
    assert (taken.verdict.value, room.verdict.value) != (room.verdict.value, room.verdict.value)
    order: dict[str, JsonValue] = {
        "operations": [{"hours": 2, "machines": ["Puma 3100"]}],
        "release": "2026-12-07",
    }
    late, early = [await call("simulate_new_order", order, s, NewOrderOutput) for s in (shop, BUSY)]
    assert early.finish == iso(at(7, 8), CHICAGO)
    assert late.finish == iso(at(10, 13, 30), CHICAGO)


async def test_a_hold_is_released_by_its_name_with_all_its_bookings() -> None:
    shop = after(await hold(MILLER))
    found = await hold({"action": "release", "quote": "Miller"}, shop)
    left = after(found, shop)
    assert (left.holds, held(left)) == ({}, [])
    assert found.total_rows == 2


async def test_two_holds_of_the_same_time_are_not_possible() -> None:
    shop = after(await hold(MILLER))
    second = after(await hold({**MILLER, "quote": "Other", "hours": 1}, shop), shop)
    first, other = held(second)
    assert other.envelope_start >= first.envelope_end


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({**MILLER, "until": None}, InvalidToolInput),
        ({**MILLER, "machines": []}, InvalidToolInput),
        ({**MILLER, "work_center": "turning"}, InvalidToolInput),
        ({**MILLER, "like_order": "WO-1"}, InvalidToolInput),
        ({"quote": "Q", "like_order": "WO-1", "machines": ["GR-1"], "until": "Friday"}, InvalidToolInput),
        ({"quote": "", "hours": 1, "machines": ["GR-1"], "until": "Friday"}, InvalidToolInput),
        ({**MILLER, "until": "2026-11-30"}, EmptyWindow),
        ({**MILLER, "window": "last week"}, EmptyWindow),
        ({**MILLER, "until": "31 February"}, InvalidDate),
        ({**MILLER, "hours": 0}, InvalidDuration),
        ({**MILLER, "machines": ["Haas"]}, NotFound),
        ({**MILLER, "hours": 100, "window": "tomorrow"}, BeyondHorizon),
        ({**MILLER, "until": "2027-12-01"}, BeyondHorizon),
        ({"action": "release", "quote": "Nobody"}, NotFound),
        ({"quote": "Q", "operations": [{"subcontract_h": 3}], "until": "Friday"}, WriteRefused),
        ({"quote": "Q", "operations": [{"name": "Turn"}], "until": "Friday"}, InvalidRouting),
    ],
)
async def test_what_cannot_be_held_is_refused(
    tool_input: dict[str, JsonValue], error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        await hold({key: value for key, value in tool_input.items() if value is not None})


async def test_the_plan_that_was_asked_about_is_left_as_it_was() -> None:
    before = replace(BUSY)
    await hold(MILLER)
    assert before == BUSY
