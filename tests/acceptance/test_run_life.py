"""Turns whose server is killed, stands still or is stopped in the middle of them: each goes on in the worker.

All of it happens at once, to turns that stand at different points, and is looked at from a server that stays:
leases take their time. The pages that watch are those of the npm client.
"""

import signal
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.consumer import Consumer, PendingTurn, Turn
from tests.acceptance.json_access import at, items_at
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

ANSWER, NEXT, NEXT_ANSWER = "The Puma is free from Thursday on.", "Are you there?", "Yes."
TOOL = "get_machine_availability"
PUMA = calls((TOOL, {"machines": ["Puma 3100"]}))
# Of the transcript: what the tool gave is not repeated here.
STEP, SAID = "step-start", "text"
WITH_TOOL = [STEP, f"tool-{TOOL}", STEP, SAID]


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a turn stands when its server is lost, and what its transcript consists of in the end.

    `replies`: of the model, in order; the last one is given to whoever goes on.
    """

    server: str
    replies: tuple[ModelReply, ...]
    parts: list[str]
    gate: Gate = field(default_factory=Gate)
    lost: int = 1


def fates() -> dict[str, Fate]:
    def at_gate(server: str, parts: list[str], script: Callable[[Pause], tuple[ModelReply, ...]]) -> Fate:
        gate = Gate()
        return Fate(server, (*script(Pause(gate)), says(ANSWER)), parts, gate, int(server != "leaving"))

    started = CallStart(0, "call_0", TOOL), CallFragment(0, '{"machines": ["Pu')
    mid_text = [STEP, SAID]
    return {
        "before the first byte": at_gate("killed", mid_text, lambda pause: (plays(pause, Text("No")),)),
        "in mid sentence": at_gate("killed", mid_text, lambda pause: (plays(Text("It is "), pause),)),
        "in the writing of a call": at_gate(
            "killed", WITH_TOOL, lambda pause: (plays(*started, pause), PUMA)
        ),
        "while a tool runs": Fate("killed", (PUMA, says(ANSWER)), WITH_TOOL),
        "between tool and answer": at_gate(
            "killed", WITH_TOOL, lambda pause: (PUMA, plays(pause, Text("No")))
        ),
        "standing still": at_gate("frozen", mid_text, lambda pause: (plays(Text("It "), pause, Text("is")),)),
        "asked to stop": at_gate("leaving", mid_text, lambda pause: (plays(Text("It is "), pause),)),
    }


FATES = tuple(fates())


@dataclass(slots=True)
class Story:
    """What became of the turns.

    `turns`: as the pages saw them that watched from the start; `stored`, `rows`: the answers and the runs.
    """

    chats: dict[str, str]
    fates: dict[str, Fate]
    turns: dict[str, Turn]
    asked: Counter[str]
    stored: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    rows: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    zombie_wrote: list[str] = field(default_factory=list[str])
    left_with: int | None = None
    stop_log: str = ""


@pytest.fixture(scope="module")
def story(  # noqa: PLR0917 - what a whole installation consists of
    scripted_server: ServerProcess,
    scripted_model_process: ScriptedModel,
    workspace: Workspace,
    model_settings: dict[str, str],
    database: ShopDatabase,
    consumer: Consumer,
    anna_token: str,
) -> Generator[Story]:
    told = Story({name: new_chat_id() for name in FATES}, fates(), {}, Counter())
    scripted_model_process.play_rule(script(told))
    with ExitStack() as stack:
        servers = {
            name: ServerProcess(workspace, name, model_settings) for name in ("killed", "frozen", "leaving")
        }
        for server in servers.values():
            server.start()
            stack.callback(end, server)
        worker = stack.enter_context(ExitStack())
        worker.enter_context(working(workspace, model_settings))
        anna = stack.enter_context(Caller(scripted_server.url, anna_token))
        posting = {
            name: stack.enter_context(Caller(server.url, anna_token)) for name, server in servers.items()
        }
        for server in servers.values():
            server.wait_ready()
        watched: dict[str, PendingTurn] = {}

        def begin(name: str) -> None:
            chat = told.chats[name]
            posting[told.fates[name].server].tab(consumer, chat).start_send(name)
            eventually(lambda: bool(runs(database, chat)))
            watched[name] = anna.tab(consumer, chat).start_resume()

        for name, fate in told.fates.items():
            if name != "while a tool runs":
                begin(name)
                fate.gate.wait_reached()
        with database.holding_the_plan("north"):
            begin("while a tool runs")
            eventually(lambda: waiting_for_locks(database) > 0)
            check_all_run(database, told)
            servers["killed"].kill()
            servers["frozen"].send(signal.SIGSTOP)
            for caller in posting.values():
                caller.http.close()
            servers["leaving"].ask_to_stop()
        for name, turn in watched.items():
            told.turns[name] = turn.result()
            told.stored[name] = sound_history(anna, consumer, told.chats[name], roles="ua")[1]
            [told.rows[name]] = runs(database, told.chats[name])
        told.left_with = servers["leaving"].wait_ended()
        told.stop_log = servers["leaving"].log
        tell_of_the_zombie(told, servers["frozen"], database)
        for fate in told.fates.values():
            fate.gate.open()
        # Gone before the tests: it would have their scripts name what other modules' threads are about.
        worker.close()
        yield told


def script(told: Story) -> Callable[[ModelRequest], ModelReply]:
    def reply(asked: ModelRequest) -> ModelReply:
        question = asked.last_user_text
        if at(asked.body, "tools") is None or question not in told.fates:
            return says("A title")
        told.asked[question] += 1
        replies = told.fates[question].replies
        return replies[min(told.asked[question], len(replies)) - 1]

    return reply


def check_all_run(database: ShopDatabase, told: Story) -> None:
    """Else a kill comes too late to show anything."""
    for name, chat in told.chats.items():
        assert [(run["status"], run["attempt"]) for run in runs(database, chat)] == [("running", 1)], name


def tell_of_the_zombie(told: Story, frozen: ServerProcess, database: ShopDatabase) -> None:
    """It moves again, and its model says the rest: what it writes then."""
    chat = told.chats["standing still"]
    before = traces(database, chat)
    frozen.send(signal.SIGCONT)
    told.fates["standing still"].gate.open()
    eventually(lambda: "is left to another process" in frozen.log)
    told.zombie_wrote = [row for row in traces(database, chat) if row not in before]
    frozen.terminate()


def traces(database: ShopDatabase, chat_id: str) -> list[str]:
    """All that a run leaves: its row, its log, its answer, its checkpoints."""
    query = sql.SQL(
        """
        with mine as (select r.* from run r join thread t on t.id = r.thread_id where t.chat_id = %s)
        select to_jsonb(mine)::text from mine
        union all select to_jsonb(e)::text from run_event e join mine on mine.id = e.run_id
        union all select to_jsonb(m)::text from message m join mine on mine.thread_id = m.thread_id
        union all select to_jsonb(c)::text from langgraph.checkpoints c
                    join mine on mine.thread_id::text = c.thread_id
        union all select to_jsonb(w)::text from langgraph.checkpoint_writes w
                    join mine on mine.thread_id::text = w.thread_id
        """
    )
    return [str(row[0]) for row in database.run(query, chat_id)]


@pytest.mark.parametrize("name", FATES)
def test_a_page_that_watches_sees_one_whole_answer(story: Story, name: str) -> None:
    turn = story.turns[name].succeeded()
    assert turn.answer.text == ANSWER
    assert [at(part, "type") for part in turn.answer.parts] == story.fates[name].parts


@pytest.mark.parametrize("name", FATES)
def test_the_transcript_is_what_the_page_shows(story: Story, name: str) -> None:
    assert items_at(story.stored[name], "parts") == story.turns[name].answer.parts
    assert message_text(story.stored[name]) == ANSWER


@pytest.mark.parametrize("name", FATES)
def test_it_was_taken_over_once(story: Story, name: str) -> None:
    run = story.rows[name]
    assert (run["status"], run["attempt"], run["lost"]) == ("finished", 2, story.fates[name].lost)
    assert story.asked[name] == len(story.fates[name].replies), "what was done is not done again"


@pytest.mark.parametrize("name", FATES)
def test_a_tool_ran_to_its_end_once_in_the_transcript(story: Story, name: str) -> None:
    states = [at(part, "state") for part in story.turns[name].answer.tool_parts()]
    assert states == ["output-available"] * (f"tool-{TOOL}" in story.fates[name].parts)


@pytest.mark.parametrize("name", FATES)
def test_the_conversation_goes_on(
    story: Story, anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, name: str
) -> None:
    scripted_model.play(says(NEXT_ANSWER))
    assert anna.ask(story.chats[name], NEXT).text == NEXT_ANSWER
    sound_history(anna, consumer, story.chats[name], roles="uaua")


def test_a_server_that_stood_still_writes_nothing_after_it_was_replaced(story: Story) -> None:
    assert story.zombie_wrote == []


def test_a_server_that_is_asked_to_stop_hands_over_and_ends_well(story: Story) -> None:
    assert story.left_with == 0
    assert "turn handed over" in story.stop_log
    assert "Traceback" not in story.stop_log
