"""The schedule of a board: every booking of a window once, what lies behind them, and bounded answers."""

from dataclasses import replace

import pytest

from leadhand.cursors import encode_cursor
from leadhand.errors import InvalidRequest, NotFound
from planning.order_status import Outlook
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    ExceptionKind,
    Operation,
    Order,
    OrderStatus,
    Segment,
    Shop,
)
from tests.unit.tools.boards.board import Tables, boards
from tests.unit.tools.shops import at, plan, tenant, work
from tools.boards.boards import ScheduleAsked
from tools.boards.schedule import MAX_SEGMENTS, SchedulePage
from tools.boards.windows import board_window

MAX_BYTES = 1_000_000


def shop() -> Shop:
    made = plan(
        work("a", "puma", (at(1, 6), at(1, 10)), (at(1, 10, 30), at(1, 12))),
        work("b", "puma2", (at(1, 6), at(1, 9)), operator="bob"),
        work("c", "grinder", (at(2, 6), at(2, 9)), operator=None, locked=True),
        work("d", "puma", (at(9, 6), at(9, 9))),
    )
    late = replace(made.orders["c"], due_at=at(2, 0))
    quote = Booking("q", None, "puma", at(3, 6), at(3, 8), segments=(), quote_id="quote-1")
    return replace(made, orders={**made.orders, "c": late}, bookings=(*made.bookings, quote))


async def page_of(
    shop: Shop,
    asked: ScheduleAsked | None = None,
    window: tuple[str | None, str | None] = ("2026-12-01", "2026-12-07"),
    tables: Tables | None = None,
) -> SchedulePage:
    who = tenant()
    return await boards(shop, tables).schedule(who, board_window(*window, who), asked or ScheduleAsked(50))


def ids(page: SchedulePage) -> list[str]:
    return [row.id for row in page.bookings]


async def test_the_bookings_of_a_window_come_in_order_of_their_end() -> None:
    page = await page_of(shop())
    assert ids(page) == ["b", "a", "c", "q"]
    assert page.next_cursor is None
    assert page.window.start == "2026-12-01T00:00:00-06:00"


async def test_a_booking_tells_order_operation_lateness_and_its_work() -> None:
    page = await page_of(shop())
    _, a, c, q = page.bookings
    assert a.order is not None
    assert (a.machine.code, a.order.code, a.order.customer, a.operation) == (
        "PUMA-3100",
        "WO-a",
        "Acme",
        "10 Turn",
    )
    assert (a.start, a.end, a.work_h) == ("2026-12-01T06:00:00-06:00", "2026-12-01T12:00:00-06:00", 5.5)
    assert [(s.start[11:16], s.end[11:16], s.operator_id) for s in a.segments] == [
        ("06:00", "10:00", "ann"),
        ("10:30", "12:00", "ann"),
    ]
    assert (a.outlook, a.late, c.outlook, c.late) == (Outlook.ON_TIME, False, Outlook.LATE, True)
    assert (c.locked, c.segments[0].operator_id) == (True, None)
    assert (q.order, q.operation, q.outlook, q.late) == (None, None, None, False)
    assert [person.code for person in page.operators] == ["OP-1", "OP-2"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ScheduleAsked(50, machines=["PUMA-3100"]), ["a", "q"]),
        (ScheduleAsked(50, machines=["PUMA-2600, grinder"]), ["b", "c"]),
        (ScheduleAsked(50, machines=["PUMA-2600", "GR-1"]), ["b", "c"]),
        (ScheduleAsked(50, machines=[""]), ["b", "a", "c", "q"]),
        (ScheduleAsked(50, work_center="TURN"), ["b", "a", "q"]),
        (ScheduleAsked(50, work_center="TURN", machines=["GR-1"]), []),
        (ScheduleAsked(50, order="WO-c"), ["c"]),
        (ScheduleAsked(50, operator="OP-2"), ["b"]),
        (ScheduleAsked(50, operator="OP-2", order="WO-a"), []),
    ],
)
async def test_a_filter_gives_exactly_these_bookings(asked: ScheduleAsked, expected: list[str]) -> None:
    assert ids(await page_of(shop(), asked)) == expected


@pytest.mark.parametrize(
    "asked",
    [
        ScheduleAsked(5, machines=["X"]),
        ScheduleAsked(5, work_center="X"),
        ScheduleAsked(5, order="X"),
        ScheduleAsked(5, operator="X"),
    ],
)
async def test_what_the_shop_does_not_have_is_not_found(asked: ScheduleAsked) -> None:
    with pytest.raises(NotFound):
        await page_of(shop(), asked)


@pytest.mark.parametrize("cursor", ["x", encode_cursor("1", "2"), encode_cursor("1", "two", "b")])
async def test_a_cursor_that_this_list_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await page_of(shop(), ScheduleAsked(5, cursor=cursor))


async def test_behind_the_bookings_lie_hours_closures_downtimes_and_absences() -> None:
    made = replace(shop(), absences=(Absence("a1", "bob", at(2, 0), None, "sick"),))
    own = CalendarException(
        "x", ExceptionKind.OVERTIME, "Rush", machine_id="puma", interval=(at(5, 6), at(5, 9))
    )
    made = replace(made, exceptions=(*made.exceptions, own))
    background = (await page_of(made, window=("2026-12-01", "2026-12-10"))).background
    assert background is not None
    assert [hours.machine_ids for hours in background.open_hours] == [["grinder", "puma2"], ["puma"]]
    shared = background.open_hours[0].spans
    # Eight working days in two halves each, less the holiday on the 8th.
    assert len(shared) == 14
    assert (shared[0].start, shared[0].end) == ("2026-12-01T06:00:00-06:00", "2026-12-01T10:00:00-06:00")
    assert len(background.open_hours[1].spans) == 15
    [holiday] = background.closures
    assert (holiday.name, holiday.reason, holiday.machine_ids) == ("Company day", "holiday", None)
    [down] = background.downtimes
    assert (down.machine.code, down.start, down.end) == ("GR-1", "2026-12-03T08:00:00-06:00", None)
    [away] = background.absences
    assert (away.operator.code, away.kind, away.end) == ("OP-2", "sick", None)


