"""Rules of the plan that the database itself keeps, whoever writes."""

from collections.abc import Mapping

import psycopg
import pytest
import pytest_asyncio
from psycopg import errors

from leadhand.context import Principal
from storage.database import Database
from storage.shop_writer import write_shop
from storage.transactions import Connection
from tests.integration.storage.small_shop import small_shop


@pytest_asyncio.fixture
async def planner(database: Database, two_shops: tuple[Principal, Principal]) -> Principal:
    """A person in a shop with the small plan: b-1 on PUMA 7 Dec 6:00-10:00, b-2 on HAAS 12:00-14:00 local."""
    who = two_shops[0]
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    return who


async def run(database: Database, who: Principal, *statements: bytes) -> None:
    """All statements in one transaction, constraints that wait for its end included."""
    async with database.transaction(who) as connection:
        for statement in statements:
            await connection.execute(statement)


async def row(connection: Connection, query: bytes) -> Mapping[str, object]:
    found = await (await connection.execute(query)).fetchone()
    assert found is not None
    return found


async def read(database: Database, who: Principal, query: bytes) -> Mapping[str, object]:
    async with database.transaction(who) as connection:
        return await row(connection, query)


async def booked(database: Database, who: Principal, *names: str) -> dict[str, str]:
    """The spans of those bookings that are stored, as hours of the shop's clock."""
    async with database.transaction(who) as connection:
        rows = await connection.execute(
            b"select id, to_char(envelope_start at time zone 'America/Chicago', 'HH24') || '-' ||"
            b" to_char(envelope_end at time zone 'America/Chicago', 'HH24') as span"
            b" from booking where id = any(%s)",
            (list(names),),
        )
        return {found["id"]: found["span"] for found in await rows.fetchall()}


def booking(
    name: bytes, start: bytes, end: bytes, *, waived: bytes = b"false", machine: bytes = b"m-puma"
) -> bytes:
    return (
        b"insert into booking (id, quote_id, machine_id, envelope_start,"
        b" envelope_end, status, waived_conflict)"
        b" values ('%s', 'q', '%s', '2026-12-07 %s-06', '2026-12-07 %s-06', 'held', %s)"
        % (name, machine, start, end, waived)
    )


async def test_a_machine_cannot_be_booked_twice_at_once(database: Database, planner: Principal) -> None:
    with pytest.raises(errors.ExclusionViolation, match="booking_one_at_a_time"):
        await run(database, planner, booking(b"b-9", b"09:59", b"11:00"))


async def test_bookings_that_touch_do_not_overlap(database: Database, planner: Principal) -> None:
    await run(database, planner, booking(b"b-9", b"10:00", b"11:00"), booking(b"b-8", b"05:00", b"06:00"))
    assert await booked(database, planner, "b-8", "b-9") == {"b-8": "05-06", "b-9": "10-11"}


async def test_a_waived_overlap_is_stored(database: Database, planner: Principal) -> None:
    await run(database, planner, booking(b"b-9", b"07:00", b"08:00", waived=b"true"))
    assert await booked(database, planner, "b-9") == {"b-9": "07-08"}


async def test_the_same_time_on_another_machine_is_free(database: Database, planner: Principal) -> None:
    await run(database, planner, booking(b"b-9", b"06:00", b"10:00", machine=b"m-haas"))
    assert await booked(database, planner, "b-9") == {"b-9": "06-10"}


async def test_a_milestone_blocks_no_machine(database: Database, planner: Principal) -> None:
    await run(database, planner, booking(b"b-9", b"07:00", b"07:00"))
    assert await booked(database, planner, "b-9") == {"b-9": "07-07"}


