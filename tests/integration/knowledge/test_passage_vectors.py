"""The vector store on the caller's transaction: it reads what the caller may, and ends nothing."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from knowledge.library import Library, Upload
from leadhand.context import Permission, Principal
from storage import knowledge_passages
from storage.database import Database
from storage.knowledge import Version
from storage.knowledge_passages import Unembedded
from storage.passage_vectors import PassageVectors
from storage.transactions import Connection
from tests.integration.knowledge.shelf import Letters, context, find, put, shelve, texts

Shops = tuple[Principal, Principal]
NORTH, EAST = [1.0, 0.0], [0.0, 1.0]


async def sources(connection: Connection, ids: list[UUID]) -> list[str]:
    rows = await (
        await connection.execute(
            "select source from readable_passage join unnest(%s::uuid[]) with ordinality as n (id, place)"
            " using (id) order by place",
            (ids,),
        )
    ).fetchall()
    return [row["source"] for row in rows]


async def waiting(connection: Connection) -> tuple[Version, tuple[Unembedded, ...]]:
    """The passages of the one shelved document, none of which has a vector."""
    row = await (await connection.execute("select id from knowledge_version")).fetchone()
    assert row is not None
    version = await knowledge_passages.version_by_id(connection, version_id=row["id"])
    assert version is not None
    return version, await knowledge_passages.without_vector(connection, version, limit=9)


async def vectors(connection: Connection) -> dict[str, str | None]:
    rows = await (
        await connection.execute("select text, embedding::text as vector from knowledge_passage")
    ).fetchall()
    return {row["text"]: row["vector"] for row in rows}


async def test_the_store_finds_what_the_caller_may_read_and_nothing_of_another_shop(
    database: Database, two_shops: Shops
) -> None:
    who, stranger = two_shops
    for source, readers in (("all.txt", ()), ("boss.txt", (Permission.ADMIN,))):
        await put(database, who, Upload(source, b"Wages are paid.", readers=readers), Letters())
    asked = [*await Letters().query("wages")]

    async def seen(reader: Principal, permissions: str | None) -> set[str]:
        async with database.transaction(reader, snapshot=True) as connection:
            if permissions is not None:
                await connection.execute(b"select set_config('app.permissions', %s, true)", (permissions,))
            found = await PassageVectors(connection).nearest(asked, k=9)
            return set(await sources(connection, [id for id, _ in found]))

    assert await seen(who, "knowledge:read,admin") == {"all.txt", "boss.txt"}
    for permissions in (None, "", "knowledge:read", "administer", "{admin}"):
        assert await seen(who, permissions) == {"all.txt"}, permissions
    assert await seen(stranger, "knowledge:read,admin") == set()


async def test_what_a_filter_is_given_is_compared_as_it_is_written(
    database: Database, two_shops: Shops
) -> None:
    """No wildcard, no SQL, no parameter of the statement that it gets into."""
    who, _ = two_shops
    names = ["a/x", "a_x", "a%x", "a\\x", "a' or 'a' = 'a", 'a"x', "a:query_embedding", "a%(near)s"]
    turn = datetime(2026, 1, 1, tzinfo=UTC)
    ids: dict[str, UUID] = {}
    for number, name in enumerate(names):
        dated = turn.replace(day=1 + number)
        upload = Upload(name, b"Coolant.", category=name, dated=dated, title="Coolant")
        ids[name] = (await put(database, who, upload, Letters())).id
    asked = [*await Letters().query("coolant")]
    async with database.transaction(who, snapshot=True) as connection:
        store = PassageVectors(connection)

        async def found(*near: tuple[UUID, float]) -> list[str]:
            return sorted(await sources(connection, [id for id, _ in near]))

        assert await found(*await store.nearest(asked, k=50)) == sorted(names)
        for name in names:
            assert await found(*await store.nearest(asked, k=50, path=name)) == [name]
            assert await found(*await store.nearest(asked, k=50, category=name)) == [name]
            assert await found(*await store.nearest(asked, k=50, document_id=ids[name])) == [name]
        for nothing in ("%", "_", "a__", "A/x", "' or true --", "\\", "x"):
            assert await found(*await store.nearest(asked, k=50, path=nothing)) == [], nothing
        assert await store.nearest(asked, k=50, category="") == []
        third = turn.replace(day=3)
        assert await found(*await store.nearest(asked, k=50, until=third)) == sorted(names[:2])
        assert await found(*await store.nearest(asked, k=50, since=third)) == sorted(names[2:])
        middle = await store.nearest(asked, k=50, since=third, until=turn.replace(day=5), path="a")
        assert await found(*middle) == sorted(names[2:4])


async def test_a_search_is_not_told_what_was_asked_before_it(database: Database, two_shops: Shops) -> None:
    """The store's own hybrid search keeps the first text that a process asks for."""
    who, _ = two_shops
    for name in ("coolant", "holiday", "spindle"):
        await put(database, who, Upload(f"{name}.txt", f"About the {name}.".encode()), Letters())
    asked = ["spindle", "coolant", "holiday"]
    forth = {words: await find(database, who, words, Letters()) for words in asked}
    back = {words: await find(database, who, words, Letters()) for words in reversed(asked)}
    assert forth == back
    assert [texts(forth[words])[0] for words in asked] == [f"About the {words}." for words in asked]


