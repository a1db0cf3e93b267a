"""A server is killed at each boundary of turns that change the plan: each change is made once, or waits on.

All turns stand at their boundary at the same moment, and a check before the kill says so: a kill that came
late fails. A worker in a process of its own goes on with them; approvals are given at a server that stays.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.lost_servers import end, eventually, runs, waiting_for_locks, working
from tests.acceptance.model_script import (
    CallFragment,
    CallStart,
    Gate,
    ModelReply,
    ModelRequest,
    Pause,
    Text,
    calls,
    plays,
    says,
)
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.transcript import sound_history
from tests.acceptance.workspace import Workspace

PLANNER = ("planning:read", "planning:write", "approve", "studio")
TOOL, ANSWER, NEXT, NEXT_ANSWER = "update_due_date", "It has another priority.", "Sure?", "Yes."

# Where a turn stands when its server is killed → whether its change is made by then.
WRITING, PROPOSED, WAITING = "in the writing of the call", "while it is proposed", "while it waits for a yes"
APPLIED, KEPT = "while it is made", "made, before that is kept"
BEFORE_ANSWER, MID_ANSWER = "before the answer", "in the answer"
BOUNDARIES = {
    WRITING: False,
    PROPOSED: False,
    WAITING: False,
    APPLIED: False,
    KEPT: True,
    BEFORE_ANSWER: True,
    MID_ANSWER: True,
}


@dataclass(frozen=True, slots=True)
class Change:
    order: str
    before: JsonValue
    priority: int

    @property
    def call(self) -> tuple[str, JsonValue]:
        return (TOOL, {"order": self.order, "priority": self.priority})


@dataclass(slots=True)
class Story:
    """`made`: how often each change stands in the ledger, at the kill and in the end."""

    changes: dict[str, Change]
    chats: dict[str, str] = field(default_factory=lambda: {name: new_chat_id() for name in BOUNDARIES})
    gates: dict[str, Gate] = field(default_factory=lambda: {name: Gate() for name in BOUNDARIES})
    asked: Counter[str] = field(default_factory=Counter[str])
    made_at_kill: dict[str, int] = field(default_factory=dict[str, int])
    made: dict[str, int] = field(default_factory=dict[str, int])
    priorities: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    messages: dict[str, list[JsonValue]] = field(default_factory=dict[str, list[JsonValue]])

    def replies(self, name: str) -> tuple[ModelReply, ...]:
        pause, propose = Pause(self.gates[name]), calls(self.changes[name].call)
        match name:
            case "in the writing of the call":
                begun = CallStart(0, "call_0", TOOL), CallFragment(0, '{"order": "')
                return (plays(*begun, pause), propose, says(ANSWER))
            case "before the answer":
                return (propose, plays(pause, Text("No")), says(ANSWER))
            case "in the answer":
                return (propose, plays(Text("It "), pause), says(ANSWER))
            case _:
                return (propose, says(ANSWER))

    def reply(self, asked: ModelRequest) -> ModelReply:
        question = asked.last_user_text
        if at(asked.body, "tools") is None or question not in BOUNDARIES:
            return says("A title")
        self.asked[question] += 1
        replies = self.replies(question)
        return replies[min(self.asked[question], len(replies)) - 1]


@pytest.fixture(scope="module")
def pia(scripted_server: ServerProcess, workspace: Workspace) -> Generator[Caller]:
    """She plans the shop north, at the server that stays."""
    with Caller(scripted_server.url, workspace.token("north", "pia", PLANNER)) as caller:
        yield caller


@pytest.fixture(scope="module")
def story(  # noqa: PLR0917 - what a whole installation consists of
    scripted_server: ServerProcess,
    scripted_model_process: ScriptedModel,
    workspace: Workspace,
    model_settings: dict[str, str],
    database: ShopDatabase,
    consumer: Consumer,
    pia: Caller,
) -> Generator[Story]:
    del scripted_server
    told = Story(dict(zip(BOUNDARIES, changes(pia), strict=True)))
    scripted_model_process.play_rule(told.reply)
    with ExitStack() as stack:
        doomed = ServerProcess(workspace, "doomed", model_settings)
        doomed.start()
        stack.callback(end, doomed)
        doomed.wait_ready()
        with Caller(doomed.url, workspace.token("north", "pia", PLANNER)) as there:
            bring_to_their_boundaries(told, there, database, consumer, doomed)
        # Gone before the tests: it would have their scripts name what other modules' threads are about.
        with working(workspace, model_settings):
            for name, chat in told.chats.items():
                approve_if_it_waits(pia, database, chat)
                eventually(lambda chat=chat: runs(database, chat)[-1]["status"] != "running")
                assert runs(database, chat)[-1]["status"] == "finished", name
                told.messages[name] = sound_history(pia, consumer, chat, roles="ua")
                told.made[name] = made(database, chat)
                told.priorities[name] = priority(pia, told.changes[name].order)
        for gate in told.gates.values():
            gate.open()
        yield told


def changes(pia: Caller) -> list[Change]:
    """One for each boundary, of an order of its own."""
    orders = items_at(parse(pia.http.get(f"/api/orders?limit={len(BOUNDARIES)}").content), "orders")
    codes = [text_at(order, "order", "code") for order in orders]
    found = [(code, priority(pia, code)) for code in codes]
    return [Change(code, now, 4 if now == 5 else 5) for code, now in found]


def priority(caller: Caller, order: str) -> JsonValue:
    return at(parse(caller.http.get(f"/api/orders/{order}").content), "order", "priority")


def made(database: ShopDatabase, chat: str) -> int:
    query = sql.SQL(
        "select count(*)::int from plan_write w join thread t on t.id = w.thread_id where t.chat_id = %s"
    )
    [(count,)] = database.run(query, chat)
    assert isinstance(count, int)
    return count


def bring_to_their_boundaries(
    told: Story, there: Caller, database: ShopDatabase, consumer: Consumer, doomed: ServerProcess
) -> None:
    """Each as far as its name says; then the kill."""
    for name in (WAITING, APPLIED, KEPT, BEFORE_ANSWER, MID_ANSWER):
        there.ask(told.chats[name], name)
    for name in (BEFORE_ANSWER, MID_ANSWER):
        approve(there, database, told.chats[name])
        told.gates[name].wait_reached()
    there.tab(consumer, told.chats[WRITING]).start_send(WRITING)
    told.gates[WRITING].wait_reached()
    with holding(database, "tool_result"):
        approve(there, database, told.chats[KEPT])
        eventually(lambda: made(database, told.chats[KEPT]) == 1 and waiting_for_locks(database) == 1)
        with database.holding_the_plan("north"):
            approve(there, database, told.chats[APPLIED])
            eventually(lambda: waiting_for_locks(database) == 2)
            there.tab(consumer, told.chats[PROPOSED]).start_send(PROPOSED)
            eventually(lambda: waiting_for_locks(database) == 3)
            check_boundaries(told, database)
            doomed.kill()
            there.http.close()


def check_boundaries(told: Story, database: ShopDatabase) -> None:
    """Else a kill comes too late to show anything."""
    for name, chat in told.chats.items():
        told.made_at_kill[name] = made(database, chat)
        run = runs(database, chat)[-1]
        expected = "awaiting_approval" if name == WAITING else "running"
        assert (run["status"], run["attempt"]) == (expected, 1), name


@contextmanager
def holding(database: ShopDatabase, table: str) -> Generator[None]:
    """Within the block nobody reads or writes the table."""
    with database.connection() as connection:
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(table)))
        yield


def open_approvals(database: ShopDatabase, chat: str) -> list[str]:
    query = sql.SQL(
        "select a.id::text from approval a join thread t on t.id = a.thread_id "
        "where t.chat_id = %s and a.status = 'pending'"
    )
    return [str(row[0]) for row in database.run(query, chat)]


def approve(caller: Caller, database: ShopDatabase, chat: str) -> None:
    [approval] = open_approvals(database, chat)
    response = caller.http.post(f"/api/approvals/{approval}", json={"approved": True})
    assert response.status_code == 200, response.text


def approve_if_it_waits(pia: Caller, database: ShopDatabase, chat: str) -> None:
    """Once the turn is over, or asks."""
    eventually(lambda: runs(database, chat)[-1]["status"] != "running")
    if open_approvals(database, chat):
        approve(pia, database, chat)


@pytest.mark.parametrize("name", BOUNDARIES)
def test_the_change_is_made_once(story: Story, name: str) -> None:
    assert (story.made_at_kill[name], story.made[name]) == (int(BOUNDARIES[name]), 1)
    assert story.priorities[name] == story.changes[name].priority != story.changes[name].before


@pytest.mark.parametrize("name", BOUNDARIES)
def test_there_is_one_question_and_one_whole_answer(story: Story, name: str) -> None:
    question, answer = story.messages[name]
    assert (message_text(question), message_text(answer)) == (name, ANSWER)
    states = [text_at(part, "state") for part in items_at(answer, "parts") if at(part, "toolCallId")]
    assert states == ["output-available"]


@pytest.mark.parametrize("name", BOUNDARIES)
def test_the_conversation_goes_on(
    story: Story, pia: Caller, consumer: Consumer, scripted_model: ScriptedModel, name: str
) -> None:
    scripted_model.play(says(NEXT_ANSWER))
    assert pia.ask(story.chats[name], NEXT).text == NEXT_ANSWER
    sound_history(pia, consumer, story.chats[name], roles="uaua")


@pytest.mark.parametrize("name", BOUNDARIES)
def test_the_audit_tells_of_it_once(story: Story, database: ShopDatabase, name: str) -> None:
    query = sql.SQL(
        "select a.approved_by from audit a join thread t on t.id = a.thread_id "
        "where a.action = 'write_applied' and t.chat_id = %s"
    )
    assert database.run(query, story.chats[name]) == [("pia",)]
