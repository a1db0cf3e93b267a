"""One conversation of many turns: what a turn costs and sends, and what its checkpoint holds, must not grow
with it; what is stored grows by the turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from psycopg import sql

from bench.asking import Caller, ask_all, callers, quiet
from bench.figures import Report, Table, ms
from bench.installation import SHOP, Installation
from bench.meter import Meter, Spent

# Each is measured from the one before on.
THROUGH_TURNS = (10, 50, 100, 200, 400, 600, 800, 1_000)
QUICK_THROUGH_TURNS = (4, 8)


@dataclass(frozen=True, slots=True)
class Stored:
    """Of one shop: bytes of checkpoints, rows and bytes of all else."""

    checkpoint_bytes: int
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some turns: what each cost, the tokens that it sent to the model, and what is stored after the last."""

    turns: int
    through_turn: int
    spent: Spent
    sent_tokens: int
    stored: Stored


def measure(here: Installation, *, quick: bool) -> Report:
    """Tool turns of one thread, in blocks."""
    return _report(asyncio.run(_measure(here, QUICK_THROUGH_TURNS if quick else THROUGH_TURNS)))


async def _measure(here: Installation, through_turns: Sequence[int]) -> list[Block]:
    async with callers(here, 1) as (warm,):
        await ask_all([warm], "tool", through_turns[0])
    async with callers(here, 1) as (caller,):
        before = _stored(here)
        return [
            await _block(here, caller, before, last - first, last)
            for first, last in pairwise((0, *through_turns))
        ]


async def _block(here: Installation, caller: Caller, before: Stored, turns: int, through_turn: int) -> Block:
    meter = Meter(here.server, here.postgres)
    await ask_all([caller], "tool", turns)
    # Summaries that turns asked for are part of what they cost.
    await quiet(here)
    spent = meter.spent(turns)
    ((sent,),) = here.database.run(_SENT, SHOP, caller.chat_id, turns)
    now = _stored(here)
    stored = Stored(
        now.checkpoint_bytes - before.checkpoint_bytes, now.rows - before.rows, now.bytes - before.bytes
    )
    return Block(turns, through_turn, spent, cast("int", sent), stored)


# Of the last so many turns.
_SENT = sql.SQL("""
select avg(input_tokens)::bigint from (
  select r.input_tokens from run r join thread t on t.id = r.thread_id
   where t.tenant_id = %s and t.chat_id = %s order by r.started_at desc limit %s) as latest
""")
_TABLES = sql.SQL("""
select n.nspname, c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
 where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'langgraph')
""")
_COUNTED = sql.SQL(
    "select count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint from {} t where tenant_id = %s"
)


def _stored(here: Installation) -> Stored:
    """Of the shop, in every table that has shops."""
    checkpoints = rows = size = 0
    with here.database.connection() as connection:
        for schema, table in connection.execute(_TABLES).fetchall():
            counted = _COUNTED.format(sql.Identifier(str(schema), str(table)))
            ((found, of_bytes),) = connection.execute(counted, (SHOP,)).fetchall()
            if schema == "langgraph":
                checkpoints += cast("int", of_bytes)
            else:
                rows, size = rows + cast("int", found), size + cast("int", of_bytes)
    return Stored(checkpoints, rows, size)


def _report(blocks: Sequence[Block]) -> Report:
    table = Table(
        "One long thread of tool turns: CPU time of a turn in ms, tokens it sends, and what is stored",
        (
            "through turn",
            "server",
            "Postgres",
            "instructions (M)",
            "sent tokens",
            "checkpoints kB",
            "rows a turn",
            "stored kB",
            "kB a turn",
        ),
        [
            (
                str(b.through_turn),
                ms(b.spent.server_ms),
                ms(b.spent.postgres_ms),
                b.spent.mega,
                str(b.sent_tokens),
                f"{b.stored.checkpoint_bytes / 1000:.0f}",
                f"{(b.stored.rows - before.rows) / b.turns:.1f}",
                f"{b.stored.bytes / 1000:.0f}",
                f"{(b.stored.bytes - before.bytes) / 1000 / b.turns:.1f}",
            )
            for b, before in zip(blocks, [Stored(0, 0, 0), *(b.stored for b in blocks)], strict=False)
        ],
        ("What is stored is the conversation and grows with it; the checkpoint and what is sent must not.",),
    )
    return Report(
        "thread",
        (table,),
        [
            {
                "through_turn": b.through_turn,
                **b.spent.data,
                "sent_tokens": b.sent_tokens,
                "checkpoint_bytes": b.stored.checkpoint_bytes,
                "stored_rows": b.stored.rows,
                "stored_bytes": b.stored.bytes,
            }
            for b in blocks
        ],
    )
