"""A model that keeps people waiting: the line stays open, and everybody may leave, come back or stop it."""

from collections.abc import Generator

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.aftermath import assert_coded_error, check_aftermath
from tests.acceptance.caller import Caller, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.fault_cases import script
from tests.acceptance.model_script import Chatter, Gate, Hang, ModelReply, Pause, Silence, Text, plays
from tests.acceptance.model_wire import frame
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.transcript import sound_history
from tests.acceptance.workspace import Workspace

QUESTION = "When is the Puma free?"
CHOICE: JsonValue = {"index": 0, "delta": {"content": "and "}, "finish_reason": None}
AND = frame({"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [CHOICE]})
FIRST, SECOND = "The Puma is free ", "from Thursday on."


def test_while_the_model_is_silent_the_line_is_kept_open(anna: Caller, scripted_model: ScriptedModel) -> None:
    before, between = Gate(), Gate()
    scripted_model.play(plays(Pause(before), Text(FIRST), Pause(between), Text(SECOND)))
    with anna.asking(new_chat_id(), QUESTION) as stream:
        stream.until_heartbeats(2)
        assert not stream.text
        before.open()
        stream.until_text(FIRST)
        stream.until_heartbeats(stream.heartbeats + 2)
        between.open()
        assert stream.to_end().text == FIRST + SECOND


def test_who_leaves_a_silent_model_and_comes_back_gets_the_whole_answer(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    gate = Gate()
    scripted_model.play(plays(Pause(gate), Text(FIRST), Text(SECOND)))
    chat = new_chat_id()
    with anna.asking(chat, QUESTION) as left:
        left.until_heartbeats(1)
    assert not scripted_model.requests[0].gone.is_set(), "the turn hangs on the connection"
    with anna.following(chat) as stream:
        stream.until_heartbeats(1)
        gate.open()
        assert stream.to_end().text == FIRST + SECOND
    assert stream.message_id == left.message_id
    assert len(scripted_model.requests) == 1
    sound_history(anna, consumer, chat, roles="ua")


HANGING: dict[str, ModelReply] = {
    "before it answers": Silence(),
    "before its first word": plays(Hang()),
    "in mid sentence": plays(Text(FIRST), Hang()),
}


@pytest.mark.parametrize("reply", HANGING.values(), ids=HANGING.keys())
def test_a_stop_frees_the_thread_from_a_model_that_hangs_and_closes_its_line(
    anna_impatient: Caller,
    consumer: Consumer,
    database: ShopDatabase,
    scripted_model: ScriptedModel,
    reply: ModelReply,
) -> None:
    scripted_model.play(reply)
    chat = new_chat_id()
    with anna_impatient.asking(chat, QUESTION) as stream:
        request = scripted_model.wait_request(1)
        assert anna_impatient.stop(chat).status_code == 202
        assert stream.to_end().state.terminal == "abort"
    assert request.gone.wait(10), "the model is left talking to nobody"
    scripted_model.play_rule(script({}))
    check_aftermath(anna_impatient, consumer, database, chat)


@pytest.fixture
def anna_in_haste(
    builtin_server: ServerProcess, workspace: Workspace, model_settings: dict[str, str], anna_token: str
) -> Generator[Caller]:
    """Anna at a server whose turns may take two seconds."""
    del builtin_server
    settings = {**model_settings, "LEADHAND_MAX_RUN_S": "2"}
    with ServerProcess(workspace, "hasty", settings) as server, Caller(server.url, anna_token) as caller:
        yield caller


def test_a_model_that_never_comes_to_an_end_meets_the_time_limit(
    anna_in_haste: Caller, consumer: Consumer, database: ShopDatabase, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(plays(Chatter(AND)))
    chat = new_chat_id()
    stream = anna_in_haste.ask(chat, QUESTION)
    assert_coded_error(stream, "time_limit")
    assert stream.text.startswith("and and "), "what was said is kept"
    assert scripted_model.requests[0].gone.wait(10), "the model is left talking to nobody"
    scripted_model.play_rule(script({}))
    check_aftermath(anna_in_haste, consumer, database, chat)
