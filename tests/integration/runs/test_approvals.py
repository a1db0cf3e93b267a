"""A change waits for a person's yes: asked once, answered once, made once, and the turn goes on."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from leadhand.context import Permission, TenantContext
from leadhand.errors import (
    ApprovalAnswered,
    ApprovalChanged,
    LeadhandError,
    NotFound,
    PermissionDenied,
)
from leadhand.events import (
    RunAwaitingApproval,
    RunFinished,
    ToolDenied,
    ToolFailed,
    ToolSucceeded,
)
from runs.answers import Answer
from storage.approvals import ListedApproval
from tests.acceptance.json_access import at, text_at
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.approving import (
    MACHINES,
    OTHER,
    PRIORITY,
    answer_in_chat,
    ask,
    finished,
    priorities,
    refusals,
    stored_parts,
)
from tests.integration.runs.conftest import Planner, ending, open_shop, said


async def test_a_change_is_made_after_a_yes_and_the_turn_goes_on_in_its_message(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY), says("Done."), says("Yes."))
    [asked] = await ask(planner)
    before = await priorities(planner)
    [waiting] = await stored_parts(planner)
    assert waiting["state"] == "approval-requested"
    assert text_at(waiting, "approval", "descriptor", "proposal", "summary") == text_at(
        waiting, "approval", "requestReason"
    )
    first_id = (await planner.history())[-1].message_id
    after = await answer_in_chat(planner, Answer(asked, approved=True))
    assert isinstance(ending(after), RunFinished)
    assert said(after) == "Done."
    assert await priorities(planner) == {**before, "WO-1": 5} != before
    history = await planner.history()
    assert [(message.role, message.message_id == first_id) for message in history] == [
        ("user", False),
        ("assistant", True),
    ]
    [made] = await stored_parts(planner)
    assert (made["state"], at(made, "approval", "approved")) == ("output-available", True)
    assert at(made, "output", "approved_by") == planner.who.user_id
    assert history[-1].metadata["usage"] == {"inputTokens": 1800, "outputTokens": 80, "totalTokens": 1880}
    assert said(await planner.ask("Sure?")) == "Yes."


async def test_a_no_changes_nothing_and_is_told_to_the_model(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY), says("As you wish."))
    [asked] = await ask(planner)
    before = await priorities(planner)
    events = await answer_in_chat(planner, Answer(asked, approved=False, reason="Not on a Friday"))
    assert [event.reason for event in events if isinstance(event, ToolDenied)] == ["denied"]
    assert await priorities(planner) == before
    [told] = model.requests[-1].trailing_tool_results
    assert "approval_denied" in told
    assert "Not on a Friday" in told
    [part] = await stored_parts(planner)
    assert part["state"] == "output-denied"
    assert (at(part, "approval", "approved"), at(part, "approval", "reason")) == (False, "Not on a Friday")
    assert await refusals(planner) == [("approval_denied", planner.who.user_id)]


async def test_of_ten_answers_at_once_one_counts(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY), says("Done."))
    [asked] = await ask(planner)

    async def one(approved: bool) -> str:
        try:
            answered = await planner.desk.approvals.answer(planner.who, Answer(asked, approved=approved))
        except LeadhandError as error:
            return error.code
        return answered.status

    outcomes = await asyncio.gather(*(one(number % 2 == 0) for number in range(10)))
    await finished(planner)
    assert sorted(outcomes)[:9] == ["approval_answered"] * 9
    made = (await priorities(planner))["WO-1"] == 5
    assert made == (sorted(outcomes)[9] in {"approved", "applied"})


async def test_two_changes_of_one_step_are_decided_each_for_itself(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY, MACHINES, OTHER), says("One of two."))
    events = await planner.ask("Change both")
    asked = [part for part in await stored_parts(planner) if "approval" in part]
    yes, no = (UUID(text_at(part, "approval", "id")) for part in asked)
    assert [event.call_id for event in events if isinstance(event, ToolSucceeded)]
    before = await priorities(planner)
    waiting = await answer_in_chat(planner, Answer(yes, approved=True))
    assert isinstance(ending(waiting), RunAwaitingApproval)
    assert await priorities(planner) == before
    assert [part["state"] for part in await stored_parts(planner)] == [
        "approval-responded",
        "output-available",
        "approval-requested",
    ]
    done = await answer_in_chat(planner, Answer(no, approved=False))
    assert said(done) == "One of two."
    assert await priorities(planner) == {**before, "WO-1": 5}
    assert [part["state"] for part in await stored_parts(planner)] == [
        "output-available",
        "output-available",
        "output-denied",
    ]
    assert len(model.requests) == 2


async def test_a_colleague_answers_over_the_list_and_the_turn_goes_on_as_who_asked(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY), says("Done."))
    [asked] = await ask(planner)
    boss = replace(planner.who, user_id="boss")
    approvals = planner.desk.approvals
    [listed] = await approvals.pending(boss, limit=10, before=None)
    assert (listed.id, listed.requested_by, listed.chat_id) == (asked, planner.who.user_id, None)
    answered = await approvals.answer(boss, Answer(asked, approved=True))
    assert answered.decided_by == "boss"
    assert said(await finished(planner)) in {"", "Done."}
    [part] = await stored_parts(planner)
    assert at(part, "output", "approved_by") == "boss"
    assert (await planner.run_row()).user_id == planner.who.user_id
    assert await approvals.pending(boss, limit=10, before=None) == ()


async def test_who_may_not_approve_sees_and_answers_nothing_of_a_colleague(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY))
    [asked] = await ask(planner)
    reader = replace(planner.who, user_id="carl", permissions=frozenset({Permission.PLANNING_READ}))
    approvals = planner.desk.approvals
    assert await approvals.pending(reader, limit=10, before=None) == ()
    with pytest.raises(NotFound):
        await approvals.get(reader, asked)
    with pytest.raises(PermissionDenied):
        await approvals.answer(reader, Answer(asked, approved=True))
    asker = replace(planner.who, permissions=reader.permissions)
    [own] = await approvals.pending(asker, limit=10, before=None)
    assert own.chat_id == planner.chat_id
    with pytest.raises(PermissionDenied):
        await approvals.answer_in_chat(asker, planner.chat_id, [Answer(asked, approved=True)])


async def test_another_shop_has_no_such_approval(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY))
    [asked] = await ask(planner)
    other = await open_shop(planner.desk.database, "south")
    stranger = TenantContext(
        other.tenant_id, other.user_id, other.permissions, "UTC", "en-US", planner.who.as_of
    )
    for attempt in (
        planner.desk.approvals.get(stranger, asked),
        planner.desk.approvals.answer(stranger, Answer(asked, approved=True)),
        planner.desk.approvals.answer_in_chat(stranger, planner.chat_id, [Answer(asked, approved=True)]),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await planner.desk.approvals.pending(stranger, limit=10, before=None) == ()


async def test_an_answer_is_bound_to_what_was_shown(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY))
    [asked] = await ask(planner)
    with pytest.raises(ApprovalChanged):
        await answer_in_chat(planner, Answer(asked, approved=True, proposal_hash="0" * 64))
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            'update approval set input = \'{"order": "WO-2", "priority": 1}\' where id = %s', (asked,)
        )
    with pytest.raises(ApprovalChanged):
        await answer_in_chat(planner, Answer(asked, approved=True))


async def test_a_write_that_a_person_may_not_ask_for_is_refused_before_it_is_proposed(
    planner: Planner, model: ScriptedModel
) -> None:
    viewer = Planner(
        planner.desk, replace(planner.who, permissions=frozenset({Permission.PLANNING_READ})), "viewers-chat"
    )
    model.play(calls(PRIORITY), says("I may not."))
    events = await viewer.ask("Change it")
    assert "update_due_date" not in model.requests[0].tool_names
    assert [event.code for event in events if isinstance(event, ToolFailed)] == ["permission_denied"]
    assert await refusals(viewer) == [("permission_denied", None)]
    assert await planner.desk.approvals.pending(planner.who, limit=10, before=None) == ()


async def test_the_list_comes_in_pages_newest_first(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY, OTHER, PRIORITY))
    asked = await ask(planner)
    pages: list[ListedApproval] = []
    while page := await planner.desk.approvals.pending(
        planner.who, limit=2, before=pages[-1].id if pages else None
    ):
        pages.extend(page)
    assert [approval.id for approval in pages] == sorted(asked, reverse=True)


async def test_an_answer_names_an_approval_that_there_is(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(PRIORITY), says("Done."))
    [asked] = await ask(planner)
    with pytest.raises(NotFound):
        await answer_in_chat(planner, Answer(uuid4(), approved=True))
    await answer_in_chat(planner, Answer(asked, approved=True), Answer(uuid4(), approved=True))
    assert (await priorities(planner))["WO-1"] == 5
    with pytest.raises(ApprovalAnswered):
        await answer_in_chat(planner, Answer(asked, approved=False))
