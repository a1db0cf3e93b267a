"""Checkpoints of a person: LangGraph's contract, kept under row level security."""

import asyncio

import ormsgpack
import pytest
import pytest_asyncio
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command

from leadhand.context import Principal
from leadhand.errors import ContextMismatch
from storage.database import Database
from storage.saver import ALLOWED_TYPES, TenantSaver, checkpoint_owner
from tests.integration.storage.chat_graph import answering, asking
from tests.integration.storage.filled import put_checkpoint


def at(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


@pytest.fixture
def planner(two_shops: tuple[Principal, Principal]) -> Principal:
    return two_shops[0]


@pytest_asyncio.fixture
async def saver(database: Database) -> TenantSaver:
    return TenantSaver(database.pool)


async def owned_by(who: Principal, saver: TenantSaver, thread_id: str) -> CheckpointTuple | None:
    token = checkpoint_owner.set(who)
    try:
        return await saver.aget_tuple(at(thread_id))
    finally:
        checkpoint_owner.reset(token)


async def rows(database: Database, who: Principal) -> dict[str, int]:
    async with database.transaction(who) as connection:
        found = await connection.execute(
            b"""
            select (select count(*) from langgraph.checkpoints)::int as checkpoints,
                   (select count(*) from langgraph.checkpoint_blobs)::int as blobs,
                   (select count(*) from langgraph.checkpoint_writes)::int as writes
            """
        )
        row = await found.fetchone()
    assert row is not None
    return {name: int(number) for name, number in row.items()}


async def test_a_checkpoint_is_read_back_with_its_values_and_writes(
    saver: TenantSaver, planner: Principal
) -> None:
    checkpoint_owner.set(planner)
    written = await put_checkpoint(saver, planner, "t")
    read = await saver.aget_tuple(at("t"))
    assert read is not None
    assert read.checkpoint["channel_values"] == written["channel_values"]
    assert read.metadata.get("step") == 1
    assert read.pending_writes == [("task-1", "messages", [HumanMessage("pending")])]


async def test_checkpoints_are_listed_newest_first(saver: TenantSaver, planner: Principal) -> None:
    checkpoint_owner.set(planner)
    ids = [(await put_checkpoint(saver, planner, "t", text))["id"] for text in ("one", "two", "three")]
    listed = [found.checkpoint["id"] async for found in saver.alist(at("t"))]
    newest = [found.checkpoint["id"] async for found in saver.alist(at("t"), limit=1)]
    assert (listed, newest) == (ids[::-1], ids[-1:])


async def test_writing_the_same_checkpoint_again_changes_it_in_place(
    saver: TenantSaver, planner: Principal, database: Database
) -> None:
    checkpoint_owner.set(planner)
    checkpoint = await put_checkpoint(saver, planner, "t")
    config = await saver.aput(at("t"), checkpoint, {"source": "update", "step": 2, "parents": {}}, {})
    await saver.aput_writes(config, [("messages", [HumanMessage("again")])], task_id="task-1")
    read = await saver.aget_tuple(config)
    assert read is not None
    assert read.metadata.get("source") == "update"
    assert (await rows(database, planner))["checkpoints"] == 1


async def test_the_same_thread_id_of_two_shops_is_two_threads(
    saver: TenantSaver, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    checkpoint_owner.set(planner)
    await put_checkpoint(saver, planner, "t", "mine")
    assert await owned_by(two_shops[1], saver, "t") is None
    await put_checkpoint(saver, two_shops[1], "t", "theirs")
    texts = [await owned_by(who, saver, "t") for who in two_shops]
    assert [t and t.checkpoint["channel_values"]["messages"][0].text for t in texts] == ["mine", "theirs"]


async def test_a_colleague_has_other_threads(saver: TenantSaver, planner: Principal) -> None:
    checkpoint_owner.set(planner)
    await put_checkpoint(saver, planner, "t")
    assert await owned_by(Principal(planner.tenant_id, "colleague", frozenset()), saver, "t") is None


async def test_the_same_checkpoint_in_two_shops_is_two_rows(
    saver: TenantSaver, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    """Else one shop could tell by a refused write which ids another has."""
    checkpoint_owner.set(planner)
    checkpoint = await put_checkpoint(saver, planner, "t")
    checkpoint_owner.set(two_shops[1])
    await saver.aput(at("t"), checkpoint, {"source": "loop", "step": 1, "parents": {}}, {"messages": "1"})
    assert await owned_by(two_shops[1], saver, "t") is not None


async def test_deleting_a_thread_leaves_the_other_shops_thread_of_that_id(
    saver: TenantSaver, planner: Principal, two_shops: tuple[Principal, Principal], database: Database
) -> None:
    checkpoint_owner.set(planner)
    for who in two_shops:
        await put_checkpoint(saver, who, "t")
    await saver.adelete_thread("t")
    assert await rows(database, planner) == {"checkpoints": 0, "blobs": 0, "writes": 0}
    assert await owned_by(two_shops[1], saver, "t") is not None


async def test_nothing_is_read_or_written_for_nobody(saver: TenantSaver) -> None:
    with pytest.raises(ContextMismatch):
        await saver.aget_tuple(at("t"))


async def test_a_conversation_goes_on_from_its_checkpoint(saver: TenantSaver, planner: Principal) -> None:
    checkpoint_owner.set(planner)
    graph = answering(saver)
    await graph.ainvoke({"messages": [HumanMessage("one")]}, at("t"), durability="sync")
    state = await graph.ainvoke({"messages": [HumanMessage("two")]}, at("t"), durability="sync")
    assert [message.text for message in state["messages"]] == ["one", "answer 1", "two", "answer 3"]


async def test_pruning_keeps_just_what_the_next_turn_needs(
    saver: TenantSaver, planner: Principal, database: Database
) -> None:
    checkpoint_owner.set(planner)
    graph = answering(saver)
    sizes: list[dict[str, int]] = []
    for text in ("one", "two", "three"):
        await graph.ainvoke({"messages": [HumanMessage(text)]}, at("t"), durability="sync")
        await saver.prune("t")
        sizes.append(await rows(database, planner))
    assert sizes[0] == sizes[1] == sizes[2]
    assert sizes[0]["checkpoints"] == 1
    kept = await saver.aget_tuple(at("t"))
    assert kept is not None
    assert kept.parent_config is None
    assert len(kept.checkpoint["channel_values"]["messages"]) == 6


async def test_pruning_leaves_other_threads_alone(saver: TenantSaver, planner: Principal) -> None:
    checkpoint_owner.set(planner)
    for text in ("one", "two"):
        await put_checkpoint(saver, planner, "t", text)
        await put_checkpoint(saver, planner, "other", text)
    await saver.aprune(["t"])
    assert len([found async for found in saver.alist(at("other"))]) == 2


async def test_an_interrupted_run_survives_pruning(saver: TenantSaver, planner: Principal) -> None:
    checkpoint_owner.set(planner)
    waiting = asking(saver)
    await waiting.ainvoke({"messages": [HumanMessage("do it")]}, at("t"), durability="sync")
    await saver.prune("t")
    state = await waiting.ainvoke(Command(resume="Anna"), at("t"), durability="sync")
    assert state["messages"][-1].text == "checked by Anna"


async def test_a_subgraphs_checkpoints_go_with_the_call_they_belong_to(
    saver: TenantSaver, planner: Principal, database: Database
) -> None:
    checkpoint_owner.set(planner)
    graph = asking(saver, in_subgraph=True)
    await graph.ainvoke({"messages": [HumanMessage("do it")]}, at("t"), durability="sync")
    await saver.prune("t")
    assert (await rows(database, planner))["checkpoints"] == 2, "the waiting call is kept"
    await graph.ainvoke(Command(resume="Anna"), at("t"), durability="sync")
    await saver.prune("t")
    assert (await rows(database, planner))["checkpoints"] == 1


async def test_runs_of_two_shops_at_once_stay_apart(
    saver: TenantSaver, two_shops: tuple[Principal, Principal]
) -> None:
    graph = answering(saver)

    async def turn(who: Principal, n: int) -> list[str]:
        checkpoint_owner.set(who)
        said = {"messages": [HumanMessage(f"{who.tenant_id} {n}")]}
        state = await graph.ainvoke(said, at(f"t-{n}"), durability="sync")
        return [message.text for message in state["messages"]]

    jobs = [(who, n) for n in range(6) for who in two_shops]
    answers = await asyncio.gather(*(asyncio.create_task(turn(who, n)) for who, n in jobs))
    assert answers == [[f"{who.tenant_id} {n}", "answer 1"] for who, n in jobs]


class Surprise:
    """A type that no checkpoint may bring to life."""

    built = 0

    def __init__(self, argument: str) -> None:
        del argument
        Surprise.built += 1


async def test_a_checkpoint_cannot_build_objects_that_are_not_on_the_list(
    saver: TenantSaver, planner: Principal, database: Database
) -> None:
    """CVE-2026-28277: whoever can write a row would otherwise run code in the server."""
    checkpoint_owner.set(planner)
    await put_checkpoint(saver, planner, "t")
    trap = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb((Surprise.__module__, "Surprise", "x"))))
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", trap))
    assert Surprise.built == 1, "the trap works where everything is allowed"
    async with database.transaction(planner) as connection:
        await connection.execute(
            b"update langgraph.checkpoint_blobs set type = 'msgpack', blob = %s where channel = 'messages'",
            (trap,),
        )
    read = await saver.aget_tuple(at("t"))
    assert read is not None
    assert Surprise.built == 1


async def test_a_pickled_checkpoint_is_not_opened(
    saver: TenantSaver, planner: Principal, database: Database
) -> None:
    checkpoint_owner.set(planner)
    await put_checkpoint(saver, planner, "t")
    async with database.transaction(planner) as connection:
        await connection.execute(
            b"update langgraph.checkpoint_blobs set type = 'pickle' where channel = 'messages'"
        )
    with pytest.raises(NotImplementedError):
        await saver.aget_tuple(at("t"))


def test_messages_of_a_conversation_are_on_the_list_of_types() -> None:
    serializer = JsonPlusSerializer(allowed_msgpack_modules=ALLOWED_TYPES)
    for message in (HumanMessage("a"), AIMessage("b", tool_calls=[{"name": "t", "args": {}, "id": "1"}])):
        assert serializer.loads_typed(serializer.dumps_typed([message])) == [message]
