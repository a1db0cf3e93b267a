"""One conversation of many turns: a turn's cost and what its checkpoint holds must not grow with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from psycopg import sql

from bench.asking import Caller, ask_all, callers
from bench.figures import Report, Table, ms
from bench.installation import SHOP, Installation
from bench.meter import Meter, Spent

TURNS, BLOCK_TURNS = 200, 20
QUICK_TURNS, QUICK_BLOCK_TURNS = 8, 4


@dataclass(frozen=True, slots=True)
class Block:
    """Some turns: their cost, and what is stored after the last of them."""

    through_turn: int
    spent: Spent
    checkpoint_bytes: int
    transcript_bytes: int


def measure(here: Installation, *, quick: bool) -> Report:
    """Tool turns of one thread, in blocks."""
    turns, block = (QUICK_TURNS, QUICK_BLOCK_TURNS) if quick else (TURNS, BLOCK_TURNS)
    return _report(asyncio.run(_measure(here, turns, block)))


async def _measure(here: Installation, turns: int, block_turns: int) -> list[Block]:
    blocks: list[Block] = []
    async with callers(here, 1) as (warm,):
        await ask_all([warm], "tool", block_turns)
    async with callers(here, 1) as (caller,):
        for first in range(0, turns, block_turns):
            blocks.append(await _block(here, caller, first + block_turns, block_turns))
    return blocks


async def _block(here: Installation, caller: Caller, through_turn: int, turns: int) -> Block:
    meter = Meter(here.server, here.postgres)
    await ask_all([caller], "tool", turns)
    return Block(through_turn, meter.spent(turns), *_stored(here, caller.chat_id))


_STORED = sql.SQL("""
with mine as (select id from thread where tenant_id = %s and chat_id = %s),
     checkpoints as (
       select pg_column_size(c.*) as size from langgraph.checkpoints c join mine on thread_id = mine.id::text
       union all
       select pg_column_size(b.*) from langgraph.checkpoint_blobs b join mine on thread_id = mine.id::text
       union all
       select pg_column_size(w.*) from langgraph.checkpoint_writes w join mine on thread_id = mine.id::text)
select (select sum(size) from checkpoints)::bigint,
       (select sum(pg_column_size(m.*)) from message m join mine on m.thread_id = mine.id)::bigint
""")


def _stored(here: Installation, chat_id: str) -> tuple[int, int]:
    """Bytes of the thread's checkpoints, and of its transcript."""
    ((checkpoints, transcript),) = here.database.run(_STORED, SHOP, chat_id)
    return cast("int", checkpoints), cast("int", transcript)


def _report(blocks: Sequence[Block]) -> Report:
    table = Table(
        "One long thread of tool turns: CPU time of a turn in ms, and what is stored",
        ("through turn", "server", "Postgres", "instructions (M)", "checkpoints kB", "transcript kB"),
        [
            (
                str(b.through_turn),
                ms(b.spent.server_ms),
                ms(b.spent.postgres_ms),
                b.spent.mega,
                f"{b.checkpoint_bytes / 1000:.0f}",
                f"{b.transcript_bytes / 1000:.0f}",
            )
            for b in blocks
        ],
        ("The transcript is the conversation and grows with it; the checkpoint must not.",),
    )
    return Report(
        "thread",
        (table,),
        [
            {
                "through_turn": b.through_turn,
                **b.spent.data,
                "checkpoint_bytes": b.checkpoint_bytes,
                "transcript_bytes": b.transcript_bytes,
            }
            for b in blocks
        ],
    )
