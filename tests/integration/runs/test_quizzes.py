"""A quiz in the whole product: asked for in words, answered in the chat, cited, gone with its thread."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import JsonValue
from leadhand.events import RunEvent, RunFinished, TextCited, TextDelta, ToolSucceeded
from leadhand.settings import Settings
from runs.desk import Desk, open_desk
from runs.turn import TurnRequest
from storage import threads
from storage.embedded import EmbeddedServer
from tests.acceptance.json_access import at
from tests.acceptance.model_script import ModelReply, ModelRequest, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.knowledge.shelf import NOW, shelve
from tests.integration.remains import remains_of
from tools.quiz_views import QuizOutput


def reader(who: Principal) -> TenantContext:
    return TenantContext(who.tenant_id, who.user_id, frozenset(Permission), "UTC", "en-US", NOW)


async def turn(desk: Desk, who: TenantContext, chat: str, text: str) -> list[RunEvent]:
    run = await desk.runs.start_turn(who, TurnRequest(chat, user_message_id=uuid4().hex, text=text))
    events = [event async for batch in run.follow() for event in batch]
    assert isinstance(events[-1], RunFinished), events[-1]
    return events


def quiz_in(events: list[RunEvent]) -> QuizOutput:
    """The newest result of the tool; a nested search is told before it."""
    outputs = [event.output for event in events if isinstance(event, ToolSucceeded)]
    return QuizOutput.model_validate(outputs[-1])


def text_of(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_a_quiz_is_asked_and_answered_in_the_chat_and_gone_when_the_conversation_is_deleted(
    settings: Settings, two_shops: tuple[Principal, Principal], server: EmbeddedServer
) -> None:
    word, who, chat = f"canary{uuid4().hex[:12]}", reader(two_shops[0]), uuid4().hex
    shelf = {
        "a.md": f"The {word} coolant in all of our lathes is kept at 8 percent.",
        "b.md": "For titanium the coolant is always mixed with 12 percent.",
    }
    async with open_desk(settings.model_copy(update={"embedding_model": "none"})) as desk:
        await shelve(desk.database, two_shops[0], shelf)
        asked = await turn(desk, who, chat, "Quiz me on coolant")
        questions = quiz_in(asked).questions
        at_8 = next(one for one in questions if word in one.question)
        letter = next(option.letter for option in at_8.options if option.text == "8 percent")
        assert "8 percent" in text_of(asked)
        marked = await turn(desk, who, chat, f"{at_8.number}{letter}")
        [mark] = quiz_in(marked).marks
        assert (mark.is_right, mark.quote) == (True, shelf["a.md"])
        assert f"“{shelf['a.md']}”" in text_of(marked)
        assert any(isinstance(event, TextCited) for event in marked), "its source stands beside the answer"
        async with desk.database.transaction(two_shops[0]) as connection:
            assert {"public.quiz", "public.knowledge_passage"} <= set(remains_of(server, word))
            assert await threads.delete_thread(connection, chat_id=chat)
        assert set(remains_of(server, word)) == {"public.knowledge_passage"}


# ── With a model ──


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


WRITTEN: dict[str, JsonValue] = {
    "question": "How strong is the coolant of the lathes?",
    "options": ["12 percent", "8 percent", "3 percent"],
    "correct": 1,
    "explanation": "The passage says 8 percent.",
    "quote": "The coolant in all of our lathes is kept at 8 percent.",
}


async def test_a_model_writes_questions_that_are_checked_and_is_not_told_what_is_right(
    settings: Settings, two_shops: tuple[Principal, Principal], model: ScriptedModel
) -> None:
    who, chat = reader(two_shops[0]), uuid4().hex
    wrong = {**WRITTEN, "question": "How strong is it otherwise?", "quote": "Nobody ever wrote this."}

    def rule(request: ModelRequest) -> ModelReply:
        if at(request.body, "model") == "small":
            passages = json.loads(request.contents("user")[0])["passages"]
            key = next(key for key, passage in passages.items() if "lathes" in passage["text"])
            first = len(request.contents("user")) == 1
            questions = [{**one, "passage": key} for one in ([WRITTEN, wrong] if first else [wrong])]
            return says(json.dumps({"questions": questions}))
        if request.roles[-1] == "user":
            return calls(("quiz", {"topic": "coolant", "questions": 2}))
        return says("Here they are.")

    model.play_rule(rule)
    endpoint = {
        "model": "large",
        "small_model": "small",
        "openai_base_url": model.base_url,
        "openai_api_key": SecretStr("sk-test"),
        "embedding_model": "none",
    }
    async with open_desk(settings.model_copy(update=endpoint)) as desk:
        await shelve(
            desk.database,
            two_shops[0],
            {
                "a.md": "The coolant in all of our lathes is kept at 8 percent.",
                "b.md": "For titanium the coolant is always mixed with 12 percent.",
            },
        )
        asked = quiz_in(await turn(desk, who, chat, "Quiz me on coolant"))
    assert [one.made_by for one in asked.questions] == ["model", "cloze"], "what is refused is a gap instead"
    assert asked.questions[0].question == WRITTEN["question"]
    small = [request for request in model.requests if at(request.body, "model") == "small"]
    assert len(small) == 2, "once more with what was wrong, and no further"
    told = next(request for request in reversed(model.requests) if request.roles[-1] == "tool")
    result = json.loads(told.contents("tool")[-1])
    assert [sorted(one) for one in result["questions"]] == [
        ["made_by", "number", "options", "place", "question"]
    ] * 2
    assert result["marks"] == []
