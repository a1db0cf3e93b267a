"""A person who talks on one thread for long, with a small window, and the job that writes its summary."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import SecretStr

from jobs.task import JobRow
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import JsonValue
from leadhand.events import RunFinished
from leadhand.settings import Settings
from memory.small_calls import SmallCalls
from memory.summaries import SummaryWriter
from models.small import open_small_model
from runs.desk import Desk, open_desk
from runs.turn import Trigger, TurnRequest
from storage import threads
from storage.summaries import ThreadSummary, read_summary
from tests.acceptance.json_access import at
from tests.acceptance.model_script import ModelReply, ModelRequest, says
from tests.acceptance.scripted_model import ScriptedModel

AS_OF = datetime(2026, 11, 30, 14, tzinfo=UTC)
WINDOW_TOKENS = 1_000
# Some 200 tokens a turn: a summary is wanted after FULL turns, of all but the last; with one more question
# but one the window overflows.
WORDS = "about the turning machines " * 11
FULL = 4


def talking_settings(settings: Settings, model: ScriptedModel, **more: object) -> Settings:
    return settings.model_copy(
        update={
            "model": "large",
            "small_model": "small",
            "openai_base_url": model.base_url,
            "openai_api_key": SecretStr("sk-test"),
            "model_max_retries": 0,
            "window_tokens": WINDOW_TOKENS,
            **more,
        }
    )


def small_model_says(text: str) -> "Rule":
    """The large model answers at length, the small one like this."""
    return Rule(says(text))


@dataclass(frozen=True, slots=True)
class Rule:
    small: ModelReply

    def __call__(self, request: ModelRequest) -> ModelReply:
        if at(request.body, "model") == "small":
            return self.small
        return says(f"Answer {request.number}. {WORDS}")


@dataclass
class Talk:
    desk: Desk
    model: ScriptedModel
    writer: SummaryWriter
    who: TenantContext
    chat_id: str = field(default_factory=lambda: f"chat-{uuid4().hex[:8]}")
    last_run: UUID = field(default_factory=uuid4)

    async def ask(self, text: str, message_id: str | None = None) -> ModelRequest:
        """A finished turn; the request that the large model got."""
        return await self.send(
            TurnRequest(self.chat_id, user_message_id=message_id or uuid4().hex, text=text)
        )

    async def ask_again(self) -> ModelRequest:
        return await self.send(TurnRequest(self.chat_id, Trigger.REGENERATE))

    async def edit(self, message_id: str, text: str) -> ModelRequest:
        return await self.send(TurnRequest(self.chat_id, message_id=message_id, text=text))

    async def send(self, turn: TurnRequest) -> ModelRequest:
        run = await self.desk.runs.start_turn(self.who, turn)
        events = [event async for batch in run.follow() for event in batch]
        assert isinstance(events[-1], RunFinished), events[-1]
        self.last_run = UUID(run.run_id)
        return next(r for r in reversed(self.model.requests) if at(r.body, "model") == "large")

    async def talk(self, turns: int, first: int = 0) -> None:
        for number in range(first, first + turns):
            await self.ask(f"Question {number} {WORDS}", f"m-{number}")

    async def write_summary(self) -> None:
        """Do the job that the last turn may have asked for."""
        await self.writer.write(JobRow(self.who.tenant_id, self.last_run))

    async def summary(self) -> ThreadSummary | None:
        async with self.desk.database.transaction(self.who) as connection:
            return await read_summary(connection, thread_id=await self.thread_id())

    async def thread_id(self) -> UUID:
        async with self.desk.database.transaction(self.who) as connection:
            thread = await threads.get_thread(connection, who=self.who, chat_id=self.chat_id)
        assert thread is not None
        return thread.id

    async def delete(self) -> None:
        async with self.desk.database.transaction(self.who) as connection:
            assert await threads.delete_thread(connection, chat_id=self.chat_id)


def told_earlier(request: ModelRequest) -> JsonValue:
    """What the instructions say of the conversation before the window."""
    system = request.contents("system")[0]
    lines = [line for line in system.splitlines() if line.startswith('{"summary":')]
    return json.loads(lines[0]) if lines else None


@asynccontextmanager
async def talk_of(settings: Settings, model: ScriptedModel, who: Principal) -> AsyncGenerator[Talk]:
    async with open_desk(settings) as desk:
        small = open_small_model(desk.settings, desk.chat_model)
        calls = SmallCalls(desk.database, small, desk.runs.limits, desk.runs.prices)
        rights = frozenset({Permission.PLANNING_READ})
        context = TenantContext(who.tenant_id, who.user_id, rights, "America/Chicago", "en-US", AS_OF)
        try:
            yield Talk(desk, model, SummaryWriter(desk.database, calls), context)
        finally:
            await small.aclose()
