"""After a turn its messages get vectors, in batches, so that they are found by their meaning later."""

from dataclasses import dataclass
from uuid import UUID

from jobs.context import run_owner
from jobs.queue import defer_once
from jobs.task import JobRow, Task
from leadhand.context import TenantIdentity
from leadhand.errors import ModelRejected
from memory.said import words_of
from models.counted import counted_call
from models.embeddings.embedder import MAX_TEXT_CHARS, Embedder
from storage import recall
from storage.database import Database
from storage.recall import Indexed, Unindexed
from storage.transactions import Connection

TASK = "recall"
# Turns that follow one another so soon are embedded together; a question about the past can wait so long.
QUIET_S = 20.0
# Of a message, so many characters have their meaning looked at: what it is about is said early, and the
# bundled model takes up to a millisecond of a core for each. Words are compared to the end.
MEANING_CHARS = {"user": 300, "assistant": 120}
# Messages of one job; what is left comes with the person's next turn.
MAX_MESSAGES = 200
# Of the rows without a vector: nothing that an embedder is named.
NO_MODEL = "none"


async def ask_for_recall(connection: Connection, *, run_id: UUID, user_id: str) -> None:
    """Queue the indexing of what this person said lately, in the transaction that ends the run."""
    await defer_once(connection, task=TASK, row_id=run_id, subject=user_id, after_s=QUIET_S)


@dataclass(frozen=True, slots=True)
class RecallIndex:
    """Without an embedder the words alone are kept."""

    database: Database
    embedder: Embedder | None

    def task(self) -> Task:
        return Task(name=TASK, run=self.index, max_attempts=4)

    async def index(self, row: JobRow) -> None:
        """Index what the person of the run `row` said and was answered; done again it changes nothing.

        Raises:
            DatabaseUnavailable, ModelUnavailable, ModelTimeout: try again later.
            ModelRejected: trying again does not help; the messages are found by their words.
        """
        owner = await run_owner(self.database, row)
        if owner is not None:
            await self.index_newest(owner.tenant, run_id=row.row_id)

    async def index_newest(self, who: TenantIdentity, *, run_id: UUID) -> None:
        """The person's newest messages without a vector, and those of the run."""
        model = NO_MODEL if self.embedder is None else self.embedder.name
        async with self.database.transaction(who, snapshot=True) as connection:
            messages = await recall.not_indexed(connection, model=model, run_id=run_id, limit=MAX_MESSAGES)
        indexed = await self._indexed(messages)
        async with self.database.transaction(who) as connection:
            for message in indexed:
                await recall.index_message(connection, message, model=model)

    async def _indexed(self, messages: tuple[Unindexed, ...]) -> list[Indexed]:
        rows = [
            Indexed(message.thread_id, message.seq, words_of(message.parts, max_chars=MAX_TEXT_CHARS), None)
            for message in messages
        ]
        spoken = [
            (row, row.text[: MEANING_CHARS[message.role]])
            for row, message in zip(rows, messages, strict=True)
            if row.text
        ]
        if self.embedder is None or not spoken:
            return rows
        with counted_call(self.embedder.name):
            vectors = await self.embedder.passages([text for _, text in spoken])
        if len(vectors) != len(spoken):
            raise ModelRejected("The embedding model gave another number of vectors than it was given texts.")
        return [row for row in rows if not row.text] + [
            Indexed(row.thread_id, row.seq, row.text, vector)
            for (row, _), vector in zip(spoken, vectors, strict=True)
        ]
