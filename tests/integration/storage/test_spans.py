"""Spans are kept for weeks and not for ever, and one that has ended stays as it ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from leadhand.context import Principal
from leadhand.spans import Span, SpanKind, Trace, span
from storage import runs, spans, threads
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.spans import KeptSpan
from storage.usage import TurnLimits


async def admitted(database: Database, who: Principal) -> UUID:
    async with database.transaction(who) as conn:
        thread = await threads.create_or_get_thread(conn, chat_id="chat")
        run = await runs.admit(
            conn,
            run_id=UUID(str(uuid7())),
            thread_id=thread.id,
            owner="this process",
            lease_s=60,
            model="scripted",
            permissions=who.permissions,
            as_of=datetime(2026, 12, 7, 12, tzinfo=UTC),
            limits=TurnLimits(max_shop_runs=100, max_user_runs=100),
            timezone="UTC",
        )
    return run.id


async def save(database: Database, who: Principal, run_id: UUID, *saved: Span) -> None:
    async with database.transaction(who) as conn:
        await spans.save(conn, run_id=run_id, attempt=1, spans=saved)


async def kept(database: Database, who: Principal, run_id: UUID) -> Sequence[KeptSpan]:
    async with database.transaction(who) as conn:
        found = await spans.runs_of_trace(conn, run_id=run_id, limit=10)
        return await spans.of_runs(conn, runs=found, limit=10)


async def test_a_span_is_kept_open_then_as_it_ended_and_not_opened_again(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    run_id = await admitted(database, who)
    Trace(run_id).begin()
    with span(SpanKind.TOOL, "check_capacity", call_id="c-1") as tool:
        await save(database, who, run_id, tool)
        [now] = await kept(database, who, run_id)
        assert (now.kind, now.name, now.call_id, now.ended_at) == ("tool", "check_capacity", "c-1", None)
        late = Span(tool.kind, tool.name, id=tool.id, parent_id=tool.parent_id, started_us=tool.started_us)
        tool.note(output_chars=7)
    await save(database, who, run_id, tool)
    await save(database, who, run_id, late)
    [ended] = await kept(database, who, run_id)
    assert (ended.code, ended.facts, ended.id) == (None, {"output_chars": 7}, now.id)
    assert ended.ended_at is not None
    assert ended.ended_at >= ended.started_at == now.started_at


async def test_a_text_that_postgres_does_not_take_is_no_reason_to_lose_a_turn(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """The finish reason is the provider's own word."""
    who, _ = two_shops
    run_id = await admitted(database, who)
    Trace(run_id).begin()
    with span(SpanKind.MODEL, "m" * 300, finish_reason="sto\0p\ud800" * 50) as call:
        pass
    await save(database, who, run_id, call)
    [found] = await kept(database, who, run_id)
    assert (len(found.name), len(str(found.facts["finish_reason"]))) == (100, 100)


async def test_weeks_to_come_have_a_place_and_those_gone_by_are_dropped(server: EmbeddedServer) -> None:
    partitions = b"""
        select right(c.relname, 8) from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'span'::regclass and c.relname ~ '[0-9]{8}$' order by 1"""
    weeks = b"""
        select to_char(date_trunc('week', now() at time zone 'UTC') + n * interval '1 week', 'YYYYMMDD')
          from generate_series(-4, 2) n order by 1"""
    with psycopg.connect(server.owner_url) as owner:
        owner.execute("set role leadhand_owner")
        for first, after in (("2020-01-06", "2020-01-13"), ("2020-02-03", "2020-02-10")):
            name = f"span_{first.replace('-', '')}"
            owner.execute(
                f"create table {name} partition of span for values from ('{first}') to ('{after}')".encode()
            )
    with psycopg.connect(server.runtime_url) as app:
        # Nobody else is at it meanwhile.
        app.execute("select pg_advisory_xact_lock(hashtextextended('turn_span_partitions', 0))")
        app.execute("select turn_span_partitions()")
        found = [row[0] for row in app.execute(partitions).fetchall()]
        wanted = [row[0] for row in app.execute(weeks).fetchall()]
    assert set(found) <= set(wanted)
    assert set(found) >= set(wanted[-3:])