async def test_the_same_machine_name_in_another_shop_is_another_machine(
    database: Database, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    async with database.transaction(two_shops[1]) as connection:
        await write_shop(connection, tenant_id=two_shops[1].tenant_id, shop=small_shop())
    here = await booked(database, planner, "b-1", "b-2")
    assert len(here) == 2
    assert await booked(database, two_shops[1], "b-1", "b-2") == here


async def test_two_bookings_may_swap_within_one_transaction(database: Database, planner: Principal) -> None:
    await run(
        database,
        planner,
        booking(b"b-8", b"20:00", b"21:00"),
        booking(b"b-9", b"21:00", b"22:00"),
        b"set constraints booking_one_at_a_time deferred",
        b"update booking set envelope_start = envelope_start + interval '1 hour',"
        b" envelope_end = envelope_end + interval '1 hour' where id = 'b-8'",
        b"update booking set envelope_start = envelope_start - interval '1 hour',"
        b" envelope_end = envelope_end - interval '1 hour' where id = 'b-9'",
    )
    assert await booked(database, planner, "b-8", "b-9") == {"b-8": "21-22", "b-9": "20-21"}


async def test_a_booking_keeps_its_machines_number_when_it_moves(
    database: Database, planner: Principal
) -> None:
    await run(database, planner, b"update booking set machine_id = 'm-puma' where id = 'b-2'")
    found = await read(
        database, planner,
        b"select b.machine_no = m.no as same from booking b join machine m on m.id = b.machine_id"
        b" where b.id = 'b-2'",
    )  # fmt: skip
    assert found == {"same": True}


async def test_a_machine_number_cannot_be_made_up(database: Database, planner: Principal) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        await run(database, planner, b"update booking set machine_no = machine_no + 1000 where id = 'b-2'")


ENVELOPE = b"""
select to_char(envelope_start at time zone 'America/Chicago', 'HH24:MI') as start,
       to_char(envelope_end at time zone 'America/Chicago', 'HH24:MI') as "end" from booking where id = 'b-2'
"""


async def test_the_envelope_grows_with_a_new_segment(database: Database, planner: Principal) -> None:
    await run(
        database, planner,
        b"insert into booking_segment (booking_id, start, \"end\")"
        b" values ('b-2', '2026-12-07 15:00-06', '2026-12-07 16:30-06')",
    )  # fmt: skip
    assert await read(database, planner, ENVELOPE) == {"start": "12:00", "end": "16:30"}


async def test_the_envelope_shrinks_with_its_segments(database: Database, planner: Principal) -> None:
    await run(
        database, planner,
        b"update booking_segment set \"end\" = '2026-12-07 13:00-06' where booking_id = 'b-2'",
    )  # fmt: skip
    assert await read(database, planner, ENVELOPE) == {"start": "12:00", "end": "13:00"}


async def test_a_booking_whose_work_is_taken_away_blocks_nothing(
    database: Database, planner: Principal
) -> None:
    await run(database, planner, b"delete from booking_segment where booking_id = 'b-2'")
    assert await read(database, planner, ENVELOPE) == {"start": "12:00", "end": "12:00"}


async def test_an_envelope_that_contradicts_its_segments_is_corrected(
    database: Database, planner: Principal
) -> None:
    await run(database, planner, b"update booking set envelope_end = '2026-12-07 23:00-06' where id = 'b-2'")
    assert await read(database, planner, ENVELOPE) == {"start": "12:00", "end": "14:00"}


async def test_segments_that_grow_into_another_booking_are_refused(
    database: Database, planner: Principal
) -> None:
    with pytest.raises(errors.ExclusionViolation, match="booking_one_at_a_time"):
        await run(
            database, planner,
            booking(b"b-9", b"10:00", b"11:00"),
            b"insert into booking_segment (booking_id, start, \"end\")"
            b" values ('b-9', '2026-12-07 09:00-06', '2026-12-07 11:00-06')",
        )  # fmt: skip


async def test_segments_of_one_booking_cannot_overlap(database: Database, planner: Principal) -> None:
    with pytest.raises(errors.ExclusionViolation) as refused:
        await run(
            database, planner,
            b"insert into booking_segment (booking_id, start, \"end\")"
            b" values ('b-2', '2026-12-07 13:00-06', '2026-12-07 15:00-06')",
        )  # fmt: skip
    assert refused.value.diag.constraint_name == "booking_segment_disjoint"


BROKEN: dict[str, tuple[bytes, str]] = {
    "an instant off the minute grid": (
        b"update downtime set start = start + interval '30 seconds'", "instant_on_minute_grid"),
    "a downtime that ends before it starts": (
        b"update downtime set \"end\" = start - interval '1 hour'", "downtime_in_order"),
    "a segment without length": (
        b"update booking_segment set \"end\" = start", "booking_segment_in_order"),
    "a shift of more than a day": (
        b"update calendar_shift set end_local = '23:00' where ends_next_day",
        "calendar_shift_lasts_up_to_a_day"),
    "a shift that ends before it starts": (
        b"update calendar_shift set end_local = '05:00' where weekday = 7",
        "calendar_shift_lasts_up_to_a_day"),
    "a break outside its shift": (
        b"update calendar_shift set breaks = '[{\"start_local\": \"05:00\", \"end_local\": \"05:30\"}]'"
        b" where start_local = '06:00'", "calendar_shift_breaks_inside"),
    "a night break after the shift's end": (
        b"update calendar_shift set breaks = '[{\"start_local\": \"05:45\", \"end_local\": \"06:15\"}]'"
        b" where ends_next_day", "calendar_shift_breaks_inside"),
    "a milestone that takes time": (
        b"update operation set setup_min = 5 where milestone", "operation_milestone_takes_no_time"),
    "two kinds of due date": (
        b"update production_order set due_date = '2026-12-01' where due_at is not null",
        "production_order_due_once"),
    "a closure of two owners": (
        b"update calendar_exception set machine_id = 'm-puma' where calendar_id is not null",
        "calendar_exception_has_one_owner"),
    "an exception with date and interval": (
        b"update calendar_exception set production_date = '2026-12-01' where start is not null",
        "calendar_exception_date_or_interval"),
    "a booking for nothing": (
        b"update booking set quote_id = null where id = 'b-4'", "booking_for_operation_or_quote"),
    "a priority out of range": (
        b"update production_order set priority = 6", "production_order_priority_check"),
    "a time zone that does not exist": (
        b"update tenant_settings set timezone = 'Mars'", "tenant_settings_timezone_check"),
    "an operation that waits for itself in a circle": (
        b"update operation set predecessor_ids = '{o1-20}' where id = 'o1-10'", "operation_acyclic"),
    "a predecessor of another order": (
        b"update operation set predecessor_ids = '{o2-10}' where id = 'o1-20'",
        "operation_predecessor_exists"),
    "an operation that no machine can do": (
        b"delete from operation_alternative where operation_id = 'o1-20'", "operation_has_alternative"),
    "two shifts at once": (
        b"insert into calendar_shift (calendar_id, weekday, start_local, end_local)"
        b" values ('cal-day', 1, '14:00', '15:00')", "calendar_shift_disjoint"),
    "a Sunday night that runs into Monday's shift": (
        b"insert into calendar_shift (calendar_id, weekday, start_local, end_local, ends_next_day)"
        b" values ('cal-day', 7, '18:00', '06:30', true)", "calendar_shift_disjoint"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
async def test_a_row_that_breaks_a_rule_is_refused(database: Database, planner: Principal, what: str) -> None:
    statement, constraint = BROKEN[what]
    with pytest.raises(psycopg.IntegrityError) as refused:
        await run(database, planner, statement)
    assert refused.value.diag.constraint_name == constraint


async def test_a_time_zone_that_only_looks_like_one_is_refused(
    database: Database, planner: Principal
) -> None:
    with pytest.raises(psycopg.DataError):
        await run(database, planner, b"update tenant_settings set timezone = 'Europe/Atlantis'")


VERSION = b"select data_version from tenant_settings"


@pytest.mark.parametrize(
    "change",
    [
        b"update machine set name = 'x' where id = 'm-puma'",
        b"insert into skill (id, code) values ('sk-mill', 'M')",
        b"delete from absence",
        b"update booking_segment set operator_id = null",
        b"update tenant_settings set frozen_hours = 99",
        b"update calendar_shift set breaks = '[]'",
    ],
)
async def test_every_change_of_the_plan_moves_the_data_version_by_one(
    database: Database, planner: Principal, change: bytes
) -> None:
    before = await read(database, planner, VERSION)
    await run(database, planner, change, change.replace(b"sk-mill', 'M'", b"sk-grind', 'G'"))
    after = await read(database, planner, VERSION)
    assert after["data_version"] == int(str(before["data_version"])) + 1


async def test_reading_does_not_move_the_data_version(database: Database, planner: Principal) -> None:
    before = await read(database, planner, VERSION)
    await run(
        database, planner, b"select * from booking", b"update machine set name = 'x' where id = 'nothing'"
    )
    assert await read(database, planner, VERSION) == before


async def test_a_change_that_is_rolled_back_leaves_the_data_version(
    database: Database, planner: Principal
) -> None:
    before = await read(database, planner, VERSION)
    with pytest.raises(errors.UndefinedTable):
        await run(database, planner, b"delete from absence", b"select * from no_such_table")
    assert await read(database, planner, VERSION) == before


async def test_one_shops_change_leaves_the_others_data_version(
    database: Database, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    before = await read(database, two_shops[1], VERSION)
    await run(database, planner, b"delete from absence")
    assert await read(database, two_shops[1], VERSION) == before


async def test_a_changed_row_counts_its_versions(database: Database, planner: Principal) -> None:
    change = b"update machine set name = name || '!' where id = 'm-puma'"
    await run(database, planner, change, change)
    found = await read(database, planner, b"select row_version from machine where id = 'm-puma'")
    assert found == {"row_version": 3}


async def test_an_import_finds_its_row_again_by_source_and_external_id(
    database: Database, planner: Principal
) -> None:
    again = b"insert into skill (id, code, source, external_id) values ('%s', '%s', 'jobboss', '17')"
    await run(database, planner, again % (b"a", b"A"))
    with pytest.raises(errors.UniqueViolation):
        await run(database, planner, again % (b"b", b"B"))
