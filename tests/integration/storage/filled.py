"""A person with a row in every table."""

from datetime import UTC, datetime
from uuid import UUID

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import Checkpoint, empty_checkpoint
from uuid_utils.compat import uuid7

from leadhand.api_key import new_api_key
from leadhand.context import Principal
from storage import (
    alert_episodes,
    alerts,
    approvals,
    knowledge,
    knowledge_passages,
    messages,
    proposals,
    quizzes,
    recall,
    report_deliveries,
    report_schedules,
    reports,
    results,
    run_events,
    runs,
    threads,
    working_memory,
)
from storage.api_keys import create_key
from storage.database import Database
from storage.knowledge import NewVersion
from storage.knowledge_passages import NewPassage
from storage.report_schedules import Recipient
from storage.saver import TenantSaver, checkpoint_owner
from storage.shop_writer import write_shop
from storage.summaries import ThreadSummary, save_summary
from storage.threads import Thread
from storage.transactions import Connection
from storage.usage import TurnLimits
from storage.working_memory import Profile
from tests.integration.storage.small_shop import small_shop


async def fill_every_table(database: Database, who: Principal) -> Thread:
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
        await connection.execute(b"insert into demo_shop (size, seed, today) values ('small', 1, now())")
        await connection.execute(
            b"insert into material_requirement (id, operation_id, item, qty)"
            b" values ('mr-1', 'o1-10', 'Bar', 1.5)"
        )
        await connection.execute(
            b"insert into progress (operation_id, at, good) values ('o1-10', '2026-12-07', 3)"
        )
        await connection.execute(
            b"insert into import_row (entity, key, line, record) values ('machine', 'm', 2, '{}')"
        )
        proposal = uuid7()
        await proposals.add(
            connection,
            proposal_id=proposal,
            permissions=who.permissions,
            as_of=datetime(2026, 12, 7, 12, tzinfo=UTC),
            request={},
        )
        await connection.execute(
            b"insert into plan_change (plan_version_id, seq, order_id, operation_id, before, after)"
            b" values (%s, 1, 'o1', 'o1-10', '{}', '{}')",
            (proposal,),
        )
        await connection.execute(
            b"insert into import_mapping (fingerprint, name, document, confirmed_by)"
            b" values (repeat('0', 64), 'jobs.csv', '{}', 'planner')"
        )
        await connection.execute(
            b"insert into import_log (id, what, name, sources, files, rows_new, rows_changed, rows_unchanged,"
            b" rows_missing, rows_removed) values (%s, 'folder', 'plan', '{}', '{booking}', 1, 0, 0, 0, 0)",
            (uuid7(),),
        )
        await connection.execute(
            b"insert into simulation (sim_id, kind, what, as_of, data_version, orders_affected,"
            b" bookings_affected, newly_late, unplaced, stuck)"
            b" values ('sim-0123456789abcdef', 'new_order', 'an order', '2026-12-07', 1, 0, 0, 0, 0, 0)"
        )
        await connection.execute(
            b"insert into capacity_hold (id, name, expires_at) values ('hold-1', 'Quote', '2126-12-07')"
        )
        await connection.execute(
            b"insert into plan_write (id, thread_id, run_id, call_id, tool, input, proposal_hash, summary,"
            b" approved_by, base_data_version, data_version, changes, origins)"
            b" values (%(id)s, %(id)s, %(id)s, 'c1', 'set_lock', '{}', repeat('0', 64), 'Locked.', 'ann', 1,"
            b" 2, '[]', '[]')",
            {"id": uuid7()},
        )
        await connection.execute(
            b"insert into audit (id, action, tool, code) values (%s, 'write_refused', 'set_lock', 'stale')",
            (uuid7(),),
        )
        await create_key(
            connection,
            key=new_api_key(),
            name="ERP export",
            acts_as=who.user_id,
            permissions=who.permissions,
            expires_at=None,
        )
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
        seq = await messages.append_message(
            connection,
            thread_id=thread.id,
            message_id="m-1",
            role="user",
            parts=[{"type": "text", "text": "Hello"}],
        )
        await recall.index_message(
            connection, recall.Indexed(thread.id, seq, "Hello", [1.0, 0.0]), model="any"
        )
        run = await runs.admit(
            connection,
            run_id=uuid7(),
            thread_id=thread.id,
            owner="this process",
            lease_s=60,
            model="scripted",
            permissions=who.permissions,
            as_of=datetime(2026, 12, 7, 12, tzinfo=UTC),
            user_message_seq=seq,
            limits=TurnLimits(max_shop_runs=100, max_user_runs=100),
            timezone="UTC",
        )
        await approvals.ask(
            connection,
            approval_id=uuid7(),
            thread_id=thread.id,
            run_id=run.id,
            call_id="call-2",
            tool="update_due_date",
            tool_input={"order": "WO-1"},
            proposal={"summary": "WO-1 is due later."},
            proposal_hash="0" * 64,
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )
        flush = run_events.Flush(1, b"[]")
        await run_events.append(connection, run_id=run.id, attempt=1, flush=flush)
        await run_events.follow(connection, run_id=run.id, for_s=60)
        await connection.execute(
            b"insert into span (week, run_id, id, parent_id, attempt, kind, name, started_at)"
            b" values (date_trunc('week', now() at time zone 'UTC'), %s, 2, 1, 1, 'tool', 'a tool', now())",
            (run.id,),
        )
        await connection.execute(b"insert into usage_day (day) values (now())")
        await results.store_result(
            connection,
            call_id="call-1",
            thread_id=thread.id,
            run_id=run.id,
            tool="check_capacity",
            output={"verdict": "yes"},
        )
        await fill_knowledge(connection)
        await fill_quiz(connection, thread.id)
        await fill_reports(connection, who)
        await fill_alerts(connection, who)
        await working_memory.hold(connection)
        await working_memory.save(connection, Profile(name="Ada"), calls=[])
        await save_summary(
            connection, thread_id=thread.id, summary=ThreadSummary(seq, "Said hello."), previous_seq=None
        )
    await put_checkpoint(TenantSaver(database.pool), who, str(thread.id))
    return thread


