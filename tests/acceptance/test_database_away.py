"""A database that goes away in the middle of a turn and comes back: no restart, no hang, no half a truth."""

import time
from collections.abc import Generator
from contextlib import suppress
from itertools import count

import psycopg
import pytest

from leadhand.errors import JsonValue
from tests.acceptance.aftermath import assert_coded_error, check_aftermath, no_call_without_result
from tests.acceptance.caller import Caller, message_text, new_chat_id, question, refusal
from tests.acceptance.consumer import Consumer
from tests.acceptance.fault_cases import NEXT_ANSWER, NEXT_QUESTION, script
from tests.acceptance.json_access import at, text_at
from tests.acceptance.model_script import Gate, Pause, ReplyRule, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.transcript import sound_history, until_idle
from tests.acceptance.unsteady_pair import SHOP, UnsteadyPair

QUESTION = "When is the Puma free?"
FIRST, SECOND = "The Puma is free ", "from Thursday on."
PUMA: tuple[str, JsonValue] = ("get_machine_availability", {"machines": ["Puma 3100"]})
# From the return of the database to the next answer, without a restart of anything.
HEALED_WITHIN_S = 30.0
LOST = {"database_unavailable", "run_interrupted"}


@pytest.fixture
def anna(pair: UnsteadyPair) -> Generator[Caller]:
    with pair.callers() as (caller, _):
        yield caller


def went_on_or_said_so(stream: ChatStream, text: str) -> None:
    """The turn ended with its whole answer, or in one coded error."""
    if stream.state.terminal == "finish":
        assert stream.text == text
    else:
        code = text_at(stream.state.metadata["error"], "code")
        assert code in LOST
        assert_coded_error(stream, code)


def halting_once(gate: Gate) -> ReplyRule:
    """The first answer waits in its middle; who asks again gets it whole."""
    asked = count()
    return lambda _: (
        plays(Text(FIRST), Pause(gate), Text(SECOND)) if not next(asked) else says(FIRST + SECOND)
    )


def beside_titles(rule: ReplyRule) -> ReplyRule:
    """The server's worker asks for titles, which have no tools."""
    return lambda asked: says("A title") if at(asked.body, "tools") is None else rule(asked)


def test_a_turn_outlives_a_restart_of_the_database_or_says_so(
    pair: UnsteadyPair, anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    gate = Gate()
    scripted_model.play_rule(beside_titles(halting_once(gate)))
    chat = new_chat_id()
    with anna.asking(chat, QUESTION) as stream:
        stream.until_text(FIRST)
        pair.power_off()
        pair.power_on()
        gate.open()
        went_on_or_said_so(stream.to_end(), FIRST + SECOND)
    scripted_model.play_rule(beside_titles(script({})))
    check_aftermath(anna, consumer, pair.database, chat)


def test_a_restart_in_the_middle_of_a_tool_leaves_no_call_without_a_result(
    pair: UnsteadyPair, anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play_rule(
        beside_titles(lambda request: says(SECOND) if request.trailing_tool_results else calls(PUMA))
    )
    chat = new_chat_id()
    # The connection that holds the plan is cut with all others.
    with (
        suppress(psycopg.OperationalError),
        pair.database.holding_the_plan(SHOP),
        anna.asking(chat, QUESTION) as stream,
    ):
        stream.until_chunk("tool-input-available")
        pair.power_off()
        pair.power_on()
        stream.to_end()
    went_on_or_said_so(stream, SECOND)
    assert all(call.settled for call in stream.calls)
    scripted_model.play_rule(beside_titles(script({})))
    check_aftermath(anna, consumer, pair.database, chat)


def test_while_the_database_is_away_everybody_is_told_and_when_it_is_back_the_next_turn_works(
    pair: UnsteadyPair, anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    gate = Gate()
    scripted_model.play_rule(beside_titles(halting_once(gate)))
    chat = new_chat_id()
    with anna.asking(chat, QUESTION) as stream:
        stream.until_text(FIRST)
        pair.power_off()
        refusal(pair.left.wait_ready("/readyz", status=503), 503, "database_unavailable")
        assert anna.http.get("/healthz").status_code == 200, "the process itself is well"
        other = anna.http.post("/api/chat", json=question(new_chat_id(), QUESTION))
        assert refusal(other, 503, "database_unavailable")["retryable"] is True
        assert other.headers["retry-after"]
        gate.open()
        stream.to_end()
    code = text_at(stream.state.metadata["error"], "code")
    assert code in LOST, "an answer that could not be stored is not shown as if it were"
    assert_coded_error(stream, code)
    pair.power_on()
    back = time.monotonic()
    assert pair.left.wait_ready("/readyz").status_code == 200
    until_idle(anna, chat)
    scripted_model.play_rule(beside_titles(script({})))
    assert anna.ask(chat, NEXT_QUESTION).text == NEXT_ANSWER
    assert time.monotonic() - back < HEALED_WITHIN_S
    messages = sound_history(anna, consumer, chat, roles="uaua")
    assert message_text(messages[1]) == FIRST + SECOND, "the answer came once the database was back"
    no_call_without_result(pair.database, chat)
