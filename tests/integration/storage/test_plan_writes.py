"""A write is made once, exactly as it was approved, for its own shop, or not at all; it can be taken back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from leadhand.context import Permission, Principal
from leadhand.errors import (
    DatabaseUnavailable,
    IdempotencyConflict,
    NotFound,
    PermissionDenied,
    StalePlan,
)
from planning.plan_writes import Row, RowChange, added, changed, effect_of, inverse, removed
from planning.shop import (
    Absence,
    Booking,
    BookingStatus,
    CalendarException,
    CapacityHold,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Segment,
    Shop,
)
from planning.zones import to_minute
from storage.database import Database
from storage.plan_writes import PlanWrite
from storage.shop_writer import write_shop
from tests.integration.storage.write_desk import LATER, Desk, Input, approved, desk_of, opened
from tests.unit.tools.shops import AS_OF, at, plan
from tools.writing import AppliedWrite, ApprovedWrite, ProposedWrite


async def persistently(desk: Desk, write: ApprovedWrite) -> AppliedWrite:
    """Tries again while the shop has too much under way at once."""
    while True:
        try:
            return await desk.apply(write)
        except DatabaseUnavailable:
            await asyncio.sleep(0)


BOOK: Input = {"order": "WO-4", "operation": 10, "machine": "Puma 2600", "start": "2026-12-03T06:00"}
LOCK: Input = {"order": "WO-1"}
MOVE: Input = {"order": "WO-3", "start": "2026-12-04"}


async def test_ten_equal_calls_at_once_make_one_write(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    write = approved("book_operation", BOOK, await desk.propose("book_operation", BOOK))
    made = await asyncio.gather(*(persistently(desk, write) for _ in range(10)))
    assert len({one.write_id for one in made}) == 1
    assert {one.model_dump_json() for one in made} == {made[0].model_dump_json()}
    assert await desk.count("plan_write") == 1
    assert await desk.count("audit") == 1
    assert sum(b.operation_id == "op-4" for b in (await desk.plan()).bookings) == 1


async def test_the_booking_is_the_one_that_was_shown_and_the_version_moves(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    proposal = await desk.propose("book_operation", BOOK)
    made = await desk.apply(approved("book_operation", BOOK, proposal))
    after = await desk.plan()
    [booked] = [b for b in after.bookings if b.operation_id == "op-4"]
    assert booked == proposal.changes[0].row_change().after
    assert after.settings.data_version == made.data_version > proposal.data_version
    assert (made.summary, made.approved_by) == (proposal.summary, "bea")


async def test_an_audit_row_says_who_asked_who_approved_and_what_changed(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    made = await desk.do("set_lock", LOCK)
    [row] = await desk.audited()
    assert (row.action, row.tool, row.write_id) == ("write_applied", "set_lock", made.write_id)
    assert (row.actor, row.requested_by, row.approved_by) == (desk.tenant.user_id, desk.tenant.user_id, "bea")
    assert row.changes is not None
    before, after = row.changes[0]["before"], row.changes[0]["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (before["locked"], after["locked"]) == (False, True)


async def test_a_row_that_was_changed_since_makes_it_stale_and_the_change_is_proposed_anew(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    write = approved("reschedule_order", MOVE, await desk.propose("reschedule_order", MOVE))
    await desk.do("reschedule_order", {"order": "WO-3", "start": "2026-12-03"})
    before = await desk.plan()
    with pytest.raises(StalePlan) as stale:
        await desk.apply(write)
    fresh = ProposedWrite.model_validate(stale.value.details["fresh"])
    assert fresh.data_version == before.settings.data_version
    assert fresh.rows[0].before != write.proposal.rows[0].before
    assert (await desk.plan()).bookings == before.bookings
    assert [row.code for row in await desk.audited()] == ["stale_plan", None]


async def test_a_change_elsewhere_does_not_stand_in_its_way(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    write = approved("reschedule_order", MOVE, await desk.propose("reschedule_order", MOVE))
    await desk.do("set_lock", LOCK)
    made = await desk.apply(write)
    [moved] = [b for b in (await desk.plan()).bookings if b.id == "3"]
    assert moved == write.proposal.changes[0].row_change().after
    assert made.data_version > write.proposal.data_version + 1


async def test_work_that_somebody_else_put_there_makes_it_stale(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """None of its own rows differ, but the machine is taken now."""
    desk = await opened(database, two_shops[0])
    write = approved("book_operation", BOOK, await desk.propose("book_operation", BOOK))
    await desk.do("reschedule_order", {"order": "WO-3", "start": "2026-12-03T06:00"})
    with pytest.raises(StalePlan) as stale:
        await desk.apply(write)
    refused = stale.value.details["refused"]
    assert isinstance(refused, dict)
    assert refused["code"] == "write_refused"
    assert not [b for b in (await desk.plan()).bookings if b.operation_id == "op-4"]


async def test_an_approval_of_long_ago_is_worth_nothing(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    write = approved("set_lock", LOCK, await desk.propose("set_lock", LOCK))
    over = write.proposal.model_copy(update={"expires_at": "2020-01-01T00:00:00+00:00"})
    with pytest.raises(StalePlan):
        await desk.apply(replace(write, proposal=over))
    assert await desk.count("plan_write") == 0


async def test_another_change_under_the_same_call_is_refused(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    write = approved("set_lock", LOCK, await desk.propose("set_lock", LOCK))
    await desk.apply(write)
    other = await desk.propose("set_lock", {"order": "WO-2"})
    with pytest.raises(IdempotencyConflict):
        await desk.apply(replace(write, proposal=other.model_copy(update={"expires_at": LATER.isoformat()})))


async def test_a_change_of_which_one_row_fails_leaves_nothing(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    one = before.bookings[0]
    lost = Booking(
        "new", "no such operation", "puma", at(9, 6), at(9, 7), segments=(Segment(at(9, 6), at(9, 7)),)
    )
    with pytest.raises(StalePlan):
        await desk.writes.apply(
            desk.tenant, plan_write(before, [changed(one, replace(one, locked=True)), added(lost)])
        )
    assert await desk.plan() == before
    assert (await desk.count("plan_write"), await desk.count("audit")) == (0, 1)


async def test_two_bookings_on_a_machine_at_once_are_not_written(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    row = next(b for b in before.bookings if b.id == "2")
    with pytest.raises(StalePlan):
        await desk.writes.apply(desk.tenant, plan_write(before, [changed(row, moved_to(row, at(2, 7)))]))
    assert await desk.plan() == before


async def test_bookings_may_change_places(database: Database, two_shops: tuple[Principal, Principal]) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    one, two = (next(b for b in before.bookings if b.id == key) for key in "12")
    swap = [
        changed(one, moved_to(one, two.envelope_start)),
        changed(two, moved_to(two, one.envelope_start)),
    ]
    await desk.writes.apply(desk.tenant, plan_write(before, swap))
    after = {b.id: b for b in (await desk.plan()).bookings}
    assert (after["1"], after["2"]) == (swap[0].after, swap[1].after)


async def test_another_shops_rows_and_writes_do_not_exist(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """Both shops use the same ids."""
    mine, other = await opened(database, two_shops[0]), await opened(database, two_shops[1])
    before = await other.plan()
    made = await mine.do("release_booking", {"order": "WO-3"})
    assert await other.plan() == before
    assert (await other.count("plan_write"), await other.count("audit")) == (0, 0)
    with pytest.raises(NotFound):
        await other.writes.find(other.tenant, made.write_id)
    with pytest.raises(NotFound):
        await other.writes.find(other.tenant, None)


async def test_who_may_not_write_is_refused_and_audited(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    viewer = replace(desk, tenant=replace(desk.tenant, permissions=frozenset({Permission.PLANNING_READ})))
    with pytest.raises(PermissionDenied):
        await viewer.propose("set_lock", LOCK)
    [row] = await desk.audited()
    assert (row.action, row.code, row.input) == ("write_refused", "permission_denied", dict(LOCK))


async def test_what_was_taken_out_comes_back_to_where_it_came_from(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """An import that comes again must find its booking."""
    desk = await opened(database, two_shops[0])
    await desk.sql("update booking set external_id = 'B-77', source = 'import' where id = '3'")
    before = await desk.plan()
    await desk.do("release_booking", {"order": "WO-3"})
    assert await desk.count("booking") == 2
    await desk.do("undo_change", {})
    assert (await desk.plan()).bookings == before.bookings
    assert await desk.count("booking where external_id = 'B-77' and source = 'import'") == 1


async def test_a_change_is_taken_back_once(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    made = await desk.do("reschedule_order", MOVE)
    undo: Input = {"write_id": str(made.write_id)}
    twice = [approved("undo_change", undo, await desk.propose("undo_change", undo)) for _ in range(2)]
    undone = await desk.apply(twice[0])
    assert (await desk.plan()).bookings == before.bookings
    with pytest.raises(StalePlan):
        await desk.apply(twice[1])
    with pytest.raises(StalePlan):
        await desk.propose("undo_change", undo)
    assert (await desk.writes.find(desk.tenant, made.write_id)).undone_by == undone.write_id


async def test_an_undo_can_itself_be_taken_back(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    await desk.do("reschedule_order", MOVE)
    moved = (await desk.plan()).bookings
    undone = await desk.do("undo_change", {})
    await desk.do("undo_change", {"write_id": str(undone.write_id)})
    assert (await desk.plan()).bookings == moved


async def test_what_was_changed_since_is_not_overwritten_by_an_undo(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    made = await desk.do("reschedule_order", MOVE)
    await desk.do("set_lock", {"order": "WO-3"})
    with pytest.raises(StalePlan) as stale:
        await desk.propose("undo_change", {"write_id": str(made.write_id)})
    assert stale.value.details["moved"] == ["WO-3 operation 10 Turn"]


async def test_without_an_id_the_persons_own_newest_change_is_meant(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    colleague = replace(desk, tenant=replace(desk.tenant, user_id="carl"))
    await desk.do("set_lock", LOCK)
    await colleague.do("set_lock", {"order": "WO-2"})
    proposal = await desk.propose("undo_change", {})
    assert [row.what for row in proposal.rows] == ["WO-1 operation 10 Turn"]


def moved_to(booking: Booking, start: int) -> Booking:
    later = start - booking.envelope_start
    return replace(
        booking,
        envelope_start=start,
        envelope_end=booking.envelope_end + later,
        segments=tuple(Segment(s.start + later, s.end + later, s.operator_id) for s in booking.segments),
    )


def plan_write(before: Shop, changes: Sequence[RowChange], *, undoes: UUID | None = None) -> PlanWrite:
    """A write past the tools: of a plan proposal, say."""
    return PlanWrite(
        thread_id=uuid4(),
        run_id=uuid4(),
        call_id="call",
        tool="apply_plan_proposal",
        input={},
        summary="Many bookings move.",
        changes=tuple(changes),
        as_of=to_minute(AS_OF),
        base_data_version=before.settings.data_version,
        effect=effect_of(before, changes, to_minute(AS_OF)).digest,
        expires_at=LATER,
        proposal_hash="0" * 64,
        approved_by="bea",
        undoes=undoes,
    )


def every_kind(before: Shop) -> list[RowChange]:
    """A row added, changed and removed in each table that can have it."""
    one, two, three = before.bookings
    order = before.orders["4"]
    [holiday], [down] = before.exceptions, before.downtimes
    new: list[Row] = [
        CalendarException("e", ExceptionKind.OVERTIME, "", machine_id="puma", interval=(at(5, 6), at(5, 9))),
        Downtime("d", "puma", at(7, 6), at(7, 8), DowntimeKind.MAINTENANCE, "oil"),
        Absence("a", "ann", at(9, 0), None, "sick"),
        CapacityHold("q", "Quote 7", at(9, 12), "Acme"),
        Booking(
            "h", None, "puma2", at(9, 6), at(9, 7), BookingStatus.HELD, quote_id="q",
            segments=(Segment(at(9, 6), at(9, 7)),),
        ),
    ]  # fmt: skip
    return [
        *map(added, new),
        changed(one, replace(one, locked=True)),
        changed(two, replace(moved_to(two, at(4, 6)), machine_id="puma2")),
        removed(three),
        changed(order, replace(order, due_at=at(18, 15, 30), priority=5)),
        changed(holiday, replace(holiday, production_date=date(2026, 12, 9), name="Moved")),
        changed(down, replace(down, end=at(6, 0))),
    ]


async def test_rows_of_every_table_change_and_go_back(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    changes = every_kind(before)
    made = await desk.writes.apply(desk.tenant, plan_write(before, changes))
    between = await desk.plan()
    assert made.changes == tuple(changes)
    assert (between.orders["4"].due_at, between.holds["q"].customer) == (at(18, 15, 30), "Acme")
    assert {b.id for b in between.bookings} == {"1", "2", "h"}
    back = plan_write(between, inverse(changes), undoes=made.id)
    await desk.writes.apply(desk.tenant, replace(back, call_id="back"))
    after = await desk.plan()
    assert replace(after, settings=before.settings) == before


async def test_a_due_date_stays_a_date_when_its_order_changes(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    desk = await opened(database, two_shops[0])
    before = await desk.plan()
    order = before.orders["4"]
    change = changed(order, replace(order, due_at=at(22, 0), priority=5))
    await desk.writes.apply(desk.tenant, plan_write(before, [change]))
    assert await desk.count("production_order where due_date = '2026-12-21' and due_at is null") == 1


async def test_a_whole_plan_of_hundreds_of_bookings_moves_at_once(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """Each takes the place of the one before it."""
    rows = [
        Booking(
            f"n{i}", f"op-n{i}", "puma", at(1, 6) + i * 10, at(1, 6) + i * 10 + 10,
            segments=(Segment(at(1, 6) + i * 10, at(1, 6) + i * 10 + 10),),
        )
        for i in range(300)
    ]  # fmt: skip
    desk = desk_of(database, two_shops[0])
    async with database.transaction(two_shops[0]) as connection:
        await write_shop(connection, tenant_id=two_shops[0].tenant_id, shop=plan(*rows))
    before = await desk.plan()
    moves = [changed(b, moved_to(b, b.envelope_start - 10)) for b in before.bookings[1:]]
    first = before.bookings[0]
    moves.append(changed(first, moved_to(first, before.bookings[-1].envelope_start)))
    await desk.writes.apply(desk.tenant, plan_write(before, moves))
    after = {b.id: b for b in (await desk.plan()).bookings}
    assert [after[move.row_id] for move in moves] == [move.after for move in moves]