async def put_checkpoint(
    saver: TenantSaver, who: Principal, thread_id: str, text: str = "Hello"
) -> Checkpoint:
    """One checkpoint with a value and a pending write."""
    token = checkpoint_owner.set(who)
    try:
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"] = {"messages": [HumanMessage(text)], "steps": 1}
        versions: dict[str, str | int | float] = {"messages": "1", "steps": "1"}
        checkpoint["channel_versions"] = versions
        config = await saver.aput(
            {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}},
            checkpoint,
            {"source": "loop", "step": 1, "parents": {}},
            versions,
        )
        await saver.aput_writes(config, [("messages", [HumanMessage("pending")])], task_id="task-1")
        return checkpoint
    finally:
        checkpoint_owner.reset(token)


async def fill_quiz(connection: Connection, thread_id: UUID) -> None:
    quiz = quizzes.NewQuiz(uuid7(), thread_id, "call-3", "coolant", "easy", "en", [{"text": "How much?"}])
    await quizzes.keep(connection, quiz)
    await quizzes.answer(connection, quiz_id=quiz.id, number=1, call_id="call-4", choice=0, is_right=True)


async def fill_reports(connection: Connection, who: Principal) -> None:
    at = datetime(2026, 12, 7, 6, tzinfo=UTC)
    terms = report_schedules.ScheduleTerms(
        "Week", "Monday 06:00", None, {}, (Recipient("folder", "pdf"),), who.user_id, (), True, at
    )
    schedule = await report_schedules.add(connection, schedule_id=uuid7(), terms=terms)
    report = reports.NewReport(
        uuid7(), schedule.id, "2026-12-07T06:00", at, "Week", {}, who.user_id, (), status="skipped"
    )
    await reports.add(connection, report)
    await report_deliveries.add(
        connection, delivery_id=uuid7(), report_id=report.id, recipient=terms.recipients[0]
    )


async def fill_alerts(connection: Connection, who: Principal) -> None:
    at, condition = datetime(2026, 12, 7, 6, tzinfo=UTC), {"kind": "order_late"}
    terms = alerts.AlertTerms("Late", {**condition}, (), who.user_id, (), True)
    alert = await alerts.add(connection, alert_id=uuid7(), terms=terms)
    notice = uuid7()
    await alert_episodes.add_notice(connection, alert, report_id=notice, content="{}", at=at)
    raised = [alert_episodes.Raised("ord-1", "WO-1", {})]
    await alert_episodes.open_all(connection, alert_id=alert.id, raised=raised, report_id=notice, at=at)


async def fill_knowledge(connection: Connection) -> None:
    await knowledge.claim_index(connection, model="none")
    document = await knowledge.hold_source(connection, source="a.txt", new_id=uuid7())
    new = NewVersion(
        document_id=document.id,
        version=1,
        id=uuid7(),
        kind="text",
        content_hash="0",
        content=b"Words.",
        title=None,
        category=None,
        readers=[],
        dated=datetime(2026, 12, 7, tzinfo=UTC),
        uploaded_by="ada",
    )
    await knowledge.add_version(connection, new)
    version = await knowledge_passages.version_by_id(connection, version_id=new.id)
    assert version is not None
    passage = NewPassage(uuid7(), ["Heading"], 1, "Words.")
    await knowledge_passages.keep_cut(connection, version, title="A", passages=[passage])
    await knowledge_passages.publish(connection, version)
