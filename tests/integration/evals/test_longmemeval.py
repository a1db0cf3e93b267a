"""The runner of LongMemEval keeps a haystack as a person's conversations, and finds and answers from them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import Field, ValidationError

from evals.longmemeval.answering import Answering, only_search
from evals.longmemeval.haystack import Item, read_items
from evals.longmemeval.person import keep, person, places
from memory.recall import Recall
from models.embeddings.bundled import BundledEmbedder
from storage.database import Database
from storage.embedded import EmbeddedServer

EMBEDDER = BundledEmbedder()


class Scripted(FakeMessagesListChatModel):
    """Says what it is told to, whatever tools it is given, and keeps what it was asked."""

    heard: list[list[BaseMessage]] = Field(default_factory=list[list[BaseMessage]])

    def bind_tools(self, tools: object, **_: object) -> "Scripted":  # pyright: ignore[reportIncompatibleMethodOverride]
        del tools
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        self.heard.append(messages)
        return super()._generate(messages, stop, run_manager, **kwargs)


def haystack(**changed: object) -> dict[str, object]:
    return {
        "question_id": uuid4().hex,
        "question_type": "single-session-user",
        "question": "What is the name of my dog?",
        "answer": "Biscuit",
        "question_date": "2023/05/30 (Tue) 23:40",
        "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 10:00"],
        "haystack_session_ids": ["trip", "dog"],
        "haystack_sessions": [
            [{"role": "user", "content": "Plan a trip to Lisbon."}, {"role": "assistant", "content": "Fly."}],
            [
                {"role": "user", "content": "My dog Biscuit chews shoes.", "has_answer": True},
                {"role": "assistant", "content": "Give him a toy."},
            ],
        ],
        "answer_session_ids": ["dog"],
        **changed,
    }


# The fields of an instance and its kinds, by the dataset's own page: github.com/xiaowu0162/LongMemEval.
PUBLISHED = {
    "question_id",
    "question_type",
    "question",
    "answer",
    "question_date",
    "haystack_session_ids",
    "haystack_dates",
    "haystack_sessions",
    "answer_session_ids",
}
KINDS = (
    "single-session-user",
    "single-session-assistant",
    "single-session-preference",
    "temporal-reasoning",
    "knowledge-update",
    "multi-session",
)


def test_the_fields_are_those_of_the_published_files_each_of_them_needed_and_sessions_in_any_order(
    tmp_path: Path,
) -> None:
    """In the file with the evidence alone sessions are not in the order of their dates."""
    assert set(Item.model_fields) == set(haystack()) == PUBLISHED
    path = tmp_path / "longmemeval_oracle.json"
    later_first = haystack(haystack_dates=["2023/05/21 (Sun) 10:00", "2023/05/20 (Sat) 02:21"])
    path.write_text(json.dumps([{**later_first, "question_type": kind} for kind in KINDS]))
    assert [one.question_type for one in read_items(path)] == [*KINDS]
    for field in PUBLISHED:
        path.write_text(json.dumps([{name: value for name, value in haystack().items() if name != field}]))
        with pytest.raises(ValidationError, match=field):
            read_items(path)


def test_a_file_of_the_dataset_is_read_and_another_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([haystack(), haystack(question_id="q_abs", answer=3)]))
    [asked, never_said] = read_items(path)
    assert asked.asked_at == datetime(2023, 5, 30, 23, 40, tzinfo=UTC)
    assert (asked.unanswerable, never_said.unanswerable) == (False, True)
    path.write_text(json.dumps([haystack(haystack_dates=[])]))
    with pytest.raises(ValidationError, match="one date and one id for each session"):
        read_items(path)


async def test_the_conversation_that_answers_is_found_at_its_place_and_dated_as_it_was_held(
    database: Database, server: EmbeddedServer
) -> None:
    item = Item.model_validate(haystack(answer_session_ids=["dog", "not there"]))
    await keep(database, server.owner_url, EMBEDDER, item)
    found = await places(database, EMBEDDER, item)
    assert found.of_session == {"dog": 1, "not there": None}
    assert found.any_within(1)
    assert not found.all_within(10)
    async with database.transaction(person(item), snapshot=True) as connection:
        rows = await (
            await connection.execute("select created_at from message order by created_at")
        ).fetchall()
    assert [row["created_at"].day for row in rows] == [20, 20, 21, 21]


async def test_a_model_answers_from_what_its_search_gives_and_marks_the_answer(
    database: Database, server: EmbeddedServer
) -> None:
    item = Item.model_validate(haystack())
    await keep(database, server.owner_url, EMBEDDER, item)
    searching = AIMessage(
        "", tool_calls=[{"name": "search_conversations", "args": {"about": "dog"}, "id": "one"}]
    )
    model = Scripted(responses=[searching, AIMessage("Biscuit."), AIMessage("Yes"), AIMessage("no")])
    answering = Answering(model, only_search(Recall(database, EMBEDDER)))
    assert await answering.answer(item) == "Biscuit."
    assert "My dog Biscuit chews shoes." in model.heard[1][-1].text
    assert await answering.is_right(item, "Biscuit.")
    assert not await answering.is_right(item, "Rex.")