async def test_only_the_first_page_tells_what_lies_behind() -> None:
    first = await page_of(shop(), ScheduleAsked(2))
    second = await page_of(shop(), ScheduleAsked(2, cursor=first.next_cursor))
    assert (ids(first), ids(second)) == (["b", "a"], ["c", "q"])
    assert (first.background is None, second.background is None, second.next_cursor) == (False, True, None)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("window", [("2026-12-01", "2026-12-07"), ("2026-11-16", "2026-12-07")])
async def test_pages_of_the_present_and_of_the_past_give_each_booking_once(
    limit: int, window: tuple[str, str]
) -> None:
    seen, asked = list[str](), ScheduleAsked(limit)
    while True:
        page = await page_of(shop(), asked, window)
        seen += ids(page)
        if page.next_cursor is None:
            break
        asked = replace(asked, cursor=page.next_cursor)
    assert seen == ["b", "a", "c", "q"]


async def test_only_windows_that_reach_before_this_month_are_read_from_the_tables() -> None:
    tables = Tables(shop())
    await page_of(shop(), tables=tables)
    assert tables.asked == []
    past = await page_of(shop(), window=("2026-11-30", "2026-12-02"), tables=tables)
    assert (ids(past), len(tables.asked)) == (["b", "a", "c"], 1)


async def test_work_of_an_order_closed_long_ago_says_so() -> None:
    made = shop()
    old = replace(made, orders={k: replace(o, status=OrderStatus.DONE) for k, o in made.orders.items()})
    now = replace(made, orders={}, operations={}, bookings=())
    page = await page_of(now, window=("2026-11-30", "2026-12-02"), tables=Tables(old))
    assert [(row.outlook, row.late) for row in page.bookings] == [(Outlook.DONE, False)] * 3


def crowded(bookings: int, pieces: int) -> Shop:
    """300 machines with hours of their own, bookings with that many segments each, long names."""
    made = plan(extra_machines=297)
    name = "Ünusually long names " * 4
    machines = {k: replace(m, name=name) for k, m in made.machines.items()}
    exceptions = [
        CalendarException(
            f"e{k}", ExceptionKind.OVERTIME, name, machine_id=k, interval=(at(5, 6), at(5, 7) + i)
        )
        for i, k in enumerate(machines)
    ]
    keys = list(machines)
    # Each day a closure of every other machine.
    exceptions += [
        CalendarException(
            f"c{day}-{k}", ExceptionKind.CLOSURE, name, machine_id=k, interval=(at(day, 7), at(day, 8))
        )
        for day in range(1, 25)
        for k in keys[::2]
    ]

    def segments(number: int) -> tuple[Segment, ...]:
        start = at(1, 6) + number
        return tuple(Segment(start + 2 * i, start + 2 * i + 1, "ann") for i in range(pieces))

    def booked(number: int) -> Booking:
        own = segments(number)
        return Booking(
            f"b{number:05d}-{'x' * 30}",
            f"o{number}",
            keys[number % 300],
            own[0].start,
            own[-1].end,
            segments=own,
        )

    return replace(
        made,
        machines=machines,
        exceptions=(*made.exceptions, *exceptions),
        orders={f"o{n}": Order(f"o{n}", f"WO-{n}", name, 1, OrderStatus.RELEASED) for n in range(bookings)},
        operations={f"o{n}": Operation(f"o{n}", f"o{n}", 10, 1, 1, name) for n in range(bookings)},
        bookings=tuple(booked(n) for n in range(bookings)),
    )


async def test_the_largest_page_stays_below_a_megabyte_and_leaves_nothing_unsaid() -> None:
    made = crowded(400, 40)
    page = await page_of(made, ScheduleAsked(300), ("2026-12-01", "2027-01-31"))
    assert page.background is not None
    assert len(page.model_dump_json().encode()) < MAX_BYTES
    assert sum(len(row.segments) for row in page.bookings) <= MAX_SEGMENTS
    shown = {key for hours in page.background.open_hours for key in hours.machine_ids}
    assert shown.isdisjoint(page.background.hours_left_out)
    assert shown | set(page.background.hours_left_out) == set(made.machines)
    assert page.background.closures_total > len(page.background.closures)
    seen, asked = ids(page), ScheduleAsked(300, cursor=page.next_cursor)
    while asked.cursor is not None:
        page = await page_of(made, asked, ("2026-12-01", "2027-01-31"))
        seen += ids(page)
        asked = replace(asked, cursor=page.next_cursor)
    assert len(seen) == len(set(seen)) == 400


async def test_one_booking_with_more_pieces_than_a_page_holds_is_still_told() -> None:
    page = await page_of(crowded(3, MAX_SEGMENTS + 10))
    assert (len(page.bookings), page.bookings[0].segments_total) == (1, MAX_SEGMENTS + 10)
    assert page.next_cursor is not None
