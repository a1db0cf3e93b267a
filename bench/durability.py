"""What it costs that a turn survives: the same turns with parts of what keeps them safe left out.

One server, in rounds: whole, then without each part in turn, so that what else the machine does falls on all
alike; each round's figures are compared with those of the same round's whole.
"""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import psycopg
from psycopg import sql

from bench.asking import Caller, ask_all, callers
from bench.figures import Report, Table, ms
from bench.installation import Installation, installation
from bench.left_out import Part, done_file
from bench.meter import Meter
from leadhand.errors import JsonValue

ROUNDS, TURNS, AT_ONCE = 12, 24, 8
QUICK_ROUNDS, QUICK_TURNS, QUICK_AT_ONCE = 1, 1, 1
SWITCH_TIMEOUT_S, SWITCH_POLL_S = 10.0, 0.01
# Postgres' backends tell of the rows that they wrote when they have been idle for ten seconds.
ROWS_SETTLE_S = 12.0
FENCED = ("append_run_events", "hold_run")
_FENCE = re.compile(r"perform from run r .*?end if;", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Variant:
    """`fsync`: whether a commit waits for the disk; `fence`: whether each write asks if the run is ours."""

    name: str
    without: frozenset[Part] = frozenset()
    fsync: bool = True
    fence: bool = True


WHOLE = Variant("whole")
VARIANTS = (
    WHOLE,
    Variant("commits that do not wait for the disk", fsync=False),
    Variant("steps that do not wait for their checkpoint", frozenset({Part.WAITING})),
    Variant("one checkpoint, at the end", frozenset({Part.STEPS})),
    Variant("no event log", frozenset({Part.LOG})),
    Variant("no call tree", frozenset({Part.SPANS})),
    Variant("no fence", fence=False),
    Variant("none of these but one checkpoint", frozenset({Part.STEPS, Part.LOG, Part.SPANS}), fence=False),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a turn; `commits`: transactions that wrote."""

    server_ms: float
    postgres_ms: float
    wal_bytes: float
    commits: float
    whole_ms: float


@dataclass(slots=True)
class Found:
    """Of each variant the rounds in order, and the rows that a turn inserts, updates and deletes."""

    costs: dict[Variant, list[Cost]] = field(default_factory=lambda: {variant: [] for variant in VARIANTS})
    rows: dict[Variant, float] = field(default_factory=dict[Variant, float])


def measure(*, quick: bool) -> Report:
    """On a server of its own."""
    with installation(lesser=True) as here:
        return measure_on(here, quick=quick)


def measure_on(here: Installation, *, quick: bool) -> Report:
    """The same of a server that can do without parts."""
    if quick:
        found = asyncio.run(_measure(here, QUICK_ROUNDS, QUICK_TURNS, QUICK_AT_ONCE, rows=False))
    else:
        found = asyncio.run(_measure(here, ROUNDS, TURNS, AT_ONCE, rows=True))
    return _report(found)


async def _measure(here: Installation, rounds: int, turns: int, at_once: int, *, rows: bool) -> Found:
    found = Found()
    async with callers(here, at_once) as there:
        await ask_all(there, "tool", turns)
        for number in range(rounds):
            # Forwards and backwards in turn, so that none always follows the same one.
            for variant in VARIANTS if number % 2 == 0 else VARIANTS[::-1]:
                with _as(here, variant):
                    found.costs[variant].append(await _cost(here, there, turns))
        for variant in VARIANTS if rows else ():
            with _as(here, variant):
                found.rows[variant] = await _rows(here, there, turns)
    return found


async def _cost(here: Installation, there: Sequence[Caller], turns: int) -> Cost:
    await ask_all(there, "tool", len(there))  # what a switch leaves cold is not its cost
    wal, commits = _written(here)
    meter = Meter(here.server, here.postgres)
    answers = await ask_all(there, "tool", turns)
    assert not answers.failed, "a turn failed"
    spent = meter.spent(turns)
    wal_after, commits_after = _written(here)
    return Cost(
        spent.server_ms,
        spent.postgres_ms,
        (wal_after - wal) / turns,
        (commits_after - commits) / turns,
        median(turn.whole_ms for turn in answers.times),
    )


_WRITTEN = sql.SQL("""
select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
""")
_ROWS = sql.SQL("""
select tup_inserted + tup_updated + tup_deleted from pg_stat_database where datname = 'leadhand'
""")


def _written(here: Installation) -> tuple[int, int]:
    """Bytes of write-ahead log, and transactions that wrote, since the cluster was made."""
    [(wal, commits)] = here.database.run(_WRITTEN)
    assert isinstance(wal, int)
    assert isinstance(commits, int)
    return wal, commits


async def _rows(here: Installation, there: Sequence[Caller], turns: int) -> float:
    counts: list[int] = []
    for asked in (0, turns):
        if asked:
            await ask_all(there, "tool", asked)
        await asyncio.sleep(ROWS_SETTLE_S)
        [(count,)] = here.database.run(_ROWS)
        assert isinstance(count, int)
        counts.append(count)
    return (counts[1] - counts[0]) / turns


@contextmanager
def _as(here: Installation, variant: Variant) -> Generator[None]:
    """Within the block the installation is that variant."""
    if not variant.fsync:
        _set_waiting(here, waits=False)
    fences = () if variant.fence else _take_fences(here)
    _ask_to_leave_out(here, variant.without)
    try:
        yield
    finally:
        _ask_to_leave_out(here, frozenset())
        _as_superuser(here, *fences)
        if not variant.fsync:
            _set_waiting(here, waits=True)


def _ask_to_leave_out(here: Installation, without: frozenset[Part]) -> None:
    asked = here.left_out
    done_file(asked).unlink(missing_ok=True)
    asked.write_text(" ".join(without), encoding="utf-8")
    os.kill(here.server.pid, signal.SIGUSR1)
    deadline = time.monotonic() + SWITCH_TIMEOUT_S
    while not done_file(asked).exists():
        assert time.monotonic() < deadline, "the server does not do without"
        time.sleep(SWITCH_POLL_S)


def _set_waiting(here: Installation, *, waits: bool) -> None:
    """Of every connection: none of ours says otherwise but for deltas, which never wait."""
    mode = "on" if waits else "off"
    _as_superuser(here, f"alter system set synchronous_commit = {mode}", "select pg_reload_conf()")


def _take_fences(here: Installation) -> Sequence[str]:
    """The definitions of the functions that fence, which are replaced by ones that do not."""
    fences: list[str] = []
    for name in FENCED:
        [(definition,)] = here.database.run(sql.SQL("select pg_get_functiondef(%s::regproc)"), name)
        without, found = _FENCE.subn("", str(definition))
        assert found == 1, f"{name} has no fence of the known form"
        _as_superuser(here, without)
        fences.append(str(definition))
    return fences


def _as_superuser(here: Installation, *statements: str) -> None:
    folder = here.database.socket_folder
    with psycopg.connect(host=folder, user="postgres", dbname="leadhand", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


_COLUMNS = (
    "turn",
    "server, CPU ms",
    "Postgres, CPU ms",
    "WAL, kB",
    "commits",
    "rows",
    "server ÷ whole",
    "Postgres ÷ whole",
    "WAL ÷ whole",
    "wall ÷ whole",
)


def _report(found: Found) -> Report:
    rows: list[tuple[str, ...]] = []
    data: list[JsonValue] = []
    whole = found.costs[WHOLE]
    for variant, costs in found.costs.items():
        ratios = {name: _ratio(costs, whole, of) for name, of in _COMPARED.items()}
        middle = {name: median(map(of, costs)) for name, of in _COMPARED.items()}
        written = found.rows.get(variant)
        rows.append(
            (
                variant.name,
                ms(middle["server_ms"]),
                ms(middle["postgres_ms"]),
                f"{middle['wal_bytes'] / 1000:.1f}",
                f"{middle['commits']:.1f}",
                "–" if written is None else f"{written:.0f}",
                *(_shown(ratios[name]) for name in ("server_ms", "postgres_ms", "wal_bytes", "whole_ms")),
            )
        )
        figures: dict[str, JsonValue] = {name: round(value, 2) for name, value in middle.items()}
        shares: dict[str, JsonValue] = {name: value and round(value, 3) for name, value in ratios.items()}
        data.append({"variant": variant.name, **figures, "rows": written, "of_the_whole": shares})
    rounds = len(whole)
    table = Table(
        "A tool turn, and what it would cost without parts of what keeps it safe",
        _COLUMNS,
        rows,
        (f"Medians of {rounds} rounds; ratios are medians of the rounds' own ratios.",),
    )
    return Report("durability", (table,), data)


def _ratio(costs: Sequence[Cost], whole: Sequence[Cost], of: Callable[[Cost], float]) -> float | None:
    """The median of the rounds' ratios; None where CPU time, told in hundredths of a second, was none."""
    pairs = [(of(cost), of(beside)) for cost, beside in zip(costs, whole, strict=True)]
    ratios = [cost / beside for cost, beside in pairs if beside]
    return median(ratios) if ratios else None


def _shown(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"


_COMPARED: Mapping[str, Callable[[Cost], float]] = {
    "server_ms": lambda cost: cost.server_ms,
    "postgres_ms": lambda cost: cost.postgres_ms,
    "wal_bytes": lambda cost: cost.wal_bytes,
    "commits": lambda cost: cost.commits,
    "whole_ms": lambda cost: cost.whole_ms,
}