async def test_vectors_are_kept_with_the_callers_transaction_or_not_at_all(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    await shelve(database, who, {"a.txt": "The first."})
    with pytest.raises(LookupError):
        await _give_up_after_the_vectors(database, who)
    async with database.transaction(who) as connection:
        assert await vectors(connection) == {"The first.": None}


async def _give_up_after_the_vectors(database: Database, who: Principal) -> None:
    async with database.transaction(who) as connection:
        version, passages = await waiting(connection)
        await knowledge_passages.give_vectors(connection, version, passages, [NORTH])
        async with PassageVectors(connection).engine.connect() as of_the_store:
            await of_the_store.commit()
        assert await vectors(connection) == {"The first.": "[1,0]"}
        raise LookupError


async def test_a_passage_is_known_by_shop_and_id_and_its_vector_may_be_given_again(
    database: Database, two_shops: Shops
) -> None:
    mine, theirs = two_shops
    for who in two_shops:
        await shelve(database, who, {"a.txt": "The first."})
    async with database.transaction(mine) as connection:
        version, passages = await waiting(connection)
    async with database.transaction(theirs) as connection:
        await connection.execute("update knowledge_passage set id = %s", (passages[0].id,))
    for vector in (NORTH, EAST):
        async with database.transaction(mine) as connection:
            await knowledge_passages.give_vectors(connection, version, passages, [vector])
    async with database.transaction(mine) as connection:
        assert await vectors(connection) == {"The first.": "[0,1]"}
        again = await knowledge_passages.version_by_id(connection, version_id=version.id)
        assert again is not None
        assert (again.passages, again.embedded) == (1, 1)
        row = await (await connection.execute("select words::text as w from knowledge_passage")).fetchone()
        assert row is not None
        assert "first" in row["w"], "its words are not touched"
    async with database.transaction(theirs) as connection:
        assert await vectors(connection) == {"The first.": None}


async def test_vectors_for_a_document_that_is_gone_are_dropped(database: Database, two_shops: Shops) -> None:
    """It was deleted while the embedding model worked."""
    who, _ = two_shops
    await shelve(database, who, {"a.txt": "The first."})
    async with database.transaction(who) as connection:
        version, passages = await waiting(connection)
    await Library(database, None).delete(context(who), version.document_id)
    async with database.transaction(who) as connection:
        await knowledge_passages.give_vectors(connection, version, passages, [NORTH])
        assert await vectors(connection) == {}
