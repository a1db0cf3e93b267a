"""The running summary of a thread: written by the small model of turns that leave its window.

The conversation is handed over as data. What comes back covers the transcript up to a seq; it is stored only
if what it was made from still stands, so an edit or a second worker spoils nothing. A model that declines and
a day whose budget is used up leave it to the built-in model, which quotes.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from jobs.context import RunOwner, run_owner
from jobs.queue import defer_once
from jobs.task import JobRow, Task
from leadhand.errors import BudgetExhausted, ModelRejected
from leadhand.prompts import read_prompt
from memory.small_calls import SmallCalls
from memory.summary_text import MAX_SUMMARY_CHARS, shape_summary
from memory.title_text import written
from models.builtin.summaries import PastTurn, retold
from storage.database import Database
from storage.summaries import (
    MessageToFold,
    ThreadSummary,
    messages_to_fold,
    save_summary,
    standing,
    want_folded,
)
from storage.transactions import Connection

TASK = "summary"
# What one call of the model is handed, in characters of JSON: some 5,000 tokens.
MAX_MATERIAL_CHARS = 16_000
# What one job reads at once, and how many calls it makes; what is left then waits for the next turn.
MAX_MESSAGES = 120
MAX_CALLS = 6
MAX_WRITTEN_CHARS = 8_000

_log = logging.getLogger(__name__)


class Material(TypedDict):
    """What the small model is told."""

    summary: str
    turns: list[PastTurn]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Turns to add to a summary. `previous_seq`: how far it goes; None while there is none."""

    material: Material
    previous_seq: int | None
    through_seq: int


async def ask_for_summary(connection: Connection, *, run_id: UUID, thread_id: UUID, through_seq: int) -> None:
    """Queue a summary of the thread's messages up to `through_seq`, in the transaction that ends the run."""
    await want_folded(connection, thread_id=thread_id, through_seq=through_seq)
    await defer_once(connection, task=TASK, row_id=run_id, subject=str(thread_id))


@dataclass(frozen=True, slots=True)
class SummaryWriter:
    database: Database
    small: SmallCalls

    def task(self) -> Task:
        return Task(name=TASK, run=self.write, max_attempts=4)

    async def write(self, row: JobRow) -> None:
        """Bring the summary of the run's thread up to what its window is to lose, if it is not there yet.

        Raises:
            DatabaseUnavailable, ModelUnavailable, ModelTimeout: try again later.
        """
        owner = await run_owner(self.database, row)
        if owner is None:
            return
        for _ in range(MAX_CALLS):
            piece = await self._next(owner)
            if piece is None:
                return
            summary = ThreadSummary(piece.through_seq, await self._told(owner, piece.material))
            async with self.database.transaction(owner.tenant) as connection:
                thread_id, previous = owner.run.thread_id, piece.previous_seq
                saved = await save_summary(
                    connection, thread_id=thread_id, summary=summary, previous_seq=previous
                )
            if not saved:
                # Another worker was quicker, or the turns were cut off; the next turn asks again.
                return

    async def _next(self, owner: RunOwner) -> _Piece | None:
        async with self.database.transaction(owner.tenant, snapshot=True) as connection:
            stands = await standing(connection, thread_id=owner.run.thread_id)
            if stands is None or stands.fold_through is None:
                return None
            found = await messages_to_fold(
                connection,
                thread_id=owner.run.thread_id,
                after_seq=stands.through_seq or 0,
                through_seq=stands.fold_through,
                most=MAX_MESSAGES,
            )
        turns, through_seq = _that_fit(found)
        if not turns:
            return None
        return _Piece(Material(summary=stands.text or "", turns=turns), stands.through_seq, through_seq)

    async def _told(self, owner: RunOwner, material: Material) -> str:
        try:
            answer = await self.small.ask(owner.tenant, _request(material), is_whole=_is_whole)
            if (told := shape_summary(answer)) is not None:
                return told
            reason = "empty_answer"
        except (ModelRejected, BudgetExhausted) as error:
            reason = error.code
        _log.info("the summary is quoted: %s", reason, extra={"tenant_id": owner.tenant.tenant_id})
        return retold(material["summary"], material["turns"], most_chars=MAX_SUMMARY_CHARS)


def _that_fit(found: Sequence[MessageToFold]) -> tuple[list[PastTurn], int]:
    """Whole turns from the oldest on, as many as one call may be handed; the seq of their last message."""
    turns: list[PastTurn] = []
    size = through_seq = 0
    for messages in _by_turn(found):
        turn = _past_turn(messages)
        size += len(json.dumps(turn, ensure_ascii=False))
        if turns and size > MAX_MATERIAL_CHARS:
            break
        turns.append(turn)
        through_seq = messages[-1].seq
    return turns, through_seq


def _by_turn(found: Sequence[MessageToFold]) -> list[list[MessageToFold]]:
    turns: list[list[MessageToFold]] = []
    for message in found:
        if message.role == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _past_turn(messages: Sequence[MessageToFold]) -> PastTurn:
    said = {
        role: " ".join(m.text or "" for m in messages if m.role == role) for role in ("user", "assistant")
    }
    calls = [
        f"{call['tool']} {call['input'] or ''}".strip() for message in messages for call in message.calls
    ]
    return PastTurn(asked=said["user"], answered=said["assistant"], calls=calls)


def _request(material: Material) -> list[BaseMessage]:
    prompt = read_prompt("memory.prompts", "summary")
    return [SystemMessage(prompt.text), HumanMessage(json.dumps(material, ensure_ascii=False))]


def _is_whole(text: str) -> bool:
    return len(written(text)) > 2 * MAX_SUMMARY_CHARS or len(text) > MAX_WRITTEN_CHARS
