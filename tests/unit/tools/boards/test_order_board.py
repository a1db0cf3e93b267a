"""The orders of a board: the tools' figures, filtered and sorted, each order on exactly one page."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from leadhand.cursors import encode_cursor
from leadhand.errors import InvalidRequest, InvalidRouting, NotFound
from planning.calendars import ShopTimes
from planning.order_standing import standing_of
from planning.order_status import OrderReports, Outlook
from planning.routings import Routings, needs_no_machine
from planning.shop import Operation, OrderStatus, Shop
from planning.zones import to_minute
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from tests.unit.tools.boards.board import Tables, boards, many_orders, on_site, with_order
from tests.unit.tools.shops import AS_OF, at, call, plan, tenant, work
from tools.boards.order_list import OrderPage, OrdersAsked, OrderSort
from tools.catalog.order_status import OrderStatusOutput


def shop() -> Shop:
    """Five orders: running, late, at risk, not scheduled, on time."""
    made = on_site(
        plan(
            work("run", "puma", (at(1, 6), at(1, 9))),
            work("late", "puma2", (at(3, 6), at(3, 9))),
            work("risk", "puma", (at(4, 6), at(4, 9))),
            work("good", "grinder", (at(7, 6), at(7, 9))),
            unbooked=["open"],
        )
    )
    due = {"run": at(2, 0), "late": at(2, 0), "risk": at(4, 12), "good": at(20, 0), "open": at(9, 0)}
    customers = {"late": "Bolt & Co", "risk": "Bolt & Co"}
    orders = {
        key: replace(order, due_at=due[key], customer=customers.get(key, "Acme"))
        for key, order in made.orders.items()
    }
    return replace(made, orders={**orders, "good": replace(orders["good"], priority=5)})


async def page_of(shop: Shop, asked: OrdersAsked | None = None) -> OrderPage:
    return await boards(shop).orders(tenant(), asked or OrdersAsked(limit=50))


def codes(page: OrderPage) -> list[str]:
    return [row.order.code for row in page.orders]


async def test_open_orders_are_listed_by_due_date_with_their_outlook() -> None:
    page = await page_of(shop())
    assert [(row.order.code, row.outlook) for row in page.orders] == [
        ("WO-late", Outlook.LATE),
        ("WO-run", Outlook.ON_TIME),
        ("WO-risk", Outlook.AT_RISK),
        ("WO-open", Outlook.UNSCHEDULED),
        ("WO-good", Outlook.ON_TIME),
    ]
    counts = page.by_outlook
    assert (page.total, counts.late, counts.at_risk, counts.unscheduled, counts.on_time) == (5, 1, 1, 1, 2)
    assert (page.data_version, page.as_of, page.next_cursor) == (7, "2026-12-01T07:00:00-06:00", None)


async def test_a_late_order_has_the_figures_of_its_definition() -> None:
    page = await page_of(shop(), OrdersAsked(limit=50, outlooks=frozenset({Outlook.LATE})))
    [row] = page.orders
    assert row.planned_finish == "2026-12-03T09:00:00-06:00"
    assert (row.due, row.due_date) == ("2026-12-02T00:00:00-06:00", "2026-12-01")
    # From Wednesday 0:00 to Thursday 9:00, of which 7.5 h on Wednesday and 3 h on Thursday are worked.
    assert (row.tardiness_h, row.tardiness_working_h, row.slack_h) == (33.0, 10.5, -33.0)
    # Today 7:00 to 14:00 less the break is 6.5 h; 3 h are left to do.
    assert (row.remaining_h, row.work_slack_h, row.critical_ratio) == (3.0, 3.5, 2.17)
    assert row.next_operation is not None
    assert row.next_operation.operation == "10 Turn"
    assert page.by_outlook.on_time == 2  # what the filter leaves out is still counted


async def test_a_board_and_the_tool_tell_the_same_of_every_order() -> None:
    page = await page_of(shop())
    told = await call("get_order_status", {}, shop(), OrderStatusOutput)
    assert page.total == told.total_orders == 5
    of_tool = {row.order.id: row.model_dump() for row in told.orders}
    for row in page.orders:
        shown = row.model_dump()
        assert shown == {name: of_tool[row.order.id][name] for name in shown}


@pytest.mark.parametrize("minutes", [0, 3 * 1440])
def test_how_an_order_stands_is_the_same_at_every_minute(minutes: int) -> None:
    of = shop()
    reports = OrderReports(ShopTimes(of, (at(1, 0), at(30, 0))), at(1, 7) + minutes)
    routings = Routings(of)
    for order in of.orders.values():
        report, standing = reports.of(order), standing_of(order, routings, 8 * 60)
        assert (standing.outlook, standing.finish, standing.slack) == (
            report.outlook,
            report.figures.finish,
            report.figures.slack,
        )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (OrdersAsked(50, outlooks=frozenset({Outlook.AT_RISK, Outlook.LATE})), ["WO-late", "WO-risk"]),
        (OrdersAsked(50, customer="bolt & co"), ["WO-late", "WO-risk"]),
        (OrdersAsked(50, text="OPEN"), ["WO-open"]),
        (OrdersAsked(50, text="bolt"), ["WO-late", "WO-risk"]),
        (OrdersAsked(50, text="nothing like it"), []),
        (OrdersAsked(50, due_after=at(2, 0)), ["WO-risk", "WO-open", "WO-good"]),
        (OrdersAsked(50, due_until=at(2, 0)), ["WO-late", "WO-run"]),
        (OrdersAsked(50, due_after=at(2, 0), due_until=at(9, 0)), ["WO-risk", "WO-open"]),
        (OrdersAsked(50, machine="GR-1"), ["WO-good"]),
        (OrdersAsked(50, machine="puma2"), ["WO-late", "WO-open"]),
        (OrdersAsked(50, work_center="GRIND"), ["WO-good"]),
        (OrdersAsked(50, work_center="TURN", machine="GR-1"), []),
        (OrdersAsked(50, statuses=frozenset({OrderStatus.HOLD})), []),
        (OrdersAsked(50, sort=OrderSort.FINISH), ["WO-run", "WO-late", "WO-risk", "WO-good", "WO-open"]),
        (OrdersAsked(50, sort=OrderSort.PRIORITY), ["WO-good", "WO-late", "WO-run", "WO-risk", "WO-open"]),
        (OrdersAsked(50, sort=OrderSort.CODE), ["WO-good", "WO-late", "WO-open", "WO-risk", "WO-run"]),
    ],
)
async def test_a_filter_or_a_sorting_gives_exactly_these_orders(
    asked: OrdersAsked, expected: Sequence[str]
) -> None:
    page = await page_of(shop(), asked)
    assert (codes(page), page.total) == (expected, len(expected))


@pytest.mark.parametrize("sort", list(OrderSort))
async def test_paging_through_a_thousand_orders_gives_each_of_them_once(sort: OrderSort) -> None:
    board, seen = boards(many_orders(shop(), 995)), list[str]()
    asked = OrdersAsked(limit=170, sort=sort)
    while True:
        page = await board.orders(tenant(), asked)
        assert page.total == 1000
        seen += codes(page)
        if page.next_cursor is None:
            break
        asked = replace(asked, cursor=page.next_cursor)
    assert len(seen) == len(set(seen)) == 1000


async def test_pages_go_on_by_key_when_the_plan_has_changed_between_them() -> None:
    before = shop()
    first = await page_of(before, OrdersAsked(limit=2))
    # One that was shown is gone, one comes in before the cursor, one behind it.
    orders = {k: v for k, v in before.orders.items() if k != "late"}
    early = replace(orders["open"], id="early", code="WO-early", due_at=at(1, 12))
    after = replace(early, id="after", code="WO-after", due_at=at(5, 0))
    changed = replace(
        before,
        settings=replace(before.settings, data_version=8),
        orders={**orders, "early": early, "after": after},
    )
    second = await page_of(changed, OrdersAsked(limit=50, cursor=first.next_cursor))
    assert codes(first) == ["WO-late", "WO-run"]
    assert codes(second) == ["WO-risk", "WO-after", "WO-open", "WO-good"]
    assert (first.data_version, second.data_version) == (7, 8)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        encode_cursor("finish", "1", "0", "WO-run"),
        encode_cursor("due", "soon", "0", "WO-run"),
        encode_cursor("due", "9" * 30, "0", "x"),
        encode_cursor("WO-run"),
    ],
)
async def test_a_cursor_that_this_list_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await page_of(shop(), OrdersAsked(limit=2, cursor=cursor))


@pytest.mark.parametrize("asked", [OrdersAsked(2, machine="X"), OrdersAsked(2, work_center="X")])
async def test_a_machine_that_the_shop_does_not_have_is_not_found(asked: OrdersAsked) -> None:
    with pytest.raises(NotFound):
        await page_of(shop(), asked)


def closed() -> Shop:
    """One order is done, the others are open."""
    made = shop()
    return with_order(made, "run", replace(made.orders["run"], status=OrderStatus.DONE))


async def test_closed_orders_are_listed_only_when_asked_for() -> None:
    done = OrdersAsked(limit=50, statuses=frozenset({OrderStatus.DONE}))
    assert "WO-run" not in codes(await page_of(closed()))
    page = await page_of(closed(), done)
    assert codes(page) == ["WO-run"]
    assert (page.orders[0].outlook, page.orders[0].remaining_h) == (Outlook.DONE, 0.0)


async def test_one_order_has_its_routing_with_alternatives_and_bookings() -> None:
    found = await boards(shop()).order(tenant(), "WO-risk")
    assert (found.order.order.code, found.operations_total) == ("WO-risk", 1)
    [row] = found.operations
    assert (row.seq, row.after, row.remaining_h, row.work_h) == (10, [], 3.0, 3.0)
    assert [(a.machine.code, a.setup_min, a.work_h) for a in row.alternatives] == [
        ("PUMA-3100", 30, 1.5),
        ("PUMA-2600", 30, 2.5),
    ]
    [booking] = row.bookings
    assert (booking.machine.code, booking.start) == ("PUMA-3100", "2026-12-04T06:00:00-06:00")
    assert [s.operator.code for s in booking.segments if s.operator] == ["OP-1"]


async def test_an_order_closed_long_ago_is_found_by_its_code() -> None:
    made = shop()
    old = replace(made, orders={k: replace(o, status=OrderStatus.DONE) for k, o in made.orders.items()})
    empty = replace(made, orders={}, operations={}, bookings=())
    board = boards(empty, Tables(old))
    found = await board.order(tenant(), "WO-good")
    assert (found.order.status, found.order.planned_finish) == (
        OrderStatus.DONE,
        "2026-12-07T09:00:00-06:00",
    )
    with pytest.raises(NotFound):
        await board.order(tenant(), "WO-nobody")


async def test_an_order_whose_operations_wait_for_one_another_is_named_and_has_no_page() -> None:
    made = shop()
    circle = Operation("op-x", "open", 20, 0, 0, predecessor_ids=("op-open",), milestone=True)
    first = replace(made.operations["op-open"], predecessor_ids=("op-x",))
    broken = replace(made, operations={**made.operations, "op-open": first, "op-x": circle})
    page = await page_of(broken)
    assert "WO-open" not in codes(page)
    assert page.warnings == ["The operations of order WO-open wait for one another, so it is left out."]
    with pytest.raises(InvalidRouting):
        await boards(broken).order(tenant(), "WO-open")


async def test_orders_of_a_whole_shop_stand_as_the_tool_says() -> None:
    """Milestones, work outside, orders that nobody has scheduled, and imported overlaps among them."""
    of = make_demo(size=DemoSize.SMALL, seed=3, today=AS_OF.date(), name="Demo").shop
    now = to_minute(AS_OF)
    reports, routings = OrderReports(ShopTimes(of, (now, now + 90 * 1440)), now), Routings(of)
    standings = [standing_of(order, routings, 8 * 60) for order in of.orders.values()]
    assert {standing.outlook for standing in standings} >= {Outlook.UNSCHEDULED, Outlook.ON_TIME}
    assert any(needs_no_machine(operation) for operation in of.operations.values())
    for standing in standings:
        report = reports.of(standing.order)
        assert (standing.outlook, standing.finish, standing.slack) == (
            report.outlook,
            report.figures.finish,
            report.figures.slack,
        )
