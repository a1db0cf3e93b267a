"""What a person said in earlier conversations is found by its meaning and by its words, by them alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import ModelUnavailable
from memory.recall import Recall, Recollection
from memory.recall_index import RecallIndex
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Vector
from storage import messages, threads
from storage.database import Database

EMBEDDER = BundledEmbedder()
COOLANT = ("How often do we change the coolant?", "Every Monday, the concentration is checked with it.")
ORDER = ("Is WO-4012 late?", "WO-4012 is finished on Friday, in time.")
LEAVE = ("Who is on holiday in August?", "Hannah Chen and Luis Haddad.")


def context(who: Principal) -> TenantContext:
    now = datetime(2026, 11, 23, 14, tzinfo=UTC)
    return TenantContext(who.tenant_id, who.user_id, who.permissions, "America/Chicago", "en-US", now)


async def talk(database: Database, who: Principal, *said: str) -> str:
    """A conversation of alternating questions and answers; the id that clients know it by."""
    chat_id = uuid4().hex
    async with database.transaction(who) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id=chat_id)
        for number, text in enumerate(said):
            await messages.append_message(
                connection,
                thread_id=thread.id,
                message_id=f"{chat_id}-{number}",
                role="assistant" if number % 2 else "user",
                parts=[{"type": "text", "text": text}],
            )
    return chat_id


async def index(database: Database, who: Principal, embedder: BundledEmbedder | None = EMBEDDER) -> None:
    await RecallIndex(database, embedder).index_newest(who, run_id=uuid7())


async def search(database: Database, who: Principal, words: str, top_k: int = 3) -> Recollection:
    return await Recall(database, EMBEDDER).search(context(who), words, top_k=top_k)


async def test_a_conversation_is_found_by_its_meaning_in_another_language(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    for said in (ORDER, LEAVE):
        await talk(database, who, *said)
    wanted = await talk(database, who, *COOLANT)
    await index(database, who)
    found = await search(database, who, "Wie oft wird der Kühlschmierstoff gewechselt?")
    assert found.by == "meaning_and_words"
    assert found.found[0].chat_id == wanted
    assert [remark.text for remark in found.found[0].around] == list(COOLANT)


async def test_an_order_number_is_found_by_its_word(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    wanted = await talk(database, who, *ORDER)
    for number in range(5):
        await talk(database, who, f"Is WO-40{20 + number} late?", "No.")
    await index(database, who)
    found = await search(database, who, "WO-4012", top_k=1)
    assert [one.chat_id for one in found.found] == [wanted]


async def test_neither_a_colleague_nor_another_shop_finds_what_a_person_said(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, stranger = two_shops
    colleague = Principal(who.tenant_id, "colleague", frozenset(Permission))
    await talk(database, who, *COOLANT)
    await index(database, who)
    for other in (colleague, stranger):
        await index(database, other)
        assert (await search(database, other, COOLANT[0])).found == ()


async def test_a_message_that_was_cut_off_or_deleted_is_not_found_any_more(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    cut, deleted = await talk(database, who, *COOLANT, *ORDER), await talk(database, who, *ORDER)
    await index(database, who)
    async with database.transaction(who) as connection:
        thread = await threads.get_thread(connection, who=who, chat_id=cut)
        assert thread is not None
        await messages.delete_from(connection, thread_id=thread.id, seq=3)
        await threads.delete_thread(connection, chat_id=deleted)
    found = await search(database, who, "WO-4012", top_k=10)
    assert {(one.chat_id, one.message_id) for one in found.found} <= {(cut, f"{cut}-0"), (cut, f"{cut}-1")}
    assert all("WO-4012" not in remark.text for one in found.found for remark in one.around)


async def test_only_what_was_said_in_the_time_asked_about_is_found(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    await talk(database, who, *COOLANT)
    await index(database, who)
    now = datetime.now(UTC)
    recall = Recall(database, EMBEDDER)
    hour = timedelta(hours=1)
    before = await recall.search(context(who), COOLANT[0], top_k=3, until=now - hour)
    after = await recall.search(context(who), COOLANT[0], top_k=3, since=now + hour)
    within = await recall.search(context(who), COOLANT[0], top_k=3, since=now - hour, until=now + hour)
    assert (before.found, after.found, len(within.found)) == ((), (), 2)


async def test_without_an_embedder_the_words_are_compared_and_it_is_said(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    wanted = await talk(database, who, *COOLANT)
    await index(database, who, None)
    found = await Recall(database, None).search(context(who), "which coolant?", top_k=3)
    assert found.by == "words"
    assert {one.chat_id for one in found.found} == {wanted}
    assert {one.similarity for one in found.found} == {None}


class Unreachable(BundledEmbedder):
    """An endpoint that is away."""

    async def query(self, text: str) -> Vector:
        raise ModelUnavailable(f"Nobody is there to read {len(text)} characters.")

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        raise ModelUnavailable(f"Nobody is there to read {len(texts)} texts.")


async def test_while_the_embedding_model_is_away_words_are_compared(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    await talk(database, who, *COOLANT)
    await index(database, who)
    found = await Recall(database, Unreachable()).search(context(who), "coolant", top_k=3)
    assert found.by == "words"
    assert len(found.found) == 1


async def test_a_batch_that_fails_keeps_nothing_and_is_whole_the_next_time(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    await talk(database, who, *COOLANT)
    with pytest.raises(ModelUnavailable):
        await index(database, who, Unreachable())
    assert (await search(database, who, COOLANT[0])).found == ()
    await index(database, who)
    assert len((await search(database, who, COOLANT[0])).found) == 2


class Other(BundledEmbedder):
    """Another model: its vectors have another length."""

    name = "other"

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        return [[1.0, 0.0] for _ in texts]

    async def query(self, text: str) -> Vector:
        return [1.0, 0.0] if text else [0.0, 1.0]


async def test_vectors_of_two_models_are_never_compared_and_the_new_ones_replace_the_old(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    await talk(database, who, *COOLANT)
    await index(database, who)
    new = Recall(database, Other())
    before = await new.search(context(who), "Kühlmittel", top_k=3)
    await index(database, who, Other())
    after = await new.search(context(who), "Kühlmittel", top_k=3)
    assert (len(before.found), len(after.found)) == (0, 2)
    assert {one.similarity for one in after.found} == {1.0}
