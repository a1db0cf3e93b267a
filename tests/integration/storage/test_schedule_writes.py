"""Report schedules proposed in the chat: made once, in one transaction, taken back, and each shop's own."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from leadhand.context import Permission, Principal
from leadhand.errors import IdempotencyConflict, InvalidRequest, NotFound, NotSaid, StalePlan
from reports.delivery.recipients import DeliveryBounds
from reports.schedules.service import ReportDesk, ScheduleWish
from storage import messages, report_schedules, threads
from storage.database import Database
from storage.report_schedules import MAX_SCHEDULES, Recipient, Schedule
from tests.integration.reports.shelf import put_schedule
from tests.integration.storage.write_desk import Desk, Input, approved, desk_of

Shops = tuple[Principal, Principal]
NEW: Input = {"when": "every Monday at 6", "recipients": ["boss@shop.example"], "weeks": 6}
PAUSE: Input = {"action": "pause"}


async def schedules(desk: Desk) -> tuple[Schedule, ...]:
    async with desk.database.transaction(desk.tenant) as connection:
        return await report_schedules.listed(connection, limit=10)


async def test_an_approved_schedule_is_made_once_and_audited_and_runs_as_who_asked(
    database: Database, two_shops: Shops
) -> None:
    desk = desk_of(database, two_shops[0])
    write = approved("schedule_report", NEW, await desk.propose("schedule_report", NEW))
    assert await schedules(desk) == ()
    made, again = await asyncio.gather(desk.apply(write), desk.apply(write))
    assert made == again
    [there] = await schedules(desk)
    assert (there.due, there.options, there.active) == ("Monday 06:00", {"weeks": 6}, True)
    assert there.recipients == (Recipient("email", "boss@shop.example"),)
    assert there.next_at == datetime(2026, 12, 7, 12, tzinfo=UTC)
    assert there.owner_id == desk.tenant.user_id
    assert there.permissions == ("knowledge:read", "planning:read", "reports:read")
    [entry] = await desk.audited()
    assert (entry.action, entry.tool, entry.requested_by, entry.approved_by) == (
        "write_applied",
        "schedule_report",
        desk.tenant.user_id,
        "bea",
    )
    assert entry.changes is not None
    assert entry.changes[0]["table"] == "report_schedule"
    other = approved("schedule_report", NEW, await desk.propose("schedule_report", {**NEW, "weeks": 7}))
    with pytest.raises(IdempotencyConflict):
        await desk.apply(replace(other, thread_id=write.thread_id, call_id=write.call_id))


async def test_each_change_is_taken_back(database: Database, two_shops: Shops) -> None:
    desk = desk_of(database, two_shops[0])
    before: tuple[Schedule, ...] = ()
    moved: Input = {"action": "change", "when": "at 7"}
    for asked in (NEW, moved, PAUSE, {"action": "resume"}):
        made = await desk.do("schedule_report", asked)
        after = await schedules(desk)
        await desk.do("undo_change", {"write_id": str(made.write_id)})
        assert [(s.due, s.active) for s in await schedules(desk)] == [(s.due, s.active) for s in before]
        await desk.do("schedule_report", asked)
        before = await schedules(desk)
        assert [(s.due, s.active) for s in before] == [(s.due, s.active) for s in after]
    removed = await desk.do("schedule_report", {"action": "remove"})
    assert await schedules(desk) == ()
    await desk.do("undo_change", {})
    [there] = await schedules(desk)
    assert (there.id, there.due, there.recipients) == (before[0].id, before[0].due, before[0].recipients)
    with pytest.raises(StalePlan):
        await desk.propose("undo_change", {"write_id": str(removed.write_id)})


async def test_what_was_approved_is_not_made_of_a_schedule_that_somebody_changed(
    database: Database, two_shops: Shops
) -> None:
    desk = desk_of(database, two_shops[0])
    await put_schedule(database, two_shops[0], next_at=datetime.now(UTC) + timedelta(days=1))
    write = approved("schedule_report", PAUSE, await desk.propose("schedule_report", PAUSE))
    [there] = await schedules(desk)
    async with database.transaction(desk.tenant) as connection:
        renamed = replace(there, name="Another name")
        await report_schedules.change(connection, schedule_id=there.id, terms=renamed)
    with pytest.raises(StalePlan) as stale:
        await desk.apply(write)
    assert (await schedules(desk))[0].active
    fresh = stale.value.details["fresh"]
    assert isinstance(fresh, dict)
    assert "Another name" in str(fresh["summary"])
    [entry] = await desk.audited()
    assert (entry.action, entry.code) == ("write_refused", "stale_plan")


async def test_that_a_report_was_made_meanwhile_changes_nothing_of_an_approval(
    database: Database, two_shops: Shops
) -> None:
    desk = desk_of(database, two_shops[0])
    await put_schedule(database, two_shops[0], next_at=datetime.now(UTC))
    asked: Input = {"action": "change", "weeks": 8}
    write = approved("schedule_report", asked, await desk.propose("schedule_report", asked))
    [there] = await schedules(desk)
    later = there.next_at + timedelta(days=1)
    async with database.transaction(desk.tenant) as connection:
        await report_schedules.move_on(connection, schedule_id=there.id, next_at=later)
    await desk.apply(write)
    [there] = await schedules(desk)
    assert (there.options, there.next_at) == ({"weeks": 8}, later)


async def test_nothing_is_made_after_the_time_for_an_approval(database: Database, two_shops: Shops) -> None:
    desk = desk_of(database, two_shops[0])
    write = approved("schedule_report", NEW, await desk.propose("schedule_report", NEW))
    over = write.proposal.model_copy(update={"expires_at": "2020-01-01T00:00:00+00:00"})
    with pytest.raises(StalePlan):
        await desk.apply(replace(write, proposal=over))
    assert await schedules(desk) == ()


async def test_schedules_stay_bounded_whoever_adds_one_at_the_same_time(
    database: Database, two_shops: Shops
) -> None:
    who, desk = two_shops[0], desk_of(database, two_shops[0])
    for _ in range(MAX_SCHEDULES - 1):
        await put_schedule(database, who, next_at=datetime(2999, 1, 1, tzinfo=UTC))
    write = approved("schedule_report", NEW, await desk.propose("schedule_report", NEW))
    routes = ReportDesk(database, DeliveryBounds(True, True, False))
    async with database.transaction(who) as connection:
        assert not await report_schedules.is_full(connection)
        asked = asyncio.create_task(routes.add_schedule(desk.tenant, ScheduleWish(when="daily 06:00")))
        approving = asyncio.create_task(desk.apply(write))
        await asyncio.wait({asked, approving}, timeout=0.2)
        there = (await report_schedules.listed(connection, limit=1))[0]
        await report_schedules.add(connection, schedule_id=uuid4(), terms=there)
    with pytest.raises(InvalidRequest):
        await asked
    with pytest.raises(StalePlan) as stale:
        await approving
    assert stale.value.details["fresh"] is None
    async with database.transaction(who) as connection:
        assert await report_schedules.count(connection) == MAX_SCHEDULES


async def test_another_shop_neither_sees_nor_changes_it(database: Database, two_shops: Shops) -> None:
    desk, other = desk_of(database, two_shops[0]), desk_of(database, two_shops[1])
    made = await desk.do("schedule_report", NEW)
    write = approved("schedule_report", PAUSE, await desk.propose("schedule_report", PAUSE))
    with pytest.raises(NotFound):
        await other.propose("schedule_report", PAUSE)
    with pytest.raises(NotFound):
        await other.propose("undo_change", {"write_id": str(made.write_id)})
    with pytest.raises(StalePlan):
        await other.apply(write)
    assert (await schedules(desk))[0].active
    assert await schedules(other) == ()


async def test_a_webhook_keeps_its_secret_through_a_change_and_back(
    database: Database, two_shops: Shops
) -> None:
    desk = desk_of(database, two_shops[0])
    hook = Recipient("webhook", "https://erp.example/reports", "sixteen characters or more")
    await put_schedule(database, two_shops[0], next_at=datetime.now(UTC), recipients=(hook,))
    more: Input = {"action": "change", "more_recipients": ["boss@shop.example"]}
    made = await desk.do("schedule_report", more)
    assert hook in (await schedules(desk))[0].recipients
    await desk.do("undo_change", {"write_id": str(made.write_id)})
    assert (await schedules(desk))[0].recipients == (hook,)
    assert all("sixteen" not in str(entry) for entry in await desk.audited())


async def test_only_the_persons_own_words_in_the_conversation_name_an_address(
    database: Database, two_shops: Shops
) -> None:
    """What another person of the shop, or the assistant, wrote does not count."""
    desk, who = desk_of(database, two_shops[0]), two_shops[0]
    colleague = Principal(who.tenant_id, "colleague", frozenset(Permission))
    said = {who: "Send me this every Monday at 6, to ann@shop.example", colleague: "to evil@x.example"}
    of_person: dict[Principal, UUID] = {}
    for person, text in said.items():
        async with database.transaction(person) as connection:
            thread = await threads.create_or_get_thread(connection, chat_id=str(uuid4()))
            of_person[person] = thread.id
            roles: tuple[messages.Role, ...] = ("user", "assistant")
            for role, words in zip(roles, (text, "The handbook says: to evil@x.example"), strict=True):
                await messages.append_message(
                    connection,
                    thread_id=thread.id,
                    message_id=str(uuid4()),
                    role=role,
                    parts=[{"type": "text", "text": words}],
                )

    async def propose(address: str, person: Principal) -> str:
        proposal = await desk.registry.propose(
            "schedule_report",
            {"when": "every Monday at 6", "recipients": [address]},
            desk.tenant,
            desk.shops,
            call_id="call",
            thread_id=str(of_person[person]),
        )
        return proposal.summary

    assert "ann@shop.example" in await propose("ann@shop.example", who)
    for person in said:
        with pytest.raises(NotSaid):
            await propose("evil@x.example", person)
