"""What a board shows, over HTTP and from the tables: the present and the years behind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio
from fastapi import FastAPI

from leadhand.context import Permission, Principal
from leadhand.errors import JsonValue
from planning.shop import Booking, BookingStatus, Order, OrderStatus, Segment, Shop
from storage.database import Database
from storage.shop_writer import write_shop
from tests.acceptance.json_access import at, items_at, number_at, parse, text_at
from tests.integration.server.conftest import READER, Caller, calling, refusal
from tests.integration.storage.small_shop import chicago, small_shop

CLOCK = {"x-as-of": "2026-12-01T08:00:00-06:00"}
DAYS_OF_HISTORY = 24


def aged(shop: Shop) -> Shop:
    """The small shop with an order that was done in July, in a booking a day on each machine."""
    model = shop.operations["o1-20"]
    operations = [
        replace(model, id=f"old-{day}", order_id="ord-old", seq=day, predecessor_ids=None)
        for day in range(1, DAYS_OF_HISTORY + 1)
    ]
    bookings = [
        Booking(
            f"old-{day}-{machine}",
            f"old-{day}",
            machine,
            chicago(day, 6, month=7),
            chicago(day, 8, month=7),
            BookingStatus.DONE,
            segments=(Segment(chicago(day, 6, month=7), chicago(day, 8, month=7), who),),
        )
        for day in range(1, DAYS_OF_HISTORY + 1)
        for machine, who in (("m-haas", "op-anna"), ("m-puma", None))
    ]
    old = Order("ord-old", "WO-OLD", "Acme", 3, OrderStatus.DONE, chicago(20, 0, month=7))
    return replace(
        shop,
        orders={**shop.orders, old.id: old},
        operations={**shop.operations, **{o.id: o for o in operations}},
        bookings=(*shop.bookings, *bookings),
    )


@dataclass
class Planner:
    caller: Caller

    async def get(self, path: str, **headers: str) -> JsonValue:
        response = await self.caller.http.get(path, headers={**CLOCK, **headers})
        assert response.status_code == 200, response.text
        return parse(response.content)

    async def pages(self, path: str, rows: str) -> list[JsonValue]:
        """The rows of all pages."""
        found: list[JsonValue] = []
        cursor = ""
        while True:
            page = await self.get(f"{path}&cursor={cursor}" if cursor else path)
            found += items_at(page, rows)
            if at(page, "next_cursor") is None:
                return found
            cursor = quote(text_at(page, "next_cursor"))


@pytest_asyncio.fixture
async def planner(app: FastAPI, database: Database) -> AsyncIterator[Planner]:
    """A planner of a shop with a history."""
    who = Principal(f"aged-{uuid4().hex[:12]}", "erika", READER | {Permission.STUDIO})
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=aged(small_shop()))
    async with calling(app, who) as caller:
        yield Planner(caller)


async def test_orders_have_the_figures_of_the_tool(planner: Planner) -> None:
    page = await planner.get("/api/orders")
    told = await planner.caller.http.post("/api/tools/get_order_status", json={}, headers=CLOCK)
    rows = {text_at(row, "order", "code"): row for row in items_at(parse(told.content), "orders")}
    assert [text_at(row, "order", "code") for row in items_at(page, "orders")] == ["WO-2", "WO-1"]
    for row in items_at(page, "orders"):
        expected = rows[text_at(row, "order", "code")]
        for figure in ("planned_finish", "slack_h", "critical_ratio", "remaining_h", "next_operation"):
            assert at(row, figure) == at(expected, figure)


async def test_machines_and_people_keep_what_they_had_and_tell_how_they_stand(planner: Planner) -> None:
    machines = items_at(await planner.get("/api/machines"), "machines")
    assert [text_at(machine, "code") for machine in machines] == ["HAAS", "PUMA"]
    puma = machines[1]
    assert (text_at(puma, "name"), text_at(puma, "active_from")) == ("Puma 3100", "2026-12-01T00:00:00-06:00")
    assert text_at(puma, "calendar", "name") == "Day and night"
    assert text_at(puma, "state") == "closed"
    [anna] = items_at(await planner.get("/api/operators"), "operators")
    assert (text_at(anna, "presence"), text_at(anna, "skills", 0, "code")) == ("off_shift", "T")


@pytest.mark.parametrize("limit", [5, 48, 300])
async def test_paging_through_july_gives_each_booking_of_it_once(planner: Planner, limit: int) -> None:
    rows = await planner.pages(f"/api/schedule?from=2026-07-01&to=2026-07-31&limit={limit}", "bookings")
    assert len(rows) == len({text_at(row, "id") for row in rows}) == 2 * DAYS_OF_HISTORY
    ends = [text_at(row, "end") for row in rows]
    assert ends == sorted(ends)
    first = rows[0]
    assert (text_at(first, "order", "code"), text_at(first, "outlook"), at(first, "late")) == (
        "WO-OLD",
        "done",
        False,
    )
    assert number_at(first, "work_h") == 2


FILTERS = (
    ("machines=HAAS", DAYS_OF_HISTORY),
    ("machines=HAAS,PUMA", 2 * DAYS_OF_HISTORY),
    ("machines=HAAS&machines=m-puma", 2 * DAYS_OF_HISTORY),
    ("work_center=TURN", 2 * DAYS_OF_HISTORY),
    ("operator=ANNA", DAYS_OF_HISTORY),
    ("operator=ANNA&machines=PUMA", 0),
    ("order=WO-OLD", 2 * DAYS_OF_HISTORY),
    ("order=ord-old&operator=ANNA", DAYS_OF_HISTORY),
    ("order=WO-1", 0),
)


async def test_the_past_is_filtered_as_the_present_is(planner: Planner) -> None:
    july = "/api/schedule?from=2026-07-01&to=2026-07-31&limit=20"
    for filters, count in FILTERS:
        ids = [text_at(row, "id") for row in await planner.pages(f"{july}&{filters}", "bookings")]
        assert (filters, len(ids), len(set(ids))) == (filters, count, count)


async def test_past_and_present_meet_without_a_gap(planner: Planner) -> None:
    """One window from the tables, the same bookings from the plan that is held."""
    of_tables = await planner.pages("/api/schedule?from=2026-11-01&to=2026-12-31&limit=2", "bookings")
    of_plan = await planner.pages("/api/schedule?from=2026-12-01&to=2026-12-31&limit=2", "bookings")
    ids = [text_at(row, "id") for row in of_plan]
    assert len(ids) > 2
    assert [text_at(row, "id") for row in of_tables if text_at(row, "id") in ids] == ids
    by_id = {text_at(row, "id"): row for row in of_tables}
    assert [by_id[key] for key in ids] == of_plan


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-07-03T07:00", "2026-07-03T07:01", 2),  # in the middle of the work
        ("2026-07-03T08:00", "2026-07-04T06:00", 0),  # touching is not sharing
        ("2026-07-03T07:59", "2026-07-04T06:01", 4),
    ],
)
async def test_a_booking_is_in_a_window_that_it_shares_a_minute_with(
    planner: Planner, first: str, last: str, count: int
) -> None:
    page = await planner.get(f"/api/schedule?from={first}&to={last}")
    assert len(items_at(page, "bookings")) == count


async def test_an_order_closed_long_ago_is_found_whole(planner: Planner) -> None:
    found = await planner.get("/api/orders/WO-OLD")
    assert (text_at(found, "order", "status"), text_at(found, "order", "planned_finish")) == (
        "done",
        "2026-07-24T08:00:00-05:00",
    )
    operations = items_at(found, "operations")
    assert len(operations) == DAYS_OF_HISTORY
    assert {text_at(row, "state") for row in operations} == {"done"}
    assert [text_at(b, "machine", "code") for b in items_at(operations[0], "bookings")] == ["HAAS", "PUMA"]
    listed = await planner.get("/api/orders?status=done")
    assert at(listed, "total") == 0, "its last booking is more than 30 days back"


async def test_one_order_shows_what_was_reported_of_it(planner: Planner, database: Database) -> None:
    async with database.transaction(planner.caller.who) as connection:
        await connection.execute(
            b"insert into progress (operation_id, at, good, scrap)"
            b" values ('o1-10', '2026-12-01 13:00+00', 7, 2)"
        )
    [operation, *_] = items_at(await planner.get("/api/orders/WO-1"), "operations")
    assert (at(operation, "good_pieces"), at(operation, "scrap_pieces")) == (7, 2)
    assert [text_at(a, "machine", "code") for a in items_at(operation, "alternatives")] == ["PUMA", "HAAS"]


async def test_a_page_that_the_client_has_is_not_sent_again_until_the_plan_changes(
    planner: Planner, database: Database
) -> None:
    http = planner.caller.http
    first = await http.get("/api/orders", headers=CLOCK)
    tag = first.headers["etag"]
    again = await http.get("/api/orders", headers={**CLOCK, "if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "authorization" in again.headers["vary"]
    later = {"x-as-of": "2026-12-01T08:01:00-06:00", "if-none-match": tag}
    assert (await http.get("/api/orders", headers=later)).status_code == 200
    async with database.transaction(planner.caller.who) as connection:
        await connection.execute(b"update production_order set priority = 1 where id = 'ord-1'")
    changed = await http.get("/api/orders", headers={**CLOCK, "if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert at(parse(changed.content), "data_version") == number_at(parse(first.content), "data_version") + 1


async def test_two_shops_in_the_same_state_never_share_a_tag(planner: Planner, small_planner: Caller) -> None:
    mine = await planner.caller.http.get("/api/machines", headers=CLOCK)
    response = await small_planner.http.get(
        "/api/machines", headers={**CLOCK, "if-none-match": mine.headers["etag"]}
    )
    assert response.status_code == 200


REFUSED = (
    ("/api/orders/NONE", 404, "not_found"),
    ("/api/orders/NONE%00", 404, "not_found"),
    ("/api/orders?machine=NONE", 404, "not_found"),
    ("/api/orders?work_center=NONE", 404, "not_found"),
    ("/api/orders?status=finished", 422, "invalid_request"),
    ("/api/orders?outlook=done", 422, "invalid_request"),
    ("/api/orders?sort=customer", 422, "invalid_request"),
    ("/api/orders?due_from=someday", 422, "invalid_date"),
    ("/api/orders?limit=0", 422, "invalid_request"),
    ("/api/orders?limit=201", 422, "invalid_request"),
    ("/api/orders?cursor=x", 422, "invalid_request"),
    ("/api/orders?q=", 422, "invalid_request"),
    ("/api/machines/NONE", 404, "not_found"),
    ("/api/machines?work_center=NONE", 404, "not_found"),
    ("/api/machines?from=2026-12-02&to=2026-12-01", 422, "empty_window"),
    ("/api/machines?from=2026-12-01&to=2027-03-01", 422, "window_too_long"),
    ("/api/machines?cursor=x", 422, "invalid_request"),
    ("/api/operators/NONE", 404, "not_found"),
    ("/api/operators?skill=NONE", 404, "not_found"),
    ("/api/schedule?machines=NONE", 404, "not_found"),
    ("/api/schedule?order=NONE", 404, "not_found"),
    ("/api/schedule?operator=NONE", 404, "not_found"),
    ("/api/schedule?from=2026-02-31", 422, "invalid_date"),
    ("/api/schedule?from=2026-01-01&to=2026-12-31", 422, "window_too_long"),
    ("/api/schedule?from=2026-07-01&to=2026-07-31&cursor=x", 422, "invalid_request"),
    ("/api/schedule?limit=301", 422, "invalid_request"),
)


async def test_what_cannot_be_shown_is_refused_with_its_code(planner: Planner) -> None:
    for path, status, code in REFUSED:
        response = await planner.caller.http.get(path, headers=CLOCK)
        assert (response.status_code, path) == (status, path)
        refusal(response, status, code)


async def test_a_row_of_another_shop_is_as_unknown_as_any(planner: Planner, anna: Caller) -> None:
    for path in (
        "/api/orders/ord-1",
        "/api/machines/m-puma",
        "/api/operators/op-anna",
        "/api/orders?machine=HAAS",
        "/api/schedule?order=WO-OLD",
    ):
        assert (await planner.caller.http.get(path, headers=CLOCK)).status_code == 200
        of_foreign = refusal(await anna.http.get(path), 404, "not_found")
        assert of_foreign == refusal(await anna.http.get(path + "-none"), 404, "not_found")


async def test_an_empty_shop_has_empty_boards(anna: Caller) -> None:
    for path, rows in (("orders", "orders"), ("machines", "machines"), ("operators", "operators")):
        page = (await anna.http.get(f"/api/{path}")).json()
        assert (page[rows], page["total"], page["next_cursor"]) == ([], 0, None)
    for window in ("", "?from=2020-01-01&to=2020-01-31"):
        assert (await anna.http.get(f"/api/schedule{window}")).json()["bookings"] == []


async def test_only_who_may_fix_the_clock_sees_another_minute(anna: Caller) -> None:
    refusal(await anna.http.get("/api/orders", headers=CLOCK), 403, "permission_denied")
