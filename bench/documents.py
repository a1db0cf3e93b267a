"""What a shop's documents cost: to take in, and to search among 1,000, 10,000 and 50,000 passages."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.figures import Report, Spread, Table, ms
from bench.passages import fill, make_up, open_shop
from bench.plan_store import postgres_of
from bench.process_cost import ProcessTree
from bench.recall import Recall, measure_recall
from jobs.task import JobRow
from knowledge.ingestion import Ingestion
from knowledge.library import Library, Upload
from knowledge.search import Search
from leadhand.errors import JsonValue
from leadhand.settings import Settings
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Embedder
from storage import knowledge_passages
from storage.database import Database
from storage.knowledge_passages import Wanted

SIZES: Final = (1_000, 10_000, 50_000)
SEARCHES: Final = 20
TOP_K: Final = 8
# Of documents that are taken in, with and without the model.
EMBEDDED, UNEMBEDDED = 60, 2_000
QUESTIONS: Final = (
    "How often do I have to check the coolant concentration on the Puma 3100?",
    "When is the tool crib open?",
    "Wie lange ist das Rüsten auf der Hermle geplant?",
    "What has to be done before a five-axis part is cut for the first time?",
)


@dataclass(frozen=True, slots=True)
class Searched:
    """Of one search: wall and CPU milliseconds; the rest is CPU of Postgres and of the embedding alone."""

    passages: int
    wall: Spread
    ours_ms: float
    postgres_ms: float
    meaning_ms: float
    words_ms: float


@dataclass(frozen=True, slots=True)
class TakenIn:
    """CPU milliseconds a passage: reading and cutting in a process of its own, this process, Postgres."""

    way: str
    passages: int
    reader_ms: float
    ours_ms: float
    postgres_ms: float


def measure(*, quick: bool) -> Report:
    """On a database of its own, in a folder that is then gone."""
    return asyncio.run(_measure(quick))


async def _measure(quick: bool) -> Report:
    with TemporaryDirectory(prefix="leadhand-bench-") as folder:
        settings = Settings(data_dir=Path(folder), database_pool_max=4)
        embedder = BundledEmbedder()
        async with Database.open(settings) as database:
            postgres = postgres_of(settings.data_dir)
            taken = [
                await _take_in(database, postgres, embedder, 4 if quick else EMBEDDED),
                await _take_in(database, postgres, None, 40 if quick else UNEMBEDDED),
            ]
            question_ms = await _question_ms(embedder)
            sizes = (50,) if quick else SIZES
            searched = [
                await _search(database, postgres, embedder, size, 2 if quick else SEARCHES) for size in sizes
            ]
        recall = await measure_recall(settings, shops=3 if quick else 200)
    return _report(taken, question_ms, searched, recall)


async def _take_in(
    database: Database, postgres: ProcessTree, embedder: Embedder | None, count: int
) -> TakenIn:
    way = "without vectors" if embedder is None else "with the bundled model's vectors"
    who = await open_shop(database, f"in-{count}")
    text = "\n\n".join(f"# {number}\n\n{one.text}" for number, one in enumerate(make_up(count, seed=count)))
    document = await Library(database, embedder).add(who, Upload("all.md", text.encode()))
    async with database.transaction(who) as connection:
        row = await (await connection.execute("select id from knowledge_version")).fetchone()
    assert row is not None
    before = time.process_time(), postgres.cpu_s(), _children_s()
    await Ingestion(database, embedder).run(JobRow(who.tenant_id, row["id"]))
    ours, theirs = time.process_time() - before[0], postgres.cpu_s() - before[1]
    reader = _children_s() - before[2]
    passages = (await Library(database, embedder).get(who, document.id)).passages or 0
    per = 1000 / passages
    return TakenIn(way, passages, reader * per, ours * per, theirs * per)


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


async def _question_ms(embedder: Embedder) -> float:
    await embedder.query("ready")
    before = time.process_time()
    for question in QUESTIONS:
        await embedder.query(question)
    return (time.process_time() - before) * 1000 / len(QUESTIONS)


async def _search(
    database: Database, postgres: ProcessTree, embedder: Embedder, size: int, times: int
) -> Searched:
    who = await open_shop(database, f"shelf-{size}")
    await fill(database, who, list(make_up(size, seed=size)))
    search = Search(database, embedder)
    vector = await embedder.query(QUESTIONS[0])

    async def whole(question: str) -> None:
        found = await search.find(who, question, top_k=TOP_K)
        assert len(found.passages) == TOP_K

    async def alone(wanted: Wanted) -> None:
        async with database.transaction(who, snapshot=True) as connection:
            await knowledge_passages.search(connection, wanted)

    async def meaning(_: str) -> None:
        await alone(Wanted("", vector, who.permissions, TOP_K))

    async def words(question: str) -> None:
        await alone(Wanted(question, None, who.permissions, TOP_K))

    wall, ours, theirs = await _timed(whole, postgres, times)
    _, _, meaning_ms = await _timed(meaning, postgres, times)
    _, _, words_ms = await _timed(words, postgres, times)
    return Searched(size, wall, ours, theirs, meaning_ms, words_ms)


async def _timed(
    work: Callable[[str], Awaitable[None]], postgres: ProcessTree, times: int
) -> tuple[Spread, float, float]:
    """Wall milliseconds, and the means of CPU milliseconds here and in Postgres."""
    for question in QUESTIONS:  # pages and plans
        await work(question)
    walls: list[float] = []
    before = time.process_time(), postgres.cpu_s()
    for number in range(times):
        started = time.perf_counter()
        await work(QUESTIONS[number % len(QUESTIONS)])
        walls.append((time.perf_counter() - started) * 1000)
    spent = time.process_time() - before[0], postgres.cpu_s() - before[1]
    return Spread(tuple(walls)), spent[0] * 1000 / times, spent[1] * 1000 / times


def _report(
    taken: Sequence[TakenIn], question_ms: float, searched: Sequence[Searched], recall: Recall
) -> Report:
    into = Table(
        "Documents taken in: CPU ms a passage",
        ("way", "passages", "read and cut", "worker", "Postgres", "passages a CPU second"),
        [
            (
                one.way,
                f"{one.passages:,}",
                ms(one.reader_ms),
                ms(one.ours_ms),
                ms(one.postgres_ms),
                f"{1000 / (one.reader_ms + one.ours_ms + one.postgres_ms):,.1f}",
            )
            for one in taken
        ],
    )
    found = Table(
        f"A search among a shop's passages, best {TOP_K}: CPU ms",
        ("passages", "process", "Postgres", "meaning alone", "words alone", "wall, median", "wall, p95"),
        [
            (
                f"{one.passages:,}",
                ms(one.ours_ms),
                ms(one.postgres_ms),
                ms(one.meaning_ms),
                ms(one.words_ms),
                ms(one.wall.median),
                ms(one.wall.p95),
            )
            for one in searched
        ],
        (
            f"Of the process {ms(question_ms)} are the question's vector.",
            f"{recall.shops} shops of {recall.passages} passages, through the server's routes: "
            f"recall@{recall.k} {recall.recall:.4f} against brute force; "
            f"{recall.short} answers had fewer rows than there are.",
        ),
    )
    data: dict[str, JsonValue] = {
        "question_ms": round(question_ms, 2),
        "taken_in": [
            {"way": one.way, "ms_a_passage": round(one.reader_ms + one.ours_ms + one.postgres_ms, 3)}
            for one in taken
        ],
        "searched": [
            {
                "passages": one.passages,
                "wall_ms": round(one.wall.median, 2),
                "process_cpu_ms": round(one.ours_ms, 2),
                "postgres_cpu_ms": round(one.postgres_ms, 2),
            }
            for one in searched
        ],
        "recall": recall.recall,
        "short_answers": recall.short,
    }
    return Report("documents", (into, found), data)
