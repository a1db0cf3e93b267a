"""Connections, servers and Postgres fail under load, on two servers with one database: nothing is lost,
doubled or left open.

`make chaos` plays more rounds, each with a seed of its own that a failure names.
"""

import json
import os
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Barrier

import httpx2
import pytest
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.aftermath import (
    assert_coded_error,
    check_aftermath,
    check_turn,
    no_call_without_result,
    requests_for,
)
from tests.acceptance.caller import Caller, message_text, new_chat_id, question, refusal
from tests.acceptance.consumer import Consumer
from tests.acceptance.fault_cases import PUMA, interleaved, question_of, script
from tests.acceptance.fault_mix import FaultMix
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.lost_servers import eventually, runs
from tests.acceptance.model_script import (
    CallFragment,
    CallStart,
    Gate,
    ModelReply,
    ModelRequest,
    Pause,
    ReplyRule,
    Text,
    calls,
    plays,
    says,
)
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.transcript import sound_history
from tests.acceptance.unsteady_pair import SHOP, UnsteadyPair
from tests.acceptance.writing_load import AGREED, MAKING, PROPOSING, WAITING, WritingLoad

# Set by `make chaos`.
ROUNDS = range(int(os.environ.get("CHAOS_ROUNDS", "1")))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
HEALED_WITHIN_S = 30.0
TAKEN_OVER_WITHIN_S = 15.0
# A machine on which a start takes so long comes near the time after which turns are given up.
WITHOUT_WORKER_S = 20.0
LOST = {"database_unavailable", "run_interrupted"}
FIRST, SECOND = "The Puma is free ", "from Thursday on."
WHOLE = FIRST + SECOND
# What follows the last words: the ends of text and step, `finish`, [DONE].
FRAMES_AFTER_THE_GATE = 5
MOST_FRAMES = 100
LATER: tuple[str, JsonValue] = (
    "get_machine_availability",
    {"machines": ["Puma 3100"], "window": "the week after next week"},
)
AT_ONCE = 8
STATE_OF = {"while it is written": "input-streaming", "while it runs": "input-available"}
EQUAL_POSTS = 20


@pytest.fixture
def callers(pair: UnsteadyPair) -> Generator[tuple[Caller, Caller]]:
    """The same person at each of the two servers."""
    with pair.callers() as both:
        yield both


def beside_titles(rule: ReplyRule) -> ReplyRule:
    """The worker asks for titles, which have no tools."""
    return lambda asked: says("A title") if at(asked.body, "tools") is None else rule(asked)


# ── A client that is cut ────────────────────────────────────────────────────────────────────────────────────


class Halting:
    """Each question is answered with two mixed tool calls and a text that waits at a gate of its own."""

    def __init__(self) -> None:
        self.gates: dict[str, Gate] = {}

    def gate(self, text: str) -> Gate:
        return self.gates.setdefault(text, Gate())

    def reply(self, asked: ModelRequest) -> ModelReply:
        if not asked.trailing_tool_results:
            return interleaved(PUMA, LATER)
        return plays(Text(FIRST), Pause(self.gate(asked.last_user_text)), Text(SECOND))


