"""The small model: named, the chat model itself, or the question's own words."""

import json

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import SecretStr

from leadhand.errors import InvalidSetting
from leadhand.settings import Settings
from models.builtin.titles import MAX_CHARS, title_words
from models.factory import open_chat_model
from models.small import open_small_model

ENDPOINT = {
    "openai_api_key": SecretStr("sk-test"),
    "openai_base_url": "http://127.0.0.1:1/v1",
    "model": "large",
}


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("When is the Puma 3100 available?", "Puma 3100 available"),
        ("Can we take on a 50-hour order next month?", "Take on a 50-hour order next month"),
        ("How is the work spread over the operators?", "Work spread over the operators"),
        ("Good morning! Which machines are idle on Friday?", "Which machines are idle on Friday"),
        ("Wann ist die Puma 3100 frei?", "Puma 3100 frei"),
        ("Hallo, kannst du mir bitte die Auslastung der Fräserei zeigen?", "Auslastung der Fräserei zeigen"),
        ("What happens if the Puma is down tomorrow?", "If the Puma is down tomorrow"),
        ("Was passiert, wenn die Puma morgen ausfällt?", "Wenn die Puma morgen ausfällt"),
        ("How busy is the Puma?", "How busy is the Puma"),
        ("How many hours does Hannah have this week?", "How many hours does Hannah have this week"),
        ("Who could run it?", "Who could run it"),
        ("Why is WO-4711 late?", "Why is WO-4711 late"),
        ("Hi, could you tell me what is planned for Monday?", "Planned for Monday"),
        ("Wie viele Stunden hat Hannah diese Woche?", "Wie viele Stunden hat Hannah diese Woche"),
        ("Was kostet eine Stunde auf der Puma?", "Was kostet eine Stunde auf der Puma"),
        ("Wie ist die Arbeit verteilt?", "Arbeit verteilt"),
        ("Why?", "Why"),
        ("Order 4711: when done?", "Order 4711: when done"),
        ("", ""),
    ],
)
def test_built_in_titles_are_the_telling_words_of_the_question(question: str, title: str) -> None:
    assert title_words(question) == title


def test_a_built_in_title_is_short_and_ends_with_a_whole_word() -> None:
    title = title_words("When are " + "all of the turning machines and " * 10)
    assert len(title) <= MAX_CHARS
    assert title.split()[-1] in ["all", "of", "the", "turning", "machines", "and"]


async def test_the_built_in_model_is_asked_like_any_other() -> None:
    small = open_small_model(Settings())
    material = json.dumps({"question": "When is the Puma 3100 free?", "answer": "Tomorrow."})
    chunks = [chunk.text async for chunk in small.model.astream([SystemMessage("…"), HumanMessage(material)])]
    assert "".join(chunks) == "Puma 3100 free"
    await small.aclose()


async def test_without_a_name_the_chat_model_serves_and_its_connections_stay_its_own() -> None:
    settings = Settings.model_validate(ENDPOINT)
    chat = open_chat_model(settings)
    small = open_small_model(settings, chat)
    assert small.model is chat.model
    assert small.name == "large"
    await small.aclose()
    await chat.aclose()


async def test_a_named_small_model_is_another_one() -> None:
    settings = Settings.model_validate({**ENDPOINT, "small_model": "little"})
    chat = open_chat_model(settings)
    small = open_small_model(settings, chat)
    assert small.name == "little"
    assert small.model is not chat.model
    await small.aclose()
    await chat.aclose()


def test_titles_can_be_the_questions_own_words_beside_a_language_model() -> None:
    assert open_small_model(Settings.model_validate({**ENDPOINT, "small_model": "builtin"})).name == "builtin"


def test_a_small_model_without_an_endpoint_is_a_wrong_setting() -> None:
    with pytest.raises(InvalidSetting, match="LEADHAND_SMALL_MODEL"):
        open_small_model(Settings(small_model="little"))
