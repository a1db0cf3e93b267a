"""What an API key opens, for whom, and for how long."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import psycopg
import pytest
from fastapi import FastAPI

from leadhand.api_key import ApiKey, new_api_key
from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable
from server.api_keys import KEY_LIVE_S, ApiKeys, UnknownKeyError
from storage.api_keys import create_key, list_keys, revoke_key
from storage.database import Database
from storage.embedded import DATABASE, EmbeddedServer
from tests.integration.server.conftest import READER, refusal


async def key_of(
    database: Database,
    who: Principal,
    permissions: frozenset[Permission] = READER,
    *,
    days: float | None = None,
) -> ApiKey:
    """A key of the shop and user of `who`."""
    key = new_api_key()
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    async with database.transaction(who) as connection:
        await create_key(
            connection,
            key=key,
            name="ERP export",
            acts_as=who.user_id,
            permissions=permissions,
            expires_at=expires,
        )
    return key


@asynccontextmanager
async def sending(app: FastAPI, credential: str) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    headers = {"authorization": f"Bearer {credential}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://leadhand", headers=headers) as http:
        yield http


def as_superuser(server: EmbeddedServer, statement: bytes, *values: str) -> None:
    with psycopg.connect(server.url("postgres", DATABASE)) as connection:
        connection.execute(statement, values)


async def test_a_key_acts_as_its_user_in_its_shop(
    app: FastAPI, database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    anna = Principal(two_shops[0].tenant_id, "anna", READER)
    key = await key_of(database, anna)
    async with sending(app, key.text) as by_key:
        async with database.transaction(anna) as connection:
            await connection.execute(
                b"insert into thread (id, chat_id) values (gen_random_uuid(), 'of-anna')"
            )
        assert (await by_key.get("/api/threads/of-anna")).status_code == 200
    colleague = await key_of(database, Principal(anna.tenant_id, "carl", READER))
    stranger = await key_of(database, Principal(two_shops[1].tenant_id, "anna", READER))
    for other in (colleague, stranger):
        async with sending(app, other.text) as http:
            refusal(await http.get("/api/threads/of-anna"), 404, "not_found")


async def test_a_key_has_the_permissions_it_was_given_and_no_others(
    app: FastAPI, database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    reader = await key_of(database, two_shops[0])
    async with sending(app, reader.text) as http:
        headers = {"x-as-of": "2026-12-01T08:00:00+01:00"}
        refused = await http.post("/api/tools/check_capacity", json={"hours": 5}, headers=headers)
        assert refusal(refused, 403, "permission_denied")["details"] == {"permission": "studio"}
    none = await key_of(database, two_shops[0], frozenset())
    async with sending(app, none.text) as http:
        refusal(await http.get("/api/machines"), 403, "permission_denied")


async def test_every_key_that_is_not_in_force_is_refused_like_a_forged_token(
    app: FastAPI, database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    good, revoked, expired = [await key_of(database, two_shops[0], days=1) for _ in range(3)]
    async with database.transaction(two_shops[0]) as connection:
        assert await revoke_key(connection, key_id=revoked.id)
    as_superuser(
        server,
        b"update api_key set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'"
        b" where id = %s",
        expired.id,
    )
    unknown = new_api_key()
    wrong_secret = f"lh_{good.id}_{unknown.text.rsplit('_', 1)[1]}"
    async with sending(app, "forged") as http:
        as_forged = refusal(await http.get("/api/machines"), 401, "unauthorized")
    for text in (revoked.text, expired.text, unknown.text, wrong_secret, "lh_", good.text.upper(), good.id):
        async with sending(app, text) as http:
            response = await http.get("/api/machines")
            assert refusal(response, 401, "unauthorized") == as_forged
            assert response.headers["www-authenticate"] == "Bearer"
    async with sending(app, good.text) as http:
        assert (await http.get("/api/tools")).status_code == 200


async def test_a_revoked_key_is_believed_for_ten_seconds_at_most(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    now_s = 0.0
    keys = ApiKeys(lambda: database, clock=lambda: now_s)
    key = await key_of(database, two_shops[0])
    who = await keys.principal_of(key.text)
    assert who == Principal(two_shops[0].tenant_id, two_shops[0].user_id, READER)
    async with database.transaction(two_shops[0]) as connection:
        await revoke_key(connection, key_id=key.id)
    now_s = KEY_LIVE_S - 0.01
    assert await keys.principal_of(key.text) == who
    now_s = KEY_LIVE_S
    for _ in range(2):
        with pytest.raises(UnknownKeyError):
            await keys.principal_of(key.text)


async def test_a_key_is_not_believed_beyond_its_own_end(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    now_s = 0.0
    keys = ApiKeys(lambda: database, clock=lambda: now_s)
    key = await key_of(database, two_shops[0], days=5 / 86_400)
    await keys.principal_of(key.text)
    as_superuser(
        server,
        b"update api_key set created_at = now() - interval '1 day', expires_at = now() where id = %s",
        key.id,
    )
    now_s = 5.0
    with pytest.raises(UnknownKeyError):
        await keys.principal_of(key.text)


async def test_using_a_key_notes_when_and_a_guess_does_not(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    keys = ApiKeys(lambda: database)
    used, guessed = await key_of(database, two_shops[0]), await key_of(database, two_shops[0])
    await keys.principal_of(used.text)
    with pytest.raises(UnknownKeyError):
        await keys.principal_of(f"lh_{guessed.id}_{'0' * 64}")
    async with database.transaction(two_shops[0]) as connection:
        found = {key.id: key.last_used_at for key in await list_keys(connection)}
    assert found[used.id] is not None
    assert found[guessed.id] is None


async def test_a_shop_can_neither_list_nor_revoke_the_keys_of_another(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    mine, theirs = two_shops
    key = await key_of(database, theirs)
    async with database.transaction(mine) as connection:
        assert await list_keys(connection) == ()
        assert not await revoke_key(connection, key_id=key.id)
    assert (await ApiKeys(lambda: database).principal_of(key.text)).tenant_id == theirs.tenant_id


async def test_before_the_shop_is_known_only_its_name_can_be_learned(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    key = await key_of(database, two_shops[0])
    with psycopg.connect(server.runtime_url) as connection:
        assert connection.execute(b"select * from api_key").fetchall() == []
        found = connection.execute(b"select shop_of_api_key(%s)", (key.id,)).fetchall()
        assert found == [(two_shops[0].tenant_id,)]
        for pattern in ("%", "", None):
            assert connection.execute(b"select shop_of_api_key(%s)", (pattern,)).fetchall() == [(None,)]


async def test_what_a_key_allows_cannot_be_changed_once_it_is_made(
    server: EmbeddedServer, database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await key_of(database, two_shops[0])
    for column, value in (("permissions", "'{admin}'"), ("acts_as", "'boss'"), ("expires_at", "null")):
        with psycopg.connect(server.runtime_url) as connection:
            connection.execute(b"select set_config('app.tenant', %s, true)", (two_shops[0].tenant_id,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"update api_key set {column} = {value}".encode())


async def test_a_database_that_is_away_is_no_wrong_key() -> None:
    def away() -> Database:
        raise DatabaseUnavailable("The database cannot be reached right now.")

    with pytest.raises(DatabaseUnavailable):
        await ApiKeys(away).principal_of(new_api_key().text)


async def test_many_guesses_at_once_are_refused_and_shut_nobody_out(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    keys = ApiKeys(lambda: database)
    guesses = [keys.principal_of(new_api_key().text) for _ in range(50)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert {type(outcome).__name__ for outcome in outcomes} == {"UnknownKeyError"}
    key = await key_of(database, two_shops[0])
    assert (await keys.principal_of(key.text)).user_id == two_shops[0].user_id