def test_a_client_that_is_cut_after_any_frame_comes_back_to_the_one_whole_answer(
    callers: tuple[Caller, Caller], consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    model = Halting()
    scripted_model.play_rule(beside_titles(model.reply))
    with callers[0].asking(new_chat_id(), "uncut") as stream:
        before_gate = len(stream.until_text(FIRST).chunks)
        model.gate("uncut").open()
        stream.to_end()
    assert before_gate + FRAMES_AFTER_THE_GATE > MOST_FRAMES

    def cut_after(frames: int) -> None:
        chat, text = new_chat_id(), f"cut-after-{frames}"
        here, there = callers[frames % 2], callers[frames // 2 % 2]
        gate = model.gate(text)
        with here.asking(chat, text, message_id=text) as cut:
            if frames > before_gate:
                cut.until_text(FIRST)
                gate.open()
            cut.until(lambda seen: len(seen.chunks) == frames)
        if frames > before_gate:
            again = there.ask(chat, text, message_id=text)
        else:
            with there.following(chat) as again:
                gate.open()
                again.to_end()
        goes_on(cut, again)
        is_stored(again, sound_history(there, consumer, chat, roles="ua")[1])

    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(cut_after, range(1, before_gate + FRAMES_AFTER_THE_GATE)))


def goes_on(cut: ChatStream, again: ChatStream) -> None:
    """What was seen before the cut is how the one whole answer begins."""
    assert again.message_id == cut.message_id
    assert again.text == WHOLE
    seen, whole = list(cut.state.calls.values()), list(again.state.calls.values())
    assert [(call.name, call.input) for call in whole] == [PUMA, LATER]
    assert all(call.state == "output-available" for call in whole)
    for before, after in zip(seen, whole, strict=False):
        assert (before.call_id, before.name) == (after.call_id, after.name)
        assert before.input is None or before.input == after.input
        assert before.output is None or before.output == after.output
    assert WHOLE.startswith(cut.text)
    for call, (_, written) in zip(seen, (PUMA, LATER), strict=False):
        assert json.dumps(written).startswith(call.written), call


def is_stored(again: ChatStream, answer: JsonValue) -> None:
    """The transcript holds just what the client that came back has."""
    parts = items_at(answer, "parts")
    kinds = [text_at(part, "type") for part in parts]
    assert kinds == ["step-start", f"tool-{PUMA[0]}", f"tool-{LATER[0]}", "step-start", "text"]
    assert message_text(answer) == again.text
    kept = [(at(part, "toolCallId"), at(part, "input"), at(part, "output")) for part in parts[1:3]]
    assert kept == [(call.call_id, call.input, call.output) for call in again.state.calls.values()]


# ── A stop in the midst of a call ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", ["while it is written", "while it runs"])
def test_a_call_that_is_stopped_from_the_other_server_is_closed_everywhere(
    pair: UnsteadyPair,
    callers: tuple[Caller, Caller],
    consumer: Consumer,
    scripted_model: ScriptedModel,
    where: str,
) -> None:
    begun = (CallStart(0, "call", PUMA[0]), CallFragment(0, '{"machines": ['))
    call = plays(*begun, Pause(Gate())) if where == "while it is written" else calls(PUMA)
    scripted_model.play_rule(
        beside_titles(lambda asked: call if asked.last_user_text == where else script({})(asked))
    )
    chat = new_chat_id()
    with pair.database.holding_the_plan(SHOP), callers[0].asking(chat, where) as stream:
        stream.until(lambda seen: bool(seen.calls) and seen.calls[0].state == STATE_OF[where])
        assert callers[1].stop(chat).json() == {"stopped": True}
        stream.to_end()
    assert stream.state.terminal == "abort"
    assert [call.state for call in stream.calls] == ["output-error"]
    check_aftermath(callers[1], consumer, pair.database, chat)


# ── Equal requests ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("keyed", [True, False])
def test_equal_posts_at_once_on_two_servers_are_one_run_with_one_answer(
    pair: UnsteadyPair,
    callers: tuple[Caller, Caller],
    consumer: Consumer,
    scripted_model: ScriptedModel,
    keyed: bool,
) -> None:
    gate, chat, ready = Gate(), new_chat_id(), Barrier(EQUAL_POSTS)
    scripted_model.play_rule(beside_titles(lambda _: plays(Text(FIRST), Pause(gate), Text(SECOND))))
    body = question(chat, "When is it free?", message_id="pressed-twenty-times")
    headers = {"idempotency-key": "once"} if keyed else None

    def post(number: int) -> ChatStream:
        ready.wait()
        with callers[number % 2].post_chat(body, headers) as stream:
            stream.until_text(FIRST)
            everybody.wait()
            gate.open()
            return stream.to_end()

    everybody = Barrier(EQUAL_POSTS, timeout=30)
    with ThreadPoolExecutor(EQUAL_POSTS) as people:
        streams = list(people.map(post, range(EQUAL_POSTS)))
    [run] = runs(pair.database, chat)
    for stream in streams:
        assert (stream.text, stream.state.terminal) == (WHOLE, "finish")
        assert stream.state.metadata["run_id"] == run["id"]
        assert stream.message_id == run["assistant_message_id"]
    asked = [request for request in scripted_model.requests if at(request.body, "tools") is not None]
    assert len(asked) == 1
    [_, answer] = sound_history(callers[0], consumer, chat, roles="ua")
    assert message_text(answer) == WHOLE


# ── A Postgres that is killed ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", ROUNDS)
def test_postgres_killed_under_load_costs_no_turn_and_makes_each_approved_change_once(
    pair: UnsteadyPair,
    callers: tuple[Caller, Caller],
    consumer: Consumer,
    scripted_model: ScriptedModel,
    number: int,
) -> None:
    load = WritingLoad(callers, pair.database)
    scripted_model.play_rule(beside_titles(load.reply))
    with ThreadPoolExecutor(len(load.chats)) as people:
        # The connections that hold the locks are cut with all others.
        with ExitStack() as locks:
            streams = load.bring_to_the_brink(people, locks)
            [waiting] = load.open_approvals(WAITING)
            making = runs(pair.database, load.chats[MAKING])[-1]["id"]
            pair.power_off()
        for caller in callers:
            check_refused(caller, "/api/chat", question(new_chat_id(), "Anybody?"))
            check_refused(caller, f"/api/approvals/{waiting}", {"approved": True})
        if number % 2:  # in every other round it stays away for longer than anybody waits
            eventually(lambda: f"run {making} is left to another process" in pair.right.log)
        back = pair.power_on()
        load.gate.open()
        check_healed(callers, back)
        load.approve(WAITING)
        for name, stream in streams.items():
            check_end(stream.result(), name)
    for name, chat in load.chats.items():
        eventually(lambda chat=chat: runs(pair.database, chat)[-1]["status"] != "running")
        if load.open_approvals(name):
            load.approve(name)
            eventually(lambda chat=chat: runs(pair.database, chat)[-1]["status"] != "running")
        [_, answer] = sound_history(callers[0], consumer, chat, roles="ua")
        assert runs(pair.database, chat)[-1]["status"] == "finished", name
        assert message_text(answer) == AGREED
        if load.yeses(name):
            [call] = [part for part in items_at(answer, "parts") if at(part, "toolCallId")]
            assert text_at(call, "state") == "output-available", "what was made is not said to have failed"
        no_call_without_result(pair.database, chat)
        assert callers[1].ask(chat, "And now?").text == AGREED
    for name, change in load.changes.items():
        times = load.yeses(name)
        assert name == PROPOSING or times == 1
        assert (load.made(name), load.told(name)) == (times, times), name
        assert load.priority(change.order) == (change.priority if times else change.before)


def check_refused(caller: Caller, route: str, body: JsonValue) -> None:
    away = caller.http.post(route, json=body)
    assert refusal(away, 503, "database_unavailable")["retryable"] is True


def check_end(stream: ChatStream, name: str) -> None:
    """A right answer, or one coded error: then the turn goes on for whoever asks again."""
    if stream.state.terminal == "error":
        assert_coded_error(stream, text_at(stream.state.metadata["error"], "code"))
        assert text_at(stream.state.metadata["error"], "code") in LOST
    elif name == PROPOSING:  # or the model was told that there is no database
        assert stream.calls[0].state in {"approval-requested", "output-error"}
    else:
        assert stream.text == AGREED


def check_healed(callers: tuple[Caller, Caller], back: float) -> None:
    """Both servers answer, and the one worker works, in time and without a restart."""
    for caller in callers:
        answered = persistently(caller, "/api/chat", question(new_chat_id(), "Are you there?"), back)
        assert "you wished." in answered
    begun = persistently(callers[1], "/api/runs", {"question": "Is the worker there?"}, back)
    run = f"/api/runs/{text_at(parse(begun), 'id')}"
    eventually(lambda: text_at(parse(callers[0].http.get(run).content), "status") == "finished")
    assert time.monotonic() - back < HEALED_WITHIN_S


def persistently(caller: Caller, route: str, body: JsonValue, back: float) -> str:
    """The whole answer, asked for until the database is said to be there."""
    response = caller.http.post(route, json=body)
    while not response.is_success:
        refusal(response, 503, "database_unavailable")
        assert time.monotonic() - back < HEALED_WITHIN_S
        response = caller.http.post(route, json=body)
    return response.text


# ── A model with faults, and a server that is killed ────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", ROUNDS)
def test_faults_of_the_model_on_two_servers_of_which_one_is_killed_leave_every_thread_usable(
    pair: UnsteadyPair,
    callers: tuple[Caller, Caller],
    consumer: Consumer,
    scripted_model: ScriptedModel,
    number: int,
) -> None:
    mix = FaultMix.drawn(SEED + number)
    scripted_model.play_rule(beside_titles(script(mix.cases)))
    victim, at_victim, staying = mix.roles(pair, callers)
    chats = {name: new_chat_id() for name in mix.cases}
    with ThreadPoolExecutor(2 * len(chats)) as people:
        posted = [people.submit(_ask_until_cut, at_victim, chats[name], name) for name in mix.doomed]
        for gate in mix.gates.values():
            gate.wait_reached()
        watched = {name: people.submit(_follow, staying, chats[name]) for name in mix.doomed}
        watched |= {name: people.submit(staying.ask, chats[name], question_of(name)) for name in mix.safe}
        for name in mix.doomed:
            assert [(r["status"], r["attempt"]) for r in runs(pair.database, chats[name])] == [("running", 1)]
        victim.kill()
        killed = datetime.now(UTC)
        victim.restart()
        away_s = (datetime.now(UTC) - killed).total_seconds()
        given_up = mix.doomed if mix.kills_the_worker and away_s > WITHOUT_WORKER_S else []
        for name, stream in watched.items():
            if name in given_up and stream.result().state.terminal == "error":
                continue
            check_turn(stream.result(), mix.cases[name], requests_for(scripted_model, name))
        for cut in posted:
            cut.result()
    for name, chat in chats.items():
        [run] = runs(pair.database, chat)
        assert run["lost"] == int(name in mix.doomed), name
        if name in mix.doomed and not mix.kills_the_worker:
            assert (taken_over_at(pair.database, chat) - killed).total_seconds() < TAKEN_OVER_WITHIN_S
        check_aftermath(staying, consumer, pair.database, chat)


def taken_over_at(database: ShopDatabase, chat: str) -> datetime:
    query = sql.SQL(
        "select s.started_at from span s join run r on r.id = s.run_id join thread t on t.id = r.thread_id "
        "where s.kind = 'takeover' and t.chat_id = %s"
    )
    [(at_last,)] = database.run(query, chat)
    assert isinstance(at_last, datetime)
    return at_last


def _ask_until_cut(caller: Caller, chat: str, name: str) -> None:
    with pytest.raises(httpx2.TransportError):
        caller.ask(chat, question_of(name))


def _follow(caller: Caller, chat: str) -> ChatStream:
    with caller.following(chat) as stream:
        return stream.to_end()
