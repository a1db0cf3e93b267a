"""Semantic recall: what a person said in earlier conversations, found by meaning and by words.

Row level security bounds it to the person's own messages.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import ModelRejected, ModelTimeout, ModelUnavailable
from memory.recall_index import NO_MODEL
from memory.said import words_of
from models.counted import counted_call
from models.embeddings.embedder import Embedder, Vector
from storage import recall
from storage.database import Database
from storage.recall import Found, Said, Wanted

MAX_TOP_K = 20
# Before and after each message found.
NEIGHBOURS = 1
# Of each message; whoever wants more reads the conversation.
MAX_SHOWN_CHARS = 2_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Remark:
    """One message, in words. `message_id` and the conversation's id are those that clients know."""

    message_id: str
    role: Literal["system", "user", "assistant"]
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message and its neighbours in the conversation, oldest first, itself among them.

    `similarity`: cosine of the meanings, from -1 to 1; None where only words were compared.
    """

    chat_id: str
    title: str | None
    message_id: str
    similarity: float | None
    around: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Recollection:
    """Best first. `by` says whether meanings could be compared."""

    by: Literal["meaning_and_words", "words"]
    found: tuple[Recalled, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    database: Database
    embedder: Embedder | None

    async def search(
        self,
        tenant: TenantContext,
        words: str,
        *,
        top_k: int,
        since: datetime | None = None,
        until: datetime | None = None,
        but_thread_id: UUID | None = None,
    ) -> Recollection:
        """The person's own messages that fit `words` best, said from `since` until before `until`.

        `but_thread_id`: the conversation in which it is asked; whoever asks has it before them.

        Raises:
            DatabaseUnavailable
        """
        vector = await self._vector(words)
        model = NO_MODEL if self.embedder is None else self.embedder.name
        wanted = Wanted(words, model, vector, since, until, min(top_k, MAX_TOP_K), but_thread_id)
        async with self.database.transaction(tenant, snapshot=True) as connection:
            found = [
                _recalled(hit, await recall.around(connection, hit, neighbours=NEIGHBOURS))
                for hit in await recall.search(connection, wanted)
            ]
        return Recollection("words" if vector is None else "meaning_and_words", tuple(found))

    async def _vector(self, words: str) -> Vector | None:
        """None where there is no embedder, or it cannot say: the words are still there to be compared."""
        if self.embedder is None:
            return None
        try:
            with counted_call(self.embedder.name):
                return await self.embedder.query(words)
        except (ModelUnavailable, ModelTimeout, ModelRejected) as error:
            log.warning("recall by words alone: %s", error.code)
            return None


def _recalled(hit: Found, said: tuple[Said, ...]) -> Recalled:
    remarks = tuple(
        Remark(one.message_id, one.role, words_of(one.parts, max_chars=MAX_SHOWN_CHARS), one.created_at)
        for one in said
    )
    message_id = next(one.message_id for one in said if one.seq == hit.seq)
    return Recalled(hit.chat_id, hit.title, message_id, hit.similarity, remarks)
