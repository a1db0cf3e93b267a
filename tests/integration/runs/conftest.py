"""A desk on the real database, whose model is scripted on loopback; one shop, one person a test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr

from leadhand.context import Permission, Principal, TenantContext
from leadhand.events import RunEnding, RunEvent, TextDelta
from leadhand.settings import Settings
from runs.active import FollowedRun
from runs.desk import Desk, open_desk
from runs.turn import TurnRequest
from storage import messages, threads
from storage.database import Database
from storage.messages import Message
from storage.runs import Run, latest
from storage.shop_writer import write_shop
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.conftest import end_runs
from tests.integration.storage.small_shop import small_shop

AS_OF = datetime(2026, 11, 30, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def model_process() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


@pytest.fixture
def model(model_process: ScriptedModel) -> Iterator[ScriptedModel]:
    model_process.play()
    yield model_process
    assert model_process.unscripted == 0, "the model was asked more often than the test says"


@pytest.fixture
def desk_settings(settings: Settings, model: ScriptedModel) -> Settings:
    return settings.model_copy(
        update={
            "model": "scripted",
            "openai_base_url": model.base_url,
            "openai_api_key": SecretStr("sk-test"),
            "model_max_retries": 0,
            "max_steps": 3,
        }
    )


@pytest_asyncio.fixture
async def desk(desk_settings: Settings) -> AsyncIterator[Desk]:
    async with open_desk(desk_settings) as opened:
        yield opened


@dataclass
class Planner:
    """A person of a shop who talks on one thread."""

    desk: Desk
    who: TenantContext
    chat_id: str = field(default_factory=lambda: f"chat-{uuid4().hex[:8]}")

    async def start(self, text: str, message_id: str | None = None) -> FollowedRun:
        return await self.send(
            TurnRequest(self.chat_id, user_message_id=message_id or uuid4().hex, text=text)
        )

    async def send(self, turn: TurnRequest) -> FollowedRun:
        return await self.desk.runs.start_turn(self.who, turn)

    async def ask(self, text: str) -> list[RunEvent]:
        return await events_of(await self.start(text))

    async def history(self) -> list[Message]:
        async with self.desk.database.transaction(self.who) as conn:
            thread = await threads.get_thread(conn, who=self.who, chat_id=self.chat_id)
            assert thread is not None
            return list(await messages.last_messages(conn, thread_id=thread.id, last=100))

    async def run_row(self) -> Run:
        async with self.desk.database.transaction(self.who) as conn:
            found = await latest(conn, thread_id=await self.thread_id())
        assert found is not None
        return found

    async def thread_id(self) -> UUID:
        async with self.desk.database.transaction(self.who) as conn:
            thread = await threads.get_thread(conn, who=self.who, chat_id=self.chat_id)
        assert thread is not None
        return thread.id


async def events_of(run: FollowedRun) -> list[RunEvent]:
    return [event async for batch in run.follow() for event in batch]


def said(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def ending(events: list[RunEvent]) -> RunEnding:
    assert isinstance(events[-1], RunEnding)
    return events[-1]


async def open_shop(database: Database, name: str) -> Principal:
    who = Principal(f"{name}-{uuid4().hex[:12]}", "ada", frozenset(Permission))
    async with database.transaction(who) as conn:
        await write_shop(conn, tenant_id=who.tenant_id, shop=small_shop())
    return who


@pytest_asyncio.fixture
async def planner(desk: Desk) -> AsyncIterator[Planner]:
    who = await open_shop(desk.database, "north")
    context = TenantContext(who.tenant_id, who.user_id, who.permissions, "America/Chicago", "en-US", AS_OF)
    yield Planner(desk, context)
    await end_runs(desk.database, who)
