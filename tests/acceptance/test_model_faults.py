"""A model on a bad day: a right answer or one coded error, within its bounds, and a thread that goes on."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.aftermath import assert_coded_error, check_aftermath, check_turn, requests_for
from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.fault_cases import RIGHT, SILENT, WRONG, Case, question_of, script
from tests.acceptance.model_script import Cut, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.transcript import sound_history

CASES = {**RIGHT, **WRONG}


@pytest.mark.parametrize("name", CASES)
def test_every_fault_ends_in_an_answer_or_one_coded_error_and_the_thread_goes_on(
    anna_impatient: Caller,
    consumer: Consumer,
    database: ShopDatabase,
    scripted_model: ScriptedModel,
    name: str,
) -> None:
    scripted_model.play_rule(script({name: CASES[name]}))
    chat = new_chat_id()
    stream = anna_impatient.ask(chat, question_of(name))
    check_turn(stream, CASES[name], requests_for(scripted_model, name))
    check_aftermath(anna_impatient, consumer, database, chat)


def test_every_silence_ends_in_a_timeout_and_the_threads_go_on(
    anna_impatient: Caller, consumer: Consumer, database: ShopDatabase, scripted_model: ScriptedModel
) -> None:
    scripted_model.play_rule(script(SILENT))

    def ask(name: str) -> tuple[str, Case, ChatStream, str]:
        chat = new_chat_id()
        return name, SILENT[name], anna_impatient.ask(chat, question_of(name)), chat

    with ThreadPoolExecutor(len(SILENT)) as people:
        for name, case, stream, chat in people.map(ask, SILENT):
            check_turn(stream, case, requests_for(scripted_model, name))
            check_aftermath(anna_impatient, consumer, database, chat)
    left = [requests_for(scripted_model, name)[-1].gone for name in SILENT]
    assert all(gone.wait(10) for gone in left), "the model is left talking to nobody"


def test_a_model_that_is_down_is_said_so_and_found_again_when_it_is_back(
    anna_impatient: Caller, consumer: Consumer, database: ShopDatabase, scripted_model: ScriptedModel
) -> None:
    chat = new_chat_id()
    with scripted_model.down():
        assert_coded_error(anna_impatient.ask(chat, "When is the Puma free?"), "model_unavailable")
        assert anna_impatient.http.get("/readyz").status_code == 200, "everything but the chat goes on"
    scripted_model.play_rule(script({}))
    check_aftermath(anna_impatient, consumer, database, chat)


def test_a_page_shows_the_error_and_asking_anew_answers_the_same_question(
    anna_impatient: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play_rule(lambda _: plays(Text("Let me "), Cut()))
    chat = new_chat_id()
    page = anna_impatient.tab(consumer, chat)
    turn = page.send("When is the Puma free?")
    assert turn.status == "error"
    assert turn.error is not None
    assert turn.error.startswith("The language model cannot be reached")
    scripted_model.play(says("From Thursday on."))
    again = page.regenerate().succeeded()
    assert [message.role for message in again.messages] == ["user", "assistant"]
    assert again.answer.text == "From Thursday on."
    messages = sound_history(anna_impatient, consumer, chat, roles="ua")
    assert message_text(messages[0]) == "When is the Puma free?"
    assert message_text(messages[1]) == "From Thursday on."
    assert scripted_model.requests[0].contents("user") == ["When is the Puma free?"]
