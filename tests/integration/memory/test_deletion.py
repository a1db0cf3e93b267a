"""What a person deletes leaves no trace: its words stand in no column of any table."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx2 as httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from jobs.task import JobRow
from leadhand.context import Principal
from leadhand.settings import Settings
from memory.recall_index import RecallIndex
from memory.titles import TitleWriter
from server.app import create_app
from storage import quizzes
from storage.embedded import EmbeddedServer
from storage.quizzes import NewQuiz
from storage.results import store_result
from tests.acceptance.json_access import at
from tests.acceptance.model_script import ModelReply, ModelRequest, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.memory.long_talk import FULL, WORDS, Talk, talk_of, talking_settings
from tests.integration.remains import remains_of
from tests.integration.server.conftest import SECRET, bearer

EVERYWHERE = {
    "public.thread",  # the title, and its first words before it
    "public.thread_summary",
    "public.message",
    "public.message_recall",
    "public.tool_result",
    "public.run_event",
    "langgraph.checkpoint_blobs",
}


@pytest.fixture(scope="module")
def model_process() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


@pytest.fixture
def word(model_process: ScriptedModel) -> str:
    """A word that stands nowhere else; question, tool call, answer, summary and title will have it."""
    planted = f"canary{uuid4().hex[:12]}"

    def rule(request: ModelRequest) -> ModelReply:
        if at(request.body, "model") == "small":
            return says(f"About {planted}")
        if request.roles[-1] == "user" and len(request.contents("user")) == 1:
            return calls(("get_machine_availability", {"machines": [planted]}))
        return says(f"Answer with {planted}. {WORDS}")

    model_process.play_rule(rule)
    return planted


@pytest.fixture
def talking(settings: Settings, model_process: ScriptedModel) -> Settings:
    return talking_settings(settings, model_process, jwt_secret=SecretStr(SECRET))


@pytest_asyncio.fixture
async def anna(
    talking: Settings, model_process: ScriptedModel, two_shops: tuple[Principal, Principal]
) -> AsyncIterator[Talk]:
    async with talk_of(talking, model_process, two_shops[0]) as talk:
        yield talk


@pytest_asyncio.fixture
async def api(talking: Settings, two_shops: tuple[Principal, Principal]) -> AsyncIterator[httpx.AsyncClient]:
    """The API as the same person."""
    app = create_app(talking)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        headers = {"authorization": bearer(two_shops[0])}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://leadhand", headers=headers
        ) as client:
            yield client


async def test_no_word_of_a_deleted_conversation_is_left(
    anna: Talk, api: httpx.AsyncClient, server: EmbeddedServer, word: str
) -> None:
    await anna.ask(f"When is {word} free? {WORDS}")
    await TitleWriter(anna.desk.database, anna.writer.small).write(JobRow(anna.who.tenant_id, anna.last_run))
    async with anna.desk.database.transaction(anna.who) as connection:
        await store_result(
            connection,
            call_id=uuid4().hex,
            thread_id=await anna.thread_id(),
            run_id=anna.last_run,
            tool="get_machine_availability",
            output={"machines": [{"name": word}]},
        )
    await anna.talk(FULL)
    await anna.write_summary()
    await RecallIndex(anna.desk.database, None).index_newest(anna.who, run_id=anna.last_run)
    await anna.ask(f"And {word} then?")
    assert set(remains_of(server, word)) >= EVERYWHERE
    thread_id = str(await anna.thread_id())
    assert (await api.delete(f"/api/threads/{anna.chat_id}")).status_code == 204
    assert remains_of(server, word) == []
    # Its id stands in no row either; a job that waits names its run and finds nothing.
    assert remains_of(server, thread_id) == ["jobs.procrastinate_jobs"]
    await anna.write_summary()
    assert remains_of(server, word) == []


async def test_who_deletes_their_memory_with_all_conversations_leaves_no_word_behind(
    anna: Talk, api: httpx.AsyncClient, server: EmbeddedServer, word: str
) -> None:
    """What is remembered, a conversation, and quizzes: one in the conversation, one outside of any."""
    edited = await api.put("/api/memory", json={"version": 0, "facts": [f"I know {word}"]})
    assert edited.status_code == 200, edited.text
    await anna.ask(f"When is {word} free? {WORDS}")
    async with anna.desk.database.transaction(anna.who) as connection:
        for thread_id in (await anna.thread_id(), None):
            quiz = NewQuiz(uuid4(), thread_id, uuid4().hex, word, "easy", "en", [{"asked": word}])
            await quizzes.keep(connection, quiz)
            await quizzes.answer(connection, quiz_id=quiz.id, number=1, call_id=word, choice=0, is_right=True)
    assert {"public.quiz", "public.quiz_answer", "public.working_memory"} <= set(remains_of(server, word))
    assert (await api.delete("/api/memory")).status_code == 204
    assert "public.working_memory" not in remains_of(server, word)
    async with anna.desk.database.transaction(anna.who, snapshot=True) as connection:
        assert await quizzes.newest(connection, thread_id=None) is None
        assert await quizzes.newest(connection, thread_id=await anna.thread_id()) is not None
    assert (await api.delete("/api/memory", params={"conversations": True})).status_code == 204
    assert remains_of(server, word) == []
