"""One person with all the conversations of a question, kept and indexed as the product does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from uuid_utils.compat import uuid7

from evals.longmemeval.haystack import Item, instant
from leadhand.context import Permission, TenantContext
from memory.recall import MAX_TOP_K, Recall
from memory.recall_index import MAX_MESSAGES, RecallIndex
from models.embeddings.embedder import Embedder
from storage import messages, threads
from storage.database import Database

SHOP = "longmemeval"
# Between two messages of a conversation.
PAUSE = timedelta(seconds=30)


def person(item: Item) -> TenantContext:
    """Who asks, at the time of the question."""
    return TenantContext(SHOP, item.question_id, frozenset(Permission), "UTC", "en-US", item.asked_at)


async def keep(database: Database, owner_url: str, embedder: Embedder | None, item: Item) -> None:
    """Store and index the person's conversations. `owner_url`: of the role that may date a message back."""
    who = person(item)
    dated: list[tuple[datetime, str]] = []
    for number, session in enumerate(item.haystack_sessions):
        begun_at = instant(item.haystack_dates[number])
        async with database.transaction(who) as connection:
            thread = await threads.create_or_get_thread(connection, chat_id=_chat_id(item, number))
            for place, turn in enumerate(session):
                message_id = f"{thread.id}-{place}"
                await messages.append_message(
                    connection,
                    thread_id=thread.id,
                    message_id=message_id,
                    role=turn.role,
                    parts=[{"type": "text", "text": turn.content}],
                )
                dated.append((begun_at + place * PAUSE, message_id))
    _date_back(owner_url, who, dated)
    index = RecallIndex(database, embedder)
    for _ in range(0, len(dated), MAX_MESSAGES):
        await index.index_newest(who, run_id=uuid7())


def _date_back(owner_url: str, who: TenantContext, dated: Sequence[tuple[datetime, str]]) -> None:
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select set_config('app.tenant', %s, true), set_config('app.user', %s, true)",
            (who.tenant_id, who.user_id),
        )
        cursor.executemany("update message set created_at = %s where message_id = %s", dated)


def _chat_id(item: Item, number: int) -> str:
    """A session's id may come twice."""
    return f"{number}:{item.haystack_session_ids[number]}"


@dataclass(frozen=True, slots=True)
class Places:
    """At which place, from 1, the search for the question's own words has each conversation that answers it.

    None: not among the first `MAX_TOP_K` messages.
    """

    of_session: dict[str, int | None]

    def any_within(self, number: int) -> bool:
        return any(place is not None and place <= number for place in self.of_session.values())

    def all_within(self, number: int) -> bool:
        return all(place is not None and place <= number for place in self.of_session.values())


async def places(database: Database, embedder: Embedder | None, item: Item) -> Places:
    """Looked for as the tool does; places count conversations, not messages."""
    found = await Recall(database, embedder).search(person(item), item.question, top_k=MAX_TOP_K)
    ranked = list(dict.fromkeys(one.chat_id.partition(":")[2] for one in found.found))
    of_session = {
        session: ranked.index(session) + 1 if session in ranked else None
        for session in item.answer_session_ids
    }
    return Places(of_session)
